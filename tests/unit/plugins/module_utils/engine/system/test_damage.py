# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A damaged file in the state of a system stops nothing but what it alone is about."""

from __future__ import annotations

import os

import pytest

from ansible_collections.home.manager.plugins.module_utils.engine.contract.errors import EngineError
from ansible_collections.home.manager.plugins.module_utils.engine.system.state import SystemState


@pytest.fixture(name="state")
def fixture_state(tmp_path):
    state = SystemState(str(tmp_path / "state"))
    state.create()
    ledger = state.ledger()
    ledger.provided["ssh.service"] = True
    state.save_ledger(ledger)
    return state


def damage(path, kind):
    os.unlink(path)
    if kind == "fifo":
        os.mkfifo(path)
    elif kind == "folder":
        os.mkdir(path)
    else:
        with open(path, "wb") as file:
            file.write(
                {"empty": b"", "garbage": b"\x00\xff", "another form": b"[1]", "no members": b'{"etc": 3}'}[kind]
            )


KINDS = pytest.mark.parametrize("kind", ["empty", "garbage", "another form", "no members", "fifo", "folder"])


@KINDS
def test_the_ledger_is_read_from_its_copy(kind, state):
    damage(state.path("ledger.json"), kind)
    assert state.ledger().provided == {"ssh.service": True}


@KINDS
def test_without_a_copy_the_error_names_the_file(kind, state):
    damage(state.path("ledger.json"), kind)
    os.unlink(state.path("ledger.copy.json"))
    with pytest.raises(EngineError) as caught:
        state.ledger()
    assert caught.value.kind == "state"


@KINDS
def test_a_generation_whose_note_is_damaged_has_an_age(kind, state):
    number = state.add_generation({"label": "x"}, "digest")
    assert state.info(number).label == "x"
    damage(state.path("generations", str(number), "generation.json"), kind)
    assert state.info(number).time > 0
    assert state.info(number).digest == ""


@KINDS
def test_nothing_is_swept_while_a_generation_is_damaged(kind, state):
    number = state.add_generation({"label": "x"}, "digest")
    (kept,) = [state.path("store", "0" * 32 + "-a")]
    with open(kept, "wb"):
        pass
    damage(state.path("generations", str(number), "manifest.json"), kind)
    assert state.sweep() == []
    state.remove_generation(number)
    assert state.sweep() == [os.path.basename(kept)]
