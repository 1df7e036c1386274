# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The one text of a value."""

from __future__ import annotations

from ansible_collections.home.manager.plugins.module_utils.engine.contract.canonical import canonical, digest


def test_the_canonical_text_is_sorted_and_unescaped():
    assert canonical({"b": "ü", "a": [1, None, True]}) == '{"a":[1,null,true],"b":"ü"}'.encode()
    assert digest({"b": 1, "a": 2}) == digest({"a": 2, "b": 1})
