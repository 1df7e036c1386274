# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What is done to units, rule by rule; each case is a change of one folder under a modelled manager."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest

from ansible_collections.home.manager.plugins.module_utils.engine.units.forecast import forecast
from ansible_collections.home.manager.plugins.module_utils.engine.units.order import ordered
from ansible_collections.home.manager.plugins.module_utils.engine.units.plan import Context, Plan
from ansible_collections.home.manager.plugins.module_utils.engine.units.planner import begin, complete

from .model import Folder, Manager, unit_set

WANTS = "default.target.wants/a.service"


def run(version: int = 1, unit: str = "", service: str = "") -> str:
    """A service's text; `unit` and `service` are further lines of those sections."""
    return f"[Unit]\n{unit}\n[Service]\nExecStart=/bin/v{version}\n{service}\n"


class Case(NamedTuple):
    """Two folders, what runs before, and the actions."""

    old: Folder
    new: Folder
    running: tuple[str, ...] = ()
    package: Folder = {}  # noqa: RUF012
    actions: dict[str, Any] = {}  # noqa: RUF012
    own: tuple[str, ...] = ()
    states: dict[str, str] = {}  # noqa: RUF012


def socket(port: int = 1, more: str = "") -> str:
    return f"[Socket]\nListenStream={port}\n{more}\n"


A = ("a.service",)
TIMER = "[Timer]\nOnCalendar=daily\n"
ONESHOT = "Type=oneshot"

