# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Which units read the files that a switch changes."""

from __future__ import annotations

from typing import Any, cast

import pytest

from ansible_collections.home.manager.plugins.module_utils.engine.system import effects
from ansible_collections.home.manager.plugins.module_utils.engine.system.answer import Answer
from ansible_collections.home.manager.plugins.module_utils.engine.system.declaration import EMPTY, EtcEntry
from ansible_collections.home.manager.plugins.module_utils.engine.units.state import State, States


class Manager:
    """Knows which units run."""

    def __init__(self, running: list[str]) -> None:
        self.running = running

    def show(self, units: list[str]) -> States:
        return States(
            [State({"Id": unit, "ActiveState": "active" if unit in self.running else "inactive"}) for unit in units]
        )


def entry(target: str, **members: list[str]) -> EtcEntry:
    return EtcEntry.of(target, {"mode": "0644", "user": "+0", "group": "+0", "object": "0" * 32 + "-x", **members})


class Plan:
    """The part of a blueprint that is read here."""

    def __init__(self, *entries: EtcEntry) -> None:
        self.entries = {each.target: each for each in entries}


def asked(running: list[str], former: list[EtcEntry], new: list[EtcEntry], changed: set[str]) -> list[tuple[str, str]]:
    effect = effects.Effects(cast("Any", None), Answer())
    effect.manager = cast("Any", Manager(running))
    declaration = EMPTY._replace(etc={each.target: each for each in former})
    return effect._asked(declaration, cast("Any", Plan(*new)), changed)


def test_a_file_that_goes_is_told_like_one_that_changes() -> None:
    site, main = entry("nginx/a.conf", reloads=["nginx.service"]), entry("nginx/b.conf", reloads=["nginx.service"])
    assert asked(["nginx.service"], [site, main], [main], {"nginx/a.conf"}) == [("reload", "nginx.service")]


def test_a_restart_makes_a_reload_superfluous_and_comes_first() -> None:
    files = [entry("a", reloads=["x.service", "y.service"]), entry("b", restarts=["y.service"])]
    assert asked(["x.service", "y.service"], [], files, {"a", "b"}) == [
        ("restart", "y.service"),
        ("reload", "x.service"),
    ]


@pytest.mark.parametrize("settled", ["start", "restart", "stop"])
def test_a_unit_that_does_not_run_or_was_just_started_is_left(settled: str) -> None:
    assert asked([], [], [entry("a", restarts=["x.service"])], {"a"}) == []
    effect = effects.Effects(cast("Any", None), Answer())
    getattr(effect.answer.units, settled).append("x.service")
    assert effect._unsettled([("restart", "x.service"), ("reload", "y.service")]) == [("reload", "y.service")]
