# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Every behaviour file below `systems/`, held against the library of systems (docs/module-authors.md says the form)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ansible_collections.home.manager.plugins.plugin_utils.modules.spec_file import load_file

from .behaviours import check_warnings, evaluated
from .system_behaviours import CASES, HERE, answered

LIBRARY = Path(__file__).parents[2] / "roles/system/modules"
WORDS = {
    "spec", "more", "facts", "files", "modes", "links", "contains", "lacks", "absent", "users", "groups", "units", "packages",
    "variables", "values", "installs", "warnings", "silent", "refused",
}  # fmt: skip


def agree(found: Any, wanted: Any) -> None:
    """What is wanted of a record is there; lists are compared whole."""
    for name, fields in wanted.items():
        assert name in found
        for key, value in fields.items():
            assert (name, key, found[name][key]) == (name, key, value)


def check_texts(texts: dict[str, str], case: Any) -> None:
    for target, text in case.get("files", {}).items():
        assert texts.get(target) == text
    for target, lines in case.get("contains", {}).items():
        assert target in texts, sorted(texts)
        places = [texts[target].find(line) for line in lines]
        assert -1 not in places, texts[target]
        assert places == sorted(places), "the lines have another order"
    for target, lines in case.get("lacks", {}).items():
        assert [line for line in lines if line in texts[target]] == []


def check_units(units: Any, case: Any) -> None:
    for name, wanted in case.get("units", {}).items():
        assert name in units, sorted(units)
        for key, value in wanted.items():
            got = getattr(units[name], key)
            if key == "scripts":
                got = {kind: text for kind, text in got.items() if kind in value}
            assert (name, key, got) == (name, key, value)


@pytest.mark.parametrize("path", CASES, ids=lambda p: "/".join(p.relative_to(HERE).with_suffix("").parts))
def test_behaviour(path: Path) -> None:
    case, got = evaluated(path, WORDS, answered)
    if case is None or got is None:
        return
    check_texts(got["files"], case)
    for part in ("links", "modes", "variables", "values"):
        for name, value in case.get(part, {}).items():
            assert (name, got[part].get(name)) == (name, value)
    assert [target for target in case.get("absent", []) if target in got["files"] or target in got["links"]] == []
    agree(got["users"], case.get("users", {}))
    agree(got["groups"], case.get("groups", {}))
    check_units(got["units"], case)
    assert [name for name in case.get("packages", []) if name not in got["packages"]] == []
    assert [name for name in case.get("installs", []) if name not in got["installs"]] == [], got["installs"]
    check_warnings(got["warnings"], case)


def test_what_families_lack_is_documented() -> None:
    document = (LIBRARY.parents[2] / "docs/systems/families.md").read_text()
    families = load_file(str(LIBRARY / "family.yml"))["vars"]["families"]
    options = {option for name in ("dnf", "pacman") for option in families[name]["lacks"]}
    assert len(options) > 8
    assert [option for option in sorted(options) if f"`{option}" not in document] == []
