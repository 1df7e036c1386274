# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Every verb has a playbook that can say all of it, and every playbook is documented."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.home.manager.plugins.module_utils.engine.verbs.table import all_verbs, public_verbs

ROOT = Path(__file__).resolve().parents[2]
PLAYBOOKS = {path.stem: path for path in sorted((ROOT / "playbooks").glob("*.yml"))}
TASK = "home.manager.generation"
# Verbs without a playbook of their own, and why.
WITHOUT = {
    "probe": "part of every switch: it asks whether there is anything to do",
    "switch": "the task home.manager.home makes it from a spec; playbooks/switch.yml runs the role",
}
# Arguments that name the home, which playbooks take from `home_users`.
WHICH_HOME = {"user", "home", "state_path"}


def tasks(playbook: Path) -> list[dict[str, Any]]:
    """The tasks of a playbook's only play."""
    (play,) = yaml.safe_load(playbook.read_text(encoding="utf-8"))
    found: list[dict[str, Any]] = play["tasks"]
    return found


VERBS = {task[TASK]["verb"]: task[TASK] for path in PLAYBOOKS.values() for task in tasks(path) if TASK in task}


@pytest.mark.parametrize("verb", all_verbs(), ids=lambda verb: verb.name)
def test_each_verb_has_a_playbook_or_a_reason(verb: Any) -> None:
    assert (verb.name in VERBS) != (verb.name in WITHOUT)
    assert verb.public == (verb.name in VERBS)


@pytest.mark.parametrize("verb", public_verbs(), ids=lambda verb: verb.name)
def test_its_playbook_takes_every_option_of_the_verb(verb: Any) -> None:
    # Settings are variables that the task reads itself.
    options = {one.option for one in verb.parameters.values() if one.option is not None and not one.setting}
    assert set(VERBS[verb.name]) - {"verb", "user"} == options - WHICH_HOME


@pytest.mark.parametrize("name", PLAYBOOKS)
def test_its_line_in_the_documentation_names_its_variables(name: str) -> None:
    text = (ROOT / "docs" / "reference" / "playbooks.md").read_text(encoding="utf-8")
    assert f"| `{name}` |" in text
    playbook = PLAYBOOKS[name].read_text(encoding="utf-8")
    results = set(re.findall(r"register: (\w+)", playbook))
    for variable in set(re.findall(r"\bhome_\w+", playbook)) - results:
        assert f"`{variable}`" in text or f"`-e {variable}=" in text, variable
