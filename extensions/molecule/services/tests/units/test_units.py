# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The rules of a switch of units under real managers: failures, undo, crashes, and the reference data where it is at hand."""

from __future__ import annotations

import json
import re
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from .rig import PLACE, SCENARIO, Rig, service, wanted

if TYPE_CHECKING:
    from collections.abc import Callable

REFERENCE = SCENARIO.parents[3] / "shared" / "unit-vectors.json"
VECTORS: list[dict[str, Any]] = (
    json.loads(REFERENCE.read_text(encoding="utf-8"))["vectors"] if REFERENCE.exists() else []
)
VERBS = ("stop", "reload", "restart", "start")
INSTALLED: set[str] = set()


@pytest.fixture
def rig(host: Any, user: Callable[[str], Any]) -> Rig:
    """Alice's units."""
    name = host.backend.name
    if name not in INSTALLED:
        Rig.install(host)
        INSTALLED.add(name)
    return Rig(host, user("alice"))


def lists(answer: dict[str, Any]) -> dict[str, list[str]]:
    """What was done, without what was not."""
    return {verb: answer["services"][verb] for verb in VERBS if answer["services"][verb]}


def test_units_follow_generations_and_their_rollback(rig):
    rig.lay({})
    assert lists(rig.switch(wanted(a=1, b=1))) == {"start": ["t-a.service", "t-b.service"]}
    answer = rig.switch(wanted(a=2, b=1, c=1))
    assert lists(answer) == {"stop": ["t-a.service"], "start": ["t-a.service", "t-c.service"]}
    assert answer["calls"] == ["show", "stop", "daemon-reload", "show", "start", "show"]
    rig.switch(wanted(a=1, b=1))
    log = rig.log()
    assert [line for line in log if "t-a" in line] == [
        "start t-a 1",
        "stop t-a 1",
        "start t-a 2",
        "stop t-a 2",
        "start t-a 1",
    ]
    assert [line for line in log if "t-b" in line] == ["start t-b 1"]
    assert [line for line in log if "t-c" in line] == ["start t-c 1", "stop t-c 1"]


def test_nothing_is_called_when_no_unit_differs(rig):
    rig.lay(wanted(a=1))
    assert rig.switch(wanted(a=1))["calls"] == []


def test_a_preview_asks_once_and_touches_nothing(rig):
    rig.lay(wanted(a=1), "t-a.service")
    rig.forget_log()
    answer = rig.switch(wanted(a=2, n=1), check=True)
    assert lists(answer) == {"stop": ["t-a.service"], "start": ["t-a.service", "t-n.service"]}
    assert answer["calls"] == ["show"]
    assert rig.log() == []


FAILING = {
    "fails at once": (
        # A oneshot: the manager waits for its end, and the journal has the time to note whose line it is.
        "Type=oneshot\nExecStart=/bin/sh -c 'echo broken >&2; sleep 1; exit 3'",
        "failed to start (exit-code, status 3): broken",
    ),
    "program is missing": ("ExecStart=/nonexistent", "failed to start (exit-code, status 203)"),
    "loops": ("Restart=always\nRestartSec=10ms\nStartLimitIntervalSec=0\nExecStart=/bin/false", "t-f.service "),
}


@pytest.mark.parametrize(("text", "said"), FAILING.values(), ids=FAILING)
def test_a_unit_that_fails_is_named_with_its_own_lines_and_holds_nobody_back(rig, text, said):
    rig.lay({})
    bad = {"t-f.service": f"[Service]\n{text}\n", "default.target.wants/t-f.service": ""}
    answer = rig.switch({**wanted(a=1), **bad})
    assert answer["failed"]["kind"] == "service"
    assert said in answer["failed"]["message"]
    assert answer["failed"]["undone"] is False
    assert rig.user.state("t-a.service") == "active"
    again = rig.switch({**wanted(a=1), **bad})
    assert again["failed"]["kind"] == "service"
    assert rig.log() == ["start t-a 1"]


def test_a_unit_that_hangs_is_a_warning(rig):
    rig.lay({})
    text = "[Service]\nType=oneshot\nExecStart=/bin/sleep 60\n"
    answer = rig.switch({**wanted(a=1), "t-h.service": text, "default.target.wants/t-h.service": text}, timeout=3)
    assert "failed" not in answer
    assert answer["services"]["waiting"] == ["t-h.service"]
    assert rig.user.state("t-h.service") == "activating"
    assert rig.user.state("t-a.service") == "active"


def test_undo_makes_the_set_of_active_units_what_it_was(rig):
    old = {**wanted(a=1), "t-c.service": service("t-c"), "t-n.service": service("t-n")}
    rig.lay(old, "t-a.service", "t-c.service")
    new = {
        **wanted(a=2, n=1),
        "t-f.service": "[Service]\nExecStart=/bin/false\n",
        "default.target.wants/t-f.service": "",
    }
    answer = rig.switch(new, undo=True)
    assert answer["failed"]["undone"] is True
    found = {unit: state["ActiveState"] for unit, state in rig.states([f"t-{name}.service" for name in "acnf"]).items()}
    assert found == {
        "t-a.service": "active",
        "t-c.service": "active",
        "t-n.service": "inactive",
        "t-f.service": "inactive",
    }
    assert rig.log()[-2:] != ["stop t-a 1", "start t-a 2"]
    assert rig.switch(old)["calls"] == []


