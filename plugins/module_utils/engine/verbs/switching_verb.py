# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The base class of the verbs that switch."""

from __future__ import annotations

from ..contract.answers import SwitchAnswer
from ..contract.errors import EngineError, ErrorKind
from ..switching.options import SwitchOptions
from .parameter import TEXT, setting
from .verb import Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    import pwd
    from typing import Optional

    from ..contract.answers import Answer
    from ..home.folder import HomeFolder
    from ..switching.goal import Goal
    from ..voice.answers import Ways
    from ..voice.plan import Owner, Plan

_LONGEST_EXTENSION = 64


class SwitchingVerb(Verb):
    """A verb that switches to some goal. A new setting is an attribute here, and its use."""

    answer = SwitchAnswer

    backup_extension: Optional[str] = setting(
        TEXT,
        "Move files that are in the way aside, to names with this extension, never over an existing backup. They come"
        " back when their path is no longer managed. Without it, they are reported and nothing is changed.",
        flags=("-b", "-e"),
    )
    on_failure: Optional[str] = setting(
        TEXT,
        "What to do when a hook, an activation script or a service fails. V(undo) puts the previous generation back,"
        " V(keep) leaves the new one. Without it, a hook or a script that fails puts the previous generation back, and a"
        " service does not.",
        None,
        ("undo", "keep"),
    )

    def options(self, user: str) -> SwitchOptions:
        """The settings as the switch takes them. EngineError `request`."""
        extension = self.backup_extension
        if extension and ("/" in extension or len(extension) > _LONGEST_EXTENSION):
            raise EngineError(f"{extension!r} cannot be the extension of a backup", ErrorKind.REQUEST)
        options = SwitchOptions(user, extension or None, self.on_failure != "keep", self.diff)
        options.undo_services = self.on_failure == "undo"
        return options

    def goal(self, home: HomeFolder) -> Goal:
        """Where to go."""
        raise NotImplementedError

    def run(self, home: HomeFolder, account: pwd.struct_passwd) -> SwitchAnswer:
        from ..switching.switch import preview, run

        act = preview if self.check else run
        return act(home, self.goal(home), self.options(account.pw_name))

    @classmethod
    def report(cls, answer: Answer, home: Owner, check: bool, ways: Ways) -> Plan:
        return report_of_switch(answer, cls.title, home, check, ways)


def report_of_switch(answer: Answer, title: str, home: Owner, check: bool, ways: Ways) -> Plan:
    """The answer of a switch, or of what answers as a switch does, as people read it."""
    from ..voice.answers import plan_of_switch

    if not isinstance(answer, SwitchAnswer):
        raise TypeError(f"not the answer of a switch: {answer!r}")
    return plan_of_switch(answer, title, home, check, ways)
