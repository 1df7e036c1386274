# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""A whole switch of units under a modelled manager: the calls, their order, what failed, and the way back."""

from __future__ import annotations

import pytest

from ansible_collections.home.manager.plugins.module_utils.engine.units import transition as transitions
from ansible_collections.home.manager.plugins.module_utils.engine.units.transition import (
    InterruptedSwitch,
    Transition,
    own_units,
    unloadable,
)

from .model import Calls, Folder, Manager, unit_set

WANTS = "default.target.wants/"


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch):
    monkeypatch.setattr(transitions, "SETTLE", 0)
    monkeypatch.setattr(transitions, "SECOND_LOOK", 0)


def run(version: int = 1, more: str = "") -> str:
    return f"[Unit]\n{more}\n[Service]\nExecStart=/bin/v{version}\n"


def prepared(old: Folder, new: Folder, *running: str) -> tuple[Transition, Calls]:
    model = Manager(old)
    model.active.update(dict.fromkeys(running, "active"))
    calls = Calls(model, new)
    transition = Transition(calls, unit_set(old), unit_set(new))
    transition.prepare()
    return transition, calls


def test_at_most_seven_calls_in_their_order():
    old = {"a.service": run(1), "b.service": run(1, "X-SwitchMethod=restart")}
    new = {
        "a.service": run(2),
        "b.service": run(2, "X-SwitchMethod=restart"),
        "c.service": run(1),
        WANTS + "c.service": "",
    }
    transition, calls = prepared(old, new, "a.service", "b.service")
    transition.act()
    assert calls.calls == ["show", "stop", "daemon-reload", "show", "restart", "start", "show"]
    assert calls.model.active["c.service"] == "active"
    assert transition.reloaded
    assert not transition.failures


RELOADS = "ExecReload=/bin/r\n"
RESTART = "X-SwitchMethod=restart"
# What changes: the units before and after, who runs, and the calls of systemctl, exactly.
COUNTS: dict[str, tuple[Folder, Folder, list[str]]] = {
    "a new unit": (
        {},
        {"a.service": run(), WANTS + "a.service": ""},
        ["show", "daemon-reload", "show", "start", "show"],
    ),
    "a new unit that nobody wants": ({}, {"a.service": run()}, ["show", "daemon-reload", "show"]),
    "a removed unit": ({"a.service": run()}, {}, ["show", "stop", "daemon-reload", "show"]),
    "a changed unit": (
        {"a.service": run(1)},
        {"a.service": run(2)},
        ["show", "stop", "daemon-reload", "show", "start", "show"],
    ),
    "a changed unit that is restarted": (
        {"a.service": run(1, RESTART)},
        {"a.service": run(2, RESTART)},
        ["show", "daemon-reload", "show", "restart", "show"],
    ),
    "a changed trigger": (
        {"a.service": run(1, "X-Reload-Triggers=1") + RELOADS},
        {"a.service": run(1, "X-Reload-Triggers=2") + RELOADS},
        ["show", "daemon-reload", "show", "reload", "show"],
    ),
    "a description": (
        {"a.service": run(1, "Description=a")},
        {"a.service": run(1, "Description=b")},
        ["show", "daemon-reload", "show"],
    ),
    "an [Install] section": (
        {"a.service": run(1)},
        {"a.service": run(1) + "[Install]\nWantedBy=default.target\n"},
        ["show", "daemon-reload", "show"],
    ),
    "a timer": (
        {"a.timer": "[Timer]\nOnCalendar=daily\n", "a.service": run()},
        {"a.timer": "[Timer]\nOnCalendar=weekly\n", "a.service": run()},
        ["show", "daemon-reload", "show"],
    ),
    "one of each": (
        {
            "gone.service": run(),
            "changed.service": run(1),
            "restarted.service": run(1, RESTART),
            "reloaded.service": run(1, "X-Reload-Triggers=1") + RELOADS,
        },
        {
            "changed.service": run(2),
            "restarted.service": run(2, RESTART),
            "reloaded.service": run(1, "X-Reload-Triggers=2") + RELOADS,
            "new.service": run(),
            WANTS + "new.service": "",
        },
        ["show", "stop", "daemon-reload", "show", "reload-or-restart", "start", "show"],
    ),
}


