# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The mistakes that users make, and what they read then, word for word.

Each `NNN-name.yml` holds `spec`, the user's own file `users/alice.yml`, perhaps further `files` of the project, `variables` as
`-e` would give them, and the `message`; `mistakes` says how many there are, where it is not one. A project without an
`inventory.yml` gets one with one host and one user.
"""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from ansible import constants
from ansible.errors import AnsibleError
from ansible.inventory.manager import InventoryManager
from ansible.parsing.dataloader import DataLoader
from ansible.playbook.play import Play
from ansible.template import Templar
from ansible.vars.manager import VariableManager

from ansible_collections.home.manager.plugins.module_utils.engine.voice.messages import message_lines
from ansible_collections.home.manager.plugins.plugin_utils.plan.home import compiler
from ansible_collections.home.manager.plugins.plugin_utils.play import home_evaluator
from ansible_collections.home.manager.plugins.plugin_utils.play.filters import PlayPlugins
from ansible_collections.home.manager.plugins.plugin_utils.play.home_evaluator import HomeEvaluator
from ansible_collections.home.manager.plugins.plugin_utils.play.home_task import HomeTask
from ansible_collections.home.manager.plugins.plugin_utils.play.packages import ProjectLock
from ansible_collections.home.manager.plugins.plugin_utils.play.users import chosen
from ansible_collections.home.manager.plugins.plugin_utils.report.run_result import Refused

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ansible_collections.home.manager.plugins.module_utils.engine.voice.message import Message

HERE = Path(__file__).parent
MISTAKES = sorted(HERE.glob("*.yml"))
USER = {"name": "alice", "home": "/home/alice", "uid": 1000, "gid": 1000, "shell": "/bin/bash"}
FACTS = {"platform": "linux", "machine": "x86_64", "hostname": "laptop", "distribution": "debian"}
INVENTORY = """\
all:
  hosts:
    laptop:
      home_users:
        alice:
          home.stateVersion: "26.05"
          imports: [users/alice.yml]
"""


@pytest.fixture(scope="module", autouse=True)
def _one_compiler() -> Iterator[None]:
    """What the library's modules share is compiled once."""
    shared = compiler(plugins=PlayPlugins(False))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(constants, "INVENTORY_ENABLED", ["yaml"])
        patch.setattr(home_evaluator, "compiler", lambda **_: shared)
        yield


def told(folder: Path, mistake: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> str:
    """What is printed of a mistake."""
    files = {"inventory.yml": INVENTORY, "users/alice.yml": mistake.get("spec", ""), **mistake.get("files", {})}
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(folder)
    return "\n".join(_lines(folder, mistake.get("variables", {}))) + "\n"


def _lines(folder: Path, extra: dict[str, Any]) -> Iterator[str]:
    loader = DataLoader()
    loader.set_basedir(str(folder))
    inventory = InventoryManager(loader=loader, sources=[str(folder / "inventory.yml")])
    manager = VariableManager(loader=loader, inventory=inventory)
    manager._extra_vars = extra
    play = Play.load({"hosts": "all", "name": "x"}, variable_manager=manager, loader=loader)
    for host in inventory.get_hosts():
        variables = manager.get_vars(play=play, host=host)
        templar = Templar(loader=loader, variables=variables)
        try:
            users = chosen(variables, templar.template)
        except AnsibleError as error:
            yield f"error: {error}"
            continue
        for user in users:
            yield from _of_user(user, variables, templar, loader)


def _of_user(user: str, variables: dict[str, Any], templar: Any, loader: Any) -> Iterator[str]:
    task = SimpleNamespace(args={"user": user}, check_mode=True, diff=False)
    context = SimpleNamespace(connection="local")
    action = SimpleNamespace(_task=task, _templar=templar, _loader=loader, _play_context=context)
    try:
        home = HomeTask(action, variables)
        evaluator = HomeEvaluator(home, ProjectLock(home.project, print))
        found = evaluator.plan({**FACTS, "user": {**USER, "name": user}})
    except Refused as refusal:
        yield from printed(refusal.plan.errors, "error")
    except AnsibleError as error:
        yield f"error: {error}"
    else:
        yield from printed(found.warnings, "warning")


def printed(messages: Iterable[Message], word: str) -> Iterator[str]:
    for message in messages:
        yield from (line.text for line in message_lines(message, word))


def test_there_are_enough():
    assert len(MISTAKES) >= 150
    numbers = [int(path.name[:3]) for path in MISTAKES]
    assert numbers == list(range(1, len(numbers) + 1))


@pytest.mark.parametrize("path", MISTAKES, ids=lambda path: path.stem)
def test_a_mistake_is_told_word_for_word(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    mistake = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert set(mistake) <= {"spec", "files", "variables", "mistakes", "message"}
    assert told(tmp_path, mistake, monkeypatch) == mistake["message"]


@pytest.mark.parametrize("path", MISTAKES, ids=lambda path: path.stem)
def test_a_message_is_plain(path: Path):
    """One mistake is one message; without a word of Python's or a folder of this machine."""
    mistake = yaml.safe_load(path.read_text(encoding="utf-8"))
    message = mistake["message"]
    count = sum(line.startswith(("error: ", "warning: ")) for line in message.splitlines())
    assert count == mistake.get("mistakes", 1)
    assert not any(
        word in message for word in ("Traceback", "object at 0x", "NoneType", "/tmp/", json.dumps(str(HERE)))
    )
