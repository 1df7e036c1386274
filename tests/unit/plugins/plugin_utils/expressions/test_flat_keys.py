# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Nested mappings as flat ones."""

from __future__ import annotations

import pytest

from ansible_collections.home.manager.plugins.plugin_utils.expressions.filters import FILTERS


@pytest.mark.parametrize(
    ("value", "parameters", "flat"),
    [
        ({"a": {"b": {"c": 1}}, "d": 2}, {}, {"a-b-c": 1, "d": 2}),
        ({"a": ["x", {"b": True}]}, {}, {"a-0": "x", "a-1-b": True}),
        ({"a": {"b": None}}, {"separator": "."}, {"a.b": None}),
        ({"l": {"text": "T", "m": {"text": "U", "n": 1}}}, {"own": "text"}, {"l": "T", "l-m": "U", "l-m-n": 1}),
        ({"text": "T"}, {"own": "text"}, {"text": "T"}),
        ({"a": {}, "b": []}, {}, {}),
    ],
)
def test_flat_keys(value, parameters, flat):
    assert FILTERS["flat_keys"](value, **parameters) == flat
