# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Scratch projects over this checkout, and plays of them with their CPU seconds."""

from __future__ import annotations

import os
import pathlib
import pwd
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from typing import NamedTuple

ROOT = pathlib.Path(__file__).resolve().parents[2]
PYTHON = "/usr/bin/python3"
USER = pwd.getpwuid(os.geteuid()).pw_name
_OPERATION = re.compile(r"^<[^>]*> (EXEC|PUT) ", re.MULTILINE)


class Cost(NamedTuple):
    """CPU seconds of a process and its children, wall seconds, MiB of the largest of these processes, and operations of the connection.

    Operations are 0 where they are not counted.
    """

    cpu: float
    wall: float
    memory: float
    operations: int = 0


class Scratch:
    """A folder with the collection, a controller's home, and inventories of local hosts."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.folder = folder
        self.caller = folder / "caller"
        self.collections = self._collections(folder / "collections")
        self.environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith(("ANSIBLE_", "XDG_", "PYTHONDONT"))},
            "HOME": str(self.caller),
            "ANSIBLE_HOME": str(folder / "ansible"),
            "ANSIBLE_REMOTE_TEMP": str(folder / "ansible" / "tmp"),
            "ANSIBLE_COLLECTIONS_PATH": str(self.collections),
            "ANSIBLE_PYTHON_INTERPRETER": PYTHON,
            "ANSIBLE_LOCALHOST_WARNING": "false",
            "ANSIBLE_NOCOLOR": "1",
        }
        self.caller.mkdir()
        (folder / "ping.yml").write_text("[{hosts: all, gather_facts: false, tasks: [{ansible.builtin.ping: }]}]\n")
        (folder / "switch.yml").write_text("[{hosts: all, gather_facts: false, roles: [home.manager.home]}]\n")

    @staticmethod
    def _collections(folder: pathlib.Path) -> pathlib.Path:
        namespace = folder / "ansible_collections" / "home"
        namespace.mkdir(parents=True)
        (namespace / "manager").symlink_to(ROOT)
        return folder

    def second_controller(self) -> None:
        """From now on the collection lies elsewhere, and nothing is remembered but the facts."""
        copy = self.folder / "elsewhere" / "ansible_collections" / "home" / "manager"
        for part in ("plugins", "roles", "playbooks", "meta"):
            shutil.copytree(ROOT / part, copy / part, ignore=shutil.ignore_patterns("__pycache__"))
        (copy / "galaxy.yml").write_bytes((ROOT / "galaxy.yml").read_bytes())
        self.environment["ANSIBLE_COLLECTIONS_PATH"] = str(self.folder / "elsewhere")
        shutil.rmtree(self.caller / ".cache" / "home.manager" / "plans", ignore_errors=True)

    def home(self, host: str) -> pathlib.Path:
        return self.folder / "homes" / host

    def hosts(self, name: str, hosts: Iterable[str], spec: str, variables: str = "home_package_prefix: /usr") -> None:
        """An inventory NAME of hosts that have the homes of a spec file."""
        lines = ["all:", f"  vars: {{ansible_connection: local, {variables}}}", "  hosts:"]
        for host in hosts:
            self.home(host).mkdir(parents=True)
            spec_of = f"{{imports: [{spec}], home.homeDirectory: {self.home(host)}}}"
            lines.append(f"    {host}: {{home_users: {{{USER}: {spec_of}}}}}")
        (self.folder / name).write_text("\n".join(lines) + "\n")

    def files(self, name: str, count: int) -> None:
        """A spec of files that have a source each."""
        sources = self.folder / f"sources-{count}"
        sources.mkdir()
        lines = ['home.stateVersion: "26.05"', "home.file:" if count else "home.file: {}"]
        for number in range(count):
            (sources / f"file{number}.conf").write_text(f"setting {number} = value\n")
            lines.append(f"  .config/app{number % 50}/file{number}.conf: {{source: {sources.name}/file{number}.conf}}")
        (self.folder / name).write_text("\n".join(lines) + "\n")

    def programs(self, name: str, count: int, more: str = "") -> None:
        """A spec of the first programs of thirty.yml, and more."""
        text = (pathlib.Path(__file__).parent / "thirty.yml").read_text()
        head, _programs, programs = text.partition("programs:\n")
        (self.folder / name).write_text(
            more + head + _programs + "".join(f"{line}\n" for line in programs.splitlines()[:count])
        )

    def play(self, name: str, inventory: str, *arguments: str) -> Cost:
        """A play. One that fails ends the benchmark with its output."""
        return self.command(str(ansible_playbook()), "-i", inventory, name, *arguments)

    def switch(self, inventory: str, *arguments: str) -> Cost:
        return self.play("switch.yml", inventory, *arguments)

    def command(self, *command: str) -> Cost:
        """Any command."""
        with tempfile.TemporaryFile("w+") as output:
            began = time.perf_counter()
            process = subprocess.Popen(
                command, cwd=self.folder, env=self.environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output
            )
            # What the process and all of its children used, and nobody else.
            _pid, status, used = os.wait4(process.pid, 0)
            wall = time.perf_counter() - began
            process.returncode = os.waitstatus_to_exitcode(status)
            output.seek(0)
            text = output.read()
        if process.returncode:
            sys.exit(text)
        operations = len(_OPERATION.findall(text)) if "-vvv" in command else 0
        return Cost(used.ru_utime + used.ru_stime, wall, used.ru_maxrss / 1024, operations)

    def without_plans(self, play: Callable[[], Cost]) -> Cost:
        """The cost of a play that finds no kept plan, and keeps one."""
        plans = self.caller / ".cache" / "home.manager" / "plans"
        aside = plans.with_name("aside")
        plans.rename(aside)
        cost = play()
        shutil.rmtree(plans, ignore_errors=True)
        aside.rename(plans)
        return cost

    def forget_all(self) -> None:
        """So that the next play is that of a new controller."""
        shutil.rmtree(self.caller / ".cache", ignore_errors=True)

    def move_home(self, host: str, number: int) -> None:
        """An empty home; the old one stays: ext4 makes files slowly where many were deleted a moment ago."""
        self.home(host).rename(self.folder / f"old-{host}-{number}")
        self.home(host).mkdir()

    def remove(self) -> None:
        """Take the folder away, generations too, which nobody can write."""
        subprocess.run(["chmod", "-R", "u+w", str(self.folder)], check=True)
        shutil.rmtree(self.folder)


def ansible_playbook() -> pathlib.Path:
    """The playbook command of this Python, else the one on PATH."""
    own = pathlib.Path(sys.executable).parent / "ansible-playbook"
    return own if own.exists() else pathlib.Path(shutil.which("ansible-playbook") or "ansible-playbook")
