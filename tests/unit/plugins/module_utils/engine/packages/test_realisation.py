# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""From recipes to finished trees: whole or not there, equal every time, and freed when nothing uses them."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from ansible_collections.home.manager.plugins.module_utils.engine.contract.errors import EngineError
from ansible_collections.home.manager.plugins.module_utils.engine.disk import filesystem
from ansible_collections.home.manager.plugins.module_utils.engine.packages import (
    checking,
    freeing,
    host_depot,
    realisation,
    relocation,
)
from ansible_collections.home.manager.plugins.module_utils.engine.packages.depot import Depot
from ansible_collections.home.manager.plugins.module_utils.engine.packages.download import Sources
from ansible_collections.home.manager.plugins.module_utils.engine.packages.profile import RANKS, Member, Profile
from ansible_collections.home.manager.plugins.module_utils.engine.packages.realisation import realise

from .conftest import deb_of, link_of, recipe_of, tar_of

SCRIPT = b"#!/usr/bin/tool -x\nprint\n"


def hello(server, **more):
    """A package with its own data, a dependency with an interpreter, and a link to another package's file."""
    own = server.put(
        "hello_1.0_amd64.deb",
        deb_of(
            [
                ("./usr/bin/hello-real", b"#!/bin/sh\necho hello $GREETING $1\n", 0o755),
                link_of("./usr/bin/hi", "hello-real"),
                ("./usr/bin/script", SCRIPT, 0o755),
                ("./usr/share/hello/text", b"text", 0o644),
                (
                    "./usr/share/applications/hello.desktop",
                    b"Exec=/usr/bin/hello-real\nTryExec=/usr/bin/other\n",
                    0o644,
                ),
                link_of("./usr/share/hello/away", "/etc/alternatives/x"),
                link_of("./usr/share/hello/dep", "/usr/share/dep/data"),
                ("./usr/share/man/man1/hello-real.1.gz", b"m", 0o644),
                ("./usr/share/lintian/overrides/hello", b"m", 0o644),
            ]
        ),
    )
    dependency = server.put(
        "dep_1.0_amd64.deb",
        deb_of(
            [
                ("./usr/bin/tool", b"#!/bin/sh\n", 0o755),
                ("./usr/share/dep/data", b"d", 0o644),
                ("./usr/share/doc/dep/copyright", b"d", 0o644),
            ]
        ),
        own=False,
    )
    launch = {"hello*": {"set": {"GREETING": "{prefix}/share/*ello/te*"}, "arguments": ["first"]}}
    return recipe_of("hello", [dependency, own], commands={"hello": "hello-real"}, launch=launch, **more)


def run(depot, server, *recipes):
    wanted = {recipe.identity(depot.base): recipe for recipe in recipes}
    return realise(depot, wanted, Sources(None, {"test": (server.url,)}, {}))


def tree(depot, recipe):
    return Path(depot.base) / recipe.identity(depot.base)


def test_package_is_flat_read_only_and_leads_to_itself(depot, server):
    recipe = hello(server)
    done = run(depot, server, recipe)
    top = tree(depot, recipe)
    assert done.made == [top.name]
    assert done.downloaded == recipe.download_size()
    assert os.readlink(top / "share/hello/dep") == "../dep/data"
    assert os.readlink(top / "share/hello/away") == "/etc/alternatives/x"
    assert (top / "share/applications/hello.desktop").read_text() == (
        f"Exec={top}/bin/hello-real\nTryExec=/usr/bin/other\n"
    )
    assert not (top / "share/lintian").exists()
    assert not (top / "share/doc").exists()
    assert all(stat.S_IMODE(os.lstat(where).st_mode) == 0o555 for where, _folders, _names in os.walk(top))
    assert os.listdir(f"{depot.path}/downloads") == []
    assert not os.path.exists("/tmp/home-manager-postinst-ran")


