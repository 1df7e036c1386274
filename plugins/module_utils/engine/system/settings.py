# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""How a system is switched, as the request asks for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ..contract.errors import EngineError, ErrorKind

if TYPE_CHECKING:
    from typing import Sequence

    from ..contract.members import Members
    from ..contract.value import JsonObject

ACTIONS = ("switch", "boot", "test", "dry-activate")


class Settings(NamedTuple):
    """How a switch is made. `confirm`: seconds to wait for a confirmation, 0 for none. `rollback`: it goes back to a generation."""

    action: str = "switch"
    check: bool = False
    diff: bool = False
    confirm: int = 0
    allow_lockout: bool = False
    allow_removal: Sequence[str] = ()
    repair: bool = False
    rollback: bool = False
    host: str = "this host"

    @classmethod
    def of(cls, members: Members) -> Settings:
        """The settings among the members of a request. EngineError `request`."""
        action = members.text("action", "switch")
        if action not in ACTIONS:
            raise EngineError(
                f"home_system_action must be switch, boot, test, build or dry-activate, not {action!r}",
                ErrorKind.REQUEST,
            )
        return cls(
            action,
            members.flag("check"),
            members.flag("diff"),
            members.optional_number("confirm") or 0,
            members.flag("allow_lockout"),
            members.texts("allow_removal"),
            members.flag("repair"),
            host=members.text("host", "this host"),
        )

    def json(self) -> JsonObject:
        """As `of` takes them. Whether a switch goes back is known from the step."""
        found: JsonObject = {name: value for name, value in self._asdict().items() if name != "rollback"}
        return {**found, "allow_removal": list(self.allow_removal)}

    @property
    def confirmed(self) -> bool:
        """Whether the switch is taken back unless a new connection confirms it. Before the next boot, `boot` puts nothing into effect."""
        return self.confirm != 0 and self.action != "boot"

    @property
    def dry(self) -> bool:
        """Whether nothing is written: in check mode, and in a dry activation."""
        return self.check or self.action == "dry-activate"
