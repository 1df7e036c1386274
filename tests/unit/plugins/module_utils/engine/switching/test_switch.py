# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The switch as its callers see it.

Numbers, no-ops, check mode, modes, failures, specialisations, rollback, uninstall.
"""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import time

import pytest

from ansible_collections.home.manager.plugins.module_utils.engine.contract.bundle import read_bundle, write_bundle
from ansible_collections.home.manager.plugins.module_utils.engine.contract.errors import EngineError
from ansible_collections.home.manager.plugins.module_utils.engine.contract.manifest import Manifest
from ansible_collections.home.manager.plugins.module_utils.engine.disk import filesystem
from ansible_collections.home.manager.plugins.module_utils.engine.state.state import State
from ansible_collections.home.manager.plugins.module_utils.engine.verbs.dispatch import handle


def fails(name="boom", code=3):
    return [{"name": name, "script": f"echo oh no; exit {code}", "phase": "write"}]


def test_first_switch_links_through_current(sandbox):
    answer = sandbox.switch({".config/app/x": "text\n", "top": "other\n"})
    assert answer["changed"]
    assert (answer["generation"], answer["previous"]) == (1, None)
    assert (
        os.readlink(sandbox.home / ".config/app/x")
        == "../../.local/state/home.manager/current/home-files/.config/app/x"
    )
    assert sandbox.read("top") == "other\n"
    assert sandbox.current() == "generations/1"
    assert os.readlink(sandbox.state / "completed") == "generations/1"
    assert sandbox.tidy()


@pytest.fixture
def interloper(monkeypatch, sandbox):
    """Another program makes what a switch is about to make, just before it."""

    def act(make):
        own = filesystem.mkdir

        def mkdir(name, mode, at=None):
            if name == ".config" and not (sandbox.home / name).exists():
                make(sandbox.home / name)
            own(name, mode, at)

        monkeypatch.setattr(filesystem, "mkdir", mkdir)

    return act


def test_a_folder_that_another_program_makes_meanwhile_is_taken(sandbox, interloper):
    interloper(lambda path: (path.mkdir(), (path / "theirs").write_text("x")))
    sandbox.switch({".config/a": "1"})
    assert sandbox.read(".config/a") == "1"
    assert sandbox.ask("uninstall")["changed"]
    assert sandbox.read(".config/theirs") == "x"


def test_a_file_that_another_program_makes_meanwhile_stops_the_switch(sandbox, interloper):
    interloper(lambda path: path.write_text("x"))
    with pytest.raises(EngineError, match="was changed during the switch"):
        sandbox.switch({".config/a": "1"})
    assert list(sandbox.tree()) == [".config"]
    assert sandbox.read(".config") == "x"


def test_a_change_of_content_takes_effect_for_all_at_once(sandbox):
    sandbox.switch({"a": "1", "b": "1"})
    sandbox.switch({"a": "2", "b": "2"})
    assert (sandbox.read("a"), sandbox.read("b")) == ("2", "2")
    (sandbox.state / "current").unlink()
    (sandbox.state / "current").symlink_to("generations/1")
    assert (sandbox.read("a"), sandbox.read("b")) == ("1", "1")


def test_links_are_absolute_where_a_relative_one_would_not_lead_home(make_sandbox):
    sandbox = make_sandbox()
    (sandbox.base / "elsewhere").mkdir()
    (sandbox.home / ".local").symlink_to(sandbox.base / "elsewhere")
    sandbox.switch({"a": "x"})
    assert os.readlink(sandbox.home / "a").startswith("/")
    assert sandbox.read("a") == "x"
    sandbox.state = sandbox.base / "state-outside"
    other = make_sandbox()
    other.state = other.base / "outside"
    other.switch({"a/b": "y"})
    assert os.readlink(other.home / "a/b") == f"{other.base}/outside/current/home-files/a/b"


def test_the_same_again_is_no_change(sandbox):
    spec = {
        "a": "x",
        "c": {"text": "y", "method": "copy"},
        "s": {"text": "z", "method": "seed"},
        "m": {"keys": {"k": 1}},
    }
    sandbox.switch(spec)
    before = sandbox.tree(state=True)
    answer = sandbox.switch(spec)
    assert not answer["changed"]
    assert answer["generation"] == 1
    assert not sandbox.switch(spec, check=True)["changed"]
    probe = sandbox.probe(spec)
    assert probe["unchanged"]
    assert probe["drift"] == probe["objects"] == []
    after = sandbox.tree(state=True)
    lock = ".local/state/home.manager/lock"
    before.pop(lock)
    after.pop(lock)
    assert before == after


def test_check_mode_writes_nothing_and_tells_everything(sandbox, op, member):
    spec = {"a": "x", "b/c": "y"}
    answer = sandbox.switch(spec, check=True, diff=True)
    assert answer["changed"]
    assert op(answer, "b/c") == ["add"]
    assert member(answer, "a", "diff") == {"added": 1, "removed": 0, "before": None, "after": "x"}
    assert sandbox.tree(state=True) == {}
    sandbox.switch(spec)
    before = sandbox.tree(state=True)
    answer = sandbox.switch({"a": "z"}, check=True, diff=True)
    assert member(answer, "a", "diff") == {"added": 1, "removed": 1, "before": "x", "after": "z"}
    assert member(answer, "b/c", "diff") == {"added": 0, "removed": 1, "before": "y", "after": None}
    assert answer["generation"] == 2
    assert sandbox.tree(state=True) == before


def test_a_diff_never_tells_a_secret(sandbox, member):
    secret = {"text": "hunter2", "sensitive": True}
    sandbox.switch({"a": secret, "c": {"text": "hunter2", "sensitive": True, "method": "copy", "mode": "0600"}})
    answer = sandbox.switch({"m": {"keys": {"k": "hunter2"}, "sensitive": True, "mode": "0600"}}, check=True, diff=True)
    assert "hunter2" not in str(answer)
    for path in "acm":
        assert member(answer, path, "secret")
        assert member(answer, path, "diff") is None


@pytest.mark.parametrize("umask", [0o000, 0o077, 0o027])
def test_modes_do_not_depend_on_the_umask(sandbox, umask):
    old = os.umask(umask)
    try:
        sandbox.switch(
            {
                "run": {"text": "#!/bin/sh\n", "stored": "0555"},
                "plain": "x",
                "secret": {"text": "s", "sensitive": True},
                "copy": {"text": "c", "method": "copy", "mode": "0640"},
                "key": {"text": "k", "method": "copy", "mode": "0600", "sensitive": True},
                ".ssh/config": "Host *\n",
                "folder/file": "x",
                "private/file": {"text": "s", "sensitive": True},
            }
        )
    finally:
        os.umask(old)

    def mode(path):
        return stat.S_IMODE((sandbox.home / path).stat().st_mode)

    assert [mode(path) for path in ("run", "plain", "secret", "copy", "key")] == [0o555, 0o444, 0o400, 0o640, 0o600]
    assert [mode(path) for path in (".ssh", "folder", "private")] == [0o700, 0o755, 0o700]
    assert stat.S_IMODE(sandbox.state.stat().st_mode) == 0o700
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o400 for path in (sandbox.state / "packs").iterdir())


def test_numbers_go_up_and_never_come_back(sandbox):
    for text in "123":
        sandbox.switch({"a": text})
    assert sandbox.ask("rollback")["generation"] == 2
    assert sandbox.switch({"a": "4"})["generation"] == 4
    sandbox.ask("activate", generation=1)
    sandbox.ask("remove", generations=[3, 4]) if sandbox.current() != "generations/4" else None
    assert sandbox.switch({"a": "5"})["generation"] == 5


def test_switching_again_to_the_newest_uses_its_generation(sandbox):
    sandbox.switch({"a": "1"})
    sandbox.switch({"a": "2"})
    sandbox.ask("rollback")
    assert sandbox.switch({"a": "2"})["generation"] == 2
    assert sandbox.read("a") == "2"


def test_rollback_at_the_lowest_says_so(sandbox):
    sandbox.switch({"a": "1"})
    with pytest.raises(EngineError, match="no previous generation: 1 is the oldest"):
        sandbox.ask("rollback")


def test_a_rollback_reads_no_generation_but_the_two_it_is_about(sandbox, monkeypatch):
    for number in range(1, 6):
        sandbox.switch({"a": str(number)})
    read: set[str] = set()
    manifest = State.manifest
    monkeypatch.setattr(State, "manifest", lambda self, wanted: read.add(wanted) or manifest(self, wanted))
    assert sandbox.ask("rollback")["generation"] == 4
    assert read == {"generations/4", "generations/5"}


def test_a_rollback_tells_which_packages_come_and_go(sandbox):
    for packages in (["jq", "htop"], ["jq", "bat"]):
        manifest, contents = sandbox.manifest({"a": packages[1]}, packages=packages)
        sandbox.ship(manifest, list(contents.items()))
    expected = [{"name": "bat", "op": "remove"}, {"name": "htop", "op": "add"}]
    assert sandbox.ask("rollback", check=True)["packages"] == expected
    assert sandbox.ask("rollback")["packages"] == expected
    assert sandbox.ask("activate", generation=1)["packages"] == []


def test_a_rolled_back_file_looks_new_to_caches(sandbox):
    sandbox.switch({"a": "1"})
    time.sleep(0.02)
    sandbox.switch({"a": "2"})
    newer = (sandbox.home / "a").stat().st_mtime_ns
    time.sleep(0.02)
    sandbox.ask("rollback")
    assert sandbox.read("a") == "1"
    assert (sandbox.home / "a").stat().st_mtime_ns > newer


def test_a_failed_hook_puts_the_generation_before_back(sandbox):
    sandbox.switch({"a": "1", "gone": "x"})
    before = sandbox.tree()
    answer = sandbox.switch({"a": "2", "new/file": "y"}, activation=fails())
    assert answer["failed"]["entry"] == "boom"
    assert answer["failed"]["undone"]
    assert "oh no" in answer["failed"]["message"]
    assert answer["generation"] == 1
    assert sandbox.tree() == before
    listed = {item["generation"]: item for item in sandbox.ask("list")["generations"]}
    assert listed[2]["failed"]
    assert listed[1]["current"]
    assert sandbox.tidy()
    assert sandbox.probe({"a": "1", "gone": "x"})["unchanged"]


def test_a_failed_first_switch_leaves_the_home_as_it_was(sandbox):
    sandbox.write("a", "mine")
    before = sandbox.tree()
    answer = sandbox.switch({"a": "1", "b/c": "2"}, activation=fails(), backup_extension="bak")
    assert answer["failed"]["undone"]
    assert answer["generation"] is None
    assert sandbox.tree() == before
    assert sandbox.switch({"a": "1"}, backup_extension="bak")["generation"] == 2


def test_a_failure_may_be_kept_and_is_marked(sandbox):
    sandbox.switch({"a": "1"})
    answer = sandbox.switch({"a": "2"}, activation=fails(), on_failure="keep")
    assert not answer["failed"]["undone"]
    assert sandbox.read("a") == "2"
    assert sandbox.probe({"a": "2"}, activation=fails())["hooks_due"]
    assert not sandbox.probe({"a": "2"}, activation=fails())["unchanged"]
    listed = sandbox.ask("list")["generations"]
    assert [(item["failed"], item["failed_in"]) for item in listed] == [(True, "boom"), (False, "")]
    note = sandbox.state / "failed" / "2"
    note.chmod(0o600)
    note.write_bytes(b"a\nb")
    note.chmod(0o400)
    assert sandbox.ask("list")["generations"][0]["failed_in"] == "", "what is no name is not shown"
    assert sandbox.switch({"a": "3"})["changed"]
    assert sandbox.ask("rollback")["generation"] == 1


def test_hooks_of_changed_paths_run_in_order_after_the_links(sandbox):
    log = sandbox.base / "log"
    hook = f'cat "$HOME/a" >> {log}'
    spec = {"a": {"text": "1\n", "onChange": hook}, "longer/path": {"text": "x", "onChange": f"echo longer >> {log}"}}
    act = [{"name": "act", "script": f'echo "${{oldGenPath:-none}} $newGenPath" >> {log}', "phase": "write"}]
    sandbox.switch(spec, activation=act)
    assert log.read_text().splitlines() == ["1", "longer", f"none {sandbox.state}/generations/1"]
    log.unlink()
    spec["a"]["text"] = "2\n"
    answer = sandbox.switch(spec, activation=act)
    assert log.read_text().splitlines() == ["2", f"{sandbox.state}/generations/1 {sandbox.state}/generations/2"]
    assert [hook["name"] for hook in answer["hooks"]] == ["a", "act"]
    log.unlink()
    sandbox.switch(spec, activation=act)
    assert not log.exists()


def test_a_hook_that_did_not_run_is_owed(sandbox):
    log, gate = sandbox.base / "log", sandbox.base / "gate"
    spec = {
        "a": {"text": "1", "onChange": f"test -e {gate}"},
        "bb": {"text": "1", "onChange": f"echo ran >> {log}"},
    }
    assert sandbox.switch(spec, on_failure="keep")["failed"]["entry"] == "a"
    assert not log.exists()
    gate.touch()
    answer = sandbox.switch(spec)
    assert "failed" not in answer
    assert log.read_text() == "ran\n"
    assert sandbox.probe(spec)["unchanged"]


def test_undo_tells_daemons_of_the_old_content_again(sandbox):
    log = sandbox.base / "log"
    spec = {"a": {"text": "1\n", "onChange": f'cat "$HOME/a" >> {log}'}}
    sandbox.switch(spec)
    spec["a"] = {**spec["a"], "text": "2\n"}
    sandbox.switch(spec, activation=fails())
    assert log.read_text().splitlines() == ["1", "2", "1"]


def test_a_failed_switch_that_was_kept_stays_after_another_failure(sandbox):
    """The first switch failed and was kept: a second one that fails has nothing to go back to but that."""
    spec = {"a": "1", "b/c": "2"}
    sandbox.switch(spec, activation=fails(), on_failure="keep")
    before = sandbox.tree()
    answer = sandbox.switch(spec, activation=fails())
    assert answer["failed"]["entry"] == "boom"
    assert not answer["failed"]["undone"]
    assert answer["generation"] == 1
    assert sandbox.tree() == before
    assert sandbox.probe(spec, activation=fails())["hooks_due"]
    assert not sandbox.switch(spec).get("failed")


@pytest.mark.slow
def test_undo_of_an_interrupted_switch_says_what_it_did(sandbox):
    sandbox.switch({"a": "1"})
    gate = sandbox.base / "gate"
    dies = [{"name": "boom", "script": f'test -e {gate} || kill -9 "$PPID"; false', "phase": "write"}]
    child = os.fork()
    if child == 0:
        sandbox.switch({"b": "2"}, activation=dies)
        os._exit(0)
    os.waitpid(child, 0)
    gate.touch()
    answer = sandbox.switch({"b": "2"}, activation=dies)
    assert answer["failed"]["undone"]
    assert answer["changed"]
    assert {(item["op"], item["path"]) for item in answer["operations"]} == {("add", "a"), ("remove", "b")}
    assert sorted(sandbox.tree()) == ["a"]


def test_a_check_that_fails_stops_before_anything_is_written(sandbox):
    check = [{"name": "can", "script": 'test -z "${newGenPath:-}"; false', "phase": "check"}]
    answer = sandbox.switch({"a": "1"}, activation=check)
    assert answer["failed"]["kind"] == "check"
    assert not (sandbox.home / "a").exists()
    assert sandbox.current() is None


def test_hooks_read_no_input_and_hide_their_text(sandbox):
    log = sandbox.base / "log"
    script = f"cat > /dev/null; read -r line || true; tr '\\0' ' ' < /proc/$$/cmdline > {log}\n"
    script += f"grep -c SECRETWORD {log} || true"
    answer = sandbox.switch({}, activation=[{"name": "x", "script": script + "\n# SECRETWORD", "phase": "write"}])
    assert "failed" not in answer
    assert answer["hooks"][0]["output"] == "0\n"


def test_a_daemon_left_behind_does_not_hold_the_switch(sandbox):
    start = time.monotonic()
    answer = sandbox.switch({}, activation=[{"name": "d", "script": "sleep 30 & echo $!", "phase": "write"}])
    assert time.monotonic() - start < 20
    os.kill(int(answer["hooks"][0]["output"]), 9)


def test_specialisations_are_chosen_and_left(sandbox):
    special = {"night": {"a": "dark", "b": "only at night"}}
    spec = {"a": "light", "c": "by day"}
    sandbox.switch(spec, specialisations=special)
    answer = sandbox.ask("activate", specialisation="night")
    assert answer["generation"] == 1
    assert sandbox.current() == "generations/1/specialisation/night"
    assert (sandbox.read("a"), sandbox.read("b")) == ("dark", "only at night")
    assert not (sandbox.home / "c").exists()
    assert sandbox.ask("list")["specialisation"] == "night"
    assert sandbox.ask("verify")["drift"] == []
    assert not sandbox.probe(spec, specialisations=special)["unchanged"]
    assert sandbox.probe(spec, specialisations=special, specialisation="night")["unchanged"]
    sandbox.switch(spec, specialisations=special)
    assert sandbox.current() == "generations/1"
    assert sandbox.read("a") == "light"
    with pytest.raises(EngineError, match="no specialisation noon"):
        sandbox.ask("activate", specialisation="noon")


def test_uninstall_brings_everything_back(sandbox):
    sandbox.write("a", "mine")
    sandbox.write("folder/inner", "mine")
    sandbox.write("settings", '{"theirs": 1}')
    before = sandbox.tree()
    spec = {
        "a": "ours",
        "folder": "ours",
        "new/deep/file": "ours",
        "copy": {"text": "c", "method": "copy"},
        "settings": {"keys": {"ours": 2}},
        "link": {"to": "/etc/hostname"},
    }
    sandbox.switch(spec, backup_extension="bak")
    assert sandbox.ask("uninstall", check=True)["changed"]
    assert sandbox.read("a") == "ours"
    answer = sandbox.ask("uninstall")
    assert answer["changed"]
    assert sandbox.tree() == before
    assert not sandbox.state.exists()
    assert not sandbox.ask("uninstall")["changed"]


def test_uninstall_keeps_what_the_user_changed(sandbox, op):
    sandbox.switch({"c": {"text": "c", "method": "copy"}, "l": "x", "s": {"text": "seed", "method": "seed"}})
    sandbox.write("c", "edited")
    (sandbox.home / "l").unlink()
    sandbox.write("l", "own")
    answer = sandbox.ask("uninstall")
    assert op(answer, "c") == op(answer, "l") == ["keep"]
    assert {name: sandbox.read(name) for name in "cls"} == {"c": "edited", "l": "own", "s": "seed"}


def test_expire_keeps_what_is_in_use_and_drops_what_only_others_used(sandbox):
    for text in "1234":
        sandbox.switch({"a": text, "b": "always"})
    sandbox.ask("activate", generation=2)
    assert sandbox.ask("expire", keep=1, check=True)["removed"] == [1, 3]
    assert sandbox.ask("expire", older_than=3600)["removed"] == []
    assert sandbox.ask("expire", keep=1)["removed"] == [1, 3]
    assert [item["generation"] for item in sandbox.ask("list")["generations"]] == [4, 2]
    assert len(list((sandbox.state / "store").iterdir())) == 3
    assert sandbox.read("a") == "2"
    assert sandbox.ask("activate", generation=4)["changed"]
    assert sandbox.read("a") == "4"
    with pytest.raises(EngineError, match="in use"):
        sandbox.ask("remove", generations=[4])
    with pytest.raises(EngineError, match="no generation 9"):
        sandbox.ask("remove", generations=[9])


def test_a_secret_does_not_outlive_its_generations(sandbox):
    sandbox.switch({"a": {"text": "hunter2", "sensitive": True}, "b": "plain"})
    sandbox.switch({"b": "plain"})
    sandbox.ask("expire", keep=1)
    for path in (sandbox.state / "packs").iterdir():
        assert all(content != b"hunter2" for _name, content in read_bundle(path.read_bytes()).contents())
    # What is left of the pack still mends.
    shown = (sandbox.home / "b").resolve()
    shown.chmod(0o644)
    shown.write_text("rewritten")
    assert sandbox.probe({"b": "plain"})["unchanged"]
    assert sandbox.read("b") == "plain"


def test_expire_leads_unit_links_through_current(sandbox):
    unit = ".config/systemd/user/x.service"
    sandbox.switch({unit: "[Unit]\n"})
    wants = sandbox.home / ".config/systemd/user/default.target.wants"
    wants.mkdir()
    (wants / "x.service").symlink_to(sandbox.state / "generations/1/home-files" / unit)
    sandbox.switch({unit: "[Unit]\n#2\n"})
    sandbox.ask("expire", keep=1)
    assert os.readlink(wants / "x.service") == f"{sandbox.state}/current/home-files/{unit}"


@pytest.mark.parametrize("target", ["../x", "/etc/x", "a/../../x", "a//b", "./a", "", "a/", "a/.", "x\0y"])
def test_targets_outside_the_home_are_refused(sandbox, target):
    with pytest.raises(EngineError):
        sandbox.switch({target: "x"})
    assert sandbox.tree(state=True) == {}


def test_a_file_below_a_file_is_refused(sandbox):
    with pytest.raises(EngineError, match="a/b is below a"):
        sandbox.switch({"a": "x", "a/b": "y"})


def test_long_and_odd_names(sandbox):
    odd = b"caf\xe9".decode("utf-8", "surrogateescape")
    spec = {"n" * 255: "x", "f" * 255 + "/" + "ü" * 127: "y", odd: "z", "with space\nand line": "w"}
    for target in list(spec)[:1]:
        sandbox.write(target, "mine")
    answer = sandbox.switch(spec, backup_extension="bak")
    assert not answer["collisions"]
    for target, text in spec.items():
        assert sandbox.read(target) == text
    assert (sandbox.home / ("n" * 251 + ".bak")).read_text() == "mine"
    assert sandbox.probe(spec)["unchanged"]
    sandbox.ask("uninstall")
    assert sorted(sandbox.tree()) == ["n" * 255]


def test_a_bundle_that_does_not_fit_is_refused(sandbox):
    manifest, contents = sandbox.manifest({"a": "x", "b": "y"})
    some = list(contents.items())
    with pytest.raises(EngineError, match="lacks 1 objects"):
        sandbox.ship(manifest, some[:1])
    with pytest.raises(EngineError, match="does not match the hash in its name"):
        sandbox.ship(manifest, [(some[0][0], b"evil"), some[1]])
    with pytest.raises(EngineError, match="the announced digest"):
        sandbox.ship(manifest, some, digest="0" * 64)
    whole = write_bundle(manifest, some)
    request = {"verb": "switch", "user": sandbox.user, "digest": Manifest.of(manifest).digest()}
    with pytest.raises(EngineError, match="cannot be read"):
        handle(request, bundle=whole[: len(whole) - 12])
    assert sandbox.tree() == {}
    assert sandbox.switch({"a": "x", "b": "y"})["generation"] == 1
    assert sandbox.tidy()


@pytest.mark.slow
def test_a_second_switch_waits_and_gives_up(sandbox):
    sandbox.switch({"a": "1"})
    code = "import fcntl,sys,time; f = open(sys.argv[1], 'r+'); fcntl.flock(f, 2); f.truncate(0); f.write('4711')"
    code += "; f.flush(); print('held', flush=True); time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", code, str(sandbox.state / "lock")], stdout=subprocess.PIPE) as holder:
        holder.stdout.readline()
        with pytest.raises(EngineError, match="4711") as caught:
            sandbox.switch({"a": "2"}, lock_timeout=0.3)
        assert caught.value.kind == "locked"
        holder.kill()
    assert sandbox.switch({"a": "2"}, lock_timeout=5)["changed"]
