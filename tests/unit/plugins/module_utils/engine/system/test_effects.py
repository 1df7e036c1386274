# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a switch does with services: those that read the files that it changes, and those that packages bring."""

from __future__ import annotations

from collections.abc import Collection
from types import SimpleNamespace
from typing import Any

import pytest

from ansible_collections.home.manager.plugins.module_utils.engine.system import effects
from ansible_collections.home.manager.plugins.module_utils.engine.system.answer import SystemAnswer
from ansible_collections.home.manager.plugins.module_utils.engine.system.declaration import EMPTY, EtcEntry, Provided
from ansible_collections.home.manager.plugins.module_utils.engine.system.process import Done
from ansible_collections.home.manager.plugins.module_utils.engine.system.records import Ledger

ON, OFF = Provided(True, True), Provided(False, True)


def stand_in(value: object) -> Any:
    """A value in place of one of another type, which it is enough like."""
    return value


class Services:
    """Services that do as they are told, and what was asked of them."""

    ssh = ("sshd",)

    def __init__(
        self, running: Collection[str] = (), enabled: dict[str, bool] | None = None, failed: Collection[str] = ()
    ) -> None:
        self.up, self.levels, self.down = set(running), dict(enabled or {}), set(failed)
        self.calls: list[str] = []

    def running(self, names: Collection[str]) -> set[str]:
        return {name for name in names if name in self.up}

    def failed(self, names: Collection[str]) -> set[str]:
        return {name for name in names if name in self.down}

    def there(self, name: str) -> bool:
        return name in self.levels

    def lacking(self, name: str) -> str:
        return "" if self.there(name) else "no installed package brings it"

    def enabled(self, name: str) -> bool | None:
        return self.levels.get(name)

    def enable(self, name: str) -> Done:
        self.levels[name] = True
        return Done(0, "")

    def disable(self, name: str) -> Done:
        self.levels[name] = False
        return Done(0, "")

    def forget(self, name: str) -> None:
        self.down.discard(name)

    def act(self, verb: str, name: str) -> Done:
        self.calls.append(f"{verb} {name}")
        (self.up.discard if verb == "stop" else self.up.add)(name)
        return Done(0, "")


class Host:
    """A host with such services; `completed` is what the last completed switch declared of them."""

    def __init__(self, services: Services, completed: dict[str, Provided] | None = None) -> None:
        self.services = services
        self.completed = completed or {}
        self.ledger = Ledger.of({})
        self.answer = SystemAnswer()
        self.ran: set[str] = set()

    def effects(self) -> effects.Effects:
        state = SimpleNamespace(
            current=lambda _name: 1,
            readable=lambda _number: EMPTY._replace(provided=self.completed),
            document=lambda _name: None,
        )
        init = SimpleNamespace(services=lambda _timeout: self.services)
        self.answer = SystemAnswer()
        return effects.Effects(stand_in(SimpleNamespace(state=state, init=init)), self.answer, self.ran)

    def switch(self, former: dict[str, Provided], wanted: dict[str, Provided]) -> list[str]:
        """What is done with services where the host goes from one declaration to another."""
        self.services.calls.clear()
        effect, services = self.effects(), stand_in(self.services)
        effect._settle(services, wanted, self.ledger)
        effect._start(services, EMPTY._replace(provided=former), wanted, self.ledger)
        return self.services.calls


def entry(target: str, **members: list[str]) -> EtcEntry:
    return EtcEntry.of(target, {"mode": "0644", "user": "+0", "group": "+0", "object": "0" * 32 + "-x", **members})


class Plan:
    """The part of a blueprint that is read here."""

    def __init__(self, *entries: EtcEntry) -> None:
        self.entries = {each.target: each for each in entries}


def asked(running: list[str], former: list[EtcEntry], new: list[EtcEntry], changed: set[str]) -> list[tuple[str, str]]:
    services = Services(running)
    declaration = EMPTY._replace(etc={each.target: each for each in former})
    effect = Host(services).effects()
    return effect._asked(stand_in(services), declaration, stand_in(Plan(*new)), changed)


def test_a_service_is_enabled_and_started_and_becomes_what_it_was() -> None:
    host = Host(Services(enabled={"nginx": False}))
    assert host.switch({}, {"nginx": ON}) == ["start nginx"]
    assert (host.ledger.provided, host.services.levels) == ({"nginx": False}, {"nginx": True})
    assert host.switch({"nginx": ON}, {}) == ["stop nginx"]
    assert (host.ledger.provided, host.services.levels) == ({}, {"nginx": False})


def test_a_service_that_an_administrator_stopped_stays_stopped() -> None:
    host = Host(Services(enabled={"nginx": True}), completed={"nginx": ON})
    assert host.switch({"nginx": ON}, {"nginx": ON}) == []
    host.completed = {}
    assert host.switch({"nginx": ON}, {"nginx": ON}) == ["start nginx"], "the switch before was not completed"


def test_a_service_that_ran_before_packages_were_installed_runs_again() -> None:
    host = Host(Services(["nginx"], {"nginx": True, "cron": True}), completed={"nginx": ON, "cron": ON})
    declared = EMPTY._replace(provided={"nginx": ON, "cron": ON})
    host.ran = host.effects().running(declared)
    host.services.up.clear()
    assert host.switch(declared.provided, declared.provided) == ["start nginx"]


def test_a_service_that_only_shall_not_start_at_boot_goes_on_running() -> None:
    host = Host(Services(["docker"], {"docker": True}))
    assert host.switch({}, {"docker": Provided(False, False)}) == []
    assert (host.services.up, host.services.levels) == ({"docker"}, {"docker": False})


