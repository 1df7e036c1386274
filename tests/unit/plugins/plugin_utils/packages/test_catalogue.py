# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The shipped catalogue, and a user's entries over it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ansible_collections.home.manager.plugins.module_utils.engine.packages.recipe import Launch
from ansible_collections.home.manager.plugins.plugin_utils.packages.catalogue import FOLDER, Catalogue
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
