# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What root starts for a user: nothing that a user wrote runs as root, and nothing of root's reaches what runs as the user."""

from __future__ import annotations

import ast
import base64
import ctypes
import json
import os
import pwd
import shutil
import subprocess
import tempfile
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.home.manager.plugins.module_utils.engine import launcher, second_python
from ansible_collections.home.manager.plugins.module_utils.engine.archive import archive, sources
from ansible_collections.home.manager.plugins.module_utils.engine.modules import SOURCES, _compiled, packed, version_of
from ansible_collections.home.manager.plugins.plugin_utils.play import target
from ansible_collections.home.manager.plugins.plugin_utils.play.engine import engine as engine_source
from ansible_collections.home.manager.plugins.plugin_utils.play.engine import packed_sources

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root becomes another user")

USER = "nobody"
PYTHON = "/usr/bin/python3"
KEYCTL = {"x86_64": (250, 248), "aarch64": (219, 217)}.get(os.uname().machine)


class Machine:
    """A home of another user, and root's own folder of engines."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.account = pwd.getpwnam(USER)
        self.home = folder / "home"
        self.state = self.home / "state"
        self.engines = folder / "engines"
        self.home.mkdir()
        os.chown(self.home, self.account.pw_uid, self.account.pw_gid)
        self.program = engine_source().launcher
        self.python = PYTHON
        self.environment = {"PATH": "/usr/bin:/bin", "ROOTS_TOKEN": "canary-of-root"}

    def ask(self, version: str = "", ship: bool = False, **more: Any) -> dict[str, Any]:
        """What the launcher prints, of a probe as root for the user."""
        request = {
            "verb": "probe", "user": USER, "home": str(self.home), "state": str(self.state), "digest": "", "facts": True, **more,
        }  # fmt: skip
        envelope = {"request": request, "engine": version or engine_source().version, "engines": str(self.engines)}
        if ship:
            (self.folder / "shipped").write_bytes(packed_sources())
            envelope |= {"ship": str(self.folder / "shipped"), "parts": [len(packed_sources()), -1]}
        argument = base64.b64encode(json.dumps(envelope).encode()).decode()
        command = [self.python, "-I", "-S", "-c", target._START, self.program, argument]
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, check=True, timeout=60)
        line = done.stdout.rpartition("\n" + second_python.MARK)[2]
        found: dict[str, Any] = json.loads(line)
        return found

    def fake(self, body: str) -> str:
        """An engine of root's whose `handle` has this body; its version."""
        return self.put(self.engines, body)

    @staticmethod
    def put(engines: Path, body: str, version: str = "") -> str:
        """Keep such an engine among others."""
        text = "import ctypes, json, os, signal, sys\ndef handle(request):\n" + textwrap.indent(
            textwrap.dedent(body), "    "
        )
        text += "\ndef respond(request, bundle=None):\n    return {'answer': handle(request)}\n"
        files = dict.fromkeys(("engine/__init__.py", "engine/verbs/__init__.py"), b"")
        files["engine/verbs/dispatch.py"] = text.encode()
        version = version or version_of(files)
        (engines / version).mkdir(parents=True)
        (engines / version / SOURCES).write_bytes(packed(files))
        return version


@pytest.fixture
def machine() -> Iterator[Machine]:
    folder = Path(tempfile.mkdtemp(prefix="home.manager-launcher-"))
    folder.chmod(0o755)
    old = os.umask(0o022)
    yield Machine(folder)
    os.umask(old)
    shutil.rmtree(folder)


@pytest.mark.slow
def test_root_keeps_the_engine_where_only_root_can_write(machine):
    assert machine.ask() == {"engine": False}
    first = machine.ask(ship=True)
    assert first["answer"]["facts"]["user"]["name"] == USER
    assert first["kept"] is True
    for path in machine.engines.rglob("*"):
        assert (path.stat().st_uid, path.stat().st_mode & 0o022) == (0, 0), path
    place = machine.engines / engine_source().version
    assert len(_compiled(str(place))) == len(sources()), "users cannot keep what they compile there"
    assert machine.ask()["answer"]["facts"]["user"]["name"] == USER, "one command, once it is kept"
    assert not list(machine.home.rglob("*")), "nothing of it is in the home"


