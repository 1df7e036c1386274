# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Single promises, each with the fault that once broke it."""

from __future__ import annotations

import errno
import json
import os

import pytest

from . import child

FILE_FOR_FOLDER = {"tree": "ours\n"}


def with_folder(place):
    """A folder of the user's where a file of ours is to go."""
    place.write("tree/mine", "MINE in a folder\n")
    return lambda place: place.switch(FILE_FOR_FOLDER, backup_extension="bak")


@pytest.mark.parametrize("observer", [None, child.without_exchange_and_links], ids=["exchange", "no exchange"])
def test_a_folder_never_bears_only_a_hidden_name(observer, new_place, choose):
    """Wherever the run is killed, the folder is at its own path or at that of its backup; and uninstall gives it back."""
    place = new_place()
    act = with_folder(place)
    place.keep(place.base / "kept")
    more = [observer()] if observer is not None else []
    points = child.points_of(place, act, observer=observer() if observer is not None else None)
    seen = set()
    for at in choose(len(points), 40):
        place.put_back(place.base / "kept")
        result = child.run(place, act, child.together(child.killer(at), *more))
        assert result.killed
        found = [name for name in ("tree", "tree.bak") if (place.home / name / "mine").exists()]
        assert len(found) == 1, (points[at], sorted(place.snapshot()))
        seen.update(found)
        assert child.run(place, lambda place: place.ask("uninstall")).well
        assert place.read("tree/mine") == "MINE in a folder\n"
        assert sorted(place.snapshot()) == ["tree", "tree/mine"]
    assert seen == {"tree", "tree.bak"}


def test_a_backup_gets_its_name_when_it_is_whole(new_place, choose):
    """Without hard links it is a copy: a kill while it is written leaves no part of it, and an undo removes the rest."""
    place = new_place()
    place.write("file", "MINE file\n")
    place.keep(place.base / "kept")

    def act(place):
        return place.switch({"file": "ours\n"}, backup_extension="bak")

    points = child.points_of(place, act, observer=child.without_exchange_and_links())
    made = 0
    for at in choose(len(points), 40):
        place.put_back(place.base / "kept")
        child.run(place, act, child.together(child.killer(at), child.without_exchange_and_links()))
        backup = place.home / "file.bak"
        made += backup.exists()
        assert not backup.exists() or backup.read_text() == "MINE file\n", points[at]
        assert child.run(place, lambda place: place.ask("uninstall"), child.without_exchange_and_links()).well
        assert place.snapshot() == {"file": ("file", b"MINE file\n", 0o644)}
    assert made


@pytest.mark.parametrize("number", [errno.EIO, errno.EMFILE, errno.EACCES], ids=errno.errorcode.get)
@pytest.mark.parametrize("call", ["open", "read", "stat", "readlink"])
def test_an_uninstall_that_cannot_read_forgets_nothing(call, number, new_place):
    """Whatever cannot be read in the home: nothing is taken for absent or for changed, and the state stays."""
    place = new_place()
    place.write("copied", "MINE copied\n")
    spec = {"copied": {"text": "ours\n", "method": "copy"}, "linked": "ours\n"}
    place.switch(spec, backup_extension="bak")
    before = place.snapshot()
    name = {"open": "copied", "read": "copied", "stat": "copied", "readlink": "linked"}[call]
    opened = []

    def refuse(_phase, now, what):
        if now == "open":
            opened.append(what)
        if now == call and (what == name or (call == "read" and opened and opened[-1] == name)):
            raise OSError(number, os.strerror(number), what)

    result = child.run(place, lambda place: place.ask("uninstall"), child.Watch(reads=refuse))
    assert result.error is not None, result.answer
    assert f"{place.home}/{name}: {os.strerror(number)} ({errno.errorcode[number]})" in result.error["message"]
    assert place.snapshot() == before
    assert (place.state / "ledger.json").exists()
    assert "failed" not in place.ask("uninstall")
    assert place.read("copied") == "MINE copied\n"


@pytest.mark.parametrize("number", [errno.EIO, errno.ENOSPC], ids=errno.errorcode.get)
def test_what_could_not_be_renamed_is_owed(number, new_place):
    """The rename of a copy is refused, and every later one: it is not forgotten that the copy has its former text."""
    place = new_place()
    place.switch({"copied": {"text": "1\n", "method": "copy"}})
    place.switch({"copied": {"text": "2\n", "method": "copy"}})
    points = child.points_of(place, lambda place: place.ask("rollback"))
    place.switch({"copied": {"text": "2\n", "method": "copy"}})
    renames = [point for point in points if point[:2] == ["before", "rename"]]
    first = renames.index(["before", "rename", "copied"])
    result = child.run(place, lambda place: place.ask("rollback"), child.kind_refuser("rename", number, first))
    assert not result.well
    assert place.read("copied") == "2\n"
    answer = place.ask("activate", generation=1)
    assert "failed" not in answer
    assert place.read("copied") == "1\n"
    assert place.tidy()