def test_an_unwanted_service_is_disabled_and_stopped_and_comes_back() -> None:
    host = Host(Services(["cron"], {"cron": True}))
    assert host.switch({}, {"cron": OFF}) == ["stop cron"]
    assert host.services.levels == {"cron": False}
    assert host.switch({"cron": OFF}, {}) == ["start cron"]
    assert host.services.levels == {"cron": True}


def test_a_service_that_no_package_brings_is_a_failure() -> None:
    host = Host(Services())
    assert host.switch({}, {"nginx": ON}) == []
    assert host.answer.units.failed == {"nginx": "no installed package brings it"}
    assert host.switch({}, {"nginx": OFF}) == []
    assert host.answer.failed is None


def test_a_file_that_goes_is_told_like_one_that_changes() -> None:
    site, main = entry("nginx/a.conf", reloads=["nginx.service"]), entry("nginx/b.conf", reloads=["nginx.service"])
    assert asked(["nginx.service"], [site, main], [main], {"nginx/a.conf"}) == [("reload", "nginx.service")]


def test_a_restart_makes_a_reload_superfluous_and_comes_first() -> None:
    files = [entry("a", reloads=["x.service", "y.service"]), entry("b", restarts=["y.service"])]
    assert asked(["x.service", "y.service"], [], files, {"a", "b"}) == [
        ("restart", "y.service"),
        ("reload", "x.service"),
    ]


def test_a_failed_service_is_restarted_for_changed_files_and_after_a_failed_switch_for_all() -> None:
    services, plan = Services(failed=["x"]), stand_in(Plan(entry("a", reloads=["x"])))
    effect = Host(services).effects()
    assert effect._asked(stand_in(services), EMPTY, plan, {"a"}) == [("restart", "x")]
    assert effect._asked(stand_in(services), EMPTY, plan, set()) == []
    assert effect._asked(stand_in(services), EMPTY, plan, set(), again=True) == [("restart", "x")]


@pytest.mark.parametrize("settled", ["start", "restart", "stop"])
def test_a_unit_that_does_not_run_or_was_just_started_is_left(settled: str) -> None:
    assert asked([], [], [entry("a", restarts=["x.service"])], {"a"}) == []
    effect = Host(Services()).effects()
    getattr(effect.answer.units, settled).append("x.service")
    assert effect._unsettled([("restart", "x.service"), ("reload", "y.service")]) == [("reload", "y.service")]


def test_a_service_that_came_with_a_switch_is_stopped_once_it_is_not_declared() -> None:
    host = Host(Services())
    host.effects().note_absent(EMPTY._replace(provided={"nginx": ON}), host.ledger)
    assert host.ledger.provided == {"nginx": False}
    host.services.levels["nginx"] = True  # its package is there now
    assert host.switch({}, {"nginx": ON}) == ["start nginx"]
    assert effects.Effects._given_up(EMPTY, host.ledger) == {"nginx"}
    host.services.down.add("nginx")
    assert host.switch({"nginx": ON}, {}) == ["stop nginx"]
    assert (host.services.levels, host.services.down) == ({"nginx": False}, set())


def test_a_socket_that_its_service_has_disabled_is_stopped_too() -> None:
    host = Host(Services(["cups.socket"], {"cups.socket": False}))
    host.ledger.provided["cups.socket"] = False
    assert host.switch({"cups.socket": ON}, {}) == ["stop cups.socket"]


def test_what_is_down_by_now_is_not_restarted() -> None:
    host = Host(Services(["a"], {"a": True, "b": True}))
    host.effects()._triggered(stand_in(host.services), [("restart", "a"), ("restart", "b")])
    assert host.services.calls == ["restart a"]


class Transition:
    """Units of which `bad` has failed; one that is to be tried again is planned to be started."""

    def __init__(self) -> None:
        self.new = {"bad", "good"}
        self.retry: frozenset[str] = frozenset()

    def prepare(self) -> Any:
        return SimpleNamespace(
            before=[SimpleNamespace(name=name, failed=name != "good") for name in ("bad", "good", "gone")]
        )

    def preview(self, _packaged: object) -> Any:
        return SimpleNamespace(stop=[], reload=[], restart=[], start=sorted(self.retry), keep={})


@pytest.mark.parametrize(("again", "start"), [(True, ["bad"]), (False, [])])
def test_a_preview_shows_what_is_tried_again(again: bool, start: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    host = Host(Services())
    effect = host.effects()
    monkeypatch.setattr(effect, "_transition", lambda *_arguments: Transition())
    monkeypatch.setattr(Services, "packaged", lambda _self: frozenset(), raising=False)
    etc = SimpleNamespace(changed=[])
    plan = stand_in(SimpleNamespace(declaration=EMPTY, entries={}, etc=etc, lines={}))
    effect.preview(EMPTY, plan, host.ledger, again)
    assert host.answer.units.start == start


def test_a_file_whose_service_could_not_be_told_is_left_for_the_next_switch() -> None:
    effect = Host(Services()).effects()
    effect.answer.units.failed["x"] = "it does not reload"
    plan = stand_in(Plan(entry("a", reloads=["x"]), entry("b", restarts=["y"]), entry("c", restarts=["x", "y"])))
    gone = EMPTY._replace(etc={"d": entry("d", reloads=["x"])})
    assert effect._untold(gone, plan, {"a", "b", "d", "e"}) == {"a", "d"}
