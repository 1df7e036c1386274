# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""`map_format`: texts put into a pattern."""

from __future__ import annotations

from ansible_collections.home.manager.plugins.plugin_utils.expressions.filters import map_format


def test_lists_and_mappings():
    assert map_format(["a", 1], "<%s>") == ["<a>", "<1>"]
    assert map_format({"k": "v"}, "%k=%s") == ["k=v"]


def test_what_is_put_in_is_not_read_again():
    assert map_format({"%s": "%k"}, "%k=%s") == ["%s=%k"]


def test_both_parts_are_quoted():
    assert map_format({"a b": "it's"}, "alias %k=%s", quote="sh_quote") == ["alias 'a b'='it'\\''s'"]
