# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Directed acyclic graphs: entries that say which others they come after, and before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ..syntax.errors import SpecError


class Edges(NamedTuple):
    """The names of the entries that one comes after, and of those that it comes before."""

    after: Sequence[str] = ()
    before: Sequence[str] = ()


class DagCycle(SpecError):
    """Entries that must each come before the other."""

    def __init__(self, chain: list[str]) -> None:
        super().__init__("dependency cycle: " + " -> ".join(chain))
        self.chain = chain


def ordered(entries: Mapping[str, Edges]) -> list[str]:
    """The names in an order that respects the edges; ties in byte order.

    Depth-first over the names in byte order, as in Home Manager, so that a file written from it has the same order.
    Edges to names that do not exist are left out. Raises SpecError that shows a cycle.
    """
    names = sorted(entries)
    earlier: dict[str, set[str]] = {name: set() for name in names}
    for name in names:
        earlier[name].update(other for other in entries[name].after if other in entries)
        for later in entries[name].before:
            if later in entries:
                earlier[later].add(name)
    result: list[str] = []
    done: set[str] = set()

    def visit(name: str, chain: list[str]) -> None:
        if name in done:
            return
        if name in chain:
            raise DagCycle([*chain[chain.index(name) :], name])
        for other in sorted(earlier[name]):
            visit(other, [*chain, name])
        done.add(name)
        result.append(name)

    for name in names:
        visit(name, [])
    return result


def predecessors(name: str, entries: Mapping[str, Edges]) -> set[str]:
    """All names that come before `name`, by one edge or by several."""
    found: set[str] = set()
    pending = [name]
    while pending:
        current = pending.pop()
        direct = {*entries[current].after, *(other for other, edges in entries.items() if current in edges.before)}
        pending.extend(direct - found)
        found |= direct
    return found
