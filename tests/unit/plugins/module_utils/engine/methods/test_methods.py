# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Files that are no links: copies, seeds and merged files, through switches, edits and rollbacks."""

from __future__ import annotations

import json

import pytest

from ansible_collections.home.manager.plugins.module_utils.engine.merging.merged import FORMATS as MERGEABLE
from ansible_collections.home.manager.plugins.module_utils.engine.methods.merge import FORMATS


def copy(text, **more):
    return {"text": text, "method": "copy", **more}


def test_a_copy_is_a_real_file_that_follows_the_spec(sandbox, op):
    sandbox.switch({"a": copy("1")})
    assert not (sandbox.home / "a").is_symlink()
    answer = sandbox.switch({"a": copy("2")})
    assert op(answer, "a") == ["change"]
    assert sandbox.read("a") == "2"
    sandbox.ask("rollback")
    assert sandbox.read("a") == "1"


@pytest.mark.parametrize("policy", ["keep", "overwrite", "backup"])
def test_an_edited_copy_goes_as_the_spec_says(sandbox, op, member, policy):
    sandbox.switch({"a": copy("1", onConflict=policy)})
    sandbox.write("a", "edited")
    probe = sandbox.probe({"a": copy("1", onConflict=policy)})
    assert [item["problem"] for item in probe["drift"]] == ["changed"]
    assert probe["unchanged"] == (policy == "keep")
    assert [item["path"] for item in probe["kept"]] == (["a"] if policy == "keep" else [])
    told = sandbox.switch({"a": copy("2", onConflict=policy)}, check=True, diff=True)
    if policy == "keep":
        assert member(told, "a", "since") == int((sandbox.home / "a").stat().st_mtime)
    else:
        assert member(told, "a", "diff") == {"added": 1, "removed": 1, "before": "edited", "after": "2"}
    answer = sandbox.switch({"a": copy("2", onConflict=policy)})
    assert sandbox.read("a") == ("edited" if policy == "keep" else "2")
    assert op(answer, "a")[0] == {"keep": "keep", "overwrite": "change", "backup": "backup"}[policy]
    kept = [path.read_text() for path in sandbox.home.glob("a.*")]
    assert kept == (["edited"] if policy == "backup" else [])
    again = sandbox.switch({"a": copy("2", onConflict=policy)})
    assert not again["changed"]


def test_a_rollback_backs_an_edited_copy_up(sandbox):
    sandbox.switch({"a": copy("1")})
    sandbox.switch({"a": copy("2")})
    sandbox.write("a", "edited")
    sandbox.ask("rollback")
    assert sandbox.read("a") == "1"
    assert sandbox.read("a.backup") == "edited"


def test_an_edited_copy_that_is_dropped_stays(sandbox, op):
    sandbox.switch({"a": copy("1"), "b": copy("1")})
    sandbox.write("a", "edited")
    answer = sandbox.switch({})
    assert op(answer, "a") == ["keep"]
    assert sorted(sandbox.tree()) == ["a"]


def test_a_copy_over_a_file_of_the_users_is_a_collision(sandbox):
    sandbox.write("a", "mine")
    assert sandbox.switch({"a": copy("1")})["collisions"]
    sandbox.switch({"a": copy("mine")})
    assert not sandbox.switch({"a": copy("2")})["collisions"]
    assert sandbox.read("a") == "2"


def test_a_copys_mode_is_kept_right(sandbox, op):
    spec = {"a": copy("1", mode="0600")}
    sandbox.switch(spec)
    (sandbox.home / "a").chmod(0o644)
    probe = sandbox.probe(spec)
    assert [item["problem"] for item in probe["drift"]] == ["mode"]
    assert probe["unchanged"]
    assert (sandbox.home / "a").stat().st_mode & 0o777 == 0o600
    assert sandbox.probe(spec)["drift"] == []


def test_a_seed_is_written_once_and_is_the_users(sandbox):
    spec = {"a": {"text": "1", "method": "seed"}}
    sandbox.switch(spec)
    sandbox.write("a", "edited")
    assert sandbox.probe(spec)["unchanged"]
    sandbox.switch({"a": {"text": "2", "method": "seed"}})
    assert sandbox.read("a") == "edited"
    sandbox.switch({})
    assert sandbox.read("a") == "edited"


def test_a_seed_leaves_what_is_there_alone(sandbox):
    sandbox.write("a", "mine")
    assert not sandbox.switch({"a": {"text": "1", "method": "seed"}})["collisions"]
    assert sandbox.read("a") == "mine"


def test_a_seed_nobody_touched_gives_way_to_a_link(sandbox):
    sandbox.switch({"a": {"text": "1", "method": "seed"}})
    assert not sandbox.switch({"a": "linked"})["collisions"]
    assert sandbox.read("a") == "linked"


def merged(**keys):
    return {"keys": keys}


def test_declared_keys_are_merged_and_taken_out(sandbox):
    path = sandbox.write("a", '{"theirs": 1, "both": "old"}')
    sandbox.switch({"a": merged(ours=2, both="new")})
    assert json.loads(path.read_text()) == {"theirs": 1, "both": "new", "ours": 2}
    changed = {**json.loads(path.read_text()), "later": 3}
    path.write_text(json.dumps(changed))
    assert sandbox.probe({"a": merged(ours=2, both="new")})["unchanged"]
    sandbox.switch({"a": merged(both="new")})
    assert json.loads(path.read_text()) == {"theirs": 1, "both": "new", "later": 3}
    sandbox.ask("rollback")
    assert json.loads(path.read_text()) == {"theirs": 1, "both": "new", "later": 3, "ours": 2}
    sandbox.switch({})
    assert json.loads(path.read_text()) == {"theirs": 1, "both": "old", "later": 3}


def test_a_declared_key_that_the_program_changed_is_set_again(sandbox, op, member):
    path = sandbox.home / "a"
    spec = {"a": merged(ours=2)}
    sandbox.switch(spec)
    path.write_text('{"ours": 9}')
    assert not sandbox.probe(spec)["unchanged"]
    answer = sandbox.switch(spec, check=True, diff=True)
    diff = member(answer, "a", "diff")
    assert json.loads(diff["after"]) == {"ours": 2}
    assert diff["before"] == '{"ours": 9}'
    assert op(sandbox.switch(spec), "a") == ["change"]
    assert json.loads(path.read_text()) == {"ours": 2}


def test_a_merged_file_keeps_its_mode_and_goes_when_only_ours(sandbox):
    path = sandbox.write("a", '{"theirs": 1}')
    path.chmod(0o600)
    sandbox.switch({"a": merged(ours=1), "b/c": merged(ours=1)})
    assert path.stat().st_mode & 0o777 == 0o600
    sandbox.switch({})
    assert sorted(sandbox.tree()) == ["a"]
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_file_that_cannot_be_merged_into_is_a_collision(sandbox):
    path = sandbox.write("a", '{"theirs": ')
    answer = sandbox.switch({"a": merged(ours=1)})
    assert "cannot be merged into" in answer["collisions"][0]["reason"]
    assert path.read_text() == '{"theirs": '


def test_every_format_of_the_merge_can_be_declared():
    assert sorted(FORMATS) == sorted(MERGEABLE)
