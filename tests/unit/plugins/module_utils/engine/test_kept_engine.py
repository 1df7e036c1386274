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
from ansible_collections.home.manager.plugins.plugin_utils.play import target
from ansible_collections.home.manager.plugins.plugin_utils.play.engine import engine as engine_source

SPEC = {"a": "1"}


def ask(sandbox, ship=False, **request):
    """What the launcher answers to the user's own process."""
    request = {"user": sandbox.user, "home": str(sandbox.home), "state": str(sandbox.state), **request}
    envelope = {"request": request, "engine": engine_source().version, "engines": str(sandbox.base / "engines")}
    if ship:
        (sandbox.base / "shipped").write_bytes(target.archive(True, None))
        envelope["ship"] = str(sandbox.base / "shipped")
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
    return sandbox.state / "engine" / engine_source().version / "engine"


def test_it_is_used(kept):
    assert ask(kept, verb="verify")["answer"]["drift"] == []
    assert os.stat(place(kept)).st_uid == pwd.getpwnam(kept.user).pw_uid


@pytest.mark.parametrize("name", ["verbs/dispatch.py", "contract/errors.py", "state/state.py", "__init__.py"])
@pytest.mark.parametrize("damage", ["empty", "truncated", "garbage", "missing"])
def test_a_damaged_one_is_not_used_and_replaced(name, damage, kept):
    path = place(kept) / name
    content = path.read_bytes()
    if name == "__init__.py":
        content = b"raise SystemError\n" if damage != "missing" else content
    path.unlink()
    broken = {"empty": b"", "truncated": content[: len(content) // 2], "garbage": b"\x00\xff" * 50}
    if name == "__init__.py" and damage in ("empty", "missing"):
        pytest.skip("a package needs no more than its folder")
    if damage != "missing":
        path.write_bytes(broken[damage])
    assert ask(kept, verb="verify") == {"engine": False}
    answer = ask(kept, ship=True, verb="verify")
    assert answer["answer"]["drift"] == []
    assert answer["kept"] is True
    assert ask(kept, verb="verify")["answer"]["drift"] == []
    assert sorted(os.listdir(kept.state / "engine")) == [engine_source().version]


def test_one_that_was_refused_does_not_stay(sandbox):
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
