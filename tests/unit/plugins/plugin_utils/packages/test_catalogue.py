# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The shipped catalogue, and a user's entries over it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ansible_collections.home.manager.plugins.module_utils.engine.packages.recipe import Launch
from ansible_collections.home.manager.plugins.plugin_utils.packages.catalogue import FOLDER, Catalogue
from ansible_collections.home.manager.plugins.plugin_utils.packages.resolution import ORDER, Resolution, Settings
from ansible_collections.home.manager.plugins.plugin_utils.packages.resolver import Context
from ansible_collections.home.manager.plugins.plugin_utils.packages.sources import PackageSources
from ansible_collections.home.manager.plugins.plugin_utils.packages.wanted import Wanted
from ansible_collections.home.manager.plugins.plugin_utils.syntax.errors import SpecError

FACTS = Path(__file__).resolve().parents[6] / "shared" / "packages" / "catalogue.json"


def test_shipped_entries_are_well_formed():
    catalogue = Catalogue()
    assert len(catalogue.entries) > 600
    for entry in catalogue.entries.values():
        for way in entry.launch.values():
            Launch.of(way)
        assert all("/" not in name for name in entry.commands.values())
    assert sum("deb" in entry.providers for entry in catalogue.entries.values()) > 250


def test_shipped_entries_follow_the_facts():
    if not FACTS.exists():
        pytest.skip("the facts lie beside the repository")
    facts = json.loads(FACTS.read_text())["packages"]
    entries = Catalogue().entries
    assert set(facts) <= set(entries)
    for name, fact in facts.items():
        packaged = fact.get("debian", {}).get("13")
        # Debian's node reads its own parts at absolute paths; its full vim is a program of the desktop.
        if packaged and name not in ("nodejs", "vim-full"):
            assert entries[name].providers["deb"]["package"] == packaged["package"]


def test_own_entries_win_and_change_the_hash():
    own = Catalogue({"fd": {"archive": "https://example.org/fd"}})
    assert own.get("fd").providers == {"archive": {"url": "https://example.org/fd"}}
    assert own.get("ripgrep") == Catalogue().get("ripgrep")
    assert own.hash != Catalogue().hash


@pytest.mark.parametrize("entry", [[], {"debb": "x"}, {"deb": 3}])
def test_a_malformed_entry_is_told(entry):
    with pytest.raises(SpecError):
        Catalogue({"x": entry})


def test_names_of_commands_lead_to_the_package():
    assert Catalogue().hint("rg") == "did you mean `ripgrep`?"


def test_debians_keys_are_shipped():
    keys = sorted(path.name for path in Path(FOLDER, "keys").glob("*.asc"))
    assert len(keys) == 3


@pytest.mark.slow
def test_every_name_resolves_or_says_who_has_it():
    catalogue = Catalogue()
    context = Context(("x86_64-linux",), PackageSources(), "/nowhere", {}, lambda _text: None)
    resolution = Resolution(Settings(catalogue, context))
    without = [name for name, entry in catalogue.entries.items() if not set(ORDER) & set(entry.providers)]
    for name, entry in catalogue.entries.items():
        if name not in without:
            assert resolution.choose(Wanted(name))[1] in entry.providers
            continue
        with pytest.raises(SpecError) as caught:
            resolution.choose(Wanted(name))
        assert caught.value.message == f"no provider has {name!r}. Tried: deb, uv, npm, archive."
        others = catalogue.others(name, ORDER)
        assert others[-1] == "nix"
        assert f"available from {' or '.join(others)}: write {{name: {name}, provider: {others[0]}}}" in str(
            caught.value.hint
        )
    document = (Path(__file__).resolve().parents[5] / "docs/packages-without-provider.md").read_text()
    assert [
        line.split(" | ")[0].removeprefix("| ")
        for line in document.splitlines()
        if line[:2] == "| " and line[:6] != "| name"
    ] == sorted(without)


def test_a_name_is_taken_from_pypi_or_npm_only_where_somebody_said_so():
    """Neither is asked for a name: under many of them there is another program."""
    context = Context(("x86_64-linux",), PackageSources(), "/nowhere", {}, lambda _text: None)
    resolution = Resolution(Settings(Catalogue(), context, ("uv", "npm", "archive")))
    for name in ("bat", "starship", "no-such-name-anywhere"):
        with pytest.raises(SpecError, match=f"no provider has '{name}'"):
            resolution.choose(Wanted(name))
    assert resolution.choose(Wanted("bat", provider="uv"))[1] == "uv"
    assert resolution.choose(Wanted("ruff"))[1] == "uv"


def test_near_names_are_those_that_can_be_had():
    catalogue = Catalogue({"some-program": {"deb": "some-program"}, "some-progran": {}})
    assert catalogue.near("some-progran", ("deb",)) == ["some-program"]
    assert catalogue.near("some-progran", ("uv",)) == []
    assert catalogue.others("some-progran", ("deb",)) == []
    assert catalogue.others("gitui", ("deb",)) == ["cargo", "brew", "nix"]
    assert catalogue.others("gitui", ("archive", "brew")) == ["cargo", "nix"]
