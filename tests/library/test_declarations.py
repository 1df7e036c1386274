# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Every file of the library loads, its options say what they are for, and the index is made of the files that are there."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ansible_collections.home.manager.plugins.plugin_utils.expressions.expression import Expression
from ansible_collections.home.manager.plugins.plugin_utils.modules.library_index import INDEX, build, files
from ansible_collections.home.manager.plugins.plugin_utils.modules.module import is_declaration
from ansible_collections.home.manager.plugins.plugin_utils.modules.spec_file import load_file
from ansible_collections.home.manager.plugins.plugin_utils.syntax.nodes import Mapping

if TYPE_CHECKING:
    from collections.abc import Iterator

LIBRARY = Path(__file__).resolve().parents[2] / "roles" / "home" / "modules"
FILES = list(files(str(LIBRARY)))
EVERY = sorted(str(path.relative_to(LIBRARY)) for path in LIBRARY.rglob("*.yml"))
UNFINISHED = ("TODO", "FIXME", "XXX")


def declarations(node: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Mapping]]:
    """Every declaration below an `options` node, those of submodules included, with its path."""
    for block in node if isinstance(node, list) else [node]:
        if not isinstance(block, dict):
            continue
        for key, value in block.items():
            if isinstance(value, dict) and is_declaration(value):
                yield (*path, key), value
                yield from declarations(value.get("options"), (*path, key))
            else:
                yield from declarations(value, (*path, key))


def undescribed(file: str) -> list[str]:
    """The options of a file that no words explain. A short declaration takes the words of the type that it names."""
    module = load_file(str(LIBRARY / file))
    shared = load_file(str(LIBRARY / "types.yml"))
    named = {**(shared.get("types") or {}), **(module.get("types") or {})}
    found = []
    for path, declared in declarations(module.get("options")):
        if {"renamedTo", "removed", "changedTo", "aliasOf"} & declared.keys() or declared.get("internal"):
            continue
        words = declared.get("description")
        kind = named.get(declared.get("type")) if isinstance(declared.get("type"), str) else None
        if words is None and isinstance(kind, dict):
            words = kind.get("description")
        words = words.source if isinstance(words, Expression) else words
        if not isinstance(words, str) or not words.strip():
            found.append(".".join(path))
    return found


def test_there_is_a_library() -> None:
    assert FILES


@pytest.mark.slow
def test_every_option_has_a_description() -> None:
    assert {file: found for file in EVERY if (found := undescribed(file))} == {}


def test_nothing_is_unfinished() -> None:
    texts = {file: (LIBRARY / file).read_text(encoding="utf-8") for file in EVERY}
    assert [file for file, text in texts.items() if any(word in text for word in UNFINISHED)] == []


def test_the_committed_index_is_that_of_the_files() -> None:
    index = LIBRARY / INDEX
    if not index.exists():
        pytest.skip("the index is written when the library is complete")
    assert json.loads(index.read_text(encoding="utf-8")) == build(str(LIBRARY))
