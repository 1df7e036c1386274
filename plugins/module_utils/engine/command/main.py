# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The `home-manager` command that lives in a home: works offline, with Python alone.

Ansible is called only for a new spec.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

from ..contract.errors import EngineError
from ..verbs.dispatch import STATE, handle
from ..voice.answers import Ways, generations_of, plan_of_answer, plan_of_verify
from ..voice.generations import generation_lines
from ..voice.plan import Owner
from .arguments import HELP, parser
from .output import Output

if TYPE_CHECKING:
    import argparse

    from .project import Project


def main(arguments: list[str]) -> int:
    """Run the command; the exit code (0 done, 1 refused or failed, 2 wrong use)."""
    top = parser()
    parsed = top.parse_args(arguments)
    if parsed.help or parsed.command == "help":
        topic = getattr(parsed, "topic", None)
        if topic:
            top.parse_args([topic, "--help"])
        sys.stdout.write(HELP)
        return 0
    if parsed.command is None:
        sys.stderr.write(HELP)
        return 2
    for stream in (sys.stdout, sys.stderr):
        # A name of a file may be no text in the terminal's encoding.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    output = Output(sys.stdout, sys.stderr, parsed.color or "auto", parsed.json, parsed.verbose)
    try:
        return Command(parsed, output).run()
    except EngineError as error:
        output.error(error.message, error.kind)
        return 2 if error.kind == "usage" else 1
    except OSError as error:
        output.error(str(error), "system")
        return 1
    except KeyboardInterrupt:
        output.error("interrupted; the next run finishes or undoes what was under way", "interrupted")
        return 130


