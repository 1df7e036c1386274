# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The homes of a system: each in a process of its own, and back to what a generation had."""

from __future__ import annotations

from typing import Any

from ansible_collections.home.manager.plugins.module_utils.engine.contract.errors import EngineError, ErrorKind
from ansible_collections.home.manager.plugins.module_utils.engine.system.homes import former_homes, switch_homes


def handle(request: dict[str, Any]) -> dict[str, Any]:
    """A machine whose users have two generations each, but for eve, whose home is refused."""
    if request["user"] == "eve":
        raise EngineError("the home is another user's", ErrorKind.OWNER)
    return {"generations": [{"generation": 2, "digest": "new"}, {"generation": 1, "digest": "old"}]}


def test_one_home_that_fails_leaves_the_others() -> None:
    answers = switch_homes({user: {"user": user} for user in ("alice", "eve")}, handle)
    assert sorted(answers["alice"]) == ["generations"]
    assert EngineError.of(answers["eve"]["error"]).message == "the home is another user's"


def test_a_home_goes_back_to_the_generation_of_its_digest() -> None:
    requests, gone = former_homes({"alice": "old", "bob": "older", "eve": "old"}, handle, False)
    assert requests == {"alice": {"verb": "activate", "user": "alice", "generation": 1, "check": False}}
    assert gone == ["bob", "eve"]
