# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The subcommands that look at generations: `generations`, `packages` and `diff`."""

from __future__ import annotations

from ..contract.answers import SwitchAnswer
from ..contract.errors import EngineError, ErrorKind
from ..verbs.diff import Diff
from ..verbs.list import ListGenerations
from ..voice.quantities import size
from .subcommand import Subcommand

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse

    from ..contract.value import JsonObject
    from .session import Session


class GenerationsCommand(Subcommand):
    """List the generations."""

    usage = "generations"

    def __init__(self) -> None:
        super().__init__("generations", ListGenerations.summary)

    def run(self, session: Session) -> int:
        return session.report(ListGenerations, session.listing())


class PackagesCommand(Subcommand):
    """List the current generation's packages, with version, provider, bytes to download and commands."""

    usage = "packages"

    def __init__(self) -> None:
        super().__init__("packages", "list the packages of this generation")

    def run(self, session: Session) -> int:
        session.current()
        found = session.listing().packages
        if session.output.as_json:
            session.output.json({"packages": [item.json() for item in found]})
            return 0
        rows = [(item.name, item.version, item.provider, size(item.size) if item.size else "") for item in found]
        widths = [max((len(row[at]) for row in rows), default=0) for at in range(4)]
        for row, item in zip(rows, found):
            cells = [cell.ljust(width) for cell, width in zip(row, widths) if width]
            session.output.say("  ".join([*cells, " ".join(item.commands)]).rstrip())
        return 0


class DiffCommand(Subcommand):
    """Two generations, one and the current one, the home and its generation, or one file."""

    usage = "diff [A] [B]"

    def __init__(self) -> None:
        super().__init__("diff", Diff.summary)

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("between", metavar="A|PATH", nargs="?", help="a generation, or one file of the home")
        parser.add_argument(
            "and_", metavar="B", nargs="?", type=int, help="another generation (default: the current one)"
        )
        parser.add_argument("--exit-code", action="store_true", help="exit with status 1 when something differs")

    def run(self, session: Session) -> int:
        first, second = session.parsed.between, session.parsed.and_
        values: JsonObject = {"check": True}
        if first is not None and first.isdigit():
            values["between"] = [int(first)] if second is None else [int(first), second]
        elif first is not None:
            if second is not None:
                raise EngineError("a file is compared with the current generation alone", ErrorKind.USAGE)
            values["path"] = session.relative(first)
        answer = session.ask(Diff, values)
        session.dry_run = False
        session.report(Diff, answer)
        return 1 if isinstance(answer, SwitchAnswer) and answer.changed and session.parsed.exit_code else 0
