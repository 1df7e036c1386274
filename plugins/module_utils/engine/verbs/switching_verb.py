# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The base class of the verbs that switch."""

from __future__ import annotations

from ..contract.answers import SwitchAnswer
from ..switching.options import SwitchOptions
from .verb import Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    import pwd

    from ..contract.answers import Answer
    from ..home.folder import HomeFolder
    from ..switching.goal import Goal
    from ..voice.answers import ChoiceCommands
    from ..voice.plan import Owner, Plan


class SwitchingVerb(Verb, SwitchOptions):
    """A verb that switches to some goal, in the way that its own parameters say."""

    answer = SwitchAnswer

    def goal(self, home: HomeFolder) -> Goal:
        """Where to go."""
        raise NotImplementedError

    def run(self, home: HomeFolder, account: pwd.struct_passwd) -> SwitchAnswer:
        from ..switching.switch import preview, run

        act = preview if self.check else run
        return act(home, self.goal(home), self, account.pw_name)

    @classmethod
    def report(cls, answer: Answer, home: Owner, check: bool, ways: ChoiceCommands) -> Plan:
        return report_of_switch(answer, cls.title, home, check, ways)


def report_of_switch(answer: Answer, title: str, home: Owner, check: bool, ways: ChoiceCommands) -> Plan:
    """The answer of a switch, or of what answers as a switch does, as people read it."""
    from ..voice.answers import plan_of_switch

    if not isinstance(answer, SwitchAnswer):
        raise TypeError(f"not the answer of a switch: {answer!r}")
    return plan_of_switch(answer, title, home, check, ways)