CASES = {
    "a changed unit stops with its old text and starts with the new": Case(
        {"a.service": run(1)}, {"a.service": run(2)}, A, actions={"stop": A, "start": A}
    ),
    "one that only its reload triggers tell apart is reloaded": Case(
        {"a.service": run(1, "X-Reload-Triggers=1", "ExecReload=/bin/r")},
        {"a.service": run(1, "X-Reload-Triggers=2", "ExecReload=/bin/r")},
        A,
        actions={"reload": A},
    ),
    "X-SwitchMethod=reload without a way to reload is a restart": Case(
        {"a.service": run(1)}, {"a.service": run(2, "X-SwitchMethod=reload")}, A, actions={"restart": A}
    ),
    "X-ReloadIfChanged in [Service]": Case(
        {"a.service": run(1)}, {"a.service": run(2, "", "X-ReloadIfChanged=true\nType=notify-reload")}, A, actions={"reload": A}
    ),
    "an unknown X-SwitchMethod is as none": Case(
        {"a.service": run(1)}, {"a.service": run(2, "X-SwitchMethod=dance")}, A, actions={"stop": A, "start": A}
    ),
    "X-StopOnRemoval=false": Case(
        {"a.service": run(1, "X-StopOnRemoval=false")}, {}, A, actions={"keep": {"a.service": "X-StopOnRemoval"}}
    ),
    "a mask stops, whatever is below it": Case({}, {"a.service": ""}, A, {"a.service": run(1)}, {"stop": A}),
    "a unit of ours stops a package's of its name": Case(
        {}, {"a.service": run(2)}, A, {"a.service": run(1)}, {"stop": A, "start": A}
    ),
    "a drop-in for a prefix reaches packages' units": Case(
        {}, {"p-.service.d/1.conf": "[Service]\nNice=1\n"}, ("p-a.service",), {"p-a.service": run(1)},
        {"stop": ("p-a.service",), "start": ("p-a.service",)},
    ),
    "a drop-in for all services reaches ours alone": Case(
        {"a.service": run(1)},
        {"a.service": run(1), "service.d/1.conf": "[Service]\nNice=1\n"},
        ("a.service", "dbus.service"),
        {"dbus.service": run(1)},
        {"stop": A, "start": A},
    ),
    "refuses the stop now and not later: one restart": Case(
        {"a.service": run(1, "RefuseManualStop=yes")}, {"a.service": run(2)}, A, actions={"restart": A}
    ),
    "refuses the stop later and not now: stop and start": Case(
        {"a.service": run(1)}, {"a.service": run(2, "RefuseManualStop=yes")}, A, actions={"stop": A, "start": A}
    ),
    "refuses the start, and an active socket brings it back": Case(
        {"a.service": run(1), "a.socket": socket()},
        {"a.service": run(2, "RefuseManualStart=yes"), "a.socket": socket()},
        ("a.service", "a.socket"),
        actions={"stop": A},
    ),
    "refuses the start, and its socket goes": Case(
        {"a.service": run(1), "a.socket": socket()},
        {"a.service": run(2, "RefuseManualStart=yes")},
        ("a.service", "a.socket"),
        actions={"stop": ("a.socket",), "keep": {"a.service": "RefuseManualStart"}},
    ),
    "behind a live socket: one restart, no connection is refused": Case(
        {"a.service": run(1), "a.socket": socket()},
        {"a.service": run(2), "a.socket": socket()},
        ("a.service", "a.socket"),
        actions={"restart": A},
    ),
    "behind a socket that changes too: both stop, the socket starts": Case(
        {"a.service": run(1), "a.socket": socket(1)},
        {"a.service": run(2), "a.socket": socket(2)},
        ("a.service", "a.socket"),
        actions={"stop": ("a.service", "a.socket"), "start": ("a.socket",)},
    ),
    "a socket whose service must keep running stays": Case(
        {"a.service": run(1, "X-SwitchMethod=keep-old"), "a.socket": socket(1)},
        {"a.service": run(1, "X-SwitchMethod=keep-old"), "a.socket": socket(2)},
        ("a.service", "a.socket"),
        actions={"keep": {"a.socket": "keep-old"}},
    ),
    "a socket of another name": Case(
        {"a.service": run(1), "b.socket": socket(1, "Service=a.service")},
        {"a.service": run(1), "b.socket": socket(2, "Service=a.service")},
        ("a.service", "b.socket"),
        actions={"stop": ("a.service", "b.socket"), "start": ("b.socket",)},
    ),
    "a socket that accepts leaves its connections": Case(
        {"a@.service": run(1), "a.socket": socket(1, "Accept=yes")},
        {"a@.service": run(1), "a.socket": socket(2, "Accept=yes")},
        ("a@1.service", "a.socket"),
        actions={"stop": ("a.socket",), "start": ("a.socket",)},
    ),
    "a new socket needs its service out of the way": Case(
        {WANTS: run(1), "a.service": run(1)},
        {WANTS: run(1), "a.service": run(1), "a.socket": socket(), "sockets.target.wants/a.socket": socket()},
        A,
        actions={"stop": A, "start": ("a.service", "a.socket")},
    ),
    "a job that its timer started runs on": Case(
        {"a.service": run(1, "", ONESHOT), "a.timer": TIMER},
        {"a.service": run(2, "", ONESHOT), "a.timer": TIMER},
        ("a.timer",),
        actions={"keep": {"a.service": "its job runs"}},
        states={"a.service": "activating"},
    ),
    "so does a plain one": Case(
        {"a.service": run(1), "a.timer": TIMER}, {"a.service": run(2), "a.timer": TIMER}, ("a.timer", "a.service"),
        actions={"keep": {"a.service": "its job runs"}},
    ),
    "a daemon that a path unit watches for is none": Case(
        {"a.service": run(1), WANTS: run(1), "a.path": "[Path]\nPathExists=/x\n"},
        {"a.service": run(2), WANTS: run(2), "a.path": "[Path]\nPathExists=/x\n"},
        ("a.path", "a.service"),
        actions={"restart": A},
    ),
    "timers, paths, slices and targets need only the reload": Case(
        {"a.timer": TIMER, "a.path": "[Path]\nPathExists=/1\n", "a.slice": "[Slice]\nTasksMax=1\n", "a.target": "[Unit]\n"},
        {
            "a.timer": TIMER + "OnBootSec=1\n",
            "a.path": "[Path]\nPathExists=/2\n",
            "a.slice": "[Slice]\nTasksMax=2\n",
            "a.target": "[Unit]\nConflicts=b.target\n",
        },
        ("a.timer", "a.path", "a.slice", "a.target"),
    ),
    "unless they say otherwise": Case(
        {"a.timer": TIMER}, {"a.timer": TIMER + "OnBootSec=1\n[Unit]\nX-SwitchMethod=restart\n"}, ("a.timer",),
        actions={"restart": ("a.timer",)},
    ),
    "what another stop would take down with it is left alone too, if the switch runs there": Case(
        {"a.service": run(1), "b.service": run(1, "Requires=a.service")},
        {"a.service": run(2), "b.service": run(1, "Requires=a.service")},
        ("a.service", "b.service"),
        actions={"keep": {"a.service": "runs this switch"}},
        own=("b.service",),
    ),
    "a chain that a stop took down comes back": Case(
        {"a.service": run(1), "b.service": run(1, "Requires=a.service"), "c.service": run(1, "PartOf=b.service")},
        {"a.service": run(2), "b.service": run(1, "Requires=a.service"), "c.service": run(1, "PartOf=b.service")},
        ("a.service", "b.service", "c.service"),
        actions={"stop": A, "start": ("a.service", "b.service", "c.service")},
    ),
    "not what needs something that is gone": Case(
        {"a.service": run(1), "d.service": run(1), "b.service": run(1, "Requires=a.service d.service")},
        {"a.service": run(2), "b.service": run(1, "Requires=a.service d.service")},
        ("a.service", "b.service", "d.service"),
        actions={"stop": ("a.service", "d.service"), "start": A},
    ),
    "a member of a graphical session waits for it": Case(
        {}, {"a.service": run(1), "graphical-session.target.wants/a.service": run(1)},
        actions={"later": {"a.service": "graphical-session.target"}},
    ),
    "a unit that cannot be loaded is not started": Case(
        {}, {"a.service": "[Service]\nType=simple\n", WANTS: ""}, actions={"unloadable": {"a.service": "bad-setting"}}
    ),
    "neither is one that a link names and nobody has": Case(
        {}, {WANTS: run(1)}, actions={"unloadable": {"a.service": "not-found"}}
    ),
    "what failed and did not change is left alone": Case(
        {"a.service": run(1), WANTS: ""},
        {"a.service": run(1) + "[Install]\nWantedBy=default.target\n", WANTS: ""},
        states={"a.service": "failed"},
    ),
    "an upheld unit": Case({"a.service": run(1)}, {"a.service": run(1), "default.target.upholds/a.service": ""}, actions={"start": A}),
    "a holder in a text of an instance": Case(
        {"h@.service": run(1), "a.service": run(1)},
        {"h@.service": run(1, "Wants=%i.service"), "a.service": run(1)},
        ("h@a.service",),
        actions={"start": A},
    ),
}  # fmt: skip


