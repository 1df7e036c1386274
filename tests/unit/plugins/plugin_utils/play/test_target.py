# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""How requests, bundles and the engine get to a target: real commands on this machine, counted."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from ansible_collections.home.manager.plugins.module_utils.engine.contract.answers import ProbeAnswer
from ansible_collections.home.manager.plugins.module_utils.engine.contract.errors import EngineError
from ansible_collections.home.manager.plugins.module_utils.engine.verbs.probe import Probe
from ansible_collections.home.manager.plugins.plugin_utils.play.target import NoEngine, Target

USER = pwd.getpwuid(os.geteuid()).pw_name


class Action:
    """An action with a connection to this machine. `lost`: so many bytes of what is piped do not arrive."""

    def __init__(self, folder: Path, **connection: Any) -> None:
        self.folder = folder
        self.lost = 0
        self.commands: list[int] = []
        self.transferred = 0
        shell = SimpleNamespace(tmpdir=str(folder), join_path=lambda *parts: "/".join(parts))
        options = {"has_pipelining": True, "become": None, "is_pipelining_enabled": lambda: False, **connection}
        self._connection = SimpleNamespace(_shell=shell, **options)
        self._templar = SimpleNamespace(template=lambda value: value)

    def _low_level_execute_command(self, command: str, sudoable: bool, in_data: bytes | None) -> dict[str, Any]:
        assert sudoable
        self.commands.append(len(in_data or b""))
        sent = (in_data or b"")[: len(in_data or b"") - self.lost]
        done = subprocess.run(command, shell=True, input=sent, capture_output=True, check=False)
        return {"rc": done.returncode, "stdout": done.stdout.decode(), "stderr": done.stderr.decode()}

    def _transfer_file(self, local: str, remote: str) -> None:
        self.transferred += 1
        shutil.copy(local, remote)

    def _fixup_perms2(self, _paths: tuple[str, ...], execute: bool) -> None:
        assert not execute


@pytest.fixture
def request_of(tmp_path: Path) -> Probe:
    home = tmp_path / "home"
    home.mkdir()
    return Probe(
        {"user": USER, "home": str(home), "state": str(home / "state"), "digest": "", "facts": True, "check": True}
    )


def _target(action: Action) -> Target:
    return Target(action, {"ansible_python_interpreter": "/usr/bin/python3"})


def _asked(action: Action, request: Probe, engine: bool = True) -> Any:
    return _target(action).ask(request, None, engine)


@pytest.mark.slow
def test_what_is_shipped_goes_over_standard_input_in_one_command(tmp_path: Path, request_of: Probe) -> None:
    action = Action(tmp_path)
    assert isinstance(_asked(action, request_of), ProbeAnswer)
    assert len(action.commands) == 1
    assert action.commands[0] > 10_000
    assert action.transferred == 0


@pytest.mark.slow
@pytest.mark.parametrize(
    ("connection", "piped"),
    [
        ({"has_pipelining": False}, False),
        ({"become": object()}, False),
        ({"become": object(), "is_pipelining_enabled": lambda: True}, True),
    ],
    ids=["no data", "a user who may need a terminal", "pipelining is set"],
)
def test_it_goes_as_a_file_where_a_command_can_take_no_data(
    tmp_path: Path, request_of: Probe, connection: dict[str, Any], piped: bool
) -> None:
    action = Action(tmp_path, **connection)
    assert isinstance(_asked(action, request_of), ProbeAnswer)
    assert (action.commands[0] > 0, action.transferred) == (piped, 0 if piped else 1)


def test_what_did_not_arrive_as_a_whole_is_not_used(tmp_path: Path, request_of: Probe) -> None:
    action = Action(tmp_path)
    action.lost = 10
    with pytest.raises(EngineError, match="bytes arrived over the connection"):
        _asked(action, request_of)


@pytest.mark.slow
def test_a_target_without_engine_is_asked_once_more(tmp_path: Path, request_of: Probe) -> None:
    action = Action(tmp_path)
    assert isinstance(_asked(action, request_of, engine=False), ProbeAnswer)
    assert [bool(size) for size in action.commands] == [False, True]


@pytest.mark.slow
def test_who_has_more_to_send_learns_that_there_is_no_engine(tmp_path: Path, request_of: Probe) -> None:
    action = Action(tmp_path)
    target = _target(action)
    with pytest.raises(NoEngine):
        target.ask_kept(request_of)
    assert not target.kept
    with pytest.raises(NoEngine):
        target.ask_kept(request_of)
    assert len(action.commands) == 1, "which is not asked for again"
    assert isinstance(target.ask(request_of), ProbeAnswer)
    assert action.commands[1] > 0
