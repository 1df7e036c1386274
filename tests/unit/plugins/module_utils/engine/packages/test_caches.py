# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Caches of a profile: made by the real programs from what several packages bring, kept by what they are made from."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from ansible_collections.home.manager.plugins.module_utils.engine.contract.objects import object_id
from ansible_collections.home.manager.plugins.module_utils.engine.packages import caches as caches_module
from ansible_collections.home.manager.plugins.module_utils.engine.packages import host_paths
from ansible_collections.home.manager.plugins.module_utils.engine.packages.caches import associations, caches
from ansible_collections.home.manager.plugins.module_utils.engine.packages.download import Sources
from ansible_collections.home.manager.plugins.module_utils.engine.packages.profile import Member, Profile
from ansible_collections.home.manager.plugins.module_utils.engine.packages.realisation import realise

from .conftest import recipe_of, tar_of

if TYPE_CHECKING:
    from pathlib import Path

DESKTOP = b"[Desktop Entry]\nType=Application\nName=A\nExec=a\nMimeType=text/x-one;image/png;\n[Desktop Action x]\nMimeType=text/no;\n"
MIME = b"""<?xml version="1.0"?>
<mime-info xmlns="http://www.freedesktop.org/standards/shared-mime-info">
  <mime-type type="text/x-one"><comment>One</comment><glob pattern="*.one"/></mime-type>
</mime-info>
"""
SCHEMA = b"""<schemalist><schema id="org.example.One" path="/org/example/one/">
<key name="a" type="b"><default>true</default></key></schema></schemalist>
"""
FILES = {
    "share/applications/a.desktop": DESKTOP,
    "share/mime/packages/one.xml": MIME,
    "share/glib-2.0/schemas/org.example.one.gschema.xml": SCHEMA,
    "share/icons/hicolor/48x48/apps/one.png": b"\x89PNG",
}


def packages(depot, server, names=("one",)) -> list[str]:
    """Packages that all bring the same files for the desktop, each with its own name in the paths."""
    recipes = {}
    for name in names:
        files = {path.replace("one", name).replace("a.d", f"{name}.d"): text for path, text in FILES.items()}
        members = [
            (f"top/{path}", text.replace(b"one", name.encode()).replace(b"One", name.encode()), 0o644)
            for path, text in files.items()
        ]
        recipe = recipe_of(name, [server.put(f"{name}.tar.gz", tar_of(members, "w:gz"))], provider="archive")
        recipes[recipe.identity(depot.base)] = recipe
    realise(depot, recipes, Sources(None, {"test": (server.url,)}, {}))
    return list(recipes)


def profile(depot, trees) -> dict[str, str]:
    return Profile(depot, [Member(tree[33:], tree) for tree in trees], []).build()


def built(tmp_path: Path, links: dict[str, str]) -> Path:
    top = tmp_path / "profile"
    for path, text in links.items():
        (top / path).parent.mkdir(parents=True, exist_ok=True)
        (top / path).symlink_to(text)
    return top


@pytest.mark.slow
@pytest.mark.programs("update-mime-database", "glib-compile-schemas", "gtk-update-icon-cache")
def test_profile_of_several_packages_has_every_cache(depot, server, tmp_path):
    trees = packages(depot, server, ("one", "two"))
    links = profile(depot, trees)
    made = caches(depot, links, trees, {})
    assert made.warnings == []
    assert len(made.trees) == 4
    top = built(tmp_path, {**links, **made.links})
    assert (top / "share/applications/mimeinfo.cache").read_text() == (
        "[MIME Cache]\nimage/png=one.desktop;two.desktop;\ntext/x-one=one.desktop;\ntext/x-two=two.desktop;\n"
    )
    globs = (top / "share/mime/globs2").read_text()
    assert "text/x-one:*.one" in globs
    assert "text/x-two:*.two" in globs
    assert b"x-two" in (top / "share/mime/text/x-two.xml").read_bytes()
    assert b"org.example.two" in (top / "share/glib-2.0/schemas/gschemas.compiled").read_bytes()
    cache = top / "share/icons/hicolor/icon-theme.cache"
    assert b"48x48/apps" in cache.read_bytes()
    # GTK ignores one that is older than its folder.
    assert cache.stat().st_mtime > (top / "share/icons/hicolor").stat().st_mtime


@pytest.mark.slow
@pytest.mark.programs("update-mime-database", "glib-compile-schemas", "gtk-update-icon-cache")
def test_same_profile_makes_nothing_again_and_another_one_its_own(depot, server, monkeypatch):
    first, second = packages(depot, server, ("one", "two"))
    links = profile(depot, [first])
    made = caches(depot, links, [first], {})
    other = caches(depot, profile(depot, [first, second]), [first, second], {})
    assert not set(made.trees) & set(other.trees)
    monkeypatch.setattr(caches_module, "run_bound", lambda *_a: pytest.fail("ran a program"))
    assert caches(depot, links, [first], {}) == made