def _plan(case: Case, context: Context | None = None) -> tuple[Plan, Manager]:
    manager = Manager(case.old, case.package)
    manager.active.update({**dict.fromkeys(case.running, "active"), **case.states})
    context = context or Context(frozenset(case.own))
    return begin(unit_set(case.old), unit_set(case.new), manager.states(), context), manager


def _actions(plan: Plan) -> dict[str, Any]:
    found: dict[str, Any] = {
        verb: tuple(sorted(getattr(plan, verb))) for verb in ("stop", "reload", "restart", "start")
    }
    found.update(keep=plan.keep, later=plan.later, unloadable=plan.unloadable)
    return {key: value for key, value in found.items() if value}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_does(case):
    plan, manager = _plan(case)
    manager.stop(plan.stop)
    manager.load(case.new)
    complete(plan, manager.states({*manager.active, *plan.asked()}))
    assert _actions(plan) == case.actions


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_preview_says_the_same_without_touching_anything(case):
    plan, _manager = _plan(case)
    complete(plan, forecast(plan, set(case.package)))
    assert _actions(plan) == case.actions


def test_reasons_name_the_keys():
    plan, _manager = _plan(Case({"a.service": run(1)}, {"a.service": run(2, "Requires=b.service")}, A))
    assert plan.why == {"a.service": "changed: Service.ExecStart, Unit.Requires"}


def test_unknown_method_is_noted():
    plan, _manager = _plan(CASES["an unknown X-SwitchMethod is as none"])
    assert plan.notes == [
        "a.service: X-SwitchMethod=dance is not known and is ignored (known: reload, restart, stop-start, keep-old)"
    ]


def test_owed_work_counts_what_ran_when_it_began_and_skips_what_is_done():
    names = ("a.service", "b.service", "c.service")
    case = Case({name: run(1) for name in names}, {name: run(2) for name in names}, ("c.service",))
    interrupted = Context(active=frozenset(names), already=frozenset(("c.service",)), interim=unit_set(case.new))
    plan, manager = _plan(case, interrupted)
    manager.load(case.new)
    complete(plan, manager.states({*manager.active, *plan.asked()}))
    assert _actions(plan) == {"start": ("a.service", "b.service")}


def test_owed_work_towards_another_goal_compares_with_what_runs():
    first = {"a.service": run(1), "b.service": run(1)}
    interim = {"a.service": run(2), "b.service": run(2)}
    # The new goal is what the interrupted switch came from: what it restarted is brought back, the rest is left alone.
    interrupted = Context(active=frozenset(first), already=frozenset(("a.service",)), interim=unit_set(interim))
    plan, manager = _plan(Case(first, first, ("a.service", "b.service")), interrupted)
    manager.load(first)
    complete(plan, manager.states({*manager.active, *plan.asked()}))
    assert _actions(plan) == {"stop": A, "start": A}


def test_owed_work_brings_back_what_the_interrupted_stop_took_down():
    texts = {"a.service": run(1), "b.service": run(1, "Requires=a.service")}
    new = {**texts, "a.service": run(2)}
    plan, manager = _plan(Case(texts, new), Context(active=frozenset(texts)))
    manager.load(new)
    complete(plan, manager.states({*manager.active, *plan.asked()}))
    assert _actions(plan) == {"start": ("a.service", "b.service")}


def test_failure_of_a_removed_unit_is_forgotten():
    case = Case(
        {"a.service": run(1), "i@.service": run(1)}, {}, states={"a.service": "failed", "i@x.service": "failed"}
    )
    plan, manager = _plan(case)
    manager.load({})
    complete(plan, manager.states({*manager.active, *plan.asked()}))
    assert plan.reset == ["a.service", "i@x.service"]


def test_order_follows_after_and_puts_sockets_first():
    after = {"a.service": {"z.service"}, "z.service": {"s.socket"}, "s.socket": {"a.service"}}
    assert ordered(["a.service", "m.service", "s.socket", "z.service"], after) == [
        "s.socket",
        "m.service",
        "z.service",
        "a.service",
    ]


def test_order_of_a_circle_ends():
    assert sorted(ordered(["a.service", "b.service"], {"a.service": {"b.service"}, "b.service": {"a.service"}})) == [
        "a.service",
        "b.service",
    ]


def test_stops_are_in_reverse_order():
    case = Case(
        {"a.service": run(1), "b.service": run(1, "After=a.service")},
        {"a.service": run(2), "b.service": run(2, "After=a.service")},
        ("a.service", "b.service"),
    )
    plan, _manager = _plan(case)
    assert plan.stop == ["b.service", "a.service"]