def test_launcher_sets_its_variables_for_links_too(depot, server):
    recipe = hello(server)
    run(depot, server, recipe)
    top = tree(depot, recipe)
    for name in ("hello-real", "hi"):
        said = subprocess.run([top / "bin" / name], capture_output=True, text=True, check=True).stdout
        assert said == f"hello {top}/share/hello/text first\n"
    script = (top / "bin/script").read_text()
    assert f"{top}/bin/tool" in script


def test_script_below_lib_with_a_long_path_is_no_obstacle_to_launchers(depot, server, monkeypatch):
    monkeypatch.setattr(relocation, "LONGEST_SHEBANG", 10)
    members = [
        ("./usr/bin/hello-real", b"#!/bin/sh\necho $(cat $(dirname $0)/../lib/word)\n", 0o755),
        ("./usr/lib/word", b"word", 0o644),
        ("./usr/lib/hello/helper", SCRIPT, 0o755),
        ("./usr/bin/tool", b"#!/bin/sh\n", 0o755),
    ]
    launch = {"hello*": {"set": {"GREETING": "x"}}}
    recipe = recipe_of("hello", [server.put("hello.deb", deb_of(members))], launch=launch)
    run(depot, server, recipe)
    top = tree(depot, recipe)
    assert f"{top}/.hm/scripts/lib/hello/helper" in (top / "lib/hello/helper").read_text()
    assert subprocess.run([top / "bin/hello-real"], capture_output=True, text=True, check=True).stdout == "word\n"


@pytest.mark.slow
def test_same_recipe_gives_the_same_tree(depot, server, tmp_path):
    recipe = hello(server)
    run(depot, server, recipe)
    before = snapshot(tree(depot, recipe))
    assert freeing.free(depot, set()).packages == [recipe.identity(depot.base)]
    run(depot, server, recipe)
    assert snapshot(tree(depot, recipe)) == before


def test_nothing_to_do_touches_nothing(depot, server):
    recipe = hello(server)
    run(depot, server, recipe)
    server.asked.clear()
    filesystem.observer = lambda *call: pytest.fail(f"changed something: {call}")
    assert run(depot, server, recipe).made == []
    assert server.asked == []


def test_identity_depends_on_what_makes_the_tree_and_on_nothing_else(depot, server):
    recipe = hello(server)
    identity = recipe.identity(depot.base)
    moved = recipe._replace(artefacts=tuple(item._replace(at=("other:x",), size=1) for item in recipe.artefacts))
    assert moved.identity(depot.base) == identity
    assert recipe.identity("/elsewhere/packages") != identity
    assert recipe._replace(launch={}).identity(depot.base) != identity
    assert recipe._replace(artefacts=recipe.artefacts[1:]).identity(depot.base) != identity


def test_missing_command_is_an_error_and_leaves_nothing(depot, server):
    recipe = hello(server)._replace(commands={"hello": "nothing"})
    with pytest.raises(EngineError, match=r"hello 1\.0 does not have the command hello \(bin/nothing\)"):
        run(depot, server, recipe)
    assert [name for name in os.listdir(depot.base) if name != "lock"] == []
    assert os.listdir(f"{depot.path}/parts") == []


def test_a_recipe_of_another_place_is_refused(depot, server):
    recipe = hello(server)
    with pytest.raises(EngineError, match="does not make the package"):
        realise(depot, {"0" * 32 + "-hello-1.0": recipe}, Sources(None, {}, {}))


def test_archive_goes_where_its_recipe_says(depot, server):
    content = tar_of([("x-1.2/x", b"#!/bin/sh\necho x\n", 0o755), ("x-1.2/man/x.1", b"m", 0o644)], "w:gz")
    artefact = server.put("x-1.2.tar.gz", content)
    place = {"bin/x": "x-*/x", "share/man/man1": "x-*/man"}
    recipe = recipe_of("x", [artefact], provider="archive", place=place, commands={"x": "x"})
    run(depot, server, recipe)
    assert subprocess.run([tree(depot, recipe) / "bin/x"], capture_output=True, check=True).stdout == b"x\n"
    assert (tree(depot, recipe) / "share/man/man1/x.1").exists()
    bad = recipe._replace(place={"bin/x": "y/*"}, commands={})
    with pytest.raises(EngineError, match="nothing in the archive matches 'y/\\*'"):
        run(depot, server, bad)


