# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A project on a scratch home, switched by real plays."""

from __future__ import annotations

import os
import pwd
import subprocess
import textwrap
from pathlib import Path
from typing import Any

import pytest

USER = pwd.getpwuid(os.geteuid()).pw_name


class Project:
    """A project folder with a home beside it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "project"
        self.home = folder / "home"
        self.caller = folder / "caller"
        for path in (self.folder, self.home, self.caller):
            path.mkdir()
        self.write("home.yml", "[{hosts: all, gather_facts: false, roles: [home.manager.home]}]")
        self.inventory("imports: [user.yml]")

    def write(self, name: str, text: str) -> None:
        (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / name).write_text(textwrap.dedent(text))

    def inventory(self, module: str, more: str = "") -> None:
        self.write(
            "inventory.yml",
            f"""
all:
  hosts: {{localhost: {{ansible_connection: local}}}}
  vars:
    {more}
    home_users:
      {USER}:
        home.homeDirectory: {self.home}
{textwrap.indent(textwrap.dedent(module).strip(), " " * 8)}
""",
        )

    def play(
        self,
        *arguments: str,
        fails: bool = False,
        playbook: str = "home.yml",
        environment: dict[str, str] | None = None,
    ) -> str:
        environment = {**os.environ, "HOME": str(self.caller), "ANSIBLE_NOCOLOR": "1", **(environment or {})}
        command = ["ansible-playbook", "-i", "inventory.yml", playbook, *arguments]
        done = subprocess.run(command, cwd=self.folder, env=environment, capture_output=True, text=True, check=False)
        output = done.stdout + done.stderr
        assert (done.returncode != 0) is fails, output
        assert "Traceback" not in output
        return output

    def read(self, name: str) -> str:
        return (self.home / name).read_text()

    @property
    def current(self) -> str:
        return os.readlink(self.home / ".local/state/home.manager/current")


@pytest.fixture
def project(tmp_path: Path) -> Any:
    made = Project(tmp_path)
    yield made
    subprocess.run(["chmod", "-R", "u+w", str(tmp_path)], check=False)
