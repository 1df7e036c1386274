# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""``docs/formats.md`` says every word and every parameter there is."""

from __future__ import annotations

import inspect
import re

import pytest

from ansible_collections.home.manager.plugins.plugin_utils.formats import FORMATS
from ansible_collections.home.manager.plugins.plugin_utils.formats.keyvalue import DIALECT_PARAMETERS
from ansible_collections.home.manager.plugins.plugin_utils.formats.quoting import QUOTING
from ansible_collections.home.manager.plugins.plugin_utils.formats.words import WORDS

EVERY = {**FORMATS, **QUOTING, **WORDS}


@pytest.fixture(scope="module")
def rows(checkout):
    lines = (checkout / "docs" / "formats.md").read_text().splitlines()
    return {found[1]: line for line in lines if (found := re.match(r"\| `(\w+)` \|", line))}


def test_the_tables_hold_the_words_there_are(rows):
    assert sorted(rows) == sorted(EVERY)
    assert len(EVERY) == len(FORMATS) + len(QUOTING) + len(WORDS)


@pytest.mark.parametrize("word", sorted(EVERY))
def test_a_row_names_the_parameters(rows, word):
    _value, *parameters = inspect.signature(EVERY[word]).parameters.values()
    named = {one.name for one in parameters if one.kind is not one.VAR_KEYWORD}
    if len(named) != len(parameters):
        elsewhere = "of `keyvalue`" in rows[word] or "of Ansible's filter" in rows[word]
        named |= set() if elsewhere else DIALECT_PARAMETERS
    assert {name for name in named if f"`{name}`" not in rows[word]} == set()
