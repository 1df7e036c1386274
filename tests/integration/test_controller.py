# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Controllers: an ansible-core that is too old, a Python of root's alone, two with the same project."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

REFUSAL = "home.manager needs ansible-core 2.19 or newer, and this is ansible-core 2.18.1"


def pretended(folder: Path, version: str) -> dict[str, str]:
    """An environment in which Ansible takes itself for another version."""
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(f"import ansible.release\nansible.release.__version__ = {version!r}\n")
    return {"PYTHONPATH": str(folder), "ANSIBLE_COLLECTIONS_ON_ANSIBLE_VERSION_MISMATCH": "ignore"}


@pytest.mark.parametrize(
    "playbook", ["home.yml", "home.manager.switch", "home.manager.generations", "home.manager.rollback"]
)
def test_an_old_core_is_refused(project: Any, playbook: str) -> None:
    project.write("user.yml", 'home.stateVersion: "26.05"\n')
    output = project.play(fails=True, playbook=playbook, environment=pretended(project.folder / "old", "2.18.1"))
    assert REFUSAL in output.replace("\n", " ")
    assert "pipx install" in output
    assert "_internal" not in output


def test_the_callback_refuses_an_old_core(project: Any) -> None:
    environment = {**pretended(project.folder / "old", "2.18.1"), "ANSIBLE_STDOUT_CALLBACK": "home.manager.plan"}
    assert REFUSAL in project.play(fails=True, environment=environment).replace("\n", " ")


def test_init_refuses_it_before_it_writes(project: Any) -> None:
    environment = pretended(project.folder / "old", "2.18.1")
    new = project.folder / "new"
    new.mkdir()
    output = project.play(
        "-e", f"home_project={new}", fails=True, playbook="home.manager.init", environment=environment
    )
    assert REFUSAL in output
    assert not list(new.iterdir())


@pytest.mark.parametrize("version", ["2.19.0", "2.20.1", "3.0.0b1"])
def test_a_new_core_is_accepted(project: Any, version: str) -> None:
    project.write("user.yml", 'home.stateVersion: "26.05"\n')
    project.play(environment=pretended(project.folder / "new", version))


def test_what_init_writes_works_for_root(project: Any) -> None:
    new = project.folder / "new"
    new.mkdir()
    project.play("-e", f"home_project={new}", playbook="home.manager.init")
    written = yaml.safe_load((new / "inventory.yml").read_text())
    interpreter = written["all"]["hosts"]["localhost"]["ansible_python_interpreter"]
    if os.geteuid() != 0:
        assert interpreter == "{{ ansible_playbook_python }}"
    else:
        assert interpreter == "/usr/bin/python3", "every user can run it"


ELSEWHERE = '''
DOCUMENTATION = """
name: elsewhere
short_description: this machine, as if it were another one
"""
from ansible.plugins.connection.local import Connection as Local


class Connection(Local):
    transport = "elsewhere"
'''


@pytest.mark.slow
def test_two_controllers_with_the_same_project_make_the_same_home_of_a_host(project: Any, tmp_path: Path) -> None:
    project.write("connection_plugins/elsewhere.py", ELSEWHERE)
    inventory = project.folder / "inventory.yml"
    inventory.write_text(inventory.read_text().replace("ansible_connection: local", "ansible_connection: elsewhere"))
    project.write("user.yml", 'home.stateVersion: "26.05"\nhome.file.note: {source: files/note}\n')
    project.write("files/note", "the same\n")
    assert "changed=1" in project.play()
    first = project.current
    shutil.copytree(project.folder, tmp_path / "colleague")
    project.folder, project.caller = tmp_path / "colleague", tmp_path / "other"
    project.caller.mkdir()
    assert "changed=0" in project.play()
    assert project.current == first
