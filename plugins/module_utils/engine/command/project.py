# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The project that a generation came from: calling Ansible and the editor there."""

from __future__ import annotations

import json
import os
import sys

from ..contract.errors import EngineError, ErrorKind

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..contract.manifest import Origin

_NO_ANSIBLE = (
    "this needs ansible-playbook, which is not installed here: install ansible-core, or run this where the project is."
    " switch --rollback, switch --generation, generations, verify and uninstall work without it."
)


class Project:
    """A folder with a playbook and an inventory. EngineError of kind `project` when it is not on this machine."""

    def __init__(self, origin: Origin, chosen: str | None = None) -> None:
        """`chosen` is the folder that was named, in place of the generation's."""
        self.host = origin.host
        folder = os.path.abspath(chosen) if chosen else origin.project
        if not folder:
            raise EngineError("the current generation does not record which project it came from", ErrorKind.PROJECT)
        if not os.path.isdir(folder):
            raise EngineError(
                f"the project {folder} is not on this machine; switch from where it is", ErrorKind.PROJECT
            )
        self.folder: str = folder
        self.playbook = origin.playbook
        self.inventory = origin.inventory
        if chosen:
            # A folder other than the generation's has its own playbook and inventory.
            self.playbook, self.inventory = "home.yml", None

    def play(self, playbook: str | None, extra: list[str], environment: dict[str, str]) -> int:
        """Run a playbook (None: the project's own) for this host and user, with our output; its exit code."""
        program = self._program("ansible-playbook")
        chosen = playbook or self.playbook
        if not chosen:
            raise EngineError("the current generation does not record which playbook it came from", ErrorKind.PROJECT)
        command = [program, chosen]
        if self.inventory:
            command += ["-i", self.inventory]
        if self.host:
            command += ["--limit", self.host]
        command += ["-e", f"home_user={_user()}", *extra]
        # The playbook cannot run without the collection, so its callback is there too; who chose another keeps it.
        given = {"ANSIBLE_STDOUT_CALLBACK": "home.manager.plan", **os.environ, **environment}
        return self._call(command, given)

    def news(self) -> int:
        """Show the change log of the installed collection; the exit code."""
        import subprocess

        program = self._program("ansible-galaxy")
        listed = subprocess.run(
            [program, "collection", "list", "home.manager", "--format", "json"],
            cwd=self.folder,
            check=False,
            stdout=subprocess.PIPE,
        )
        try:
            folders = json.loads(listed.stdout)
        except ValueError:
            folders = {}
        for folder in folders:
            path = os.path.join(folder, "home", "manager", "CHANGELOG.rst")
            if os.path.exists(path):
                with open(path, encoding="utf-8") as source:
                    sys.stdout.write(source.read())
                return 0
        raise EngineError("the installed collection home.manager has no change log", ErrorKind.PROJECT)

    def edit(self) -> int:
        """Open the playbook's folder's spec in the user's editor; its exit code."""
        import shlex

        editor = os.environ.get("VISUAL") or os.environ.get("EDITOR")
        if not editor:
            raise EngineError("set $VISUAL or $EDITOR to the editor to use", ErrorKind.PROJECT)
        users = os.path.join("users", f"{_user()}.yml")
        spec = users if os.path.exists(os.path.join(self.folder, users)) else self.playbook or "."
        return self._call([*shlex.split(editor), spec])

    def _call(self, command: list[str], environment: dict[str, str] | None = None) -> int:
        import subprocess

        return subprocess.run(command, cwd=self.folder, check=False, env=environment).returncode

    @staticmethod
    def _program(name: str) -> str:
        from shutil import which

        found = which(name)
        if found is None:
            raise EngineError(_NO_ANSIBLE.replace("ansible-playbook", name, 1), ErrorKind.ANSIBLE)
        return found


def _user() -> str:
    import pwd

    return pwd.getpwuid(os.geteuid()).pw_name