@pytest.mark.parametrize("verb", ["stop", "after stop", "daemon-reload", "after daemon-reload", "start", "after start"])
def test_a_crash_neither_forgets_nor_repeats(rig, verb):
    old = {**wanted(a=1), "t-b.service": service("t-b", 1)}
    new = {**wanted(a=2, n=2), "t-b.service": service("t-b", 2)}
    rig.lay(old, "t-a.service", "t-b.service")
    rig.forget_log()
    assert rig.switch(new, crash=verb) == {}
    answer = rig.switch(new)
    assert "failed" not in answer
    assert all(rig.user.state(f"t-{name}.service") == "active" for name in "abn")
    starts = [line for line in rig.log() if line.startswith("start")]
    assert sorted(starts) == ["start t-a 2", "start t-b 2", "start t-n 2"]
    assert rig.switch(new)["calls"] == []


def test_a_link_that_somebody_disabled_comes_back_and_starts_nothing(rig):
    rig.lay(wanted(a=1))
    rig.user.run("systemctl --user disable t-a.service")
    answer = rig.switch(wanted(a=1))
    assert answer["calls"][-1:] == ["daemon-reload"]
    assert rig.user.state("t-a.service") == "inactive"
    assert rig.user.run("systemctl --user is-enabled t-a.service") == "enabled"


def test_a_link_that_somebody_enabled_stays_ours(rig):
    rig.lay(wanted(a=1), "t-a.service")
    rig.user.run("systemctl --user enable t-a.service 2>/dev/null || true")
    answer = rig.switch(wanted(a=2))
    assert answer["collisions"] == []
    assert "/current/" in rig.user.run("readlink ~/.config/systemd/user/default.target.wants/t-a.service")


def test_two_users_at_once(rig, host, user):
    rigs = [rig, Rig(host, user("bob"))]
    for each in rigs:
        each.lay(wanted(a=1), "t-a.service")
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda each: each.switch(wanted(a=2)), rigs))
    assert [lists(answer)["start"] for answer in answers] == [["t-a.service"]] * 2
    assert all(each.log()[-1] == "start t-a 2" for each in rigs)
    rigs[1].clear()


def test_without_a_manager_the_units_are_up_after_the_next_boot(rig, host, user):
    carol = Rig(host, user("carol"))
    number = host.run("id -u carol").stdout.strip()
    host.run(f"loginctl disable-linger carol; systemctl stop user@{number}.service")
    answer = carol.switch(wanted(a=1))
    assert answer["services"]["manager"] == "none"
    assert answer["calls"] == []
    assert "has no running service manager" in answer["warnings"][0]
    host.run_test("touch /var/lib/systemd/linger/carol")
    subprocess.run(["podman", "restart", "--time=5", host.backend.name], check=True, stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while carol.user.try_to("systemctl --user is-active t-a.service").rc != 0:
        assert time.monotonic() < deadline
        time.sleep(0.5)


@pytest.mark.skipif(not VECTORS, reason="the reference data is not beside this checkout")
@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_vector(rig, vector):
    old, inside = dict(vector["old"]), vector.get("inside")
    command = f"/usr/bin/python3 {PLACE}/generations.py < %h/request.json > %h/inside.json'"
    for path, text in old.items():
        if inside and isinstance(text, str) and "sw.py" in text:
            # The states before it are read meanwhile, on a busy machine too.
            old[path] = re.sub(r"/usr/bin/python3 .*'", command, text).replace("sleep 1.5", "sleep 8")
    rig.lay(old, package=vector.get("package"))
    if inside:
        rig.user.run("rm -f ~/inside.json")
        rig.write("request.json", json.dumps({"do": "switch", "units": vector["new"]}))
    for line in vector["before"]:
        rig.user.try_to(line)
    rig.settle()
    before = rig.states(list(vector["after"]))
    if inside:
        rig.user.run("while ! grep -q calls ~/inside.json 2>/dev/null; do sleep 0.5; done")
        answer = json.loads(rig.user.run("cat ~/inside.json"))
    else:
        rig.forget_log()
        answer = rig.switch(vector["new"])
    for line in vector.get("then", []):
        rig.user.run(line)
    done, wanted_actions = answer["services"], vector["actions"]
    assert {verb: sorted(done[verb]) for verb in VERBS} == {verb: wanted_actions.get(verb, []) for verb in VERBS}
    assert {re.sub(r"@.*\.", "@*.", unit): why for unit, why in done["keep"].items()} == wanted_actions.get("keep", {})
    assert [failure["unit"] for failure in done["failed"]] == wanted_actions.get("failed", [])
    assert len(answer["calls"]) <= 7
    after = rig.states(list(vector["after"]))
    assert {unit: _became(before[unit], after[unit]) for unit in after} == vector["after"]
    # Where no order is asked for, two releases of systemd may choose different ones.
    log = rig.log()
    assert sorted(log[-len(vector["log"]) :] if inside else log) == sorted(vector["log"])


def _became(before: dict[str, str], after: dict[str, str]) -> str:
    running = ("active", "activating", "reloading")
    masked = " masked" if after["LoadState"] == "masked" else ""
    if after["ActiveState"] not in running:
        return after["ActiveState"] + masked
    if before["InvocationID"] == after["InvocationID"]:
        return "same"
    return "new" if before["ActiveState"] in running else "started"
