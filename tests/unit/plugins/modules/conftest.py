# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The scratch home of the engine's tests, and a module's run in this process."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from ansible.module_utils.testing import patch_module_args

if TYPE_CHECKING:
    from collections.abc import Callable

ENGINE = Path(__file__).parent.parent / "module_utils" / "engine" / "conftest.py"
_spec = importlib.util.spec_from_file_location("home_manager_engine_conftest", ENGINE)
assert _spec is not None
assert _spec.loader is not None
_engine = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_engine)

make_sandbox = _engine.make_sandbox
sandbox = _engine.sandbox


@pytest.fixture
def run_module(capsys: pytest.CaptureFixture[str]) -> Callable[..., dict[str, Any]]:
    """A function that runs a module's main with these arguments and answers its result."""

    def run(main: Callable[[], None], check: bool = False, diff: bool = False, **arguments: Any) -> dict[str, Any]:
        arguments.update(_ansible_check_mode=check, _ansible_diff=diff)
        with patch_module_args(arguments), pytest.raises(SystemExit):
            main()
        result: dict[str, Any] = json.loads(capsys.readouterr().out)
        return result

    return run
