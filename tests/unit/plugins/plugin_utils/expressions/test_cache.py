# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Compiled code is kept between runs, for the language that it was compiled for."""

from __future__ import annotations

from pathlib import Path

from ansible_collections.home.manager.plugins.plugin_utils.expressions import cache
from ansible_collections.home.manager.plugins.plugin_utils.expressions.cache import CodeCache
from ansible_collections.home.manager.plugins.plugin_utils.expressions.compiler import Compiler
from ansible_collections.home.manager.plugins.plugin_utils.expressions.expression import Expression
from ansible_collections.home.manager.plugins.plugin_utils.expressions.language import Language
from ansible_collections.home.manager.plugins.plugin_utils.expressions.scope import Outermost


def evaluated(folder: Path, template: Path) -> tuple[int, list[str]]:
    """How much was compiled anew, and two results: of an expression and of a template."""
    kept = CodeCache(str(folder))
    before = len(kept.entries)
    language = Language(Compiler(str(template.parent), cache=kept))
    scope = Outermost(language, {"x": 2})
    results = [Expression("{{ x + 1 if x }}!").evaluate(scope), language.render(template.name, scope, None)]
    added = len(kept.entries) - before
    kept.save()
    return added, results


def test_a_second_run_compiles_nothing(tmp_path: Path) -> None:
    template = tmp_path / "t.j2"
    template.write_text("{% if x %}{{ x }}{% endif %}")
    assert evaluated(tmp_path / "cache", template) == (2, ["3!", "2"])
    assert evaluated(tmp_path / "cache", template) == (0, ["3!", "2"])
    template.write_text("{{ x * 2 }}")
    assert evaluated(tmp_path / "cache", template) == (1, ["3!", "4"])


def test_another_version_of_the_language_begins_anew(tmp_path: Path, monkeypatch) -> None:
    template = tmp_path / "t.j2"
    template.write_text("{{ x }}")
    evaluated(tmp_path / "cache", template)
    monkeypatch.setattr(cache, "language_version", lambda: "another")
    assert evaluated(tmp_path / "cache", template)[0] == 2
    assert len(list((tmp_path / "cache").iterdir())) == 1
