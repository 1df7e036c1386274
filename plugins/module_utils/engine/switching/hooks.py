# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Hooks: checks before anything is written, `onChange` and activation scripts after the links."""

from __future__ import annotations

import os
import stat
import time

from ..contract.outcomes import HookRun
from ..launcher import SEARCH
from ..state import layout

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Callable

    from ..contract.manifest import Script, View
    from ..home.folder import HomeFolder

_PASSED = ("LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR", "DBUS_SESSION_BUS_ADDRESS", "DISPLAY", "WAYLAND_DISPLAY")
_PRELUDE = """set -eu
run() {
  _quiet=
  case "${1:-}" in --quiet | --silence) _quiet=$1; shift ;; --) shift ;; esac
  if [ -n "${DRY_RUN:-}" ]; then printf '%s\\n' "$*"; return 0; fi
  case "$_quiet" in
    --quiet) "$@" > /dev/null ;;
    --silence) "$@" > /dev/null 2>&1 ;;
    *) "$@" ;;
  esac
}
verboseEcho() { if [ -n "${VERBOSE:-}" ]; then printf '%s\\n' "$*"; fi; }
noteEcho() { printf '%s\\n' "$*"; }
warnEcho() { printf '%s\\n' "$*" >&2; }
errorEcho() { printf '%s\\n' "$*" >&2; }
VERBOSE_ARG=${VERBOSE:+--verbose}
DRY_RUN_CMD=${DRY_RUN:+echo}
"""


class Outcome:
    """What hooks did: `runs` for the answer, `failed` when the last of them failed."""

    def __init__(self) -> None:
        self.runs: list[HookRun] = []
        # The targets whose onChange hook was started.
        self.started: list[str] = []

    @property
    def failed(self) -> HookRun | None:
        """The hook that failed: nothing runs after it."""
        return self.runs[-1] if self.runs and self.runs[-1].rc else None

    def message(self) -> str:
        """How it failed, in a sentence with the last line of its output."""
        if self.failed is None:
            return ""
        text = self.failed.output.strip().splitlines()
        last = f": {text[-1]}" if text else ""
        return f"{self.failed.name} failed with exit code {self.failed.rc}{last}"


class Hooks:
    """Runs the hooks of one switch as the user, each for at most `limit` seconds (0: as long as it takes)."""

    def __init__(self, home: HomeFolder, user: str, limit: float) -> None:
        self.home = home
        self.user = user
        self.limit = limit

    def check(self, view: View, dry_run: bool) -> Outcome:
        """Run the scripts of the phase `check`, which change nothing; with `dry_run` they know that nothing follows."""
        outcome = Outcome()
        environment = self._environment(None)
        if dry_run:
            environment["DRY_RUN"] = "1"
        for script in view.scripts("check"):
            if outcome.failed is None:
                self._run(outcome, _of_script(script), script.script, environment)
        return outcome

    def run_all(
        self, before: View | None, after: View, old: str | None, new: str, services: Callable[[], None]
    ) -> Outcome:
        """Run every `onChange` that is due and then the activation scripts; stop at the first that fails.

        `before` is the generation that last finished, `old` and `new` are the references of both. `services` is called
        at the place that the services have among the scripts, at the end where they have none.
        """
        outcome = Outcome()
        anchors = [item for item in after.activation if item.phase == "services"]
        environment = self._environment(new)
        if old is not None:
            environment["oldGenPath"] = f"{self.home.state_path}/{old}"
        for target, script in changed_hooks(before, after):
            if outcome.failed is None:
                outcome.started.append(target)
                self._run(outcome, _of_file(target, after), script, environment)
        for item in scripts_due(before, after):
            if outcome.failed is None and item.phase == "write":
                self._run(outcome, _of_script(item), item.script, environment)
            elif outcome.failed is None and item is anchors[0]:
                services()
        if outcome.failed is None and not anchors:
            services()
        return outcome

    def run_again(self, view: View, targets: list[str], new: str) -> Outcome:
        """After an undo: run the hooks of these targets as the generation that is back has them, whether or not one fails."""
        outcome = Outcome()
        environment = self._environment(new)
        for target in targets:
            entry = view.files.get(target)
            if entry is not None and entry.on_change:
                self._run(outcome, _of_file(target, view), entry.on_change, environment)
        return outcome

    def _environment(self, new: str | None) -> dict[str, str]:
        environment = {key: os.environ[key] for key in _PASSED if key in os.environ}
        path = os.environ.get("PATH") or SEARCH
        if os.environ.get("HOME_MANAGER_VERBOSE"):
            environment["VERBOSE"] = "1"
        environment.update(HOME=self.home.path, USER=self.user, LOGNAME=self.user, PATH=path, SHELL="/bin/sh")
        runtime = f"/run/user/{os.geteuid()}"
        if os.path.isdir(runtime):
            environment["XDG_RUNTIME_DIR"] = runtime
        if new is not None:
            environment["newGenPath"] = f"{self.home.state_path}/{new}"
            environment["HOME_MANAGER_STATE"] = self.home.state_path
            environment["HOME_MANAGER_FILES"] = f"{self.home.state_path}/{layout.CURRENT}/{layout.FILES}"
        return environment

    def _run(self, outcome: Outcome, run: HookRun, script: str, environment: dict[str, str]) -> None:
        if not script.strip():
            return
        shell = _shell()
        prelude = _PRELUDE + ("set -o pipefail\n" if shell.endswith("bash") else "")
        # Over standard input, for an argument would show in the process list; read whole before its first command runs.
        text = prelude + "{\n" + script + "\n} < /dev/null\n"
        # Many a home has no hook.
        from ..machine import process_group

        began = time.monotonic()
        old = os.umask(0o022)
        try:
            ran = process_group.run(
                [shell, "-s"], text.encode("utf-8", "surrogateescape"), environment, self.home.path, self.limit
            )
        finally:
            os.umask(old)
        run.rc = ran.code
        if not run.secret:
            # What a secret hook prints may be what it was given: that leaves this machine in no answer.
            run.output = ran.output.decode("utf-8", "replace")
        if ran.overdue:
            run.output += f"{_line(run.output)}ended after {self.limit:g} seconds, the limit of `home_hook_timeout`\n"
        run.seconds = round(time.monotonic() - began, 3)
        outcome.runs.append(run)


