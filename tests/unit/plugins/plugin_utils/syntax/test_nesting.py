# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Deep nesting is refused before libyaml, which recurses, composes it; flat files are not looked at twice."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ansible_collections.home.manager.plugins.plugin_utils.syntax import yaml_text
from ansible_collections.home.manager.plugins.plugin_utils.syntax.errors import SpecError
from ansible_collections.home.manager.plugins.plugin_utils.values import LIBRARY

PIECES = (
    "[",
    "]",
    "{",
    "}",
    "a",
    "a: ",
    "- ",
    ", ",
    "\n",
    "\n  ",
    "'",
    '"',
    "#",
    " # ",
    "!",
    "!t ",
    "&x ",
    "*x ",
    "| ",
    "\\",
    "%",
    "é",
)


def flow_depth(text: str) -> int:
    """How many flow collections are open at once, up to the first mistake."""
    depth = deepest = 0
    try:
        for event in yaml.parse(text, Loader=yaml.CSafeLoader):
            if isinstance(event, (yaml.SequenceStartEvent, yaml.MappingStartEvent)) and event.flow_style:
                depth += 1
                deepest = max(deepest, depth)
            elif isinstance(event, (yaml.SequenceEndEvent, yaml.MappingEndEvent)):
                depth = max(0, depth - 1)
    except yaml.YAMLError:
        pass
    return deepest


@settings(max_examples=settings.default.max_examples * 20)
@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join))
@example('[["]"]]')
@example("[!]\n, [!]\n]")
@example("[ # ]\n[ ]]")
@example("{a: [b], c: {d: [{}]}}")
@example("[a: ]")
@example("[a: [b: [c: ]]]")
def test_no_open_bracket_is_overlooked(text: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(yaml_text, "MAXIMUM_DEPTH", 0)
        assert flow_depth(text) <= yaml_text._open_brackets(text)


@pytest.mark.slow
@pytest.mark.parametrize(
    "text",
    [
        "[" * 5000 + "]" * 5000,
        "a: " + "{a: " * 5000 + "}" * 5000,
        "- " * 5000 + "a",
        "? - " * 5000 + "a",
        "\n".join(f"{' ' * depth}a:" for depth in range(5000)),
        "\x85".join(f"{' ' * depth}-" for depth in range(5000)),
        "['[]', [ # ]\n" * 5000,
    ],
)
def test_deep_nesting_is_an_error(text: str) -> None:
    with pytest.raises(SpecError, match="nested more than 100 levels deep"):
        yaml_text.load(text, "home.yml", "/", live=lambda source, _position: source)


@pytest.mark.slow
def test_many_flat_collections_are_not_looked_at_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yaml, "parse", lambda *_arguments, **_named: pytest.fail("parsed twice"))
    text = "".join(
        f'f{number}: {{source: files/{number}, text: "{{{{ a }}}}", list: [a, b]}}\n' for number in range(50)
    )
    text += "".join(f"g{number}: {{source: files/{number}, list: [a, {{b: c}}]}}\n" for number in range(1000))
    assert len(yaml_text.load(text, "home.yml", "/", live=lambda source, _position: source)) == 1050


def test_no_file_of_the_library_is_looked_at_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yaml, "parse", lambda *_arguments, **_named: pytest.fail("parsed twice"))
    for file in Path(LIBRARY).rglob("*.yml"):
        yaml_text._refuse_steep(file.read_text(encoding="utf-8"), str(file))
