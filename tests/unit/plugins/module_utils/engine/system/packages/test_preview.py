# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a preview says of packages, and what it leaves to the switch."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.home.manager.plugins.module_utils.engine.contract.errors import EngineError, ErrorKind
from ansible_collections.home.manager.plugins.module_utils.engine.system.answer import SystemAnswer
from ansible_collections.home.manager.plugins.module_utils.engine.system.packages.manager import Simulated
from ansible_collections.home.manager.plugins.module_utils.engine.system.packages.planner import PackagePlan
from ansible_collections.home.manager.plugins.module_utils.engine.system.packages.preview import preview_packages
from ansible_collections.home.manager.plugins.module_utils.engine.system.settings import Settings

PLAN = PackagePlan(["exim4=4.96"], [], [], [], ["cowsay"])


class Manager:
    """A package manager of which another transaction was interrupted, unless it is `whole`."""

    def __init__(self, whole: bool = True, lists: bool = True) -> None:
        self.whole, self.lists = whole, lists
        self.calls: list[str] = []

    def check_whole(self, _plan: PackagePlan, repair: bool) -> None:
        if not self.whole and not repair:
            raise EngineError("dpkg was interrupted earlier", ErrorKind.PACKAGES)
        self.calls += [] if self.whole else ["repair"]

    def has_lists(self) -> bool:
        return self.lists

    def simulate(self, _plan: PackagePlan, _wanted: object, _allowed: object, refresh: bool) -> Simulated:
        self.calls.append("refresh" if refresh else "simulate")
        return Simulated(["exim4", "exim4-base"], ["postfix"])


def previewed(manager: Any, new_sources: bool = False, plan: PackagePlan = PLAN, **settings: bool) -> SystemAnswer:
    answer = SystemAnswer()
    preview_packages(manager, plan, [], Settings(**settings), answer, new_sources)
    return answer


@pytest.mark.parametrize(("check", "call"), [(True, "simulate"), (False, "refresh")])
def test_what_comes_along_and_what_goes_is_told(check: bool, call: str) -> None:
    manager = Manager()
    answer = previewed(manager, check=check)
    assert manager.calls == [call]
    assert answer.warnings == ["1 further packages are installed: exim4-base"]
    assert [(operation.op, operation.name) for operation in answer.operations] == [("remove", "postfix")]


def test_an_interrupted_transaction_is_refused_or_repaired_by_the_switch_alone() -> None:
    for check in (True, False):
        with pytest.raises(EngineError, match="interrupted"):
            previewed(Manager(whole=False), check=check)
    manager = Manager(whole=False)
    (warning,) = previewed(manager, check=True, repair=True).warnings
    assert warning == "the switch itself repairs the package manager first, so packages were not checked"
    assert not manager.calls
    previewed(manager, repair=True)
    assert manager.calls == ["repair", "refresh"]


def test_lists_that_are_not_there_yet_are_not_asked() -> None:
    for manager, new_sources in ((Manager(lists=False), False), (Manager(), True)):
        answer = previewed(manager, new_sources, check=True)
        assert answer.warnings == [
            "the package lists are only updated in the switch itself, so packages were not checked"
        ]
        assert not manager.calls


def test_where_nothing_is_to_be_installed_nothing_is_asked() -> None:
    manager = Manager()
    assert previewed(manager, plan=PLAN._replace(install=[])).json() == SystemAnswer().json()
    assert not manager.calls