@pytest.mark.slow
def test_a_check_keeps_nothing(machine):
    answer = machine.ask(ship=True, check=True)
    assert answer["answer"]["facts"]["user"]["name"] == USER
    assert answer["kept"] is False
    assert not machine.engines.exists()


@pytest.mark.slow
def test_an_engine_that_a_user_planted_never_runs(machine):
    machine.put(
        machine.state / "engine",
        f"open({str(machine.home / 'ran')!r}, 'w').write('x'); return {{'facts': {{}}}}",
        engine_source().version,
    )
    for path in (machine.state, *machine.state.rglob("*")):
        os.chown(path, machine.account.pw_uid, machine.account.pw_gid)
    assert machine.ask() == {"engine": False}
    assert "answer" in machine.ask(ship=True)
    assert "answer" in machine.ask()
    assert not (machine.home / "ran").exists()


@pytest.mark.slow
@pytest.mark.parametrize(("mode", "owner"), [(0o777, 0), (0o775, 0), (0o755, 65534)])
@pytest.mark.parametrize("which", ["engines", "engines/{}"])
def test_a_folder_that_others_can_write_is_not_trusted(machine, which, mode, owner):
    version = machine.fake("return {'ran': True}")
    assert machine.ask(version)["answer"] == {"ran": True}
    place = machine.folder / which.format(version)
    os.chown(place, owner, -1)
    place.chmod(mode)
    assert machine.ask(version) == {"engine": False}


def test_an_engine_of_root_in_a_folder_of_a_user_is_not_trusted(machine):
    version = machine.put(machine.state / "engine", "return {'ran': True}")
    assert machine.ask(version, user="root") == {"engine": False}
    os.chown(machine.home, 0, 0)
    assert machine.ask(version, user="root")["answer"] == {"ran": True}


def test_what_runs_as_the_user_has_nothing_of_roots(machine):
    version = machine.fake(
        """
        return {
            "ids": [os.getuid(), os.geteuid(), os.getgid(), os.getgroups()],
            "environment": dict(os.environ),
            "started with": open("/proc/self/environ").read(),
            "memory": b"canary-of-" + b"root" in open("/proc/self/maps", "rb").read(),
            "session": os.getsid(0) == os.getpid(),
            "files": sorted(os.readlink(f"/proc/self/fd/{n}") for n in os.listdir("/proc/self/fd") if int(n) > 2 and os.path.lexists(f"/proc/self/fd/{n}")),
            "arguments": open("/proc/self/cmdline").read(),
            "capabilities": [l for l in open("/proc/self/status") if l.startswith("CapEff")][0].split()[1],
        }
        """
    )
    reader, writer = os.pipe()
    os.set_inheritable(writer, True)
    found = machine.ask(version, digest="in-the-request")["answer"]
    os.close(reader)
    os.close(writer)
    account = machine.account
    assert found["ids"][:3] == [account.pw_uid, account.pw_uid, account.pw_gid]
    assert 0 not in found["ids"][3]
    assert int(found["capabilities"], 16) == 0
    assert found["session"], "no terminal of root's can be written to"
    assert found["files"] == []
    assert "canary" not in found["started with"]
    assert set(found["environment"]) <= {
        "HOME",
        "USER",
        "LOGNAME",
        "SHELL",
        "PATH",
        "XDG_RUNTIME_DIR",
        "LC_CTYPE",
        "LANG",
        "LC_ALL",
        "TZ",
    }
    assert "in-the-request" not in found["arguments"], "other users can read a process's arguments"


