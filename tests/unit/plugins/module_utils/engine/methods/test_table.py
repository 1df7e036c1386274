# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The table of methods: a method that nobody else knows lives a whole life, and wrong entries are refused."""

from __future__ import annotations

import pytest

from ansible_collections.home.manager.plugins.module_utils.engine.contract.errors import EngineError
from ansible_collections.home.manager.plugins.module_utils.engine.contract.objects import content_hash
from ansible_collections.home.manager.plugins.module_utils.engine.contract.outcomes import Drift
from ansible_collections.home.manager.plugins.module_utils.engine.contract.records import Record
from ansible_collections.home.manager.plugins.module_utils.engine.methods import table
from ansible_collections.home.manager.plugins.module_utils.engine.planning.method import Method
from ansible_collections.home.manager.plugins.module_utils.engine.planning.step import Evidence, NewText


class Shout(Method):
    """Writes the content in capital letters, as often as it is told."""

    name = "shout"
    settings = {"times": ("once", "twice")}  # noqa: RUF012
    reads_object = True

    def text(self, path, builder):
        return builder.read(path.file.object).upper() * (2 if self.setting(path.file, "times") == "twice" else 1)

    def plan(self, path, builder):
        fresh, text = self.record(path, builder), self.text(path, builder)
        if path.content() == text:
            builder.manage(path, fresh)
        else:
            builder.replace(path, NewText(text, path.file.permissions), fresh)

    def record(self, path, objects):
        written = content_hash(self.text(path, objects), path.file.mode)
        return Record(self.name, object=path.file.object, mode=path.file.mode, memory={"written": written})

    def evidence(self, path):
        content, record = path.content(), path.record
        if content is None or content_hash(content, record.mode) != record.memory["written"]:
            return None
        return Evidence(hash=record.memory["written"])

    def difference(self, path, record):
        return None if self.evidence(path) is not None else Drift(path.target, "changed", "it is no longer loud")


@pytest.fixture
def shout(monkeypatch):
    monkeypatch.setitem(table.METHODS, "shout", Shout())

    def entry(text, **more):
        return {"text": text, "method": "shout", **more}

    return entry


def test_a_made_up_method_writes_follows_and_withdraws(sandbox, shout, op):
    assert op(sandbox.switch({"a": shout("hello"), "b": "1"}), "a") == ["add"]
    assert sandbox.read("a") == "HELLO"
    assert sandbox.probe({"a": shout("hello"), "b": "1"})["unchanged"]
    assert op(sandbox.switch({"a": shout("hello", times="twice")}), "a") == ["change"]
    assert sandbox.read("a") == "HELLOHELLO"
    sandbox.ask("rollback")
    assert sandbox.read("a") == "HELLO"
    assert op(sandbox.switch({"b": "1"}), "a") == ["remove"]
    assert "a" not in sandbox.tree()
    assert sandbox.tidy()


def test_a_made_up_method_checks_for_drift(sandbox, shout, op):
    sandbox.switch({"a": shout("hello")})
    sandbox.write("a", "quiet")
    drift = sandbox.ask("verify")["drift"]
    assert [(item["path"], item["problem"], item["detail"]) for item in drift] == [
        ("a", "changed", "it is no longer loud")
    ]
    assert op(sandbox.switch({}), "a") == ["keep"]
    assert sandbox.read("a") == "quiet"


def test_a_made_up_method_backs_up_what_is_in_the_way(sandbox, shout):
    sandbox.write("a", "mine")
    assert [item["path"] for item in sandbox.switch({"a": shout("hello")})["collisions"]] == ["a"]
    sandbox.switch({"a": shout("hello")}, backup_extension="bak")
    assert (sandbox.read("a"), sandbox.read("a.bak")) == ("HELLO", "mine")
    sandbox.ask("uninstall")
    assert sandbox.read("a") == "mine"


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ({"text": "x", "method": "whisper", "mode": "0644"}, "unknown method 'whisper'"),
        ({"text": "x", "method": "table", "mode": "0644"}, "unknown method 'table'"),
        (
            {"text": "x", "method": "copy", "mode": "0644", "times": "twice"},
            "a: the method copy has no setting `times`",
        ),
        ({"text": "x", "method": "copy", "mode": "0644", "onConflict": "ask"}, "a: `onConflict` must be one of keep, "),
        ({"text": "x", "method": "copy", "mode": "rw"}, "`mode` must be four octal digits"),
    ],
)
def test_wrong_entries_are_refused(sandbox, entry, message):
    with pytest.raises(EngineError) as caught:
        sandbox.switch({"a": entry})
    assert message in caught.value.message
    assert caught.value.kind == "manifest"
    assert sandbox.tree() == {}
