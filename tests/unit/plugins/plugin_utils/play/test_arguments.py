# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The arguments of a task: what is wrong is refused before anything is evaluated, the rest has its type."""

from __future__ import annotations

from typing import Any

import pytest
from ansible.errors import AnsibleActionFail

from ansible_collections.home.manager.plugins.plugin_utils.play.arguments import SYSTEM, Arguments, given


def arguments(make: Any, /, **values: Any) -> dict[str, Any]:
    return Arguments("home.manager.system", given(make(**values)), SYSTEM).values


def test_no_means_no(action: Any) -> None:
    """`-e home_system_allow_lockout=no` is a text for Ansible."""
    found = arguments(action, allow_lockout="no", repair="false", confirm="60", allow_removal="a,b", specialisation="")
    assert (found["allow_lockout"], found["repair"], found["confirm"]) == (False, False, 60)
    assert found["allow_removal"] == ["a", "b"]
    assert found.get("specialisation") is None
    assert found["action"] == "switch"


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"repiar": True}, "no argument `repiar`; did you mean `repair`"),
        ({"action": "swich"}, "value of action must be one of: switch, boot"),
        ({"confirm": "soon"}, "argument 'confirm' is of type str and we were unable to convert to int"),
        ({"allow_lockout": "perhaps"}, "argument 'allow_lockout'"),
    ],
)
def test_what_is_wrong_is_refused(action: Any, values: dict[str, Any], problem: str) -> None:
    with pytest.raises(AnsibleActionFail, match=problem):
        arguments(action, **values)
