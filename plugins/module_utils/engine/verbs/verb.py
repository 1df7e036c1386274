# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The base class of verbs: name, parameters, what a verb does, whether it writes, and how its answer is reported."""

from __future__ import annotations

import os

from ..contract.answers import Answer
from ..contract.errors import EngineError, ErrorKind
from ..contract.parameter import FLAG, PATH, SECONDS, TEXT, Parameterised, internal, option, setting
from ..launcher import STATE

TYPE_CHECKING = False
if TYPE_CHECKING:
    import pwd
    from typing import Optional, Tuple, Type, TypeVar, Union

    from ..contract.value import JsonObject
    from ..home.folder import HomeFolder
    from ..voice.answers import ChoiceCommands
    from ..voice.checkup import Checkup
    from ..voice.generations import Generations
    from ..voice.plan import Owner, Plan

    Report = Union[Plan, Generations, Checkup]
    Self = TypeVar("Self", bound="Verb")


class Verb(Parameterised):
    """A request for one verb; the class describes the verb.

    - `name` is the word in a request; `summary` is its help, in the imperative.
    - `writes`: whether it changes anything. With `check` in the request nothing is written, and the answer has what
      would be done. `creates_state`: a state folder is made where there is none.
    - `one_of`: parameters of which at least one has to be given.
    - `answer`: the class of the answers; `title`: what a run is called where its answer is reported.
    - `public`: it is a verb of the module `home.manager.generation`. `command`: the subcommand of `home-manager` that it
      has; `question`: what is asked there first; `each`: the parameter whose items the command asks for one by one.
    """

    name = ""
    summary = ""
    writes = True
    creates_state = False
    one_of: Tuple[str, ...] = ()
    answer: Type[Answer] = Answer
    title = ""
    public = True
    command = ""
    question = ""
    each = ""

    user: Optional[str] = option(TEXT, "The owner of the home. The default is the user who runs the task.")
    home: Optional[str] = option(PATH, "The home folder. The default is the one of the account.")
    state: Optional[str] = option(
        PATH,
        "The state folder, which contains the generations. The default is C(.local/state/home.manager) in the home."
        " Set it if the specification sets C(xdg.stateHome).",
        name="state_path",
    )
    lock_timeout: float = setting(SECONDS, "Seconds to wait for another switch of the same home.", 30)
    check: bool = internal(FLAG, False)
    diff: bool = internal(FLAG, False)

    def __init__(self, values: JsonObject) -> None:
        """EngineError `request` for a parameter that is unknown, missing, or of another type."""
        for name in values:
            if name not in self.parameters:
                raise EngineError("the verb %s has no parameter `%s`" % (self.name, name), ErrorKind.REQUEST)
        super().__init__(values)
        if self.one_of and all(values.get(name) is None for name in self.one_of):
            raise EngineError("%s needs %s" % (self.name, " or ".join(self.one_of)), ErrorKind.REQUEST)

    @classmethod
    def of(cls: Type[Self], value: JsonObject) -> Self:
        """The inverse of `json`."""
        return cls({name: item for name, item in value.items() if name != "verb"})

    def json(self) -> JsonObject:
        """The request as it travels: what is not the default."""
        found: JsonObject = {"verb": self.name}
        for name, parameter in self.parameters.items():
            value = getattr(self, name)
            if value != parameter.default:
                found[name] = value
        return found

    def prepare(self) -> None:
        """What has to be done before root becomes the user."""

    def give_bundle(self, content: bytes) -> None:
        """Take the content of a bundle that came with the request. EngineError `request` for a verb without one."""
        raise EngineError("the verb %s takes no bundle" % self.name, ErrorKind.REQUEST)

    def answer_at_once(self, account: pwd.struct_passwd) -> Optional[Answer]:
        """The answer, if it can be given without opening the home."""
        return None

    def locations(self, account: pwd.struct_passwd) -> Tuple[str, str]:
        """The paths of home and state: as requested, else from the ledger, else those of the account."""
        home = self.home or account.pw_dir
        state = self.state
        if state is None:
            state = os.path.join(home, STATE)
        elif not self.home:
            home = _home_of_state(state) or home
        return os.path.normpath(home), os.path.normpath(state)

    def run(self, home: HomeFolder, account: pwd.struct_passwd) -> Answer:
        """Do it. Called with the lock held, and with the traces of a crash removed, unless this is only a check."""
        raise NotImplementedError

    @classmethod
    def report(cls, answer: Answer, home: Owner, check: bool, ways: ChoiceCommands) -> Report:
        """The answer as people read it: a plan, a list of generations, or a checkup."""
        raise NotImplementedError

    @classmethod
    def is_settled(cls, answer: Answer) -> bool:
        """Whether nothing is left to do after an answer without a failure; else the command exits with 1."""
        return True


def _home_of_state(path: str) -> Optional[str]:
    from ..state.ledger import Ledger
    from ..state.state import State

    opened = State.open(path, create=False)
    if opened is None:
        return None
    try:
        return Ledger.home_of(opened)
    finally:
        opened.close()
