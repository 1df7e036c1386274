# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the state folder of a system remembers between switches."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ansible_collections.home.manager.plugins.module_utils.engine.system.state import SystemState
from ansible_collections.home.manager.plugins.module_utils.engine.system.unconfirmed import Unconfirmed


@pytest.fixture
def state(tmp_path: Path) -> SystemState:
    found = SystemState(str(tmp_path / "state"))
    found.create()
    return found


def test_what_was_put_in_place_for_the_next_boot_is_not_in_effect(state: SystemState) -> None:
    assert state.in_effect(4) == 4
    state.defer(3)
    state.defer(4)  # a second one for the same boot: services still run the first
    assert state.in_effect(5) == 3


def test_a_boot_puts_it_into_effect(state: SystemState, tmp_path: Path) -> None:
    state.defer(3)
    path = tmp_path / "state" / "deferred.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "boot": "another"}))
    assert state.in_effect(4) == 4


def test_an_unconfirmed_rollback_is_remembered_as_one(state: SystemState) -> None:
    state.save("unconfirmed.json", Unconfirmed(3, 2, 0, True).json())
    assert Unconfirmed.of(state.document("unconfirmed.json")) == Unconfirmed(3, 2, 0, True)
    state.save("unconfirmed.json", {"origin": 1, "target": 2, "until": 5})
    assert not Unconfirmed.of(state.document("unconfirmed.json")).rollback
