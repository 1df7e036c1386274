# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Evaluations of small specs over an empty library."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.home.manager.plugins.plugin_utils.expressions.compiler import Compiler
from ansible_collections.home.manager.plugins.plugin_utils.expressions.language import Language
from ansible_collections.home.manager.plugins.plugin_utils.expressions.lazy import plain
from ansible_collections.home.manager.plugins.plugin_utils.expressions.names import language_names
from ansible_collections.home.manager.plugins.plugin_utils.modules.library import Library
from ansible_collections.home.manager.plugins.plugin_utils.modules.spec_file import load_text
from ansible_collections.home.manager.plugins.plugin_utils.options.evaluation import Evaluation
from ansible_collections.home.manager.plugins.plugin_utils.options.unread import check_unread
from ansible_collections.home.manager.plugins.plugin_utils.plan.store import Store
from ansible_collections.home.manager.plugins.plugin_utils.syntax.errors import SpecErrors

HOST = {
    "platform": "linux",
    "machine": "x86_64",
    "hostname": "h",
    "user": {"name": "alice", "home": "/home/alice", "uid": 1000},
}

Evaluate = Callable[..., Evaluation]


def nodes(text: str, name: str) -> Any:
    return load_text(textwrap.dedent(text), name, "/spec")


@pytest.fixture
def evaluate(tmp_path: Path) -> Evaluate:
    """A function of modules (YAML texts, or pairs of a file name and a text) to their evaluation."""

    def run(*modules: str | tuple[str, str], files: dict[str, str] | None = None, variable: Any = None) -> Evaluation:
        folder = tmp_path / "library"
        folder.mkdir(exist_ok=True)
        for name, text in (files or {}).items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(textwrap.dedent(text))
        language = Language(
            Compiler(str(tmp_path)), Store(lambda: "/home/alice/.local/state/home.manager"), library=str(folder)
        )
        evaluation = Evaluation(Library(str(folder)), language, language_names(dict(HOST), language, {}), variable)
        roots = []
        for number, module in enumerate(modules):
            name, text = module if isinstance(module, tuple) else (f"{'ABCDEFGH'[number]}.yml", module)
            roots.append((nodes(text, str(tmp_path / name)), str(tmp_path / name)))
        evaluation.use(roots)
        return evaluation

    return run


@pytest.fixture
def value(evaluate: Evaluate) -> Callable[..., Any]:
    """A function of a dotted path and modules to the option's value; errors are raised together."""

    def read(path: str, *modules: str | tuple[str, str], **options: Any) -> Any:
        evaluation = evaluate(*modules, **options)
        found = evaluation.attempt(lambda: plain(evaluation.get(path)))
        check_unread(evaluation)
        if evaluation.errors:
            raise SpecErrors(evaluation.errors)
        return found

    return read