def test_a_single_file_becomes_a_program(depot, server):
    recipe = recipe_of(
        "jq", [server.put("jq-linux", b"#!/bin/sh\necho 1\n")], provider="archive", place={"bin/jq": "jq-linux"}
    )
    run(depot, server, recipe)
    assert subprocess.run([tree(depot, recipe) / "bin/jq"], capture_output=True, check=True).stdout == b"1\n"


def test_parts_are_shared_and_freed_with_their_last_user(depot, server):
    first = hello(server)
    second = recipe_of("other", [first.artefacts[0]._replace(own=True)], commands={"tool": "tool"})
    run(depot, server, first, second)
    data = tree(depot, first) / "share/dep/data"
    assert data.stat().st_ino == (tree(depot, second) / "share/dep/data").stat().st_ino
    freed = freeing.free(depot, {second.identity(depot.base)})
    assert freed.packages == [first.identity(depot.base)]
    assert freed.size > 0
    assert len(depot.parts()) == 1
    assert (tree(depot, second) / "share/dep/data").read_bytes() == b"d"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_a_running_package_is_spared(depot, server):
    recipe = recipe_of("s", [server.put("s.deb", deb_of([("./usr/bin/s", b"#!/bin/sh\nread line\n", 0o755)]))])
    run(depot, server, recipe)
    with subprocess.Popen([tree(depot, recipe) / "bin/s"], stdin=subprocess.PIPE) as running:
        # The shell reads its script after it has become itself.
        while str(tree(depot, recipe)) not in Path(f"/proc/{running.pid}/cmdline").read_text():
            os.sched_yield()
        assert freeing.free(depot, set()).running == [recipe.identity(depot.base)]
        running.communicate(b"\n")
    assert freeing.free(depot, set()).packages == [recipe.identity(depot.base)]


def test_host_depot_is_linked_to_when_nobody_else_can_write_it(depot, server, tmp_path, monkeypatch):
    recipe = hello(server)
    host = tmp_path / "host"
    place = host / "packages" / recipe.identity(f"{host}/packages")
    place.mkdir(parents=True)
    monkeypatch.setattr(host_depot, "trusted", lambda path: path == str(place))
    assert host_depot.linked(depot, recipe.identity(depot.base), {recipe.identity(depot.base): recipe}, str(host))
    assert os.readlink(f"{depot.base}/{recipe.identity(depot.base)}") == str(place)
    monkeypatch.undo()
    # Anybody may write to the folder of tests.
    assert not host_depot.trusted(str(tmp_path))
    assert host_depot.trusted("/usr") == (os.stat("/usr").st_uid == 0)


def snapshot(top):
    found = {}
    for where, folders, names in os.walk(top):
        for name in folders + names:
            path = os.path.join(where, name)
            status = os.lstat(path)
            link = os.readlink(path) if stat.S_ISLNK(status.st_mode) else None
            content = Path(path).read_bytes() if stat.S_ISREG(status.st_mode) else None
            found[os.path.relpath(path, top)] = (stat.S_IMODE(status.st_mode), link, content)
    return found


def member(depot, recipe, **more):
    return Member(recipe.name, recipe.identity(depot.base), commands=recipe.commands, **more)


def package(server, name, files):
    content = deb_of(
        [(f"./usr/{path}", text, 0o755 if path.startswith("bin") else 0o644) for path, text in files.items()]
    )
    return recipe_of(name, [server.put(f"{name}.deb", content)])


