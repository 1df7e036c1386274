# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What is in the way is named as it is, with a way out that helps."""

from __future__ import annotations

import os
from typing import Any

import pytest

from ansible_collections.home.manager.plugins.module_utils.engine.contract.answers import SwitchAnswer
from ansible_collections.home.manager.plugins.module_utils.engine.home.folder import HomeFolder
from ansible_collections.home.manager.plugins.module_utils.engine.home.path_state import PathState
from ansible_collections.home.manager.plugins.module_utils.engine.voice.answers import ChoiceCommands, collisions_of
from ansible_collections.home.manager.plugins.module_utils.engine.voice.obstacles import described

BACKUP = "home-manager switch -b bak"


def collision(sandbox: Any, spec: dict[str, Any]) -> tuple[str, str, list[str]]:
    """The path that is in the way of a switch, what is said of it, and what is suggested."""
    answer = SwitchAnswer.of(sandbox.switch(spec))
    (found,) = collisions_of(answer.collisions, ChoiceCommands(BACKUP))
    return found.path, described(found), [choice.command for choice in found.choices]


def test_an_empty_folder_is_called_so(sandbox: Any) -> None:
    (sandbox.home / "a").mkdir()
    assert collision(sandbox, {"a": "1"}) == ("a", "an empty folder of yours", [BACKUP])


def test_a_fifo_can_be_moved_aside(sandbox: Any) -> None:
    os.mkfifo(sandbox.home / "a")
    assert collision(sandbox, {"a": "1"}) == ("a", "a fifo", [BACKUP])
    sandbox.switch({"a": "1"}, backup_extension="bak")
    assert sandbox.read("a") == "1"
    assert (sandbox.home / "a.bak").is_fifo()


@pytest.mark.parametrize(
    ("owner", "said", "command"),
    [
        (os.geteuid(), "it cannot be entered", "chmod u+rwx ~/.config"),
        (54321, "it cannot be entered, since it belongs to the user ID 54321", 'sudo chown "$USER" ~/.config'),
    ],
)
def test_the_folder_that_cannot_be_entered_is_named(
    sandbox: Any, monkeypatch: pytest.MonkeyPatch, owner: int, said: str, command: str
) -> None:
    (sandbox.home / ".config").mkdir()
    os.chown(sandbox.home / ".config", owner, -1) if os.geteuid() == 0 else None
    real = HomeFolder.inspect

    def inspect(self: HomeFolder, target: str, follow: bool = False) -> PathState:
        if target.startswith(".config/"):
            raise PermissionError(13, "Permission denied", target)
        return real(self, target, follow)

    monkeypatch.setattr(HomeFolder, "inspect", inspect)
    if owner != os.geteuid() and os.geteuid() != 0:
        pytest.skip("only root gives a folder away")
    assert collision(sandbox, {".config/x/y": "1"}) == (".config", said, [command])
