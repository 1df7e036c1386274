# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The lock's one text, and what happens to it when packages come and go."""

from __future__ import annotations

import hashlib
import json

import pytest

from ansible_collections.home.manager.plugins.module_utils.engine.packages.download import Sources
from ansible_collections.home.manager.plugins.plugin_utils.packages.lock import (
    Lock,
    LockedArtefact,
    LockedPackage,
    Source,
    change,
)
from ansible_collections.home.manager.plugins.plugin_utils.packages.recipes import recipe_of
from ansible_collections.home.manager.plugins.plugin_utils.packages.updates import updates
from ansible_collections.home.manager.plugins.plugin_utils.packages.vendor import vendor
from ansible_collections.home.manager.plugins.plugin_utils.packages.wanted import Wanted
from ansible_collections.home.manager.plugins.plugin_utils.syntax.errors import SpecError

A, B, C = "a" * 64, "b" * 64, "c" * 64


def lock(name="x", sha256=A, version="1"):
    return Lock(
        "sha256:0",
        ("x86_64-linux",),
        {"debian": Source(("http://mirror/debian",), "20260101T000000Z", "sha256:1")},
        {name: LockedPackage("deb", version, closure={"x86_64-linux": (f"{name}={sha256}",)}, own=(name,))},
        {sha256: LockedArtefact(3, f"{name}.deb", ("debian:pool/x.deb",))},
    )


def test_text_reads_back_and_has_one_entry_a_line(tmp_path):
    both = lock().with_packages(lock("y", B))
    (tmp_path / "home.lock").write_text(both.text())
    assert Lock.read(str(tmp_path / "home.lock")) == both
    assert json.loads(both.text())["version"] == 1
    assert sum(line.startswith('  "') for line in both.text().splitlines()) == 5
    assert both.text() == lock("y", B).with_packages(lock()).text()


def test_artefacts_that_nothing_names_go(tmp_path):
    path = str(tmp_path / "home.lock")
    change(path, lambda old: old.with_packages(lock()))
    new = change(path, lambda old: old.with_packages(lock(sha256=B, version="2")))
    assert set(new.artefacts) == {B}
    assert Lock.read(path) == new


def test_a_missing_lock_is_empty_and_a_damaged_one_an_error(tmp_path):
    path = tmp_path / "home.lock"
    assert Lock.read(str(path)) == Lock()
    for text in ("", "{", "[]", '{"version": 2}', '{"version": 1, "packages": {"x": {}}}'):
        path.write_text(text)
        with pytest.raises(SpecError):
            Lock.read(str(path))


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        (
            {"closure": {"x86_64-linux": "htop=0"}},
            "`closure` of a package: `x86_64-linux` must be a list, got a string",
        ),
        ({"version": 3}, "`version` must be a string, got a number"),
        ({"commands": ["htop"]}, "`commands` must be an object, got a list"),
        ({"make": [["a", 1]]}, "`make` must contain only strings"),
    ],
)
def test_an_entry_of_a_wrong_type_is_an_error(tmp_path, entry, problem):
    path = tmp_path / "home.lock"
    path.write_text(json.dumps({"version": 1, "packages": {"x": {"provider": "deb", "version": "1", **entry}}}))
    with pytest.raises(SpecError) as caught:
        Lock.read(str(path))
    assert problem in str(caught.value)
    assert "restore it from your repository" in str(caught.value)


def test_a_platform_that_is_not_locked_is_told():
    with pytest.raises(SpecError, match=r"home\.lock has no aarch64-linux for x"):
        recipe_of(lock(), "x", "aarch64-linux", "/base")


def test_wanted_refuses_what_it_does_not_know():
    assert Wanted.of({"name": "x", "with": ["y"], "priority": "low"}).extra == ("y",)
    with pytest.raises(SpecError, match="no 'verison'"):
        Wanted.of({"name": "x", "verison": "1"})
    with pytest.raises(SpecError, match="high, normal or low"):
        Wanted.of({"name": "x", "priority": "urgent"})
    with pytest.raises(SpecError, match="needs a name"):
        Wanted.of({"provider": "uv"})


def test_an_update_tells_what_moved_security_first():
    before = lock("x", A).with_packages(lock("y", A))
    secure = lock("y", B, "1.1")._replace(artefacts={B: LockedArtefact(3, "y.deb", ("debian-security:pool/y.deb",))})
    after = before.with_packages(lock("x", C, "2")).with_packages(secure)
    assert [update.line() for update in updates(before, after)] == ["y 1 -> 1.1 (deb, security)", "x 1 -> 2 (deb)"]
    assert updates(after, after) == []
    assert [update.line() for update in updates(Lock(), lock())] == ["x 1 (deb, new)"]


def test_a_cache_holds_everything_of_the_lock(tmp_path):
    content = b"some bytes"
    sha256 = hashlib.sha256(content).hexdigest()
    (tmp_path / "mirror").mkdir()
    (tmp_path / "mirror" / "x.deb").write_bytes(content)
    locked = lock("x", sha256)._replace(artefacts={sha256: LockedArtefact(len(content), "x.deb", ("debian:x.deb",))})
    sources = Sources(None, {"debian": (f"{tmp_path}/mirror",)}, {})
    assert vendor(locked, str(tmp_path / "cache"), sources) == 1
    assert (tmp_path / "cache" / sha256).read_bytes() == content
    assert vendor(locked, str(tmp_path / "cache"), sources) == 0
    with pytest.raises(SpecError, match="cannot be downloaded"):
        vendor(lock("z"), str(tmp_path / "cache"), sources)


def test_what_macos_has_from_elsewhere_is_locked_apart():
    deb, brew = LockedPackage("deb", "1"), LockedPackage("brew", "2")
    lock = Lock(packages={"fd": deb})
    both = lock.with_packages(Lock(packages={"fd": brew}).kept_for("aarch64-darwin"))
    assert sorted(both.packages) == ["fd", "fd@darwin"]
    assert both.seen_from("x86_64-linux").packages == {"fd": deb}
    assert both.seen_from("aarch64-darwin").packages == {"fd": brew}
    assert lock.kept_for("x86_64-linux") is lock


def test_only_some_packages_stay_with_what_runs_them():
    tool, other = LockedPackage("uv", "1", requires=("python3",)), LockedPackage("deb", "2")
    packages = {
        "tool": tool,
        "python3": other,
        "gone": other,
        "tool@darwin": LockedPackage("brew", "3"),
        "gone@darwin": other,
    }
    assert sorted(Lock(packages=packages).only(["tool"]).packages) == ["python3", "tool", "tool@darwin"]
    assert Lock(packages=packages).only([]).packages == {}