def test_profile_shows_own_files_commands_and_whole_folders(depot, server):
    recipe = hello(server)
    run(depot, server, recipe)
    links = Profile(depot, [member(depot, recipe)], []).build()
    top = str(tree(depot, recipe))
    assert links["bin/hello"] == f"{top}/bin/hello"
    assert links["bin/hello-real"] == f"{top}/bin/hello-real"
    assert "bin/tool" not in links
    assert links["share/man/man1"] == f"{top}/share/man/man1" or links["share/man/man1/hello.1.gz"]
    assert not any(path.startswith(("share/dep", "share/hello", "lib")) for path in links)


def test_profile_links_folders_of_one_package_whole_and_splits_shared_ones(depot, server):
    one = package(
        server, "one", {"bin/one": b"1", "share/icons/hicolor/48x48/a": b"1", "share/zsh/site-functions/_one": b"1"}
    )
    two = package(server, "two", {"bin/two": b"2", "share/zsh/site-functions/_two": b"2"})
    run(depot, server, one, two)
    links = Profile(depot, [member(depot, one), member(depot, two)], []).build()
    # The folder of a theme gets a cache.
    assert links["share/icons/hicolor/48x48"] == f"{tree(depot, one)}/share/icons/hicolor/48x48"
    assert links["share/zsh/site-functions/_two"] == f"{tree(depot, two)}/share/zsh/site-functions/_two"


def test_all_collisions_are_named_at_once_without_store_paths(depot, server):
    one = package(server, "one", {"bin/a": b"1", "bin/b": b"1", "bin/same": b"s"})
    two = package(server, "two", {"bin/a": b"2", "bin/b": b"2", "bin/same": b"s"})
    run(depot, server, one, two)
    with pytest.raises(EngineError) as caught:
        Profile(depot, [member(depot, one), member(depot, two)], []).build()
    assert "bin/a is in one and two: remove one, or write {name: one, priority: low}" in caught.value.message
    assert "bin/b" in caught.value.message
    assert "bin/same" not in caught.value.message
    assert depot.path not in caught.value.message
    links = Profile(depot, [member(depot, one, priority=RANKS["low"]), member(depot, two)], []).build()
    assert links["bin/a"] == f"{tree(depot, two)}/bin/a"


def test_what_the_home_itself_puts_there_wins(depot, server):
    one = package(server, "one", {"bin/a": b"1", "share/icons/x": b"1"})
    run(depot, server, one)
    links = Profile(depot, [member(depot, one)], ["bin/a", "share/icons/theme/y"]).build()
    assert "bin/a" not in links
    assert links["share/icons/x"] == f"{tree(depot, one)}/share/icons/x"


def test_a_program_of_the_host_is_a_link(depot):
    links = Profile(depot, [Member("sh", places={"bin/sh": "/bin/sh"})], []).build()
    assert links == {"bin/sh": "/bin/sh"}


