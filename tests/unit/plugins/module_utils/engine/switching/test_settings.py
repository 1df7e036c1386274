# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What a switch changes in the settings stores."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.home.manager.plugins.module_utils.engine.contract.answers import SwitchAnswer
from ansible_collections.home.manager.plugins.module_utils.engine.contract.entries import Leaf
from ansible_collections.home.manager.plugins.module_utils.engine.contract.manifest import View
from ansible_collections.home.manager.plugins.module_utils.engine.contract.settings import SettingChange
from ansible_collections.home.manager.plugins.module_utils.engine.switching.session import counts
from ansible_collections.home.manager.plugins.module_utils.engine.switching.settings import setting_changes
from ansible_collections.home.manager.plugins.module_utils.engine.voice.answers import plan_of_switch
from ansible_collections.home.manager.plugins.module_utils.engine.voice.outline import plan_lines
from ansible_collections.home.manager.plugins.module_utils.engine.voice.plan import Owner

DCONF = "share/home.manager/dconf/user.ini"


def changes(path: str, old: str | None, new: str | None, sensitive: bool = False) -> list[tuple[str, ...]]:
    """The changes between two generations that declare these texts, None for nothing."""
    texts = {f"id-{name}": text.encode() for name, text in (("old", old), ("new", new)) if text is not None}
    views = []
    for name in ("id-old", "id-new"):
        view = View()
        if name in texts:
            view.profile = {path: Leaf(name, sensitive=sensitive)}
        views.append(view)
    found = setting_changes(*views, texts.__getitem__)
    return [(item.store, item.path, item.key, item.op, item.old, item.new) for item in found]


@pytest.mark.parametrize(
    ("path", "old", "new", "expected"),
    [
        (DCONF, None, "[org/x]\na='1'\n", [("dconf", "org/x", "a", "add", "", "'1'")]),
        (DCONF, "[org/x]\na='1'\n", None, [("dconf", "org/x", "a", "remove", "'1'", "")]),
        (DCONF, "[x]\na=1\nb=2\n", "[x]\na=1\nb=x=y\n", [("dconf", "x", "b", "change", "2", "x=y")]),
        (DCONF.replace("user", "gdm"), None, "[x]\na=1\n", [("dconf", "gdm: x", "a", "add", "", "1")]),
        (
            "share/home.manager/xfconf.json",
            '{"xfce4": {"a": true}}',
            '{"xfce4": {"a": false, "b": ["x"]}}',
            [("xfconf", "xfce4", "a", "change", "true", "false"), ("xfconf", "xfce4", "b", "add", "", '["x"]')],
        ),
        ("share/home.manager/xfconf.json", None, "no json", []),
        ("share/other/user.ini", None, "[x]\na=1\n", []),
    ],
)
def test_changes(path: str, old: str | None, new: str | None, expected: list[tuple[str, ...]]) -> None:
    assert changes(path, old, new) == expected


def test_nothing_is_told_of_a_secret() -> None:
    assert changes(DCONF, None, "[x]\na=1\n", sensitive=True) == []


def test_changed_settings_are_in_the_plan_and_in_the_counts() -> None:
    answer = SwitchAnswer()
    answer.changed, answer.previous, answer.generation = True, 6, 7
    answer.settings = [SettingChange("dconf", "org/x", "a", "1", "2"), SettingChange("xfconf", "xfce4", "b", "1")]
    assert SwitchAnswer.of(answer.json()).settings == answer.settings
    assert counts(answer) == {"settings": {"~": 1, "-": 1}}
    lines = [line.text for line in plan_lines(plan_of_switch(answer, "switch", Owner("alice", "laptop"), check=True))]
    assert lines == [
        "alice@laptop: preview of generation 7, nothing is written",
        "",
        "  ~ setting  org/x a 1 -> 2",
        "  - setting  xfce4 b  xfconf, back to its default",
        "",
        "alice@laptop  would be generation 7: settings ~1 -1",
    ]


def test_a_switch_that_changes_no_settings_reports_none(sandbox: Any) -> None:
    answer = sandbox.switch({"a": "x"})
    assert "settings" not in answer, "nothing is sent where nothing changes"
