# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The arguments of the `home-manager` command, and its help: generated from the subcommands."""

from __future__ import annotations

import argparse
import sys
from functools import partial

from .. import VERSION
from ..verbs.table import public_verbs
from .generation_command import DiffCommand, GenerationsCommand, PackagesCommand
from .project_command import BuildCommand, EditCommand, InstantiateCommand, NewsCommand, OptionCommand
from .switch_command import SwitchCommand
from .verb_command import VerbCommand

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Container, Dict, List, NoReturn, Optional, Union

    from .subcommand import Subcommand

_HEAD = """\
usage: home-manager [options] COMMAND ...

Switch and manage this home.

"""
_TAIL = """\

  -f, --project DIR     folder of the project (default: that of the generation)
  -b, --backup EXT      back up files in the way as FILE.EXT
  -n, --dry-run         show what would change, and write nothing
  --diff                show the lines that change
  --vault-password-file FILE, --ask-vault-pass
                        give the vault password of the project
  -v, --verbose         show everything
  --json                print one JSON object instead of text
  --color WHEN          auto, always or never

switch, build, option, edit and news run Ansible; all other commands need neither Ansible nor a network.
"""
# Home Manager's names of commands that are called otherwise here.
_SYNONYMS = {"expire": ("expire-generations",)}
# Of a help that nobody asked for.
_WIDTH = 80
# Those that the list of commands leaves out.
_UNLISTED = ("instantiate", "remove-generations")


def subcommands() -> List[Subcommand]:
    """All subcommands, in the order in which they are listed: the verbs' last."""
    verbs = [VerbCommand(verb) for verb in public_verbs() if verb.command]
    last = sorted(verbs, key=lambda command: command.name == "uninstall")
    own: List[Subcommand] = [SwitchCommand(), DiffCommand(), GenerationsCommand(), OptionCommand(), PackagesCommand()]
    return [*own, BuildCommand(), EditCommand(), NewsCommand(), *last, InstantiateCommand()]


def overview(commands: List[Subcommand]) -> str:
    """The help of the whole command."""
    lines = []
    for command in commands:
        if command.name not in _UNLISTED:
            lines.append(f"  {command.usage:<20}  {command.summary}")
            lines += [f"      {usage:<16}  {text}" for usage, text in command.variants]
    lines.append(f"  {'help COMMAND':<20}  show more of one command")
    return _HEAD + "".join(line + "\n" for line in lines) + _TAIL


class Parser(argparse.ArgumentParser):
    """A parser whose errors are ours: what is wrong, what may have been meant, and status 2. `names` are those of commands."""

    names: List[str]

    def error(self, message: str) -> NoReturn:
        """Report what is wrong with the arguments, and exit."""
        sys.stderr.write(f"error: {message}\n")
        raise SystemExit(2)

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        """An unknown command is an error with the nearest name."""
        if action.dest not in ("command", "topic") or value in (action.choices or ()):
            super()._check_value(action, value)
            return
        import difflib

        close = difflib.get_close_matches(str(value), self.names, n=1)
        hint = f"; did you mean `{close[0]}`?" if close else "; `home-manager help` lists the commands"
        self.error(f"unknown command `{value}`{hint}")


def parser(commands: List[Subcommand], words: Container[str]) -> Parser:
    """The parser of a command line of these words; what it parses has the subcommand as `chosen`.

    It has the commands that are among the words; of the others it knows the name alone, to suggest it.
    """
    # Every argument asks for a formatter, which would import much to learn the width of the terminal.
    helps = any(word in words for word in ("help", "-h", "--help"))
    formatter: Any = argparse.HelpFormatter if helps else partial(argparse.HelpFormatter, width=_WIDTH)
    common = Parser(add_help=False, formatter_class=formatter)
    # Before and after the command's name alike; the later one must not reset the earlier one.
    _common(common, argparse.SUPPRESS, argparse.SUPPRESS)
    top = Parser(prog="home-manager", add_help=False, formatter_class=formatter)
    _common(top, None, False)
    top.add_argument("-h", "--help", action="store_true")
    top.add_argument("--version", action="version", version=VERSION)
    # With a name it forms no usage, for which it would import much.
    listed = top.add_subparsers(dest="command", metavar="COMMAND", parser_class=Parser, prog="home-manager")
    names: Dict[str, Subcommand] = {}
    for command in commands:
        for name in (command.name, *_SYNONYMS.get(command.name, ())):
            names[name] = command
            if name not in words:
                continue
            inner = listed.add_parser(
                name,
                help=command.summary,
                description=command.description,
                parents=[common],
                formatter_class=formatter,
            )
            command.add_arguments(inner)
            inner.set_defaults(chosen=command)
    text = "show the help of a command"
    topic = listed.add_parser("help", help=text, parents=[common], formatter_class=formatter)
    top.names = topic.names = [*names, "help"]
    topic.add_argument("topic", nargs="?", choices=topic.names, metavar="COMMAND")
    return top


def _common(where: argparse.ArgumentParser, text: Optional[str], flag: Union[bool, str]) -> None:
    where.add_argument("-f", "--project", metavar="DIR", default=text, help="folder of the project")
    where.add_argument(
        "-b",
        "-e",
        "--backup",
        dest="backup_extension",
        metavar="EXT",
        default=text,
        help="back up files in the way as FILE.EXT",
    )
    where.add_argument(
        "-n", "--dry-run", action="store_true", default=flag, help="show what would change, and write nothing"
    )
    where.add_argument("--diff", action="store_true", default=flag, help="show the lines that change")
    where.add_argument("--vault-password-file", metavar="FILE", default=text, help="file with the vault password")
    where.add_argument("--ask-vault-pass", action="store_true", default=flag, help="ask for the vault password")
    where.add_argument("-v", "--verbose", action="store_true", default=flag, help="show everything")
    where.add_argument("--json", action="store_true", default=flag, help="print one JSON object instead of text")
    where.add_argument("--color", choices=("auto", "always", "never"), default=text, help="when to colour")
    where.add_argument("--home", default=text, metavar="DIR", help="home to work on (default: your own)")
    where.add_argument("--state", default=text, metavar="DIR", help="state folder of the home")
