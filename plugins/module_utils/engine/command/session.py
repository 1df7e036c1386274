# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a subcommand works with: the arguments, the engine, and the terminal."""

from __future__ import annotations

import os
import sys

from ..contract.errors import EngineError, ErrorKind
from ..contract.manifest import Origin
from ..disk import filesystem, queries
from ..launcher import STATE
from ..machine import account as accounts
from ..state import layout
from ..state.state import State
from ..verbs.dispatch import act
from ..verbs.list import Generation, ListGenerations, Listing
from ..voice.answers import ChoiceCommands
from ..voice.checkup import Checkup
from ..voice.generations import Generations
from ..voice.plan import Owner
from .project import Project

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from typing import Type

    from ..contract.answers import Answer
    from ..contract.value import JsonObject
    from ..verbs.verb import Verb
    from .output import Output


class Session:
    """One run of the command."""

    def __init__(self, parsed: argparse.Namespace, output: Output) -> None:
        self.parsed = parsed
        self.output = output
        self.dry_run: bool = parsed.dry_run
        self._owner: Owner | None = None
        state = parsed.state or own_state(sys.argv[0])
        self.paths: JsonObject = {}
        if parsed.home:
            self.paths["home"] = os.path.abspath(parsed.home)
        if state:
            self.paths["state"] = os.path.abspath(state)

    @property
    def owner(self) -> Owner:
        """Whose home it is, with the name that the inventory gives the machine, so that a home has one name everywhere."""
        return self._learn_owner()

    def _learn_owner(self) -> Owner:
        if self._owner is None:
            host = self._inventory_name()
            self._owner = Owner(accounts.find(None).pw_name, host or os.uname().nodename.split(".")[0])
        return self._owner

    def _inventory_name(self) -> str | None:
        """The name that the inventory gives this machine, as the current generation has it; None where that is not known."""
        account = accounts.find(None)
        try:
            state = State.open(ListGenerations(dict(self.paths)).locations(account)[1], create=False)
            if state is None:
                return None
            try:
                current = state.current()
                # The rest of the manifest would have to be checked.
                found = state.json(f"{current}/{layout.MANIFEST}") if current is not None else None
            finally:
                state.close()
            return Origin.of(found.get("origin")).host if isinstance(found, dict) else None
        except (EngineError, OSError):
            return None

    def ask(self, verb: Type[Verb], values: JsonObject) -> Answer:
        """The answer to a request, with the paths of this run. EngineError."""
        # Before the run, which may take away what it is read from.
        self._learn_owner()
        request = verb({**self.paths, **values})
        try:
            return act(request, accounts.find(None), self._waiting)
        except Exception as error:
            found = accounts.engine_error(error)
            if found.kind == ErrorKind.BUG:
                raise
            raise found from error

    def report(self, verb: Type[Verb], answer: Answer) -> int:
        """Print an answer; the exit code."""
        report = verb.report(answer, self.owner, self.dry_run, ChoiceCommands(self._again()))
        if isinstance(report, Generations):
            self.output.generations(report._replace(home=""))
            return 0
        if isinstance(report, Checkup):
            self.output.checkup(report)
            return 0 if verb.is_settled(answer) else 1
        return self.output.plan(report) or (0 if verb.is_settled(answer) else 1)

    def listing(self) -> Listing:
        """The generations."""
        answer = self.ask(ListGenerations, {"check": True})
        if not isinstance(answer, Listing):
            raise TypeError(f"not a list of generations: {answer!r}")
        return answer

    def current(self) -> Generation:
        """The current generation. EngineError `generation` when there is none."""
        for item in self.listing().generations:
            if item.current:
                return item
        raise EngineError("there is no current generation", ErrorKind.GENERATION)

    def relative(self, path: str) -> str:
        """A path as it was typed, relative to the home. EngineError `usage` for one outside."""
        home = os.path.realpath(self.parsed.home or os.path.expanduser("~"))
        folder, name = os.path.split(os.path.abspath(os.path.expanduser(path)))
        whole = os.path.join(os.path.realpath(folder), name)
        if not whole.startswith(home.rstrip("/") + "/"):
            raise EngineError(f"{path} is not in the home {home}", ErrorKind.USAGE)
        return whole[len(home.rstrip("/")) + 1 :]

    def project(self) -> Project:
        """The project that the current generation came from, or the one that is named."""
        try:
            origin = self.current().origin
        except EngineError:
            # The first switch of a project needs no generation before it.
            origin = Origin()
        found = Project(origin, self.parsed.project)
        if found.moved:
            self.output.note(f"the project {origin.project} no longer exists; using {found.folder}")
        return found

    def environment(self) -> dict[str, str]:
        """What the Ansible that is called has to know of how to print."""
        parsed = self.parsed
        found = {"HOME_PLAN_FORMAT": "json"} if parsed.json else {}
        if parsed.verbose:
            found["ANSIBLE_VERBOSITY"] = "1"
        if parsed.vault_password_file:
            # Ansible runs in the project's folder.
            found["ANSIBLE_VAULT_PASSWORD_FILE"] = os.path.abspath(parsed.vault_password_file)
        if parsed.ask_vault_pass:
            found["ANSIBLE_ASK_VAULT_PASS"] = "1"
        if parsed.color in ("always", "never"):
            found["ANSIBLE_FORCE_COLOR" if parsed.color == "always" else "ANSIBLE_NOCOLOR"] = "1"
        return found

    def _again(self) -> str:
        given = [argument for argument in sys.argv[1:] if argument not in ("-n", "--dry-run")]
        return " ".join(["home-manager", *given, "-b bak"])

    def _waiting(self, holder: str) -> None:
        who = f" (process {holder})" if holder else ""
        self.output.note(f"waiting for another switch of this home{who}")


def own_state(script: str) -> str | None:
    """The state folder that the command was installed from, found by the links that lead to it; None when none does.

    Better than any default: the specification may have moved the folder, and the environment must not be asked.
    """
    path = os.path.realpath(script)
    for marker in ("/generations/", "/store/"):
        top, found, _rest = path.partition(marker)
        if found and filesystem.readlink(top + "/current") is not None:
            return top
    home = os.path.expanduser("~")
    default = os.path.join(home, STATE)
    return default if queries.is_folder(default) and home != "~" else None