def test_what_the_home_itself_shows_counts(depot, server, tmp_path):
    own = {"share/applications/mine.desktop": lambda: DESKTOP}
    made = caches(depot, {}, [], own)
    assert list(made.links) == ["share/applications/mimeinfo.cache"]
    text = (built(tmp_path, made.links) / "share/applications/mimeinfo.cache").read_text()
    assert "image/png=mine.desktop;\n" in text
    changed = caches(depot, {}, [], {"share/applications/mine.desktop": lambda: DESKTOP.replace(b"image/png", b"a/b")})
    assert changed.trees != made.trees


def test_program_comes_from_a_package_before_the_host_and_its_absence_is_a_warning(depot, server, monkeypatch):
    monkeypatch.setattr(host_paths, "FOLDERS", ())
    trees = packages(depot, server)
    made = caches(depot, profile(depot, trees), trees, {})
    assert list(made.links) == ["share/applications/mimeinfo.cache"]
    assert [warning.split(",")[0] for warning in made.warnings] == [
        "there is no update-mime-database",
        "there is no glib-compile-schemas",
    ]
    script = b'#!/bin/sh\nfor last; do :; done\n: > "$last/mime.cache"\n'
    recipe = recipe_of(
        "tool",
        [server.put("tool.tar.gz", tar_of([("top/bin/update-mime-database", script, 0o755)], "w:gz"))],
        provider="archive",
    )
    tool = recipe.identity(depot.base)
    realise(depot, {tool: recipe}, Sources(None, {"test": (server.url,)}, {}))
    again = caches(depot, profile(depot, [*trees, tool]), [*trees, tool], {})
    assert "share/mime/mime.cache" in again.links


def test_program_that_fails_leaves_nothing(depot, server, tmp_path, monkeypatch):
    folder = tmp_path / "host"
    folder.mkdir()
    for name in ("update-mime-database", "glib-compile-schemas", "gtk-update-icon-cache"):
        (folder / name).write_text("#!/bin/sh\necho broken >&2\nexit 3\n")
        (folder / name).chmod(0o755)
    monkeypatch.setattr(host_paths, "FOLDERS", (str(folder),))
    trees = packages(depot, server)
    made = caches(depot, profile(depot, trees), trees, {})
    assert len(made.warnings) == 3
    assert "update-mime-database failed: broken" in made.warnings[0]
    assert sorted(os.listdir(f"{depot.path}/packages")) == sorted(["lock", *trees, *made.trees])
    subprocess.run(["/bin/chmod", "-R", "u+w", depot.path], check=False)


def test_associations_leave_out_other_groups_and_join_folders():
    text = associations({"kde/b.desktop": DESKTOP, "broken.desktop": b"\xff\xfe"}).decode()
    assert text == "[MIME Cache]\nimage/png=kde-b.desktop;\ntext/x-one=kde-b.desktop;\n"


def test_expire_keeps_the_caches_of_the_generations_that_stay(sandbox):
    for number in range(2):
        package = {"name": "sh", "provider": "system", "host": True, "commands": {"sh": "sh"}}
        manifest, contents = sandbox.manifest({"number": f"{number}\n"}, packages=[package])
        desktop = object_id(DESKTOP, "0444", "mine.desktop")
        manifest["objects"][desktop], contents[desktop] = {"mode": "0444", "size": len(DESKTOP)}, DESKTOP
        manifest["profile"] = {"share/applications/mine.desktop": {"object": desktop}}
        assert sandbox.ship(manifest, list(contents.items()))["changed"]
    assert sandbox.ask("expire", keep=1)["removed"] == [1]
    shown = sandbox.state / "current/home-path/share/applications/mimeinfo.cache"
    assert "image/png=mine.desktop;" in shown.read_text()


def test_expire_frees_packages_that_an_interrupted_run_left(sandbox):
    sandbox.switch({"number": "1\n"})
    begun = sandbox.state / "packages/.tmp-x"
    unused = sandbox.state / "packages" / ("0" * 32 + "-unused-1.0")
    for folder in (begun, unused):
        folder.mkdir(parents=True)
    answer = sandbox.ask("expire", keep=1)
    assert answer["changed"]
    assert answer["removed"] == []
    assert not begun.exists()
    assert not unused.exists()
    assert not sandbox.ask("expire", keep=1)["changed"]