def _line(output: str) -> str:
    """What ends the last line of an output."""
    return "\n" if output and not output.endswith("\n") else ""


def changed_hooks(before: View | None, after: View) -> list[tuple[str, str]]:
    """The (target, script) whose file differs between two generations, shorter targets first."""
    old = before.files if before is not None else {}
    found = []
    for target, entry in after.files.items():
        if entry.on_change and (target not in old or old[target].content() != entry.content()):
            found.append((target, entry.on_change))
    return sorted(found, key=lambda item: (len(item[0]), item[0]))


def scripts_to_run(before: View | None, after: View) -> list[HookRun]:
    """What would run after the links, for a preview: names alone, for nothing of it has run."""
    changed = [_of_file(target, after) for target, _script in changed_hooks(before, after)]
    return changed + [_of_script(script) for script in scripts_due(before, after) if script.phase == "write"]


def scripts_due(before: View | None, after: View) -> list[Script]:
    """The scripts to run, in their order; of those for certain folders the ones below which a file differs.

    When the last file below a folder goes, its script may go too: then that of the former generation runs.
    """
    kept = {script.name for script in after.activation}
    former = before.scripts("write") if before is not None else []
    gone = [script for script in former if script.below and script.name not in kept]
    return [
        script
        for script in [*gone, *after.scripts("write", "services")]
        if not script.below or _differs(before, after, script.below)
    ]


def _differs(before: View | None, after: View, folders: list[str]) -> bool:
    prefixes = tuple(f"{folder}/" for folder in folders)
    old = before.files if before is not None else {}
    names = {target for target in {*old, *after.files} if target in folders or target.startswith(prefixes)}
    missing = object()
    shown = [{name: view[name].content() if name in view else missing for name in names} for view in (old, after.files)]
    return shown[0] != shown[1]


def _of_file(target: str, view: View) -> HookRun:
    return HookRun(target, "onChange", view.files[target].sensitive)


def _of_script(script: Script) -> HookRun:
    return HookRun(script.name, "check" if script.phase == "check" else "activation", script.sensitive)


def _shell() -> str:
    for folder in (os.environ.get("PATH") or SEARCH).split(":"):
        path = os.path.join(folder or ".", "bash")
        if os.path.isabs(path) and os.access(path, os.X_OK) and stat.S_ISREG(os.stat(path).st_mode):
            return path
    return "/bin/sh"