class Command:
    """One run of the command."""

    def __init__(self, parsed: argparse.Namespace, output: Output) -> None:
        self.parsed = parsed
        self.output = output
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
        self.output.note(f"waiting for another switch of this home{who}")

    @property
    def owner(self) -> Owner:
        """Whose home it is."""
        import pwd

        try:
            # As the inventory calls the machine, so that a home has one name everywhere.
            host = self._current()["origin"].get("host")
        except EngineError:
            host = None
        return Owner(pwd.getpwuid(os.geteuid()).pw_name, host or os.uname().nodename.split(".")[0])

    def do_generations(self) -> int:
        """List them."""
        found = generations_of(self.ask("list", check=True))
        self.output.record(found, generation_lines(found))
        return 0

    def do_packages(self) -> int:
        """List the current generation's packages, sorted whatever their case."""
        self._current()
        found = self.ask("list", check=True)["packages"]
        if self.output.as_json:
            self.output.json({"packages": found})
            return 0
        rows = [(item["name"], item["version"], item["provider"], " ".join(item["commands"])) for item in found]
        widths = [max((len(row[at]) for row in rows), default=0) for at in range(3)]
        for row in rows:
            cells = [cell.ljust(width) for cell, width in zip(row, widths) if width]
            self.output.say("  ".join([*cells, row[3]]).rstrip())
        return 0

    def do_switch(self) -> int:
        """To the spec, or to a generation."""
        parsed = self.parsed
        wanted = {
            "check": parsed.dry_run,
            "diff": parsed.diff,
            "backup_extension": parsed.extension,
            "on_failure": "keep" if parsed.keep_failed else "undo",
        }
        if parsed.rollback:
            if parsed.specialisation:
                raise EngineError("a rollback goes to the base of a generation; leave --specialisation out", "usage")
            return self._told(self.ask("rollback", **wanted), "rollback")
        if parsed.overwrite:
            return self._overwrite(wanted)
        if parsed.generation is not None or parsed.specialisation or parsed.base:
            wanted.update(generation=parsed.generation, specialisation=parsed.specialisation)
            return self._told(self.ask("activate", **wanted), "generation")
        extra = []
        if parsed.extension:
            extra += ["-e", f"home_backup_extension={parsed.extension}"]
        if parsed.keep_failed:
            extra += ["-e", "home_on_failure=keep"]
        if parsed.dry_run:
            extra.append("--check")
        if parsed.diff:
            extra.append("--diff")
        return self._project().play(None, extra, self._environment())

    def _overwrite(self, wanted: dict[str, Any]) -> int:
        """Put the declared content of kept files back, and refuse paths of which there is none."""
        current = self.ask("list", check=True)
        paths = [self._relative(path) for path in self.parsed.overwrite]
        kept = {item["path"] for item in self.ask("verify", check=True)["drift"] if item["problem"] == "changed"}
        for path in paths:
            if path not in kept:
                raise EngineError(f"~/{path} is no file that was kept as you changed it", "usage")
        wanted.update(overwrite=paths, generation=None, specialisation=current["specialisation"])
        return self._told(self.ask("activate", **wanted), "generation")

    def _relative(self, path: str) -> str:
        """A path as it was typed, relative to the home."""
        home = os.path.realpath(self.parsed.home or os.path.expanduser("~"))
        folder, name = os.path.split(os.path.abspath(os.path.expanduser(path)))
        whole = os.path.join(os.path.realpath(folder), name)
        if not whole.startswith(home.rstrip("/") + "/"):
            raise EngineError(f"{path} is not in the home {home}", "usage")
        return whole[len(home.rstrip("/")) + 1 :]

    def do_diff(self) -> int:
        """Two generations, one and the current one, the home and its generation, or one file."""
        first, second = self.parsed.between, self.parsed.and_
        request: dict[str, Any] = {"from": None, "to": second}
        if first is not None and first.isdigit():
            request["from"] = int(first)
        elif first is not None:
            if second is not None:
                raise EngineError("a file is compared with the current generation alone", "usage")
            request["path"] = self._relative(first)
        answer = self.ask("diff", check=True, **request)
        self.output.plan(plan_of_answer(answer, "diff", self.owner, False))
        return 1 if answer["changed"] and self.parsed.exit_code else 0

    def do_build(self) -> int:
        """Render only."""
        return self._project().play("home.manager.build", [], self._environment())

    def do_option(self) -> int:
        """Explain options."""
        code = 0
        for path in self.parsed.option:
            extra = ["-e", f"option={path.rstrip('.')}"]
            code = self._project().play("home.manager.option", extra, self._environment()) or code
        return code

    def do_news(self) -> int:
        """The collection's changes."""
        return self._project().news()

    def do_edit(self) -> int:
        """Open the spec."""
        return self._project().edit()

    def do_instantiate(self) -> int:
        """Nothing: a home has no derivation here."""
        raise EngineError("there is nothing to instantiate; `home-manager build` renders the spec to ./result", "usage")

    def do_remove_generations(self) -> int:
        """Remove those that are named; one that cannot be removed is told and left out."""
        code = 0
        for number in self.parsed.ids:
            try:
                self._told(self.ask("remove", generations=[number], check=self.parsed.dry_run), "expire")
            except EngineError as error:
                self.output.error(error.message, error.kind)
                code = 1
        return code

    def do_expire(self) -> int:
        """Remove the old ones."""
        from ..contract.age import parse_age

        text = " ".join(self.parsed.age)
        if not text and self.parsed.keep is None:
            raise EngineError("say how old (such as '-30 days') or how many to keep (--keep N)", "usage")
        older = parse_age(text) if text else None
        answer = self.ask("expire", older_than=older, keep=self.parsed.keep, check=self.parsed.dry_run)
        return self._told(answer, "expire")

    do_expire_generations = do_expire

    def do_verify(self) -> int:
        """Compare; 1 when something differs still."""
        answer = self.ask("verify", repair=self.parsed.repair, check=self.parsed.dry_run)
        self.output.plan(plan_of_verify(answer, self.owner, self.parsed.dry_run))
        return 1 if len(answer["drift"]) > len(answer["repaired"]) else 0

    def do_uninstall(self) -> int:
        """Take everything away, if so wished."""
        if not (self.parsed.yes or self.parsed.dry_run):
            self._told(self.ask("uninstall", check=True), "uninstall")
            sys.stderr.write("Take all this away? [y/N] ")
            sys.stderr.flush()
            if sys.stdin.readline().strip().lower() not in ("y", "yes"):
                self.output.say("nothing changed")
                return 1
        return self._told(self.ask("uninstall", check=self.parsed.dry_run), "uninstall")

    def _told(self, answer: dict[str, Any], verb: str) -> int:
        given = [argument for argument in sys.argv[1:] if argument not in ("-n", "--dry-run")]
        again = " ".join(["home-manager", *given, "-b bak"])
        return self.output.plan(plan_of_answer(answer, verb, self.owner, self.parsed.dry_run, Ways(again)))

    def _current(self) -> dict[str, Any]:
        for item in self.ask("list", check=True)["generations"]:
            if item["current"]:
                found: dict[str, Any] = item
                return found
        raise EngineError("there is no current generation", "generation")

    def _environment(self) -> dict[str, str]:
        """What the Ansible that is called has to know of how to print."""
        parsed = self.parsed
        found = {"HOME_PLAN_FORMAT": "json"} if parsed.json else {}
        if parsed.verbose:
            found["ANSIBLE_VERBOSITY"] = "1"
        if parsed.color in ("always", "never"):
            found["ANSIBLE_FORCE_COLOR" if parsed.color == "always" else "ANSIBLE_NOCOLOR"] = "1"
        return found

    def _project(self) -> Project:
        from .project import Project

        try:
            origin = self._current()["origin"]
        except EngineError:
            # The first switch of a project that is named needs no generation before it.
            if not self.parsed.project:
                raise
            origin = {}
        return Project(origin, self.parsed.project)


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
