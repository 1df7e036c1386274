# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The `home-manager` command that lives in a home: works offline, with Python alone.

Ansible is called only for a new spec.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any, TextIO

from .. import VERSION
from ..contract.errors import EngineError
from ..verbs.dispatch import STATE, handle
from . import terminal

if TYPE_CHECKING:
    import argparse

    from .project import Project

_EPILOG = """\
switch without --rollback, --generation or --specialisation works in the project that the current generation came
from, and so do build, option, edit and news; all but edit call Ansible there. Everything else needs neither Ansible
nor a network.
"""


def main(arguments: list[str]) -> int:
    """Run the command; the exit code (0 done, 1 failed, 2 wrong use)."""
    parsed = parser().parse_args(arguments)
    if parsed.command is None or parsed.command == "help":
        parser().print_help(sys.stdout if parsed.command else sys.stderr)
        return 0 if parsed.command else 1
    try:
        return Command(parsed, sys.stdout, sys.stderr).run()
    except EngineError as error:
        say(f"home-manager: {error.message}", sys.stderr)
        return 1
    except OSError as error:
        say(f"home-manager: {error}", sys.stderr)
        return 1
    except KeyboardInterrupt:
        say("home-manager: interrupted; the next run finishes or undoes what was under way", sys.stderr)
        return 130


def say(line: str, where: TextIO) -> None:
    """Write a line."""
    where.write(line + "\n")


