# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The engine that a run leaves in the state folder of the user who runs it: used while it is whole, and sent again when it is not."""

from __future__ import annotations

import base64
import json
import os
import pwd
import subprocess
import sys

import pytest

from ansible_collections.home.manager.plugins.module_utils.engine import second_python
from ansible_collections.home.manager.plugins.module_utils.engine.modules import SOURCES
from ansible_collections.home.manager.plugins.plugin_utils.play import target
from ansible_collections.home.manager.plugins.plugin_utils.play.engine import engine as engine_source
from ansible_collections.home.manager.plugins.plugin_utils.play.engine import packed_sources

# Each test starts the engine as the launcher does.
pytestmark = pytest.mark.slow

SPEC = {"a": "1"}


def ask(sandbox, ship=False, **request):
    """What the launcher answers to the user's own process."""
    request = {"user": sandbox.user, "home": str(sandbox.home), "state": str(sandbox.state), **request}
    envelope = {"request": request, "engine": engine_source().version, "engines": str(sandbox.base / "engines")}
    if ship:
        (sandbox.base / "shipped").write_bytes(packed_sources())
        envelope |= {"ship": str(sandbox.base / "shipped"), "parts": [len(packed_sources()), -1]}
    argument = base64.b64encode(json.dumps(envelope).encode()).decode()
    command = [sys.executable, "-I", "-S", "-c", target._START, engine_source().launcher, argument]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    return json.loads(done.stdout.rpartition("\n" + second_python.MARK)[2])


@pytest.fixture(name="kept")
def fixture_kept(sandbox):
    """A home with an engine in its state folder."""
    sandbox.switch(SPEC)
    assert ask(sandbox, verb="verify") == {"engine": False}
    assert ask(sandbox, ship=True, verb="verify")["kept"] is True
    return sandbox


def place(sandbox):
    return sandbox.state / "engine" / engine_source().version


def compiled(sandbox):
    (found,) = place(sandbox).glob("code-*")
    return found


BROKEN = {
    "empty": lambda content: b"",
    "truncated": lambda content: content[: len(content) // 2],
    "garbage": lambda content: b"\x00\xff" * 50,
    "one bit": lambda content: content[:-9] + bytes([content[-9] ^ 1]) + content[-8:],
}


def test_it_is_used(kept):
    assert ask(kept, verb="verify")["answer"]["drift"] == []
    assert os.stat(place(kept)).st_uid == pwd.getpwnam(kept.user).pw_uid


@pytest.mark.parametrize("damage", [*BROKEN, "missing"])
def test_damaged_sources_are_not_used_and_replaced(damage, kept):
    path = place(kept) / SOURCES
    content = path.read_bytes()
    path.unlink()
    compiled(kept).unlink()
    if damage != "missing":
        path.write_bytes(BROKEN[damage](content))
    assert ask(kept, verb="verify") == {"engine": False}
    answer = ask(kept, ship=True, verb="verify")
    assert answer["answer"]["drift"] == []
    assert answer["kept"] is True
    assert ask(kept, verb="verify")["answer"]["drift"] == []
    assert sorted(os.listdir(kept.state / "engine")) == [engine_source().version]


@pytest.mark.parametrize("damage", [*BROKEN, "missing", "of another Python"])
def test_damaged_bytecode_is_not_used_and_made_anew(damage, kept):
    path = compiled(kept)
    content = path.read_bytes()
    path.unlink()
    if damage == "of another Python":
        path.write_bytes(content.replace(b'["', b'["00', 1))
    elif damage != "missing":
        path.write_bytes(BROKEN[damage](content))
    assert ask(kept, verb="verify")["answer"]["drift"] == []
    assert path.read_bytes() == content


def test_what_a_later_run_compiles_is_added(kept):
    before = compiled(kept).stat()
    assert ask(kept, verb="verify")["answer"]["drift"] == []
    assert compiled(kept).stat().st_ino == before.st_ino, "nothing new was compiled"
    ask(kept, verb="list", check=True)
    assert compiled(kept).stat().st_ino == before.st_ino, "a check writes nothing"
    ask(kept, verb="list")
    assert compiled(kept).stat().st_size > before.st_size
    assert sorted(os.listdir(place(kept))) == sorted([compiled(kept).name, SOURCES])


def test_sources_that_are_damaged_are_noticed_when_they_are_asked_for(kept):
    (place(kept) / SOURCES).write_bytes(b"")
    assert ask(kept, verb="verify")["answer"]["drift"] == [], "all that it takes is compiled"
    assert ask(kept, verb="list") == {"engine": False}
    assert not place(kept).exists()
    assert ask(kept, ship=True, verb="list")["kept"] is True


def test_a_run_with_nothing_new_opens_one_file_of_the_engine(kept, find_program):
    strace = find_program("strace")
    request = {"verb": "verify", "user": kept.user, "home": str(kept.home), "state": str(kept.state)}
    envelope = {"request": request, "engine": engine_source().version, "engines": str(kept.base / "engines")}
    argument = base64.b64encode(json.dumps(envelope).encode()).decode()
    command = [sys.executable, "-I", "-S", "-c", target._START, engine_source().launcher, argument]
    log = kept.base / "calls"
    subprocess.run([strace, "-o", str(log), "-e", "trace=open,openat", *command], capture_output=True, check=True)
    opened = [line for line in log.read_text().splitlines() if f"/engine/{engine_source().version}/" in line]
    assert len(opened) == 1, opened


def test_the_engine_of_a_refused_request_is_not_kept(sandbox):
    answer = ask(sandbox, ship=True, verb="activate", generation=7)
    assert answer["error"]["kind"] == "empty"
    sandbox.switch(SPEC)
    answer = ask(sandbox, ship=True, verb="activate", generation=7)
    assert answer["error"]["kind"] == "generation"
    assert not (sandbox.state / "engine").exists()


def test_a_first_switch_that_is_refused_leaves_nothing(sandbox):
    sandbox.write("a", "mine")
    assert sandbox.switch(SPEC)["failed"]["kind"] == "collision"
    assert not sandbox.state.exists()
    manifest, contents = sandbox.manifest({"a": "1", "b": "2"})
    with pytest.raises(Exception, match="lacks 1 objects"):
        sandbox.ship(manifest, list(contents.items())[:1], backup_extension="bak")
    assert not (sandbox.state / "generations").exists() or not os.listdir(sandbox.state / "generations")
    assert sandbox.read("a") == "mine"


def test_a_state_folder_that_was_there_stays(sandbox):
    sandbox.state.mkdir(parents=True)
    sandbox.write("a", "mine")
    assert sandbox.switch(SPEC)["failed"]["kind"] == "collision"
    assert sandbox.state.is_dir()
