# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The subcommand `switch`: to a generation that is there, offline, or to the project's specification, with Ansible."""

from __future__ import annotations

from ..contract.errors import EngineError, ErrorKind
from ..verbs.activate import Activate
from ..verbs.rollback import Rollback
from ..verbs.table import settings
from ..verbs.verify import Verification, Verify
from .subcommand import Subcommand, add_parameter, given
from .verb_command import COMMON, common_values

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse

    from ..contract.value import JsonObject
    from .session import Session


class SwitchCommand(Subcommand):
    """See the module."""

    usage = "switch"
    variants = (("--rollback", Rollback.summary), ("--generation N", "go to generation N"))

    def __init__(self) -> None:
        super().__init__("switch", "switch to the project's spec")

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        which = parser.add_mutually_exclusive_group()
        which.add_argument("--rollback", action="store_true", help=Rollback.summary)
        add_parameter(which, Activate.parameters["generation"])
        which.add_argument(
            "--overwrite", metavar="PATH", action="append", help="discard your edits of a file that was kept"
        )
        add_parameter(parser, Activate.parameters["specialisation"])
        parser.add_argument("--base", action="store_true", help="leave the specialisation of the current generation")
        for parameter in settings(Activate):
            if parameter.name not in COMMON:
                add_parameter(parser, parameter)
        parser.add_argument(
            "--keep-failed",
            dest="on_failure",
            action="store_const",
            const="keep",
            help="do not undo when a hook fails; the same as --on-failure keep",
        )

    def run(self, session: Session) -> int:
        parsed = session.parsed
        chosen = {parameter.name: given(parsed, parameter) for parameter in settings(Activate)}
        values: JsonObject = {**common_values(session), **chosen}
        if parsed.rollback:
            if parsed.specialisation:
                message = "a rollback goes to the base of a generation; leave out --specialisation"
                raise EngineError(message, ErrorKind.USAGE)
            return session.report(Rollback, session.ask(Rollback, values))
        if parsed.overwrite:
            values.update(overwrite=_kept(session), specialisation=session.listing().specialisation)
            return session.report(Activate, session.ask(Activate, values))
        if parsed.generation is not None or parsed.specialisation or parsed.base:
            values.update(generation=parsed.generation, specialisation=parsed.specialisation)
            return session.report(Activate, session.ask(Activate, values))
        extra = [word for name, value in chosen.items() if value is not None for word in ("-e", f"home_{name}={value}")]
        extra += ["--check"] if session.dry_run else []
        extra += ["--diff"] if parsed.diff else []
        return session.project().play(None, extra, session.environment())


def _kept(session: Session) -> list[str]:
    """The paths to overwrite. EngineError `usage` for one that was not kept."""
    answer = session.ask(Verify, {"check": True})
    drift = answer.drift if isinstance(answer, Verification) else []
    kept = {item.path for item in drift if item.problem == "changed"}
    paths = [session.relative(path) for path in session.parsed.overwrite]
    for path in paths:
        if path not in kept:
            raise EngineError(f"~/{path} is not a file that was kept as you edited it", ErrorKind.USAGE)
    return paths