@pytest.mark.parametrize(("old", "new", "wanted"), COUNTS.values(), ids=list(COUNTS))
def test_the_calls_of_systemctl_are_counted(old, new, wanted):
    running = [unit for unit in old if unit.endswith((".service", ".timer"))]
    transition, calls = prepared(old, new, *running)
    transition.act()
    assert calls.calls == wanted
    assert len(wanted) <= 7


def test_what_can_be_reloaded_is_restarted_where_that_is_planned():
    """The manager's own choice would be the reload."""
    old = {
        "a.service": run(1, RESTART) + RELOADS,
        "b.service": run(1, "X-Reload-Triggers=1") + RELOADS,
    }
    new = {
        "a.service": run(2, RESTART) + RELOADS,
        "b.service": run(1, "X-Reload-Triggers=2") + RELOADS,
    }
    transition, calls = prepared(old, new, "a.service", "b.service")
    transition.act()
    assert calls.calls == ["show", "daemon-reload", "show", "reload", "restart", "show"]
    assert calls.model.jobs == [("reload", "b.service"), ("stop", "a.service"), ("start", "a.service")]


def test_the_failure_of_a_removed_unit_takes_one_call_more():
    transition, calls = prepared({"a.service": run()}, {})
    calls.model.active["a.service"] = "failed"
    transition.prepare()
    calls.calls.clear()
    transition.act()
    assert calls.calls == ["daemon-reload", "show", "reset-failed"]


def test_a_repaired_link_needs_the_reload_alone():
    transition, calls = prepared({"a.service": run(1)}, {"a.service": run(1)}, "a.service")
    transition.act(only_reload=True)
    assert calls.calls == ["show", "daemon-reload"]


def test_waits_for_a_manager_that_is_starting():
    calls = Calls(Manager({}), {})
    calls.model.active["default.target"] = "inactive"
    Transition(calls, unit_set({}), unit_set({})).prepare()
    assert calls.calls == ["show", "is-system-running", "show"]


def test_a_unit_that_fails_does_not_hold_back_the_others():
    new = {"a.service": run(1), WANTS + "a.service": "", "b.service": run(1), WANTS + "b.service": ""}
    transition, calls = prepared({}, new)
    calls.model.outcome["a.service"] = "failed"
    transition.act()
    assert [failure.unit for failure in transition.failures] == ["a.service"]
    assert transition.failures[0].message == "a.service failed to start (exit-code, status 1): line of 1"
    assert calls.model.active["b.service"] == "active"


def test_output_of_a_secret_unit_is_not_shown():
    transition, calls = prepared({}, {"a.service": run(1), WANTS + "a.service": ""})
    calls.model.outcome["a.service"] = "failed"
    transition.hidden = frozenset(("a.service",))
    transition.act()
    assert transition.failures[0].message == "a.service failed to start (exit-code, status 1)"


def test_a_restart_loop_is_a_failure():
    transition, calls = prepared({}, {"a.service": run(1), WANTS + "a.service": ""})
    calls.model.outcome["a.service"] = "activating"
    calls.model.sub["a.service"] = "auto-restart"
    transition.act()
    assert transition.failures[0].message.startswith("a.service keeps failing and being restarted (5 times)")


@pytest.mark.parametrize(("later", "failed"), [(2, True), (1, False)], ids=["again", "once"])
def test_a_unit_that_runs_after_a_restart_is_checked_twice(later, failed):
    transition, calls = prepared({}, {"a.service": run(1), WANTS + "a.service": ""})
    counts = iter([1, later])
    original = calls.show

    def show(units=(), everything=False):
        if calls.model.starts:
            calls.model.restarts["a.service"] = next(counts)
        return original(units, everything)

    calls.show = show
    transition.act()
    assert [failure.result for failure in transition.failures] == (["auto-restart"] if failed else [])


