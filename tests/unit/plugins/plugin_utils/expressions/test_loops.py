# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Loops of template files know their turn, and nothing of Jinja's inside."""

from __future__ import annotations

import pytest

from ansible_collections.home.manager.plugins.plugin_utils.expressions.language import Language
from ansible_collections.home.manager.plugins.plugin_utils.expressions.scope import Outermost
from ansible_collections.home.manager.plugins.plugin_utils.syntax.errors import SpecError


def rendered(folder, text):
    (folder / "t.j2").write_text(text)
    language = Language()
    return language.render(str(folder / "t.j2"), Outermost(language, {"names": ["a", "b"]}), None)


def test_turn(tmp_path):
    assert rendered(tmp_path, "{% for n in names %}{{ n }}{{ '' if loop.last else ', ' }}{% endfor %}") == "a, b"
    assert rendered(tmp_path, "{% for n in names %}{{ loop.index }}{{ loop.index0 }}{% endfor %}") == "1021"


def test_unknown(tmp_path):
    with pytest.raises(SpecError, match="has no `lst`"):
        rendered(tmp_path, "{% for n in names %}{{ loop.lst }}{% endfor %}")
    with pytest.raises(SpecError, match="has no `_iterator`"):
        rendered(tmp_path, "{% for n in names %}{{ loop._iterator }}{% endfor %}")
