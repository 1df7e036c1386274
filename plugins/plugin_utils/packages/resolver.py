# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a resolver is: the part of a provider that runs once, where the lock is written."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple, TypeVar

from ..syntax.errors import SpecError
from .apt import ARCHITECTURES
from .catalogue import CatalogueEntry
from .lock import Lock
from .sources import PackageSources
from .wanted import Wanted

Found = TypeVar("Found")


class Context(NamedTuple):
    """What resolvers share.

    These are the platforms to resolve for, places to ask, a folder of their own for what they keep, facts of Debian
    packages by name, and a way to tell the user something.
    """

    platforms: tuple[str, ...]
    sources: PackageSources
    folder: str
    closure_facts: dict[str, dict[str, object]]
    report: Callable[[str], None]


class Resolver:
    """Finds the bytes that a package is made of."""

    provider = ""
    exact = True

    def __init__(self, context: Context) -> None:
        self.context = context

    def resolve(self, wanted: Wanted, entry: CatalogueEntry) -> Lock:
        """A lock with this one package, for every platform that has it. Raises SpecError."""
        raise NotImplementedError

    def on_linux(self, find: Callable[[str], list[Found]], wanted: Wanted, packages: str) -> dict[str, list[Found]]:
        """What `find` returns for each Linux platform, without those for which it raises SpecError.

        Raises its first error if it succeeds for none, and SpecError if there is no Linux platform; `packages` names what is sought.
        """
        found: dict[str, list[Found]] = {}
        problems: list[SpecError] = []
        for platform in self.context.platforms:
            if platform not in ARCHITECTURES:
                continue
            try:
                found[platform] = find(platform)
            except SpecError as error:
                problems.append(error)
        if problems and not found:
            raise problems[0]
        if not found:
            raise SpecError(f"{wanted.name}: {packages} are for Linux only", [wanted.position])
        return found

    def prepare(self, always: bool) -> None:
        """Get ready to resolve; `always` asks for the newest, whatever was asked a moment ago. Raises SpecError."""

    def knows(self, name: str) -> bool:
        """Whether the provider has something under this very name; it is offered to the user, never taken."""
        return False


def merged(locks: Iterable[Lock]) -> Lock:
    """All of them in one."""
    result = Lock()
    for lock in locks:
        result = result.with_packages(lock)
    return result
