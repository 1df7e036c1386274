# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a template file includes is found beside it, or in the library of the home that it is rendered for."""

from __future__ import annotations

from pathlib import Path

from ansible_collections.home.manager.plugins.plugin_utils.expressions.compiler import Compiler
from ansible_collections.home.manager.plugins.plugin_utils.expressions.language import Language
from ansible_collections.home.manager.plugins.plugin_utils.expressions.scope import Outermost


def laid(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def rendered(library: Path) -> str:
    language = Language(Compiler(str(library)))
    return language.render("programs/a.j2", Outermost(language, {}), None)


def test_each_home_has_its_own_library(tmp_path: Path) -> None:
    for turn in ("first", "second"):
        library = laid(
            tmp_path / turn,
            {"programs/a.j2": "{% include 'lib/part.j2' %}", "lib/part.j2": turn},
        )
        assert rendered(library) == turn


def test_what_stands_beside_comes_first(tmp_path: Path) -> None:
    library = laid(
        tmp_path,
        {"programs/a.j2": "{% include 'lib/part.j2' %}", "programs/lib/part.j2": "beside", "lib/part.j2": "library"},
    )
    assert rendered(library) == "beside"
