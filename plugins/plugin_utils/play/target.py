# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The engine on a target, reached by one command: without an Ansible module, whose start costs more than the engine's work."""

from __future__ import annotations

import base64
import functools
import hashlib
import inspect
import io
import json
import os
import shlex
import tempfile
import zipfile
from typing import Any

from ...module_utils.engine import launcher
from ...module_utils.engine.archive import sources
from ...module_utils.engine.machine import account

_EPOCH = (1980, 1, 1, 0, 0, 0)
_FIND = "P=/usr/bin/python3; [ -x $P ] || P=$(command -v python3) || { echo 'no python3 found on this machine' >&2; exit 127; }; exec $P"


class TargetError(Exception):
    """The target's engine refused, or could not be run; `result` holds what a task reports of it."""

    def __init__(self, message: str, **result: Any) -> None:
        super().__init__(message)
        self.message = message
        self.result = result


@functools.cache
def engine_files() -> tuple[str, dict[str, bytes]]:
    """The engine's version (a hash of its sources) and its files by their name in the archive."""
    files = sources()
    digest = hashlib.sha256(b"".join(name.encode() + b"\0" + files[name] for name in sorted(files)))
    return digest.hexdigest()[:32], files


@functools.cache
def launcher_text() -> str:
    """The launcher as a program of its own, with the engine's way of becoming a user."""
    constants = f"_SEARCH = {account._SEARCH!r}\n_PASSED = {account._PASSED!r}\n"
    call = "main(sys.argv[1], become)\n"
    return "\n".join([inspect.getsource(launcher), constants, inspect.getsource(account.become), call])


def archive(engine: bool, bundle: bytes | None) -> bytes:
    """What is shipped: the engine, a bundle, or both, as a zip file."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_STORED) as packed:
        if engine:
            for name, content in sorted(engine_files()[1].items()):
                packed.writestr(zipfile.ZipInfo(name, _EPOCH), content, zipfile.ZIP_DEFLATED, 1)
        if bundle is not None:
            packed.writestr(zipfile.ZipInfo("bundle", _EPOCH), bundle)
    return held.getvalue()


class Target:
    """Sends requests over the task's connection."""

    def __init__(self, action: Any, variables: dict[str, Any]) -> None:
        self.action = action
        self.variables = variables
        self.kept = True

    def ask(self, request: dict[str, Any], bundle: bytes | None = None, engine: bool = False) -> dict[str, Any]:
        """The engine's answer. The engine is shipped when asked for, or when the target says that it has none.

        Raises TargetError when it refuses.
        """
        whole = {**request, "engine": engine_files()[0]}
        engine = engine or not self.kept
        if engine or bundle is not None:
            whole["ship"] = self._transferred(archive(engine, bundle))
        said = self._run(whole)
        self.kept = bool(said.get("kept", True))
        if said.get("engine") is False:
            return self.ask(request, bundle, engine=True)
        if "error" in said:
            error = said["error"]
            raise TargetError(
                error["message"], kind=error["kind"], **{k: v for k, v in error["details"].items() if k != "message"}
            )
        answer: dict[str, Any] = said["answer"]
        return answer

    def _run(self, request: dict[str, Any]) -> dict[str, Any]:
        argument = base64.b64encode(json.dumps(request).encode()).decode()
        program = f"{self._python()} -I -S -c {shlex.quote(launcher_text())} {argument}"
        done = self.action._low_level_execute_command(f"/bin/sh -c {shlex.quote(program)}", sudoable=True)
        for line in reversed(str(done.get("stdout", "")).splitlines()):
            if line.startswith(launcher.MARK):
                found: dict[str, Any] = json.loads(line.removeprefix(launcher.MARK))
                return found
        text = (str(done.get("stderr", "")) or str(done.get("stdout", ""))).strip()
        raise TargetError(
            f"the engine gave no answer (code {done.get('rc')}): {text[-2000:]}", rc=done.get("rc"), kind="connection"
        )

    def _python(self) -> str:
        """The interpreter that the inventory names, else the target's own."""
        said = self.variables.get("ansible_python_interpreter")
        text = str(self.action._templar.template(said)) if said is not None else "auto"
        if text.startswith("auto"):
            return _FIND
        return "exec " + shlex.quote(text)

    def _transferred(self, content: bytes) -> str:
        """The content's path on the target, readable by the connecting user alone."""
        shell = self.action._connection._shell
        if shell.tmpdir is None:
            self.action._make_tmp_path()
        handle, local = tempfile.mkstemp(prefix="home-manager-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            remote = shell.join_path(shell.tmpdir, "home-manager")
            self.action._transfer_file(local, remote)
        finally:
            os.unlink(local)
        self.action._fixup_perms2((shell.tmpdir, remote), execute=False)
        return str(remote)
