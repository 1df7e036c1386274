# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The few facts of a machine that a specification can ask for."""

from __future__ import annotations

from .errors import ErrorKind
from .members import Members
from .value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Mapping, Optional, Tuple

    from .value import JsonObject

_MACHINE = ("platform", "machine", "hostname", "distribution", "distribution_version", "service_manager")


class UserFacts(Value):
    """An account: `name`, `uid`, `gid`, `home` and `shell`."""

    __slots__ = ("gid", "home", "name", "shell", "uid")

    def __init__(self, name: str, uid: Optional[int], gid: Optional[int], home: str, shell: str) -> None:
        self.name = name
        self.uid = uid
        self.gid = gid
        self.home = home
        self.shell = shell

    def json(self) -> JsonObject:
        """The attributes by their names."""
        return {name: getattr(self, name) for name in self.__slots__}

    @classmethod
    def of(cls, value: object) -> UserFacts:
        """The inverse of `json`. EngineError `request`."""
        members = Members(value, "the facts of the user", ErrorKind.REQUEST)
        uid, gid = members.optional_number("uid"), members.optional_number("gid")
        return cls(members.text("name"), uid, gid, members.text("home"), members.text("shell"))


class Facts(Value):
    """A machine and a user of it; `platform` is `linux` or `darwin`, and texts are empty where nothing is known.

    `distribution` is its ID and version. `service_manager` is `systemd` or `launchd`, and empty where neither runs.
    """

    __slots__ = ("distribution", "distribution_version", "hostname", "machine", "platform", "service_manager", "user")

    def __init__(
        self,
        platform: str,
        machine: str,
        hostname: str,
        distribution: Tuple[str, str],
        service_manager: str,
        user: UserFacts,
    ) -> None:
        self.platform = platform
        self.machine = machine
        self.hostname = hostname
        self.distribution, self.distribution_version = distribution
        self.service_manager = service_manager
        self.user = user

    def json(self) -> JsonObject:
        """The attributes by their names."""
        return {**{name: getattr(self, name) for name in _MACHINE}, "user": self.user.json()}

    @classmethod
    def of(cls, value: object) -> Facts:
        """The inverse of `json`. EngineError `request`."""
        members = Members(value, "the facts of the machine", ErrorKind.REQUEST)
        platform, machine, hostname, distribution, version, manager = (members.text(name) for name in _MACHINE)
        user = UserFacts.of(members.take("user"))
        return cls(platform, machine, hostname, (distribution, version), manager, user)


def differ(supposed: Mapping[str, object], real: Mapping[str, object]) -> bool:
    """Whether one of the facts in `supposed` (a part of what `Facts.json` gives) is another one in `real`."""
    for name, value in supposed.items():
        found = real.get(name)
        if isinstance(value, dict):
            if not isinstance(found, dict) or differ(value, found):
                return True
        elif found != value:
            return True
    return False
