# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The subcommands of verbs, generated from the verbs' classes."""

from __future__ import annotations

import sys

from ..contract.errors import EngineError, ErrorKind
from .subcommand import Subcommand, add_parameter, given, label

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from typing import Iterator, Type

    from ..contract.parameter import Parameter
    from ..contract.value import JsonObject
    from ..verbs.verb import Verb
    from .session import Session

# Those that every subcommand has (see `arguments`), and the one that `--yes` stands for.
COMMON = ("user", "home", "state", "check", "diff", "backup_extension", "confirmed")


class VerbCommand(Subcommand):
    """The subcommand of one verb."""

    def __init__(self, verb: Type[Verb]) -> None:
        super().__init__(verb.command, verb.summary)
        self.verb = verb
        self.usage = verb.command

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        for parameter in own_parameters(self.verb):
            add_parameter(parser, parameter)
        if self.verb.question:
            parser.add_argument("-y", "--yes", action="store_true", help="do not ask")

    def run(self, session: Session) -> int:
        code = 0
        for values in self._requests(session):
            if self.verb.question and not (session.parsed.yes or session.dry_run):
                session.report(self.verb, session.ask(self.verb, {**values, "check": True}))
                if not _confirmed(self.verb.question):
                    session.output.say("nothing changed")
                    return 1
            try:
                code = session.report(self.verb, session.ask(self.verb, values)) or code
            except EngineError as error:
                if not self.verb.each:
                    raise
                session.output.error(error.message, error.kind.value)
                code = 1
        return code

    def _requests(self, session: Session) -> Iterator[JsonObject]:
        values = common_values(session)
        for parameter in own_parameters(self.verb):
            values[parameter.name] = given(session.parsed, parameter)
        if self.verb.one_of and all(values[name] is None for name in self.verb.one_of):
            labels = [label(self.verb.parameters[name]) for name in self.verb.one_of]
            raise EngineError(
                f"give {' or '.join(labels)}; `home-manager help {self.name}` shows more", ErrorKind.USAGE
            )
        values = {name: value for name, value in values.items() if name in self.verb.parameters}
        items = values.get(self.verb.each)
        if not isinstance(items, list):
            yield values
            return
        for item in items:
            yield {**values, self.verb.each: [item]}


def common_values(session: Session) -> JsonObject:
    """The arguments that every subcommand has, as parameters of a verb."""
    parsed = session.parsed
    return {"check": session.dry_run, "diff": parsed.diff, "backup_extension": parsed.backup_extension}


def own_parameters(verb: Type[Verb]) -> list[Parameter]:
    """The parameters for people that not every subcommand has."""
    found = [parameter for name, parameter in verb.parameters.items() if name not in COMMON]
    return [parameter for parameter in found if parameter.option is not None]


def _confirmed(question: str) -> bool:
    sys.stderr.write(f"{question} [y/N] ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in ("y", "yes")