def test_the_session_keyring_is_its_own(machine):
    if KEYCTL is None:
        pytest.skip("the numbers of the system calls are not known for this machine")
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.syscall(KEYCTL[0], 1, None) < 0:
        pytest.skip("the kernel gives this process no keyrings")
    key = libc.syscall(KEYCTL[1], b"user", b"home.manager-test", b"canary", 6, -3)
    assert key > 0
    search = f"ctypes.CDLL(None).syscall({KEYCTL[0]}, 10, -3, b'user', b'home.manager-test', 0)"
    version = machine.fake(f"return {{'found': {search}}}")
    assert (
        subprocess.run(
            [PYTHON, "-c", f"import ctypes; print({search})"], capture_output=True, text=True, check=True
        ).stdout
        == f"{key}\n"
    )
    assert machine.ask(version)["answer"] == {"found": -1}


ANSWERS = {
    "nothing": "os._exit(3)",
    "a text": "os.write(1, b'\\nhome.manager answers: \"yes\"\\n'); os._exit(0)",
    "a list as the answer": "os.write(1, b'\\nhome.manager answers: {\"answer\": [1]}\\n'); os._exit(0)",
    "no JSON": "os.write(1, b'\\nhome.manager answers: {\\n'); os._exit(0)",
    "too deep": "os.write(1, b'\\nhome.manager answers: ' + b'[' * 100000 + b'\\n'); os._exit(0)",
    "no engine": "os.write(1, b'\\nhome.manager answers: {\"engine\": false}\\n'); os._exit(0)",
    "control characters": "os.write(1, b'\\x1b]0;owned\\x07\\x1b[2J'); os._exit(1)",
    "not UTF-8": "os.write(1, b'\\xff\\xfe\\x00'); os._exit(1)",
    "killed": "os.kill(os.getpid(), signal.SIGKILL)",
}


@pytest.mark.slow
@pytest.mark.parametrize("body", ANSWERS.values(), ids=list(ANSWERS))
def test_what_is_no_answer_is_told(machine, body):
    error = machine.ask(machine.fake(body))["error"]
    assert error["kind"] == "killed"
    assert "gave no answer" in error["message"]
    assert "\x1b" not in error["message"]


def test_an_answer_without_end_is_cut_off(machine):
    machine.program = machine.program.replace("LARGEST = 64 * 1024 * 1024", "LARGEST = 1024 * 1024")
    error = machine.ask(machine.fake("while True: os.write(1, b'x' * 65536)"))["error"]
    assert error["kind"] == "killed"


@pytest.mark.slow
def test_a_process_that_is_stopped_does_not_stop_root(machine):
    machine.program = machine.program.replace("SILENCE = 60.0", "SILENCE = 1.0")
    body = f"open({str(machine.home / 'pid')!r}, 'w').write(str(os.getpid())); os.kill(os.getpid(), signal.SIGSTOP)"
    error = machine.ask(machine.fake(body))["error"]
    assert error["kind"] == "silent"
    assert f"runs as {USER}, for 1 seconds" in error["message"]
    assert not os.path.exists(f"/proc/{(machine.home / 'pid').read_text()}")


@pytest.mark.slow
def test_a_process_that_works_long_is_waited_for(machine):
    machine.program = machine.program.replace("SILENCE = 60.0", "SILENCE = 1.0").replace("BEAT = 15.0", "BEAT = 0.2")
    assert machine.ask(machine.fake("import time; time.sleep(2.5); return {'done': True}"))["answer"] == {"done": True}


@pytest.mark.slow
def test_the_user_s_process_does_not_outlive_root_s(machine):
    machine.program = machine.program.replace("BEAT = 15.0", "BEAT = 0.1")
    pid = machine.home / "pid"
    version = machine.fake(f"import time; open({str(pid)!r}, 'w').write(str(os.getpid())); time.sleep(50)")
    request = {"user": USER, "state": str(machine.state)}
    envelope = {"request": request, "engine": version, "engines": str(machine.engines)}
    argument = base64.b64encode(json.dumps(envelope).encode()).decode()
    command = [PYTHON, "-I", "-S", "-c", target._START, machine.program, argument]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as asking:
        _until(lambda: pid.exists() and pid.read_text())
        asking.kill()
    _until(lambda: not os.path.exists(f"/proc/{pid.read_text()}"))


