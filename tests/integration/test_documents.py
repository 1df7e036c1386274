# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Every spec that the documents show is one: it evaluates, without an error or a warning, in a project that has what it names."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.home.manager.plugins.plugin_utils.modules.spec_file import load_text as load
from ansible_collections.home.manager.plugins.plugin_utils.options.unread import check_unread
from ansible_collections.home.manager.plugins.plugin_utils.plan.deep_stack import with_deep_stack
from ansible_collections.home.manager.plugins.plugin_utils.plan.files import Files
from ansible_collections.home.manager.plugins.plugin_utils.plan.home import EvaluatedHome, Request
from ansible_collections.home.manager.plugins.plugin_utils.syntax.nodes import Mapping

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = [
    *(ROOT / name for name in ("README.md", "docs/tutorial.md", "docs/language.md")),
    *(ROOT / "docs" / "how-to").glob("*.md"),
]
BLOCK = re.compile(r"^( *)```yaml\n(.*?)^ *```", re.DOTALL | re.MULTILINE)
# Inventories and tasks are Ansible's to read; these words stand in no spec.
ANSIBLE = re.compile(r"^(all|home_users|- name):|^ *home_users:|^mail_domain:", re.MULTILINE)
# What the documents suppose to be there.
PROJECT = {
    "modules/shell.yml": "programs.bash.enable: true",
    "modules/notes.yml": "options: {notes: {enable: {type: enable}, folder: {type: str}}}",
    "users/common.yml": "programs.git.settings.user.email: !default a@example.org",
    "lib/editor.yml": 'options: {"programs.{{ id }}": {title: {type: str, default: "{{ title }}"}}}',
    "files/screenrc": "startup_message off",
    "files/nvim/init.lua": "x = 1",
    "templates/apprc.j2": "plain",
}
VARIABLES = {
    "mail_password": "x",
    "my_token": "x",
    "mail_domain": "example.org",
    "group_names": ["work"],
    "k": "key",
    "ext": "e",
}


def specs() -> list[Any]:
    """The specs of all documents; one that begins indented goes on where the one before it ended."""
    found = []
    for document in sorted(DOCUMENTS):
        before = ""
        for number, block in enumerate(BLOCK.finditer(document.read_text(encoding="utf-8")), 1):
            text = block[2] if not block[1] else textwrap.dedent(block[2])
            if ANSIBLE.search(text):
                continue
            before = text = before + text if text.startswith(" ") else text
            found.append(pytest.param(text, id=f"{document.stem}-{number}"))
    return found


SPECS = specs()


def test_there_are_specs_to_hold():
    assert len(SPECS) > 15


@pytest.mark.parametrize("text", SPECS)
def test_evaluates(text, tmp_path):
    for name, content in PROJECT.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content + "\n")
    spec = str(tmp_path / "users" / "alice.yml")
    user = {"name": "alice", "home": "/home/alice", "uid": 1000, "gid": 1000, "shell": "/bin/bash"}
    host = {"platform": "linux", "machine": "x86_64", "hostname": "laptop", "user": user}

    def evaluate() -> tuple[list[str], list[str]]:
        node = load(text, spec)
        # A fragment shows variables without the shell that reads them.
        roots = [(node, spec), (Mapping({"home.sessionReaders": ["bash"]}), "")]
        if "stateVersion" not in text:
            roots.insert(0, (Mapping({"home.stateVersion": "26.05"}), ""))
        home = EvaluatedHome(Request(roots, host, variable=VARIABLES.get))
        for file in Files(home.evaluation).collect().values():
            if file.leaf is not None and file.leaf.link is None:
                file.leaf.read()
        check_unread(home.evaluation)
        home.refuse()
        return home.failed_assertions(), home.warnings()

    assert with_deep_stack(evaluate) == ([], [])
