# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A damaged file of the state stops nothing but what it alone is about."""

from __future__ import annotations

import json
import os
import shutil

import pytest

from ansible_collections.home.manager.plugins.module_utils.engine.contract.errors import EngineError
from ansible_collections.home.manager.plugins.module_utils.engine.disk import filesystem

COPY = {"text": "copied", "method": "copy", "mode": "0600"}
SPEC = {"a": "3", "conf/b": COPY, "keys.json": {"keys": {"x": 1}}}


def truncated(path, content):
    path.write_bytes(content[: len(content) // 2])


def empty(path, _content):
    path.write_bytes(b"")


def garbage(path, _content):
    path.write_bytes(b"\x00\xff" * 100)


def another_form(path, _content):
    path.write_text('["what", {"is": "this"}]')


def no_members(path, _content):
    path.write_text('{"version": 1}')


def fifo(path, _content):
    os.mkfifo(path)


def folder(path, _content):
    path.mkdir()


def link(path, _content):
    path.symlink_to("/dev/zero")


KINDS = [empty, truncated, garbage, another_form, no_members, fifo, folder, link]


def damage(path, kind):
    content = path.read_bytes()
    writable(path.parent)
    path.unlink()
    kind(path, content)


def writable(path):
    path.chmod(0o755)


def every_kind(names="kind"):
    """One test for each kind of damage; the fast loop tries two."""
    kinds = [kind if kind in (truncated, link) else pytest.param(kind, marks=pytest.mark.slow) for kind in KINDS]
    return pytest.mark.parametrize(names, kinds, ids=lambda kind: kind.__name__)


@pytest.fixture(name="home")
def fixture_home(sandbox):
    """A home with three generations, and a file of the user's that was moved aside."""
    sandbox.write("conf/b", "mine")
    sandbox.switch({"a": "1"})
    sandbox.switch({"a": "2"})
    sandbox.switch(SPEC, backup_extension="bak")
    return sandbox


@every_kind()
def test_a_damaged_generation_is_listed_and_stops_nothing_else(kind, home):
    damage(home.state / "generations/1/manifest.json", kind)
    listed = {item["generation"]: item for item in home.ask("list")["generations"]}
    assert sorted(listed) == [1, 2, 3]
    assert "manifest.json" in listed[1]["damaged"]
    assert not listed[2]["damaged"]
    assert home.ask("verify")["drift"] == []
    assert home.probe(SPEC)["unchanged"]
    assert home.switch({**SPEC, "c": "4"})["generation"] == 4
    assert home.ask("rollback")["generation"] == 3
    assert home.ask("diff", between=[2, 3])["changed"]
    with pytest.raises(EngineError, match="remove-generations 1") as caught:
        home.ask("activate", generation=1)
    assert caught.value.kind == "damaged"
    home.ask("remove", generations=[2])
    assert home.ask("remove", generations=[1])["removed"] == [1]
    assert [item["generation"] for item in home.ask("list")["generations"]] == [4, 3]
    assert home.tidy()


@every_kind()
def test_a_damaged_generation_expires_with_the_others(kind, home):
    damage(home.state / "generations/1/manifest.json", kind)
    assert home.ask("expire", keep=1)["removed"] == [1, 2]
    # What only it needed goes as soon as it is known what is needed.
    assert {path.read_text() for path in (home.state / "store").iterdir()} == {"3", "copied", '{"x": 1}'}


@every_kind()
def test_a_rollback_passes_over_a_damaged_generation(kind, home):
    damage(home.state / "generations/2/manifest.json", kind)
    assert home.ask("rollback")["generation"] == 1
    assert home.read("a") == "1"


@every_kind()
def test_an_uninstallation_needs_no_manifest(kind, home):
    for number in (1, 2, 3):
        damage(home.state / f"generations/{number}/manifest.json", kind)
    home.ask("uninstall")
    assert {path: value[1] for path, value in home.tree().items() if value != "folder"} == {"conf/b": b"mine"}
    assert not home.state.exists()


@every_kind()
def test_the_current_one_is_replaced_by_the_next_switch(kind, home):
    damage(home.state / "generations/3/manifest.json", kind)
    listed = {item["generation"]: item for item in home.ask("list")["generations"]}
    assert listed[3]["current"]
    assert listed[3]["damaged"]
    answer = home.switch({**SPEC, "c": "4"})
    assert answer["generation"] == 4
    assert not answer.get("failed")
    assert home.read("conf/b") == "copied"
    assert home.ask("remove", generations=[3])["removed"] == [3]
    home.ask("uninstall")
    assert home.read("conf/b") == "mine"


def test_a_run_with_nothing_to_do_notices_an_empty_current_manifest(home):
    damage(home.state / "generations/3/manifest.json", empty)
    assert not home.probe(SPEC)["unchanged"]
    answer = home.switch(SPEC)
    assert answer["generation"] == 4
    assert home.probe(SPEC)["unchanged"]


@every_kind()
def test_going_back_from_a_damaged_generation(kind, home):
    damage(home.state / "generations/3/manifest.json", kind)
    assert home.ask("rollback")["generation"] == 2
    assert home.read("a") == "2"
    assert home.read("conf/b") == "mine"


@every_kind()
def test_a_hook_that_fails_after_a_damaged_generation_says_that_it_is_not_undone(kind, home):
    damage(home.state / "generations/3/manifest.json", kind)
    fails = [{"name": "boom", "script": "exit 1", "phase": "write"}]
    answer = home.switch({"a": "4"}, activation=fails)
    assert answer["failed"]
    assert not answer["failed"]["undone"]
    assert "generation 3 is damaged" in answer["failed"]["message"]
    assert not home.switch({"a": "5"}).get("failed")
    assert home.read("a") == "5"


@every_kind()
@pytest.mark.parametrize("name", ["generation.json", "packages.json"])
def test_what_is_remembered_of_a_generation_may_be_damaged(name, kind, home):
    for number in (1, 3):
        path = home.state / f"generations/{number}/{name}"
        if not path.exists():
            writable(path.parent)
            path.write_text("{}")
        damage(path, kind)
    assert len(home.ask("list")["generations"]) == 3
    assert home.ask("list")["generations"][0]["created"] > 0
    answer = home.switch(SPEC)
    assert answer["generation"] == 4
    assert home.probe(SPEC)["unchanged"]
    assert home.ask("rollback")["generation"] == 3
    assert home.ask("remove", generations=[1])["removed"] == [1]
    home.ask("expire", older_than=3600.0)
    assert len(home.ask("list")["generations"]) == 3
    home.ask("uninstall")
    assert home.read("conf/b") == "mine"


VERBS = [
    lambda home: home.probe(SPEC),
    lambda home: home.ask("verify"),
    lambda home: home.switch({**SPEC, "c": "4"}),
    lambda home: home.ask("rollback"),
    lambda home: home.ask("remove", generations=[1]),
    lambda home: home.ask("uninstall"),
]


@every_kind()
@pytest.mark.parametrize("verb", VERBS, ids=["probe", "verify", "switch", "rollback", "remove", "uninstall"])
def test_a_damaged_ledger_is_written_again_from_its_copy(verb, kind, home):
    good = (home.state / "ledger.json").read_bytes()
    damage(home.state / "ledger.json", kind)
    assert home.ask("diff")["operations"] == []
    answer = verb(home)
    if not home.state.exists() or not (home.state / "ledger.json").exists():
        assert home.read("conf/b") == "mine"
        return
    if verb is not VERBS[4]:
        assert any("from its copy" in text for text in answer["warnings"])
    if verb in VERBS[:2]:
        assert (home.state / "ledger.json").read_bytes() == good
    home.ask("uninstall")
    assert home.read("conf/b") == "mine"


@every_kind()
@pytest.mark.parametrize("verb", VERBS[:5], ids=["probe", "verify", "switch", "rollback", "remove"])
def test_a_ledger_without_a_copy_is_made_anew(verb, kind, home):
    for name in ("ledger.json", "ledger.copy"):
        damage(home.state / name, kind)
    assert len(home.ask("list")["generations"]) == 3
    with pytest.raises(EngineError, match="home-manager verify") as caught:
        home.ask("diff")
    assert caught.value.kind == "damaged"
    verb(home)
    home.ask("activate", generation=3)
    answer = home.ask("verify")
    assert answer["drift"] == []
    ledger = json.loads((home.state / "ledger.json").read_text())
    assert {"a", "conf/b"} <= set(ledger["files"])
    assert (home.state / "ledger.copy").read_bytes() == (home.state / "ledger.json").read_bytes()
    # What is managed is known again: it is followed, and goes when it is dropped.
    home.switch({"other": "x"})
    assert not os.path.lexists(home.home / "a")
    assert not os.path.lexists(home.home / "conf/b")
    assert (home.home / "conf/b.bak").read_text() == "mine"


def test_a_lost_ledger_is_written_again(home):
    (home.state / "ledger.json").unlink()
    assert home.probe(SPEC)["unchanged"]
    assert (home.state / "ledger.json").exists()


@pytest.mark.slow
@every_kind()
@pytest.mark.parametrize("name", ["current", "completed"])
def test_a_damaged_pointer_is_set_aside(name, kind, home):
    (home.state / name).unlink()
    kind(home.state / name, b"x" * 100)
    assert len(home.ask("list")["generations"]) == 3
    answer = home.switch(SPEC)
    assert not answer.get("failed")
    assert home.read("a") == "3"
    assert home.ask("verify")["drift"] == []
    assert home.probe(SPEC)["unchanged"]
    home.ask("uninstall")
    assert home.read("conf/b") == "mine"


def test_a_pointer_that_leads_elsewhere_is_set_aside(home):
    for text in ("../../elsewhere", "generations/0", "generations/3/../2", "/etc"):
        (home.state / "current").unlink()
        (home.state / "current").symlink_to(text)
        answer = home.switch(SPEC)
        assert any("current" in warning for warning in answer["warnings"])
        assert home.read("a") == "3"


def interrupt(home, point, spec):
    """A run that is killed at a point, with the journal in place."""

    def observe(*seen):
        if seen == point:
            os._exit(9)

    child = os.fork()
    if child == 0:
        filesystem.observer = observe
        try:
            home.switch(spec)
        finally:
            os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9


NEXT = {"a": "4", "conf/b": {**COPY, "text": "newer"}, "new/d": "d"}
POINTS = [("before", "rename", "current"), ("after", "rename", "current"), ("before", "rename", "b")]


@pytest.mark.slow
@every_kind()
@pytest.mark.parametrize("point", POINTS, ids=["before the commit", "after it", "amid the steps"])
def test_a_damaged_journal_is_set_aside_and_the_switch_ended(point, kind, home):
    interrupt(home, point, NEXT)
    assert (home.state / "journal").exists()
    damage(home.state / "journal", kind)
    assert len(home.ask("list")["generations"]) >= 3
    answer = home.ask("verify")
    assert any("journal is damaged" in text for text in answer["warnings"])
    assert home.tidy(), sorted(str(path) for path in home.home.rglob(".*hm-*"))
    answer = home.switch(NEXT)
    assert not answer.get("failed")
    assert home.read("a") == "4"
    assert home.read("new/d") == "d"
    assert home.read("conf/b") in ("newer", "copied")
    home.ask("uninstall")
    assert "mine" in [path.read_text() for path in home.home.rglob("b*") if path.is_file()]


@pytest.mark.parametrize("name", ["journal", "ledger.json"])
def test_what_a_newer_one_wrote_is_left_alone(name, home):
    if name == "journal":
        interrupt(home, POINTS[0], NEXT)
    value = json.loads((home.state / name).read_text())
    (home.state / name).write_text(json.dumps({**value, "version": 99}))
    before = {path: value for path, value in home.tree(state=True).items() if "lock" not in path}
    for verb in ("verify", "rollback", "uninstall"):
        with pytest.raises(EngineError, match="newer") as caught:
            home.ask(verb)
        assert caught.value.kind == "state"
    assert len(home.ask("list")["generations"]) >= 3
    assert {path: value for path, value in home.tree(state=True).items() if "lock" not in path} == before


def test_a_generation_that_a_newer_one_wrote_is_listed(home):
    path = home.state / "generations/1/manifest.json"
    writable(path.parent)
    value = json.loads(path.read_text())
    path.chmod(0o600)
    path.write_text(json.dumps({**value, "version": 99}))
    listed = {item["generation"]: item["damaged"] for item in home.ask("list")["generations"]}
    assert "reads version 1, not 99" in listed[1]
    assert home.switch({**SPEC, "c": "4"})["generation"] == 4


@every_kind()
def test_a_damaged_pack_is_no_obstacle(kind, home):
    for pack in (home.state / "packs").iterdir():
        damage(pack, kind)
    assert home.ask("expire", keep=1)["removed"] == [1, 2]
    assert home.ask("verify")["drift"] == []
    # What it kept a second copy of has one again.
    name = next(path for path in (home.state / "store").iterdir() if path.read_text() == "3")
    writable(name)
    name.write_text("rewritten")
    assert home.ask("verify", repair=True)["repaired"]
    assert home.read("a") == "3"
    home.ask("uninstall")
    assert home.read("conf/b") == "mine"


@pytest.mark.slow
@every_kind()
@pytest.mark.parametrize("place", ["packs/x", "store/x", "generations/x", "failed/x", "drift/x", "lock"])
def test_a_strange_thing_in_the_state_is_no_obstacle(place, kind, home):
    path = home.state / place
    path.parent.mkdir(exist_ok=True)
    path.unlink(missing_ok=True)
    kind(path, b"x" * 100)
    assert len(home.ask("list")["generations"]) == 3
    assert home.ask("verify")["drift"] == []
    assert home.switch({**SPEC, "c": "4"})["generation"] == 4
    name = next(item for item in (home.state / "store").iterdir() if item.is_file() and item.read_bytes() == b"3")
    writable(name)
    name.write_text("rewritten")
    assert home.ask("verify", repair=True)["repaired"]
    assert home.ask("expire", keep=1)["removed"] == [1, 2, 3]
    home.ask("uninstall")
    assert home.read("conf/b") == "mine"


def test_a_state_folder_that_is_a_link(sandbox):
    place = sandbox.base / "elsewhere"
    place.mkdir(mode=0o755)
    sandbox.state.parent.mkdir(parents=True)
    sandbox.state.symlink_to(place)
    sandbox.switch({"a": "1"})
    assert sandbox.read("a") == "1"
    assert place.stat().st_mode & 0o777 == 0o700
    assert sandbox.probe({"a": "1"})["unchanged"]
    sandbox.switch({"a": "2"})
    sandbox.ask("rollback")
    assert sandbox.read("a") == "1"
    sandbox.ask("uninstall")
    assert sandbox.tree() == {}
    # The link and its folder are the user's.
    assert os.readlink(sandbox.state) == str(place)
    assert list(place.iterdir()) == []
    assert sandbox.switch({"a": "1"})["changed"]


def test_a_state_folder_that_is_a_link_to_nowhere(sandbox):
    sandbox.state.parent.mkdir(parents=True)
    sandbox.state.symlink_to("/mnt/disk")
    with pytest.raises(EngineError, match=r"is a link to /mnt/disk, which does not exist") as caught:
        sandbox.switch({"a": "1"})
    assert caught.value.kind == "state"
    assert os.readlink(sandbox.state) == "/mnt/disk"


def test_a_whole_state_that_is_gone_is_no_obstacle(home):
    shutil.rmtree(home.state / "store")
    assert not home.switch(SPEC).get("failed")
    assert home.read("a") == "3"
