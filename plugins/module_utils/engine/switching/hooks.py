# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Hooks: checks before anything is written, `onChange` and activation entries after the links."""

from __future__ import annotations

import os
import stat
import time
from typing import TYPE_CHECKING, Any

from ..state import layout

if TYPE_CHECKING:
    from ..contract.manifest import Entry, Manifest
    from ..home.folder import HomeFolder

# So many bytes of a hook's output are kept, from its end.
OUTPUT = 32 * 1024
_SEARCH = "/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin"
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


class Hook:
    """A script to run. `event`: activation, onChange or check; `item` is what the manifest holds of it."""

    def __init__(self, name: str, event: str, item: Entry) -> None:
        self.name = name
        self.event = event
        self.script: str = item.get("onChange" if event == "onChange" else "script") or ""
        self.secret = bool(item.get("sensitive"))

    def json(self) -> dict[str, Any]:
        """What an answer says of it."""
        return dict({"name": self.name, "event": self.event}, **({"secret": True} if self.secret else {}))


class Outcome:
    """What the hooks did: `hooks` for the answer, `failed` ({"entry", "rc", "output"}) when one of them failed."""

    def __init__(self) -> None:
        self.hooks: list[dict[str, Any]] = []
        self.failed: dict[str, Any] | None = None
        # The targets whose onChange hook was started.
        self.started: list[str] = []


def checks(home: HomeFolder, view: Manifest, user: str, dry: bool) -> Outcome:
    """Run the entries of the phase `check`; they change nothing."""
    outcome = Outcome()
    for item in view.get("activation") or []:
        if item.get("phase") == "check" and outcome.failed is None:
            _run(outcome, Hook(item["name"], "check", item), _environment(home, user, None, dry), home.path)
    return outcome


def changed_hooks(before: Manifest | None, after: Manifest) -> list[tuple[str, str]]:
    """The (target, script) whose file differs between two generations, shorter targets first."""
    old: dict[str, Entry] = before["files"] if before is not None else {}
    found = []
    for target, entry in after["files"].items():
        if entry.get("onChange") and (target not in old or _signature(old[target]) != _signature(entry)):
            found.append((target, entry["onChange"]))
    return sorted(found, key=lambda item: (len(item[0]), item[0]))


def due(before: Manifest | None, after: Manifest) -> list[dict[str, Any]]:
    """What would run after the links, for a preview: `name` alone, for nothing of it has run."""
    items = [item for item in after.get("activation") or [] if item.get("phase", "write") == "write"]
    entries = [Hook(item["name"], "activation", item) for item in items]
    changed = [Hook(target, "onChange", after["files"][target]) for target, _script in changed_hooks(before, after)]
    return [hook.json() for hook in [*changed, *entries]]


def _signature(entry: Entry) -> dict[str, Any]:
    return {key: value for key, value in entry.items() if key not in ("onChange", "origin", "force", "onConflict")}


def run_all(
    home: HomeFolder, before: Manifest | None, after: Manifest, user: str, old: str | None, new: str
) -> Outcome:
    """Run every `onChange` that is due and then the activation entries; stop at the first that fails.

    `before` is the generation that last finished, `old` and `new` are the references of both.
    """
    outcome = Outcome()
    environment = _environment(home, user, new, False)
    if old is not None:
        environment["oldGenPath"] = f"{home.state_path}/{old}"
    for target, _script in changed_hooks(before, after):
        if outcome.failed is None:
            outcome.started.append(target)
            _run(outcome, Hook(target, "onChange", after["files"][target]), environment, home.path)
    for item in after.get("activation") or []:
        if item.get("phase", "write") == "write" and outcome.failed is None:
            _run(outcome, Hook(item["name"], "activation", item), environment, home.path)
    return outcome


def run_again(home: HomeFolder, view: Manifest, targets: list[str], user: str, new: str | None) -> Outcome:
    """After an undo: run the hooks of these targets as the generation that is back says."""
    outcome = Outcome()
    environment = _environment(home, user, new, False)
    for target in targets:
        script = view["files"].get(target, {}).get("onChange")
        if script:
            outcome.failed = None
            _run(outcome, Hook(target, "onChange", view["files"][target]), environment, home.path)
    return outcome


def _environment(home: HomeFolder, user: str, new: str | None, dry: bool) -> dict[str, str]:
    environment = {key: os.environ[key] for key in _PASSED if key in os.environ}
    path = os.environ.get("PATH") or _SEARCH
    environment.update(HOME=home.path, USER=user, LOGNAME=user, PATH=path, SHELL="/bin/sh")
    runtime = f"/run/user/{os.geteuid()}"
    if os.path.isdir(runtime):
        environment["XDG_RUNTIME_DIR"] = runtime
    if new is not None:
        environment["newGenPath"] = f"{home.state_path}/{new}"
        environment["HOME_MANAGER_STATE"] = home.state_path
        environment["HOME_MANAGER_FILES"] = f"{home.state_path}/{layout.CURRENT}/{layout.FILES}"
    if dry:
        environment["DRY_RUN"] = "1"
    return environment


def _run(outcome: Outcome, hook: Hook, environment: dict[str, str], folder: str) -> None:
    script = hook.script
    if not script.strip():
        return
    import subprocess

    shell = _shell()
    prelude = _PRELUDE + ("set -o pipefail\n" if shell.endswith("bash") else "")
    # Over standard input, for an argument would show in the process list; read whole before its first command runs.
    text = prelude + "{\n" + script + "\n} < /dev/null\n"
    began = time.monotonic()
    with _sink() as sink:
        old = os.umask(0o022)
        try:
            done = subprocess.run(
                [shell, "-s"],
                input=text.encode("utf-8", "surrogateescape"),
                stdout=sink,
                stderr=sink,
                env=environment,
                cwd=folder,
                check=False,
            )
            code = done.returncode
        except OSError as error:
            code = 127
            sink.write(f"{shell}: {error.strerror}\n".encode())
        finally:
            os.umask(old)
        sink.flush()
        size = os.fstat(sink.fileno()).st_size
        output = os.pread(sink.fileno(), OUTPUT, max(0, size - OUTPUT)).decode("utf-8", "replace")
    took = round(time.monotonic() - began, 3)
    outcome.hooks.append(dict(hook.json(), rc=code, output=output, seconds=took))
    if code != 0:
        outcome.failed = {"entry": hook.name, "rc": code, "output": output}


def _shell() -> str:
    for folder in (os.environ.get("PATH") or _SEARCH).split(":"):
        path = os.path.join(folder or ".", "bash")
        if os.path.isabs(path) and os.access(path, os.X_OK) and stat.S_ISREG(os.stat(path).st_mode):
            return path
    return "/bin/sh"


def _sink() -> Any:
    # A file, not a pipe: a hook may leave a daemon behind that holds on to its output.
    if hasattr(os, "memfd_create"):
        return os.fdopen(os.memfd_create("hook", os.MFD_CLOEXEC), "w+b")
    from tempfile import TemporaryFile

    return TemporaryFile()