def test_a_folder_that_cannot_be_removed_is_owed(new_place):
    place = new_place()
    place.switch({"folder/file": "1\n"})

    def refuse(phase, call, what):
        if phase == "before" and (call, what) == ("rmdir", "folder"):
            raise OSError(errno.EIO, os.strerror(errno.EIO), what)

    result = child.run(place, lambda place: place.ask("uninstall"), refuse)
    assert result.answer is not None, result.error
    assert result.answer["failed"]["entry"] == "folder"
    assert "(EIO)" in result.answer["failed"]["message"]
    assert (place.state / "ledger.json").exists()
    assert "failed" not in place.ask("uninstall")
    assert place.snapshot() == {}


def test_an_undo_that_fails_is_said(new_place):
    """A hook fails, and so does the way back: the answer has both, and the next run ends it."""
    place = new_place()
    place.switch({"a": "1\n", "copied": {"text": "1\n", "method": "copy"}})
    fails = [{"name": "boom", "script": "exit 3", "phase": "write"}]
    gate = []

    def refuse(_phase, call, what):
        gate.append(what == "copied")
        if call == "open" and what == "copied" and sum(gate) > 6:
            raise OSError(errno.EIO, os.strerror(errno.EIO), what)

    spec = {"a": "2\n", "copied": {"text": "2\n", "method": "copy"}}
    result = child.run(place, lambda place: place.switch(spec, activation=fails), child.Watch(reads=refuse))
    assert result.answer is not None, result.error
    message = result.answer["failed"]["message"]
    assert "boom" in message
    assert "could not be undone" in message
    assert "(EIO)" in message
    assert not result.answer["failed"]["undone"]
    answer = place.switch(spec, activation=fails)
    assert answer["failed"]["undone"]
    assert place.read("a") == place.read("copied") == "1\n"


def test_the_name_that_an_earlier_engine_used_is_settled(new_place):
    """Its journal did not know where it had put a folder while it renamed, where names cannot be exchanged."""
    place = new_place()
    act = with_folder(place)
    place.keep(place.base / "kept")
    points = child.points_of(place, act)
    place.put_back(place.base / "kept")
    assert child.run(place, act, child.killer(points.index(["after", "rename", "current"]))).killed
    journal = json.loads((place.state / "journal").read_text())
    step = journal["steps"][0]
    for name in ("makes", "partial"):
        step.pop(name, None)
    (place.state / "journal").write_text(json.dumps(journal))
    os.rename(place.home / "tree", place.home / f"{step['temp']}.old")
    assert child.run(place, lambda place: place.ask("verify")).error is None
    assert place.read("tree") == "ours\n"
    assert place.read("tree.bak/mine") == "MINE in a folder\n"
    assert place.tidy()
    place.ask("uninstall")
    assert sorted(place.snapshot()) == ["tree", "tree/mine"]


def test_what_was_written_through_a_link_is_saved_whole(new_place, choose):
    """A kill while it is saved leaves no part of it in the folder where the user looks for it."""
    place = new_place()
    place.switch({"a": "1\n"})
    shown = (place.home / "a").resolve()
    shown.chmod(0o644)
    shown.write_text("MINE written through the link\n")
    place.keep(place.base / "kept")
    points = child.points_of(place, lambda place: place.ask("verify", repair=True))
    for at in choose(len(points), 30):
        place.put_back(place.base / "kept")
        child.run(place, lambda place: place.ask("verify", repair=True), child.killer(at))
        saved = [path for path in (place.state / "drift").glob("*") if not path.name.startswith(".")]
        assert all(path.read_text() == "MINE written through the link\n" for path in saved), points[at]
        assert child.run(place, lambda place: place.ask("verify", repair=True)).well
        assert [path.read_text() for path in (place.state / "drift").iterdir()] == ["MINE written through the link\n"]
        assert place.read("a") == "1\n"


def test_an_undo_that_is_not_complete_does_not_say_that_it_is(new_place):
    """A hook fails, and on the way back one rename is refused: the copy has the newer text still, which is owed and said."""
    place = new_place()
    spec = {"a": "1\n", "copied": {"text": "1\n", "method": "copy"}}
    place.switch(spec)
    fails = [{"name": "boom", "script": "exit 3", "phase": "write"}]
    later = {"a": "2\n", "copied": {"text": "2\n", "method": "copy"}}
    count = 0

    def refuse(phase, call, what):
        nonlocal count
        count += phase == "before" and (call, what) == ("rename", "copied")
        if phase == "before" and (call, what) == ("rename", "copied") and count > 1:
            raise OSError(errno.EIO, os.strerror(errno.EIO), what)

    result = child.run(place, lambda place: place.switch(later, activation=fails), refuse)
    assert result.answer is not None, result.error
    assert not result.answer["failed"]["undone"]
    assert any("copied" in warning and "(EIO)" in warning for warning in result.answer["warnings"])
    assert (place.read("a"), place.read("copied")) == ("1\n", "2\n")
    assert "failed" not in place.switch(spec)
    assert (place.read("a"), place.read("copied")) == ("1\n", "1\n")
    assert place.tidy()