def parser() -> argparse.ArgumentParser:
    """The parser of the arguments."""
    import argparse

    common = argparse.ArgumentParser(add_help=False)
    # Before and after the subcommand's name alike; the later one must not reset what the earlier one said.
    _common(common, argparse.SUPPRESS, argparse.SUPPRESS)
    top = argparse.ArgumentParser(
        prog="home-manager",
        description="Look after the generations of this home.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    _common(top, None, False)
    top.add_argument("--version", action="version", version=VERSION)
    commands = top.add_subparsers(dest="command", metavar="COMMAND")

    def add(name: str, text: str) -> argparse.ArgumentParser:
        return commands.add_parser(name, help=text, description=text, parents=[common])

    add("help", "show this help")
    add("generations", "list the generations, the newest first")
    switch = add("switch", "switch to the project's spec, or to a generation that is there")
    which = switch.add_mutually_exclusive_group()
    which.add_argument("--rollback", action="store_true", help="go to the generation before the current one")
    which.add_argument("--generation", type=int, metavar="N", help="go to this generation")
    switch.add_argument("-c", "--specialisation", metavar="NAME", help="choose this specialisation of the generation")
    switch.add_argument("--base", action="store_true", help="leave the specialisation of the current generation")
    switch.add_argument("-b", "-e", dest="extension", metavar="EXT", help="move files that are in the way to FILE.EXT")
    switch.add_argument("--keep-failed", action="store_true", help="do not undo when a hook fails")
    add("build", "render the project's spec to ./result, without touching the home")
    option = add("option", "tell an option's value, type and definitions")
    option.add_argument("option", metavar="PATH", nargs="+")
    add("edit", "open the project's spec in $VISUAL or $EDITOR")
    add("news", "tell the changes in the installed release of the collection")
    add("packages", "list the packages that the current generation declares")
    expire = add("expire-generations", "remove generations that are older than a date or an age")
    expire.add_argument("age", metavar="TIME", nargs="*", help="such as '-30 days', 30d or 2026-05-01")
    expire.add_argument("--keep", type=int, metavar="N", help="the newest N stay, whatever their age")
    remove = add("remove-generations", "remove these generations")
    remove.add_argument("ids", metavar="ID", nargs="+", type=int)
    verify = add("verify", "tell which managed files were changed, replaced or removed")
    verify.add_argument("--repair", action="store_true", help="put links, modes and objects right")
    uninstall = add("uninstall", "take everything away and put back what was there before")
    uninstall.add_argument("-y", "--yes", action="store_true", help="do not ask")
    return top


def _common(where: argparse.ArgumentParser, text: Any, flag: Any) -> None:
    where.add_argument("-n", "--dry-run", action="store_true", default=flag, help="only tell what would be done")
    where.add_argument("-v", "--verbose", action="store_true", default=flag, help="tell more")
    where.add_argument("--home", default=text, metavar="DIR", help="the home (default: your own)")
    where.add_argument("--state", default=text, metavar="DIR", help="the folder of the generations")


class Command:
    """One run of the command."""

    def __init__(self, parsed: argparse.Namespace, out: TextIO, err: TextIO) -> None:
        self.parsed = parsed
        self.out = out
        self.err = err
        state = parsed.state or own_state(sys.argv[0])
        self.place = {"home": parsed.home, "state": os.path.abspath(state) if state else None}

    def run(self) -> int:
        """Do what was asked for."""
        name = self.parsed.command.replace("-", "_")
        code: int = getattr(self, "do_" + name)()
        return code

    def ask(self, verb: str, **request: Any) -> dict[str, Any]:
        """The engine's answer."""
        place = {key: value for key, value in self.place.items() if value}
        request.update(place, verb=verb)
        return handle(request, self._waiting)

    def _waiting(self, holder: str) -> None:
        who = f" (process {holder})" if holder else ""
        say(f"home-manager: waiting for another switch of this home{who} ...", self.err)

    def do_generations(self) -> int:
        """List them."""
        for item in self.ask("list", check=True)["generations"]:
            say(terminal.generation(item), self.out)
        return 0

    def do_packages(self) -> int:
        """List the current generation's packages, sorted whatever their case."""
        for name in sorted(self._current()["packages"], key=str.lower):
            say(name, self.out)
        return 0

    def do_switch(self) -> int:
        """To the spec, or to a generation."""
        parsed = self.parsed
        wanted = {
            "check": parsed.dry_run,
            "backup_extension": parsed.extension,
            "on_failure": "keep" if parsed.keep_failed else "undo",
        }
        if parsed.rollback:
            if parsed.specialisation:
                raise EngineError("a rollback goes to the base of a generation; leave --specialisation out", "usage")
            return self._told(self.ask("rollback", **wanted))
        if parsed.generation is not None or parsed.specialisation or parsed.base:
            wanted.update(generation=parsed.generation, specialisation=parsed.specialisation)
            return self._told(self.ask("activate", **wanted))
        extra = []
        if parsed.extension:
            extra += ["-e", f"home_backup_extension={parsed.extension}"]
        if parsed.keep_failed:
            extra += ["-e", "home_on_failure=keep"]
        if parsed.dry_run:
            extra += ["--check", "--diff"]
        return self._project().play(None, extra, parsed.verbose)

    def do_build(self) -> int:
        """Render only."""
        return self._project().play("home.manager.build", [], self.parsed.verbose)

    def do_option(self) -> int:
        """Explain options."""
        code = 0
        for path in self.parsed.option:
            code = self._project().play("home.manager.option", ["-e", f"option={path.rstrip('.')}"], False) or code
        return code

    def do_news(self) -> int:
        """The collection's changes."""
        return self._project().news()

    def do_edit(self) -> int:
        """Open the spec."""
        return self._project().edit()

    def do_remove_generations(self) -> int:
        """Remove those that are named; one that cannot be removed is told and left out."""
        code = 0
        for number in self.parsed.ids:
            try:
                self._told(self.ask("remove", generations=[number], check=self.parsed.dry_run))
            except EngineError as error:
                say(f"home-manager: {error.message}", self.err)
                code = 1
        return code

    def do_expire_generations(self) -> int:
        """Remove the old ones."""
        from ..contract.age import parse_age

        text = " ".join(self.parsed.age)
        if not text and self.parsed.keep is None:
            raise EngineError("say how old (such as '-30 days') or how many to keep (--keep N)", "usage")
        older = parse_age(text) if text else None
        return self._told(self.ask("expire", older_than=older, keep=self.parsed.keep, check=self.parsed.dry_run))

    def do_verify(self) -> int:
        """Compare; 1 when something differs still."""
        answer = self.ask("verify", repair=self.parsed.repair, check=self.parsed.dry_run)
        for line in terminal.drift(answer):
            say(line, self.out)
        return 1 if len(answer["drift"]) > len(answer["repaired"]) else 0

    def do_uninstall(self) -> int:
        """Take everything away, if so wished."""
        if not (self.parsed.yes or self.parsed.dry_run):
            self.out.write("Take every managed file out of this home and remove all generations? [y/n] ")
            self.out.flush()
            if sys.stdin.readline().strip().lower() not in ("y", "yes"):
                say("Nothing was changed.", self.out)
                return 1
        return self._told(self.ask("uninstall", check=self.parsed.dry_run))

    def _told(self, answer: dict[str, Any]) -> int:
        for line in terminal.answer(answer, self.parsed.dry_run, self.parsed.verbose):
            say(line, self.out)
        for warning in answer.get("warnings") or []:
            say(f"home-manager: {warning}", self.err)
        failed = answer.get("failed")
        if failed:
            undone = "; the generation before was put back" if failed.get("undone") else ""
            say(f"home-manager: {failed['message']}{undone}", self.err)
        return 1 if failed else 0

    def _current(self) -> dict[str, Any]:
        for item in self.ask("list", check=True)["generations"]:
            if item["current"]:
                found: dict[str, Any] = item
                return found
        raise EngineError("there is no current generation", "generation")

    def _project(self) -> Project:
        from .project import Project

        return Project(self._current()["origin"])


def own_state(script: str) -> str | None:
    """The state folder that a command was installed from, told by the links that lead to it; None when none does.

    Better than any default: the spec may have moved the folder, and the environment must not be asked.
    """
    path = os.path.realpath(script)
    for marker in ("/generations/", "/store/"):
        top, found, _rest = path.partition(marker)
        if found and os.path.islink(top + "/current"):
            return top
    home = os.path.expanduser("~")
    default = os.path.join(home, STATE)
    return default if os.path.isdir(default) and home != "~" else None
