# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Homes that mean harm, or that nobody tidied: what is planted while the engine is at work, and what cannot be moved."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import stat
import subprocess

import pytest

from ansible_collections.home.manager.plugins.module_utils.engine.machine.account import become

from . import child
from .place import Place
from .scenes import FIRST, SCENES, SECOND, own

DEEP = {
    "a/b/c/linked": "ours\n",
    "a/b/c/copied": {"text": "ours\n", "method": "copy"},
    "a/b/merged.json": {"keys": {"k": 1}},
}


def outside_of(base):
    """A folder that is none of the engine's business, as `snapshot` tells it."""
    outside = base / "outside"
    outside.mkdir()
    (outside / "linked").write_text("MINE outside\n")
    (outside / "copied").write_text("MINE outside\n")
    (outside / "merged.json").write_text("{}")
    return outside


def told(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize("component", ["a", "a/b", "a/b/c"])
def test_a_link_planted_at_any_moment_is_never_followed(component, scratch, new_place, tally, choose):
    """At every call in turn, a folder on the way is swapped for a link that leads elsewhere."""
    outside = outside_of(scratch)
    before = told(outside)
    place = new_place()
    place.switch({"a/b/c/linked": "1\n", "a/b/c/copied": {"text": "1\n", "method": "copy"}})
    place.keep(scratch / "kept")
    points = child.points_of(place, lambda place: place.switch(DEEP))
    row = tally.row("link planted during the switch", component, len(points))

    def plant():
        victim = place.home / component
        if victim.is_dir() and not victim.is_symlink():
            os.rename(victim, place.home / "moved-away")
            victim.symlink_to(outside)

    for at in choose(len(points), 50):
        place.put_back(scratch / "kept")
        result = child.run(place, lambda place: place.switch(DEEP), child.doer(at, plant))
        wrong = [result.bug] if result.bug else []
        if told(outside) != before:
            wrong.append(f"outside was changed: {sorted(told(outside))}")
            shutil.rmtree(outside)
            outside_of(scratch)
        if (place.home / component).is_symlink():
            (place.home / component).unlink()
            os.rename(place.home / "moved-away", place.home / component)
        again = child.run(place, lambda place: place.switch(DEEP))
        if not again.well:
            wrong.append(f"then: {again.error or again.answer['failed']}")
        wrong += place.unsound()
        wrong += [
            f"{target} reads {place.reads(target)!r}" for target in list(DEEP)[:2] if place.reads(target) != b"ours\n"
        ]
        row.strike(str(points[at]), "", wrong)
    row.require()


def test_a_name_that_is_taken_meanwhile_is_kept(scratch, new_place, tally, choose):
    """At every call in turn, the user saves a file of his own where ours is about to go."""
    place = new_place()
    own(place)
    place.switch({"a": "1\n"})
    place.keep(scratch / "kept")
    spec = {"a": "2\n", "fresh": "ours\n", "copied": {"text": "ours\n", "method": "copy"}}
    points = child.points_of(place, lambda place: place.switch(spec))
    row = tally.row("user saves a file during the switch", "change", len(points))

    def save():
        for name in ("fresh", "copied"):
            (place.home / f"{name}~").write_text(f"MINE {name} saved just now\n")
            os.rename(place.home / f"{name}~", place.home / name)

    for at in choose(len(points), 60):
        place.put_back(scratch / "kept")
        result = child.run(place, lambda place: place.switch(spec), child.doer(at, save))
        wrong = [result.bug] if result.bug else []
        found = b"".join(place.texts())
        wrong += [f"{name} is lost" for name in ("fresh", "copied") if f"MINE {name} saved".encode() not in found]
        wrong += place.unsound()
        after = child.run(place, lambda place: place.switch(spec, backup_extension="bak"))
        wrong += [] if after.well else [f"then: {after.error or after.answer}"]
        found = b"".join(place.texts())
        wrong += [f"{name} is lost then" for name in ("fresh", "copied") if f"MINE {name} saved".encode() not in found]
        row.strike(str(points[at]), "", wrong)
    row.require()


@pytest.fixture(name="immutable")
def fixture_immutable(new_place):
    """A function that makes a file nobody can change, replace or remove; undone at the end."""
    if os.geteuid() != 0 or shutil.which("chattr") is None:
        pytest.skip("only root may make a file immutable, with chattr")
    made = []

    def make(path):
        done = subprocess.run(["chattr", "+i", str(path)], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            pytest.skip(f"chattr +i: {done.stderr.strip()}")
        made.append(path)

    yield make
    for path in made:
        subprocess.run(["chattr", "-i", str(path)], check=False)


def test_an_immutable_file_in_the_way(new_place, immutable):
    place = new_place()
    place.write("a", "MINE\n")
    place.write("b", "MINE too\n")
    immutable(place.home / "a")
    before = place.snapshot()
    for spec in (
        {"a": {"text": "ours\n", "force": True}, "b": "ours\n", "c/d": "ours\n"},
        {"a": "ours\n", "b": "ours\n"},
    ):
        result = child.run(place, lambda place, spec=spec: place.switch(spec, backup_extension="bak"))
        assert not result.bug, result.bug
        assert not result.well
        assert place.snapshot() == before
        assert place.unsound() == []


def test_an_immutable_copy_of_ours(new_place, immutable):
    place = new_place()
    spec = {"c": {"text": "1\n", "method": "copy"}, "l": "1\n"}
    place.switch(spec)
    immutable(place.home / "c")
    before = place.snapshot()
    result = child.run(place, lambda place: place.switch({"c": {"text": "2\n", "method": "copy"}, "l": "2\n"}))
    assert not result.bug, result.bug
    assert not result.well
    assert place.snapshot() == before
    assert (place.read("c"), place.read("l")) == ("1\n", "1\n")
    gone = child.run(place, lambda place: place.switch({"l": "2\n"}))
    assert not gone.bug, gone.bug
    assert place.read("c") == "1\n"
    assert place.unsound() == []


def test_an_immutable_folder(new_place, immutable):
    place = new_place()
    (place.home / "a").mkdir()
    place.switch({"b": "1\n"})
    immutable(place.home / "a")
    result = child.run(place, lambda place: place.switch({"a/x": "ours\n", "b": "2\n"}))
    assert not result.bug, result.bug
    assert not result.well
    assert place.read("b") == "1\n"
    assert place.unsound() == []


def bound(path):
    with socket.socket(socket.AF_UNIX) as end:
        end.bind(str(path))


KINDS = {
    "fifo": os.mkfifo,
    "socket": bound,
    "character device": lambda path: os.mknod(path, 0o600 | stat.S_IFCHR, os.makedev(1, 3)),
    "block device": lambda path: os.mknod(path, 0o600 | stat.S_IFBLK, os.makedev(7, 99)),
    "folder": lambda path: (path.mkdir(), (path / "mine").write_text("MINE\n")),
    "link to itself": lambda path: path.symlink_to(path.name),
}


@pytest.mark.parametrize("method", ["link", "copy", "seed", "merge", "tree", "parent"])
@pytest.mark.parametrize("kind", KINDS)
def test_whatever_stands_in_the_way(kind, method, new_place):
    """Nothing is opened that would block or act, nothing is lost; with a backup it moves aside and comes back."""
    place = new_place()
    try:
        KINDS[kind](place.home / "a")
    except PermissionError as error:
        pytest.skip(f"mknod: {error.strerror}")
    before = place.snapshot()
    spec = {
        "link": {"a": "ours\n"},
        "copy": {"a": {"text": "ours\n", "method": "copy"}},
        "seed": {"a": {"text": "ours\n", "method": "seed"}},
        "merge": {"a": {"keys": {"k": 1}}},
        "tree": {"a": {"tree": {"x": "ours\n"}}},
        "parent": {"a/x": "ours\n"},
    }[method]
    first = child.run(place, lambda place: place.switch({**spec, "other": "x\n"}))
    assert not first.bug, first.bug
    if first.well:
        # A seed leaves what is there; a folder is where a file's parent should be; a link that leads nowhere holds nothing.
        assert method == "seed" or (kind, method) == ("folder", "parent") or kind == "link to itself"
    else:
        assert place.snapshot() == before
    second = child.run(place, lambda place: place.switch({**spec, "other": "x\n"}, backup_extension="bak"))
    if (kind, method) == ("link to itself", "parent"):
        # A link is never taken for a folder, and never moved aside for one: that needs `force`.
        assert "its folder a is a link" in second.answer["failed"]["message"]
        assert place.snapshot() == before
        return
    assert second.well, second.error or second.answer
    if method == "link":
        assert place.reads("a") == b"ours\n"
    assert place.unsound() == []
    last = child.run(place, lambda place: place.ask("uninstall"))
    assert last.well, last.error or last.answer
    after = place.snapshot()
    if kind == "link to itself" and first.well:
        before.pop("a")
        after.pop("a", None)
        after = {path: value for path, value in after.items() if not path.startswith("a.")}
    assert after == before


def test_names_of_255_bytes_everywhere(new_place):
    """Temporaries, backups and their numbers all need room in the name."""
    place = new_place()
    name = "n" * 251 + ".txt"
    wide = "ü" * 127
    for target in (name, f"{wide}/{name}"):
        place.write(target, "MINE\n")
        place.write(target[: len(target) - 4] + ".bak", "MINE older\n")
    before = place.snapshot()
    spec = {name: "ours\n", f"{wide}/{name}": {"text": "ours\n", "method": "copy"}, f"{'d' * 255}/{'e' * 255}": "x\n"}
    assert child.run(place, lambda place: place.switch(spec, backup_extension="bak")).well
    assert place.read(name) == place.read(f"{wide}/{name}") == "ours\n"
    assert child.run(place, lambda place: place.switch({**spec, name: {"text": "2\n", "method": "copy"}})).well
    assert child.run(place, lambda place: place.ask("uninstall")).well
    assert place.snapshot() == before


def test_names_that_are_no_text(new_place):
    place = new_place()
    odd = os.fsdecode(b"\xff\xfe caf\xe9\n\t")
    place.write(odd + "/mine", "MINE\n")
    place.write(os.fsdecode(b"\xe9"), "MINE\n")
    before = place.snapshot()
    spec = {
        f"{odd}/{odd}": "ours\n",
        os.fsdecode(b"\xe9"): {"text": "ours\n", "method": "copy"},
        odd + "2": {"to": odd},
    }
    assert child.run(place, lambda place: place.switch(spec, backup_extension="bak")).well
    assert place.read(f"{odd}/{odd}") == "ours\n"
    assert place.unsound() == []
    assert child.run(place, lambda place: place.switch({})).well
    assert place.snapshot() == before


def test_folders_of_10000_entries(new_place):
    """In one, a few files of ours; another gives way to a file, and comes back."""
    place = new_place()
    for folder in ("crowd", "gives-way"):
        (place.home / folder).mkdir()
        for number in range(10000):
            (place.home / folder / f"{number:05}").touch()
    before = place.snapshot()
    spec = {f"crowd/ours-{number}": "x\n" for number in range(20)}
    result = child.run(place, lambda place: place.switch({**spec, "gives-way": "x\n"}, backup_extension="bak"))
    assert result.well, result.error or result.answer
    assert len(os.listdir(place.home / "gives-way.bak")) == 10000
    assert child.run(place, lambda place: place.switch({})).well
    assert place.snapshot() == before


@pytest.fixture(name="other")
def fixture_other(scratch):
    """A place of another user's, seen by root."""
    if os.geteuid() != 0:
        pytest.skip("only root may act for another user")
    account = pwd.getpwnam("nobody")
    (scratch / "other").mkdir()
    place = Place(scratch / "other", user="nobody")
    os.chown(place.home, account.pw_uid, account.pw_gid)
    return place


def hand_over(place):
    """Everything in the home becomes its user's."""
    subprocess.run(["chown", "-hR", "nobody:", str(place.home)], check=True)


def owners(place):
    found = set()
    for folder, folders, names in os.walk(place.home):
        found |= {os.lstat(os.path.join(folder, name)).st_uid for name in folders + names}
    return found


@pytest.mark.parametrize("scene", ["first switch", "change", "collision with backup", "uninstall"])
def test_root_is_killed_while_it_switches_for_another(scene, other, scratch, tally, choose):
    """The child that acts as the user dies: root says so, and the next run recovers; all that is made is the user's."""
    place, said = other, SCENES[scene]
    assert child.run(place, as_user(said.start)).answer is not None
    place.keep(scratch / "kept")
    # Points are counted in root's child, which cannot tell them: they are the same as for a home of one's own.
    same = Place(mkdir(scratch / "same"))
    said.start(same)
    points = child.points_of(same, said.act)
    row = tally.row("kill, root for another user", scene, len(points))
    child.run(place, said.act)
    after = place.snapshot()
    # Each request has a child of its own, which counts from its start: the switch is the longest of them.
    for at in choose(len(points), 20):
        place.put_back(scratch / "kept")
        result = child.run(place, said.act, child.killer(at))
        wrong = [result.bug] if result.bug else []
        if result.killed and result.error is not None and "recover" not in result.error["message"]:
            wrong.append(f"root says only: {result.error['message']}")
        again = child.run(place, said.repeat)
        wrong += [again.bug] if again.bug else []
        wrong += place.unsound()
        if place.snapshot() != after:
            wrong.append("the home is not as it should be")
        if owners(place) - {pwd.getpwnam("nobody").pw_uid}:
            wrong.append("something belongs to somebody else")
        row.strike(str(points[at]), "", wrong)
    row.require()


def as_user(act):
    def changed(place):
        become(pwd.getpwnam(place.user))
        return act(place)

    return changed


def mkdir(path):
    path.mkdir()
    return path


@pytest.mark.parametrize("component", [".local", ".local/state", ".local/state/home.manager", "a", "a/b"])
def test_root_follows_no_link_into_what_is_not_the_users(component, other, scratch):
    """A user plants a link to a folder of root's and has root switch: root's folder stays as it is."""
    treasure = scratch / "treasure"
    treasure.mkdir(mode=0o755)
    (treasure / "file").write_text("root's\n")
    planted = other.home / component
    planted.parent.mkdir(parents=True, exist_ok=True)
    planted.symlink_to(treasure)
    hand_over(other)
    spec = {
        "a/b/file": {"text": "ours\n", "method": "copy", "force": True},
        "a/b/other": {"text": "ours\n", "force": True},
    }
    result = child.run(other, lambda place: place.switch(spec, backup_extension="bak"))
    assert not result.bug, result.bug
    assert not result.well
    assert told(treasure) == {"file": b"root's\n"}
    assert treasure.stat().st_uid == 0


def test_no_permission_on_one_folder(other):
    place = other
    hand_over(place)
    assert child.run(
        place,
        lambda place: place.switch({"open/a": "1\n", "shut/b": "1\n", "shut/c": {"text": "1\n", "method": "copy"}}),
    ).well
    before = place.snapshot()
    for mode in (0o500, 0o000):
        (place.home / "shut").chmod(mode)
        refused = child.run(place, lambda place: place.switch({"open/a": "2\n", "shut/d": "2\n"}))
        assert not refused.bug, refused.bug
        assert not refused.well
        assert place.read("open/a") == "1\n"
        removing = child.run(place, lambda place: place.ask("verify"))
        assert not removing.bug, removing.bug
        (place.home / "shut").chmod(0o755)
        assert child.run(place, lambda place: place.ask("verify")).well
        assert place.snapshot() == before
        assert place.unsound() == []
    assert child.run(place, lambda place: place.switch({"open/a": "2\n", "shut/d": "2\n"})).well
    assert sorted(place.snapshot()) == ["open", "open/a", "shut", "shut/d"]


def test_root_switches_for_another_from_first_to_last(other):
    place = other
    own(place)
    hand_over(place)
    before = place.snapshot()
    for spec in (FIRST, SECOND):
        result = child.run(place, lambda place, spec=spec: place.switch(spec))
        assert result.well, result.error or result.answer
        assert place.unsound() == []
        assert owners(place) == {pwd.getpwnam("nobody").pw_uid}
    assert child.run(place, lambda place: place.ask("rollback")).well
    assert child.run(place, lambda place: place.ask("uninstall")).well
    (place.home / "seeded").unlink()
    assert place.snapshot() == before
