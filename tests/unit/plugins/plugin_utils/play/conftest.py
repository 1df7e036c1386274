# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A scratch home behind an action: the task's arguments go in, the engine answers in this process."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from ansible_collections.home.manager.plugins.module_utils.engine.contract.errors import EngineError
from ansible_collections.home.manager.plugins.module_utils.engine.verbs.dispatch import respond
from ansible_collections.home.manager.plugins.plugin_utils.play.target import Target

if TYPE_CHECKING:
    from collections.abc import Callable

ENGINE = Path(__file__).parents[2] / "module_utils" / "engine" / "conftest.py"
_spec = importlib.util.spec_from_file_location("home_manager_engine_conftest", ENGINE)
assert _spec is not None
assert _spec.loader is not None
_engine = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_engine)

make_sandbox = _engine.make_sandbox
sandbox = _engine.sandbox


@pytest.fixture
def action(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """A function that makes what an action's work sees of Ansible: its task, and a templar that templates nothing."""

    def ask(_target: Target, request: Any, bundle: bytes | None = None, engine: bool = False) -> Any:
        reply = respond(request.json(), bundle)
        if "error" in reply:
            raise EngineError.of(reply["error"])
        return request.answer.of(reply["answer"])

    monkeypatch.setattr(Target, "ask", ask)

    def make(check: bool = False, diff: bool = False, **arguments: Any) -> Any:
        task = SimpleNamespace(args=arguments, check_mode=check, diff=diff)
        return SimpleNamespace(_task=task, _templar=SimpleNamespace(template=lambda value: value))

    return make