def test_what_still_starts_is_no_failure():
    transition, calls = prepared({}, {"a.service": run(1), WANTS + "a.service": ""})
    calls.model.outcome["a.service"] = "activating"
    transition.act()
    assert transition.waiting == ["a.service"]
    assert not transition.failures


def test_a_member_that_fails_with_its_new_target_is_reported():
    new = {"g.target": "[Unit]\n", WANTS + "g.target": "", "a.service": run(1), "g.target.wants/a.service": ""}
    transition, calls = prepared({}, new)
    calls.model.outcome["a.service"] = "failed"
    transition.act()
    assert [failure.unit for failure in transition.failures] == ["a.service"]


def test_what_cannot_start_for_want_of_another_is_reported():
    needs = run(1, "Requires=b.service")
    transition, calls = prepared({}, {"a.service": needs, WANTS + "a.service": "", "b.service": run(1)})
    calls.model.outcome["a.service"] = "inactive"
    calls.model.outcome["b.service"] = "failed"
    calls.model.start = lambda units: calls.model.active.update({"b.service": "failed"})  # type: ignore[method-assign]
    transition.act()
    assert {failure.unit: failure.result for failure in transition.failures}["a.service"] == "dependency"


def test_a_reload_that_fails_is_reported():
    texts = [
        f"[Unit]\nX-Reload-Triggers={number}\n[Service]\nExecStart=/bin/a\nExecReload=/bin/r\n" for number in (1, 2)
    ]
    transition, calls = prepared({"a.service": texts[0]}, {"a.service": texts[1]}, "a.service")
    calls.model.reload_result["a.service"] = "exit-code"
    transition.act()
    assert transition.failures[0].message.startswith("a.service could not be reloaded and keeps running unchanged")


def test_a_conflict_is_named():
    new = {"a.service": run(1), "b.service": run(1, "Conflicts=a.service"), WANTS + "b.service": ""}
    transition, _calls = prepared({"a.service": run(1)}, new, "a.service")
    transition.act()
    assert transition.warnings == ["a.service was stopped because it conflicts with b.service"]


def test_what_failed_before_and_did_not_change_is_no_news():
    old = {"a.service": run(1), WANTS + "a.service": "", "b.service": run(1)}
    transition, calls = prepared(old, {**old, "b.service": run(2)}, "b.service")
    calls.model.active["a.service"] = "failed"
    transition.prepare()
    transition.act()
    assert not transition.failures
    assert calls.model.active["a.service"] == "failed"


def test_retries_what_failed_in_the_last_switch():
    folder = {"a.service": run(1), WANTS + "a.service": ""}
    transition, calls = prepared(folder, folder)
    calls.model.active["a.service"] = "failed"
    transition.retry = frozenset(("a.service",))
    transition.prepare()
    transition.act()
    assert calls.model.active["a.service"] == "active"


def test_undo_makes_the_set_of_active_units_what_it_was():
    old = {"a.service": run(1), "c.service": run(1), "n.service": run(1)}
    new = {"a.service": run(2), "n.service": run(1), WANTS + "n.service": ""}
    transition, calls = prepared(old, new, "a.service", "c.service")
    ran = transition.active()
    transition.act()
    assert transition.plan is not None
    started = transition.plan.start
    assert calls.model.active["n.service"] == "active"
    back = Transition(Calls(calls.model, old), unit_set(new), unit_set(old))
    back.prepare()
    back.act()
    back.restore(ran, started)
    assert calls.model.active["n.service"] == "inactive"
    assert calls.model.active["c.service"] == "active"
    assert calls.model.starts["a.service"] == 2


