# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Links that lead into a generation that is removed, and files of the user's next to them."""

from __future__ import annotations

import os

import pytest

from ansible_collections.home.manager.plugins.module_utils.engine.disk import filesystem

UNITS = ".config/systemd/user"
UNIT = f"{UNITS}/a.service"
NAMES = ["mine.hm-point", ".a.service.hm-point", ".a-20260101T000000-00000000.hm-point"]


@pytest.fixture(name="enabled")
def fixture_enabled(sandbox):
    """A unit that was enabled in generation 1, as `systemctl --user enable` does it, and files with strange names."""
    sandbox.switch({UNIT: "[Service]\n"})
    sandbox.switch({UNIT: "[Service]\n", "b": "2"})
    wants = sandbox.home / UNITS / "default.target.wants"
    wants.mkdir()
    (wants / "a.service").symlink_to(sandbox.state / "generations/1/home-files" / UNIT)
    for folder in (wants, wants.parent):
        for name in NAMES:
            (folder / name).write_text("mine")
        (folder / "dangling.hm-point").symlink_to("/nowhere")
    return sandbox


def check(sandbox):
    wants = sandbox.home / UNITS / "default.target.wants"
    assert (wants / "a.service").read_text() == "[Service]\n"
    for folder in (wants, wants.parent):
        assert [(folder / name).read_text() for name in NAMES] == ["mine"] * len(NAMES)
        assert os.readlink(folder / "dangling.hm-point") == "/nowhere"


def test_files_with_such_names_are_the_users(enabled):
    answer = enabled.ask("expire", keep=1)
    assert next(item["op"] for item in answer["operations"]) == "repair"
    check(enabled)
    assert "current" in os.readlink(enabled.home / UNITS / "default.target.wants/a.service")


@pytest.mark.parametrize("call", ["symlink", "rename"])
def test_what_an_interrupted_run_left_goes_and_nothing_else(call, enabled):
    def observe(*seen):
        if seen[:2] == ("after" if call == "symlink" else "before", call) and "hm-point" in seen[2] + "hm-point":
            os._exit(9)

    child = os.fork()
    if child == 0:
        filesystem.observer = observe
        enabled.ask("expire", keep=1)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    enabled.ask("expire", keep=1)
    check(enabled)
    left = [path.name for path in (enabled.home / UNITS).rglob("*.hm-point") if path.is_symlink()]
    assert sorted(left) == ["dangling.hm-point"] * 2