def _until(holds: Any) -> None:
    for _step in range(300):
        if holds():
            return
        time.sleep(0.05)
    pytest.fail("it never came to hold")


@pytest.fixture
def roots_python(machine) -> str:
    """A whole Python in a folder that only root can enter, as one below /root is."""
    folder = machine.folder / "roots"
    folder.mkdir(mode=0o700)
    said = subprocess.run([PYTHON, "-c", "import os; print(os.__file__)"], capture_output=True, text=True, check=True)
    library = Path(said.stdout.strip()).parent
    without = shutil.ignore_patterns(
        "test", "tests", "idlelib", "tkinter", "__pycache__", "dist-packages", "site-packages", "config-*"
    )
    shutil.copytree(library, folder / "lib" / library.name, ignore=without)
    (folder / "bin").mkdir()
    shutil.copy(os.path.realpath(PYTHON), folder / "bin/python3")
    return str(folder / "bin/python3")


@pytest.mark.slow
def test_an_interpreter_that_the_user_cannot_run_is_replaced(machine, roots_python):
    machine.python = roots_python
    machine.ask(ship=True)
    assert machine.ask()["answer"]["facts"]["user"]["name"] == USER


@pytest.mark.slow
def test_without_another_interpreter_the_error_names_the_one_that_failed(machine, roots_python):
    machine.python = roots_python
    machine.program = machine.program.replace(f"PYTHONS = {second_python.PYTHONS!r}", "PYTHONS = ()")
    error = machine.ask(machine.fake("return {}"))["error"]
    assert error["kind"] == "interpreter"
    assert f"{USER} can run no Python here ({roots_python}: Permission denied)" in error["message"]
    assert "ansible_python_interpreter" in error["message"]


@pytest.mark.slow
def test_the_module_works_with_an_interpreter_that_the_user_cannot_run(machine, roots_python):
    program = machine.folder / "roots/engine.zip"
    program.write_bytes(archive())
    request = {"user": USER, "home": str(machine.home), "state": str(machine.state)}
    code = (
        "import json, sys; sys.path.insert(0, sys.argv[1])\n"
        "from engine.verbs.dispatch import handle\n"
        "for verb in ('list', 'verify', 'uninstall'): print(json.dumps(handle({**json.loads(sys.argv[2]), 'verb': verb})))"
    )
    command = [roots_python, "-I", "-S", "-c", code, str(program), json.dumps(request)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == 3


@pytest.mark.slow
def test_what_the_engine_imports_late_is_imported_before_root_becomes_the_user():
    from ansible_collections.home.manager.plugins.module_utils.engine.machine.account import _LATE

    top = Path(launcher.__file__).parent
    layers = (
        "contract",
        "disk",
        "home",
        "machine",
        "merging",
        "methods",
        "planning",
        "state",
        "switching",
        "transaction",
        "units",
        "verbs",
    )
    late = set()
    for path in (path for layer in layers for path in (top / layer).rglob("*.py")):
        functions = [n for n in ast.walk(ast.parse(path.read_text())) if isinstance(n, ast.FunctionDef)]
        late |= {a.name for f in functions for n in ast.walk(f) if isinstance(n, ast.Import) for a in n.names}
    # These are imported in root's process, before it becomes the user.
    assert late - {"contextlib", "importlib", "pkgutil", "pwd"} <= set(_LATE)


@pytest.mark.slow
def test_engines_of_other_controllers_stay_for_a_day(machine):
    other = machine.fake("return {}")
    old = machine.engines / "old"
    old.mkdir()
    os.utime(old, (0, 0))
    machine.ask(ship=True)
    assert sorted(os.listdir(machine.engines)) == sorted([other, engine_source().version])