def _interrupted(began: int, loaded: int, starts: dict[str, int]) -> tuple[Transition, Calls]:
    """A switch of three units that was interrupted after the flip at 100; `starts`: when the running ones were started."""
    old = {name: run(1) for name in ("a.service", "b.service", "c.service")}
    new = {name: run(2) for name in old}
    model = Manager(new)
    model.active.update(dict.fromkeys(starts, "active"))
    model.starts.update(starts)
    calls = Calls(model, new)
    calls.stamped = (began, loaded)
    transition = Transition(calls, unit_set(old), unit_set(new))
    transition.interrupted = InterruptedSwitch(frozenset(("a.service", "b.service")), unit_set(new), 100)
    transition.prepare()
    return transition, calls


def test_a_crash_before_the_reload_leaves_all_to_do():
    transition, calls = _interrupted(10, 20, {"b.service": 50})
    transition.act()
    assert calls.model.jobs == [("stop", "b.service"), ("start", "a.service"), ("start", "b.service")]


def test_a_crash_after_the_first_start_restarts_nothing_twice():
    transition, calls = _interrupted(10, 110, {"b.service": 120})
    transition.act()
    assert calls.model.jobs == [("start", "a.service")]


def test_a_reload_by_somebody_else_is_no_start():
    transition, calls = _interrupted(10, 110, {"b.service": 50})
    transition.act()
    assert ("stop", "b.service") in calls.model.jobs


def test_a_manager_that_began_after_the_flip_owes_nothing():
    transition, calls = _interrupted(105, 106, {"b.service": 107})
    transition.act()
    assert calls.model.jobs == []
    assert transition.active() == sorted(name for name, state in calls.model.active.items() if state == "active")


def test_who_ran_before_the_interrupted_switch_is_not_forgotten_by_the_next():
    transition, _calls = _interrupted(10, 20, {"b.service": 50})
    assert {"a.service", "b.service"} <= set(transition.active())


def test_suggestions_are_commands():
    old = {"a.service": run(1), "r.service": run(1)}
    new = {"a.service": run(2), "n.service": run(1), WANTS + "n.service": ""}
    transition, calls = prepared(old, new, "a.service", "r.service")
    assert transition.suggest(()) == [
        "systemctl --user stop r.service",
        "systemctl --user restart a.service",
        "systemctl --user start n.service",
    ]
    assert calls.model.jobs == []


def test_a_preview_asks_once():
    transition, calls = prepared({}, {"a.service": run(1), WANTS + "a.service": ""})
    plan = transition.preview(())
    assert plan.start == ["a.service"]
    assert plan.why == {"a.service": "new, wanted by default.target"}
    assert calls.calls == ["show", "show"]  # of `prepared`, and its own


def test_what_cannot_be_loaded_is_said():
    wanted = dict.fromkeys((WANTS + "x.service", WANTS + "y.service", WANTS + "m.service", WANTS + "b.service"), "")
    transition, _calls = prepared({}, {**wanted, "m.service": "", "b.service": "[Service]\n"})
    said = unloadable(transition.preview(()), {"y.service"})
    assert said == [
        "b.service cannot be loaded; `systemctl --user status b.service` shows why",
        "x.service should be started, but does not exist: its program may not be installed",
        "y.service should be started, but nothing generates it from its file: install podman 4.4 or newer",
    ]


CGROUPS = {
    "a unit": (
        "0::/user.slice/user-1000.slice/user@1000.service/app.slice/t-in.service\n",
        {"app.slice", "t-in.service"},
    ),
    "below a container's": (
        "0::/x/user.slice/user-1.slice/user@1.service/app.slice/a.scope/sub\n",
        {"app.slice", "a.scope"},
    ),
    "a session": ("0::/user.slice/user-1000.slice/session-3.scope\n", set()),
    "a unit of the system": ("0::/system.slice/ssh.service\n", set()),
    "the old hierarchy": ("1:name=systemd:/user.slice/user-1.slice/user@1.service/a.service\n0::/\n", {"a.service"}),
}


@pytest.mark.parametrize(("text", "expected"), CGROUPS.values(), ids=CGROUPS)
def test_knows_its_own_units(text, expected):
    assert own_units(lambda: text) == expected


def test_without_control_groups_it_runs_in_no_unit():
    def missing() -> str:
        raise FileNotFoundError

    assert own_units(missing) == frozenset()
