# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The arguments of the `home-manager` command, and its help."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING, Any

from .. import VERSION

if TYPE_CHECKING:
    from typing import NoReturn

HELP = """\
usage: home-manager [options] COMMAND ...

Switch and look after this home.

  switch                switch to the project's spec
      --rollback        go back to the generation before
      --generation N    go to generation N
  diff [A] [B]          what differs: the home, or two generations
  generations           list the generations
  option [NAME|WORD]    look up options and their values
  packages              list the packages of this generation
  build                 render the spec to ./result
  edit                  open the spec in your editor
  news                  what is new in home.manager
  verify                compare the home with its generation
  expire                remove old generations
  uninstall             take everything away, put your files back
  help COMMAND          more of one command

  -f, --project DIR     the project (default: where the generation came from)
  -b, --backup EXT      move files that are in the way to FILE.EXT
  -n, --dry-run         preview, write nothing
  --diff                with the lines that change
  -v, --verbose         show everything
  --json                one JSON object instead of text
  --color WHEN          auto, always, never

switch, build, option, edit and news call Ansible; everything else works without it, and without a network.
"""
# Home Manager's names of commands that are called otherwise here.
SYNONYMS = {"expire-generations": "expire"}


class Parser(argparse.ArgumentParser):
    """A parser whose errors are ours: what is wrong, what may have been meant, and status 2."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong with the arguments, and exit."""
        sys.stderr.write(f"error: {message}\n")
        raise SystemExit(2)

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        """An unknown command is an error with the nearest name."""
        if action.dest not in ("command", "topic") or value in (action.choices or ()):
            super()._check_value(action, value)
            return
        import difflib

        close = difflib.get_close_matches(str(value), list(action.choices or ()), n=1)
        hint = f"; did you mean `{close[0]}`?" if close else "; `home-manager help` lists the commands"
        self.error(f"there is no command `{value}`{hint}")


def parser() -> Parser:
    """The parser of the whole command line."""
    common = Parser(add_help=False)
    # Before and after the command's name alike; the later one must not reset what the earlier one said.
    _common(common, argparse.SUPPRESS, argparse.SUPPRESS)
    top = Parser(prog="home-manager", add_help=False)
    _common(top, None, False)
    top.add_argument("-h", "--help", action="store_true")
    top.add_argument("--version", action="version", version=VERSION)
    commands = top.add_subparsers(dest="command", metavar="COMMAND", parser_class=Parser)

    def add(name: str, text: str) -> argparse.ArgumentParser:
        return commands.add_parser(name, help=text, description=text, parents=[common])

    add("help", "Show the help of a command.").add_argument("topic", nargs="?", choices=_TOPICS, metavar="COMMAND")
    add("generations", "List the generations, the newest first.")
    _switch(add("switch", "Switch to the project's spec, or to a generation."))
    _diff(add("diff", "Show what differs between two generations, or between a generation and the home."))
    add("build", "Render the project's spec to ./result, without touching the home.")
    option = add("option", "Show the value, type and definitions of options.")
    option.add_argument("option", metavar="PATH", nargs="+")
    add("edit", "Open the project's spec in $VISUAL or $EDITOR.")
    add("news", "Show the changes in the installed release of the collection.")
    add("packages", "List the packages that the current generation declares.")
    add("instantiate", "Home Manager's command; there is nothing to instantiate here.")
    for name in ("expire", "expire-generations"):
        expire = add(name, "Remove generations that are older than a date or an age.")
        expire.add_argument("age", metavar="TIME", nargs="*", help="such as '-30 days', 30d or 2026-05-01")
        expire.add_argument("--keep", type=int, metavar="N", help="keep the newest N, whatever their age")
    remove = add("remove-generations", "Remove these generations.")
    remove.add_argument("ids", metavar="ID", nargs="+", type=int)
    verify = add("verify", "Show which files were changed, replaced or removed.")
    verify.add_argument("--repair", action="store_true", help="put links, modes and contents back")
    uninstall = add("uninstall", "Take everything away and put back what was there before.")
    uninstall.add_argument("-y", "--yes", action="store_true", help="do not ask")
    return top


_TOPICS = (
    "generations", "switch", "diff", "build", "option", "edit", "news", "packages", "expire", "expire-generations",
    "remove-generations", "verify", "uninstall",
)  # fmt: skip


def _switch(switch: argparse.ArgumentParser) -> None:
    which = switch.add_mutually_exclusive_group()
    which.add_argument("--rollback", action="store_true", help="go back to the generation before")
    which.add_argument("--generation", type=int, metavar="N", help="go to generation N")
    which.add_argument("--overwrite", metavar="PATH", action="append", help="drop your changes to a file that was kept")
    switch.add_argument("-c", "--specialisation", metavar="NAME", help="choose this specialisation of the generation")
    switch.add_argument("--base", action="store_true", help="leave the specialisation of the current generation")
    switch.add_argument("--keep-failed", action="store_true", help="do not undo when a hook fails")


def _diff(diff: argparse.ArgumentParser) -> None:
    diff.add_argument("between", metavar="A|PATH", nargs="?", help="a generation, or one file of the home")
    diff.add_argument("and_", metavar="B", nargs="?", type=int, help="another generation (default: the current one)")
    diff.add_argument("--exit-code", action="store_true", help="exit with status 1 when something differs")


def _common(where: argparse.ArgumentParser, text: Any, flag: Any) -> None:
    where.add_argument("-f", "--project", metavar="DIR", default=text, help="the project's folder")
    where.add_argument(
        "-b", "-e", "--backup", dest="extension", metavar="EXT", default=text, help="move files in the way to FILE.EXT"
    )
    where.add_argument("-n", "--dry-run", action="store_true", default=flag, help="preview, write nothing")
    where.add_argument("--diff", action="store_true", default=flag, help="show the lines that change")
    where.add_argument("-v", "--verbose", action="store_true", default=flag, help="show everything")
    where.add_argument("--json", action="store_true", default=flag, help="print one JSON object instead of text")
    where.add_argument("--color", choices=("auto", "always", "never"), default=text, help="when to colour")
    where.add_argument("--home", default=text, metavar="DIR", help="the home (default: your own)")
    where.add_argument("--state", default=text, metavar="DIR", help="the folder of the generations")
