# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a host is asked about its system."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ..contract.errors import EngineError, ErrorKind
from ..contract.members import Members
from .home_options import HomeSwitchOptions
from .settings import Settings

if TYPE_CHECKING:
    from typing import Dict

    from ..contract.value import JsonObject

LOCK_TIMEOUT = 60.0
# The name of an object in the bundle, in the request of a home.
BUNDLE = "bundle"


class HostRequest(NamedTuple):
    """A request.

    - `step` is probe, list, switch, confirm, rollback or expire; `settings` are those of a switch.
    - `digest` is that of the wanted manifest. A switch has it in `bundle`, the content of a bundle.
    - `homes` are the requests of the homes, by user; `bundle` in one of them names an object of the system's bundle.
    - `generation` is the one to roll back to, 0 for the previous one.
    - `keep` is the number of generations that an expiry keeps; with `days` it removes older ones instead.
    """

    step: str
    settings: Settings = Settings()
    digest: str = ""
    homes: Dict[str, JsonObject] = {}  # noqa: RUF012 - never changed
    home_options: HomeSwitchOptions = HomeSwitchOptions()
    generation: int = 0
    keep: int | None = None
    days: int | None = None
    lock_timeout: float = LOCK_TIMEOUT
    bundle: bytes | None = None

    @classmethod
    def of(cls, value: object) -> HostRequest:
        """The inverse of `json`, with the content of the bundle as `bundle`. EngineError `request`."""
        members = Members(value, "the request", ErrorKind.REQUEST)
        homes = members.mapping("homes")
        bundle, timeout = members.take("bundle"), members.optional_real("lock_timeout")
        return cls(
            members.text("step", "probe"),
            Settings.of(members),
            members.text("digest", ""),
            {user: Members(home, f"the request of {user}", ErrorKind.REQUEST).rest() for user, home in homes.items()},
            HomeSwitchOptions.of(members.mapping("home_options")),
            members.optional_number("generation") or 0,
            members.optional_number("keep"),
            members.optional_number("days"),
            LOCK_TIMEOUT if timeout is None else timeout,
            bundle if isinstance(bundle, bytes) else None,
        )

    def json(self) -> JsonObject:
        """The request as it travels. Its bundle travels next to it."""
        found: JsonObject = {
            "step": self.step,
            **self.settings.json(),
            "digest": self.digest,
            "homes": self.homes,
            "home_options": self.home_options.json(),
            "generation": self.generation,
            "lock_timeout": self.lock_timeout,
        }
        for name, value in (("keep", self.keep), ("days", self.days)):
            if value is not None:
                found[name] = value
        return found

    def content(self) -> bytes:
        """The content of the bundle. EngineError `request` where none came along."""
        if self.bundle is None:
            raise EngineError("the request has no bundle", ErrorKind.REQUEST)
        return self.bundle
