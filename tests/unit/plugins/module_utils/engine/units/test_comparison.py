# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Two unit sets compared without a manager."""

from __future__ import annotations

import pytest

from ansible_collections.home.manager.plugins.module_utils.engine.units.comparison import compare

from .model import Folder, unit_set

WANTED = "default.target.wants/"


def service(version: int = 1, more: str = "", unit: str = "") -> str:
    return f"[Unit]\n{unit}\n[Service]\nExecStart=/bin/v{version}\n{more}"


def wanted(text: str) -> Folder:
    return {"a.service": text, f"{WANTED}a.service": text}


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ({}, wanted(service()), {"start": {"a.service": "new, wanted by default.target"}}),
        (wanted(service()), {}, {"stop": {"a.service": "removed"}}),
        (wanted(service()), wanted(service()), {}),
        (wanted(service()), wanted(service(unit="Description=other")), {}),
        (
            wanted(service()),
            wanted(service(2)),
            {"stop": {"a.service": "changed: Service.ExecStart"}, "start": {"a.service": "changed: Service.ExecStart"}},
        ),
        (
            wanted(service(more="ExecReload=/bin/r\n", unit="X-SwitchMethod=reload")),
            wanted(service(2, more="ExecReload=/bin/r\n", unit="X-SwitchMethod=reload")),
            {"reload": {"a.service": "changed: Service.ExecStart"}},
        ),
        (
            wanted(service(unit="X-SwitchMethod=keep-old")),
            wanted(service(2, unit="X-SwitchMethod=keep-old")),
            {"keep": {"a.service": "keep-old"}},
        ),
        # Nobody starts it by itself, so nobody can say that it runs.
        ({"a.service": service()}, {"a.service": service(2)}, {}),
        # What a wanted unit pulls in runs with it.
        (
            {**wanted(service(unit="Wants=b.service")), "b.service": service()},
            {**wanted(service(unit="Wants=b.service")), "b.service": service(2)},
            {"stop": {"b.service": "changed: Service.ExecStart"}, "start": {"b.service": "changed: Service.ExecStart"}},
        ),
    ],
)
def test_a_plan_without_a_manager(old: Folder, new: Folder, expected: dict[str, dict[str, str]]) -> None:
    plan = compare(unit_set(old), unit_set(new))
    found = {action: getattr(plan, action) for action in ("stop", "reload", "restart", "start", "keep")}
    told = {
        action: units if action == "keep" else {unit: plan.why[unit] for unit in units}
        for action, units in found.items()
        if units
    }
    assert told == expected
