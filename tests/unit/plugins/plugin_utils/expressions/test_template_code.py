# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The code that a release brings along is used for the very templates that it was made of, and spares Jinja's compiler."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import jinja2
import pytest

from ansible_collections.home.manager.plugins.plugin_utils.expressions import template_code
from ansible_collections.home.manager.plugins.plugin_utils.expressions.cache import CodeCache
from ansible_collections.home.manager.plugins.plugin_utils.expressions.compiler import Compiler
from ansible_collections.home.manager.plugins.plugin_utils.expressions.language import Language
from ansible_collections.home.manager.plugins.plugin_utils.expressions.scope import Outermost
from ansible_collections.home.manager.plugins.plugin_utils.syntax.errors import SpecError

MAIN = "{% from 'parts/macro.j2' import shown %}{{ shown(x) }}\n{{ x.lost if x == 'fail' else '' }}"


class Templates:
    """A folder of templates with its code, and a cache folder of a new account."""

    def __init__(self, top: Path) -> None:
        self.top = top
        self.folder = top / "templates"
        (self.folder / "parts").mkdir(parents=True)
        (self.folder / "main.j2").write_text(MAIN)
        (self.folder / "parts" / "macro.j2").write_text("{% macro shown(x) %}<{{ x }}>{% endmacro %}")
        self.write()

    def write(self) -> None:
        code = template_code.made(Compiler(str(self.folder)).templates.environment, str(self.folder))
        (self.folder / template_code.NAME).write_text(json.dumps(code))

    def rendered(self, value: str = "a") -> str:
        shutil.rmtree(self.top / "cache", ignore_errors=True)
        language = Language(Compiler(str(self.folder), cache=CodeCache(str(self.top / "cache"))))
        return language.render("main.j2", Outermost(language, {"x": value}), None)


@pytest.fixture
def templates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Templates:
    found = Templates(tmp_path)
    monkeypatch.setattr(jinja2.Environment, "compile", compiled)
    return found


class Compiled(Exception):
    """Jinja was asked to compile a template."""


def compiled(_environment: jinja2.Environment, _source: object, name: str | None = None, *_more: object) -> object:
    raise Compiled(name)


def test_nothing_is_compiled(templates: Templates) -> None:
    assert templates.rendered() == "<a>\n"


def test_an_error_has_its_place(templates: Templates) -> None:
    with pytest.raises(SpecError, match="has no `lost`") as error:
        templates.rendered("fail")
    assert str(error.value.positions[0]) == f"{templates.folder}/main.j2:2:1"


def test_the_folder_may_lie_elsewhere(templates: Templates) -> None:
    templates.folder = templates.folder.rename(templates.top / "elsewhere")
    assert templates.rendered() == "<a>\n"


def test_a_template_that_was_changed_is_compiled(templates: Templates) -> None:
    (templates.folder / "main.j2").write_text(MAIN + "!")
    with pytest.raises(SpecError, match=r"main\.j2"):
        templates.rendered()


def test_a_template_that_is_new_is_compiled(templates: Templates) -> None:
    (templates.folder / "main.j2").write_text("{% include 'parts/new.j2' %}")
    (templates.folder / "parts" / "new.j2").write_text("new")
    with pytest.raises(SpecError):
        templates.rendered()


@pytest.mark.parametrize("damage", ["", "{", "[]", "null", '{"version": 1}'])
def test_a_damaged_file_is_none(templates: Templates, damage: str) -> None:
    (templates.folder / template_code.NAME).write_text(damage)
    with pytest.raises(SpecError, match=r"main\.j2"):
        templates.rendered()


def test_code_of_another_jinja_or_language_is_none(templates: Templates, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jinja2, "__version__", "0")
    with pytest.raises(SpecError, match=r"main\.j2"):
        templates.rendered()
    monkeypatch.undo()
    monkeypatch.setattr(jinja2.Environment, "compile", compiled)
    assert templates.rendered() == "<a>\n"
    monkeypatch.setattr(template_code, "language_version", lambda: "another")
    with pytest.raises(SpecError, match=r"main\.j2"):
        templates.rendered()


def test_a_folder_whose_name_is_no_plain_text_has_none(templates: Templates, tmp_path: Path) -> None:
    templates.folder = templates.folder.rename(tmp_path / "it's")
    with pytest.raises(SpecError, match=r"main\.j2"):
        templates.rendered()


@pytest.mark.slow
def test_the_library_has_no_template_that_needs_more(checkout: Path) -> None:
    for folder in sorted(checkout.glob("roles/*/templates")):
        made = template_code.made(Compiler(str(folder)).templates.environment, str(folder))
        assert len(json.loads(json.dumps(made))["templates"]) == len(list(folder.rglob("*.j2")))
