# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Runs the engine on a target by one command. An Ansible module would take longer to start than the engine takes to work."""

from __future__ import annotations

import base64
import json
import os
import shlex
import tempfile
from typing import Any

from ...module_utils.engine import second_python
from ...module_utils.engine.contract import root_state
from ...module_utils.engine.contract.answers import Answer
from ...module_utils.engine.contract.errors import EngineError, ErrorKind
from ...module_utils.engine.verbs.verb import Verb
from .answer import AnswerError, Reply, escaped, parsed
from .engine import engine as engine_source
from .engine import packed_sources

_START = "import sys; exec(sys.argv[1])"
_FIND = "P=/usr/bin/python3; [ -x $P ] || P=$(command -v python3) || { echo 'no python3 found on this machine' >&2; exit 127; }; exec $P"


class NoEngine(Exception):
    """Raised when the target has no engine of this version, and none was sent."""


class Target:
    """Sends requests over the task's connection. `kept`: as far as is known the target has the engine."""

    def __init__(self, action: Any, variables: dict[str, Any]) -> None:
        self.action = action
        self.variables = variables
        self.kept = True

    @property
    def local(self) -> bool:
        """Whether it is the controller itself."""
        return str(self.variables.get("ansible_connection") or self.action._play_context.connection) == "local"

    def ask(self, request: Verb, bundle: bytes | None = None, engine: bool = False) -> Answer:
        """The engine's answer about a home. Raises EngineError as `send`."""
        return request.answer.of(self.send(request.json(), bundle, engine))

    def ask_kept(self, request: Verb) -> Answer:
        """The answer of the engine that the target has. Raises EngineError, and NoEngine where it has none."""
        answer = self._answer(request.json(), None, False) if self.kept else None
        if answer is None:
            self.kept = False
            raise NoEngine
        return request.answer.of(answer)

    def send(self, request: dict[str, Any], bundle: bytes | None = None, engine: bool = False) -> dict[str, Any]:
        """The engine's answer. The engine is sent if `engine` is set, or if the target has none.

        Raises EngineError when it refuses, or could not be run.
        """
        engine = engine or not self.kept
        answer = self._answer(request, bundle, engine)
        if answer is None and not engine:
            answer = self._answer(request, bundle, True)
        if answer is None:
            raise EngineError("the target rejects the engine that it was sent", ErrorKind.CONNECTION)
        return answer

    def _answer(self, request: dict[str, Any], bundle: bytes | None, engine: bool) -> dict[str, Any] | None:
        """The engine's answer; None where there is no engine."""
        envelope: dict[str, Any] = {
            "engine": engine_source().version,
            "engines": root_state.ENGINES,
            "request": request,
        }
        piped = None
        if engine or bundle is not None:
            shipped = [packed_sources() if engine else b"", bundle or b""]
            envelope["parts"] = [len(shipped[0]), len(shipped[1]) if bundle is not None else -1]
            if self._pipes():
                piped = b"".join(shipped)
            else:
                envelope["ship"] = self._transferred(b"".join(shipped))
        reply = self._run(envelope, piped)
        self.kept = reply.kept
        if reply.error is not None:
            raise EngineError.of(reply.error)
        return reply.answer

    def _pipes(self) -> bool:
        """Whether a command can read data from its standard input, which is one call instead of six."""
        connection = self.action._connection
        if not getattr(connection, "has_pipelining", False):
            return False
        # Some become methods need a terminal, which excludes data. The setting `pipelining` says that this one does not.
        return not connection.become or bool(connection.is_pipelining_enabled())

    def _run(self, envelope: dict[str, Any], piped: bytes | None) -> Reply:
        argument = base64.b64encode(json.dumps(envelope).encode()).decode()
        program = f"{self._python()} -I -S -c {shlex.quote(_START)} {shlex.quote(engine_source().launcher)} {argument}"
        done = self.action._low_level_execute_command(
            f"/bin/sh -c {shlex.quote(program)}", sudoable=True, in_data=piped
        )
        for line in reversed(str(done.get("stdout", "")).splitlines()):
            if line.startswith(second_python.MARK):
                try:
                    return parsed(line.removeprefix(second_python.MARK), envelope["request"])
                except AnswerError as problem:
                    message = f"the answer of the target cannot be used: {problem}"
                    raise EngineError(message, ErrorKind.CONNECTION) from None
        output = escaped((str(done.get("stderr", "")) or str(done.get("stdout", ""))).strip()[-2000:])
        message = f"no response from the target (exit code {done.get('rc')}): {output}"
        raise EngineError(message, ErrorKind.CONNECTION, rc=done.get("rc"))

    def _python(self) -> str:
        """The interpreter that the inventory names, else the target's own."""
        interpreter = self.variables.get("ansible_python_interpreter")
        text = str(self.action._templar.template(interpreter)) if interpreter is not None else "auto"
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
