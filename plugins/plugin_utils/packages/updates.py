# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The changes of an update to the lock: one line for each package, security updates first."""

from __future__ import annotations

from typing import NamedTuple

from .lock import Lock, hash_of, name_of
from .sources import SECURITY

# So many of the other packages of a closure are named.
_NAMED = 5


class Update(NamedTuple):
    """One package that is another one now. `moved` are the packages of its closure that changed, itself left out."""

    name: str
    provider: str
    before: str
    after: str
    security: bool
    moved: tuple[str, ...]

    def line(self) -> str:
        """`ripgrep 14.1.1-1+b4 -> 14.1.1-1+b5 (deb, security; also libc6, libpcre2-8-0)`."""
        versions = f"{self.before} -> {self.after}" if self.before and self.before != self.after else self.after
        notes = [self.provider] + (["new"] if not self.before else []) + (["security"] if self.security else [])
        text = ", ".join(notes)
        if self.moved:
            more = len(self.moved) - _NAMED
            named = ", ".join(self.moved[:_NAMED]) + (f" and {more} more" if more > 0 else "")
            text += f"; also {named}" if self.before != self.after else f"; {named}"
        return f"{self.name} {versions} ({text})"


def updates(old: Lock, new: Lock) -> list[Update]:
    """Every package whose bytes differ, those with a security update first, then by name."""
    found = []
    for name, entry in new.packages.items():
        former = old.packages.get(name)
        before = _bytes(old, name)
        fresh = {item for item in _bytes(new, name) if item not in before}
        if former is not None and not fresh and former == entry:
            continue
        addresses = [address for item in fresh for address in new.artefacts[hash_of(item)].at]
        moved = sorted({name_of(item) for item in fresh} - {entry.package, name}) if former is not None else []
        was = former.version if former is not None else ""
        secure = any(address.startswith(f"{SECURITY}:") for address in addresses)
        found.append(Update(name, entry.provider, was, entry.version, secure and former is not None, tuple(moved)))
    return sorted(found, key=lambda update: (not update.security, update.name))


def _bytes(lock: Lock, name: str) -> set[str]:
    entry = lock.packages.get(name)
    return {item for closure in entry.closure.values() for item in closure} if entry is not None else set()
