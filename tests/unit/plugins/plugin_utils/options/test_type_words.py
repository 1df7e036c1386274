# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What an error says of the type that it expected."""

from __future__ import annotations

import pytest

from ansible_collections.home.manager.plugins.plugin_utils.options.type_text import parse_type
from ansible_collections.home.manager.plugins.plugin_utils.options.type_words import type_words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("str", "a string"),
        ("nullOr (either str int)", "a string or a whole number"),
        ("nonEmptyStr", "a string that is not blank"),
        ("ints.between 1 5", "a whole number from 1 to 5"),
        ("listOf (ints.between 1 5)", "a list of whole numbers from 1 to 5"),
        ("listOf singleLineStr", "a list of strings of one line"),
        ("attrsOf package", "a mapping of names to packages"),
        ("attrsOf iniAtom", "a mapping of names to INI values"),
        ("enum a b", 'one of "a", "b"'),
        ("json", "a JSON value"),
        ("gitIni", "git settings (a mapping of sections to names and values)"),
    ],
)
def test_words(text: str, words: str) -> None:
    assert type_words(parse_type(text).description) == words