@pytest.mark.slow
def test_killed_at_every_step_the_next_run_recovers(tmp_path, server):
    recipe = hello(server)
    count = [0]

    def counting(when, call, what):
        count[0] += 1

    filesystem.observer = counting
    _once(tmp_path / "count", server, recipe)
    points = count[0]
    assert points > 100
    for point in range(0, points, max(1, points // 200)):
        place = tmp_path / f"p{point}"
        child = os.fork()
        if child == 0:
            left = SimpleNamespace(value=point)

            def dying(when, call, what, left=left):
                left.value -= 1
                if left.value < 0:
                    os._exit(9)

            filesystem.observer = dying
            try:
                _once(place, server, recipe)
            finally:
                os._exit(0)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
        filesystem.observer = None
        _check_whole(place)
        _once(place, server, recipe)
        assert not [name for name in os.listdir(place / "packages") if name.startswith(".tmp")]
        fd = filesystem.open_folder(str(place))
        depot = Depot(str(place), fd)
        freeing.free(depot, set(depot.identities()))
        os.close(fd)
        assert not os.listdir(place / "downloads")


def _once(place, server, recipe):
    place.mkdir(mode=0o700, exist_ok=True)
    fd = filesystem.open_folder(str(place))
    try:
        run(Depot(str(place), fd), server, recipe)
    finally:
        os.close(fd)


def _check_whole(place):
    fd = filesystem.open_folder(str(place))
    depot = Depot(str(place), fd)
    for identity in depot.identities():
        for path in depot.record(identity)["files"]:
            assert os.path.lexists(f"{depot.base}/{identity}/{path}")
    os.close(fd)


@pytest.mark.slow
def test_a_full_disk_at_every_write_is_told_and_leaves_nothing_broken(tmp_path, server):
    recipe = hello(server)
    writes = [0]

    def counting(when, call, what):
        writes[0] += when == "before" and call in ("write", "open", "mkdir", "link", "symlink")

    filesystem.observer = counting
    _once(tmp_path / "count", server, recipe)
    for point in range(0, writes[0], max(1, writes[0] // 60)):
        place, left = tmp_path / f"w{point}", SimpleNamespace(value=point)

        def full(when, call, what, left=left):
            if when == "before" and call in ("write", "open", "mkdir", "link", "symlink"):
                left.value -= 1
                if left.value < 0:
                    raise OSError(errno.ENOSPC, "No space left on device", what)

        filesystem.observer = full
        with pytest.raises((EngineError, OSError)) as caught:
            _once(place, server, recipe)
        # The first folders of all are made before anything is under way.
        assert getattr(caught.value, "kind", None) == "space" or getattr(caught.value, "errno", 0) == errno.ENOSPC
        filesystem.observer = None
        _check_whole(place)
        _once(place, server, recipe)


def test_a_changed_file_is_found_and_the_package_can_be_made_anew(depot, server):
    recipe = hello(server)
    run(depot, server, recipe)
    identity = recipe.identity(depot.base)
    assert checking.damaged(depot, [identity]) == []
    path = tree(depot, recipe) / "share/hello/text"
    path.chmod(0o644)
    path.write_bytes(b"evil")
    assert checking.damaged(depot, [identity]) == [checking.Damage(identity, "share/hello/text")]
    checking.discard(depot, identity)
    assert depot.identities() == []
    assert depot.parts() == []
    run(depot, server, recipe)
    assert path.read_bytes() == b"text"


def test_roots_packages_serve_every_user_of_a_host_that_has_a_depot(depot, server, tmp_path, monkeypatch):
    host = tmp_path / "host"
    (host / "packages").mkdir(parents=True)
    monkeypatch.setattr(realisation.root_state, "FOLDER", str(host))
    monkeypatch.setattr(realisation, "is_kept", lambda: True)
    monkeypatch.setattr(realisation, "linked", lambda d, i, r: host_depot.linked(d, i, r, str(host)))
    monkeypatch.setattr(host_depot, "trusted", os.path.isdir)
    first = hello(server)
    second = recipe_of("other", [first.artefacts[0]._replace(own=True)], requires={"hello": first.identity(depot.base)})
    run(depot, server, first, second)
    for recipe in (first, second):
        place = os.readlink(f"{depot.base}/{recipe.identity(depot.base)}")
        assert place.startswith(f"{host}/packages/")
        assert os.path.isdir(place)
    assert depot.parts() == []
    links = Profile(depot, [member(depot, first)], []).build()
    assert subprocess.run([links["bin/hello"]], capture_output=True, check=True).stdout.startswith(b"hello ")
    # Another user's run downloads nothing.
    monkeypatch.setattr(realisation, "is_kept", lambda: False)
    server.files.clear()
    (tmp_path / "user").mkdir(mode=0o700)
    fd = filesystem.open_folder(str(tmp_path / "user"))
    other = Depot(str(tmp_path / "user"), fd)
    run(other, server, first)
    assert os.readlink(f"{other.base}/{first.identity(other.base)}").startswith(f"{host}/packages/")
    os.close(fd)
