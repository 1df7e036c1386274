# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a request asks for about packages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Dict, FrozenSet, NamedTuple

from ..contract.errors import ErrorKind
from ..contract.members import Members
from .download import Sources

if TYPE_CHECKING:
    from ..contract.value import JsonObject

# In `without`: every package may be missing.
ANY = "*"


class PackageRequest(NamedTuple):
    """`sources` are where to download from, and `without` the packages that may be missing if nobody provides them.

    `host` are those to install with the host's package manager: their names for each manager.
    """

    sources: Sources
    without: FrozenSet[str] = frozenset()
    host: Dict[str, Dict[str, str]] = {}  # noqa: RUF012 - never changed

    @classmethod
    def of(cls, value: object) -> PackageRequest:
        """The inverse of `json`; null asks for nothing. EngineError `request` for anything else."""
        members = Members(value or {}, "the request for packages", ErrorKind.REQUEST)
        host = Members(members.mapping("host"), "the packages of the host", ErrorKind.REQUEST)
        return cls(
            Sources.of(members.take("sources")),
            frozenset(members.texts("without")),
            {name: host.text_mapping(name) for name in host.names()},
        )

    def json(self) -> JsonObject:
        found: JsonObject = {"sources": self.sources.json(), "without": sorted(self.without)}
        return {**found, "host": self.host} if self.host else found

    def may_lack(self, name: str) -> bool:
        """Whether the switch goes on when nobody provides this package."""
        return ANY in self.without or name in self.without
