# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The project that a generation came from: calling Ansible and the editor there."""

from __future__ import annotations

import json
import os
import sys

from ..contract.errors import EngineError, ErrorKind
from ..disk import queries

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..contract.manifest import Origin

_PLAYBOOK = "home.yml"
_NO_ANSIBLE = (
    "this needs ansible-playbook, which is not installed here: install ansible-core, or run this where the project is."
    " switch --rollback, switch --generation, generations, verify and uninstall work without it."
)


class Project:
    """A folder with a playbook and an inventory. EngineError of kind `project` when it is not on this machine.

    `moved` says that it was found around the current folder, and not where the generation came from.
    """

    def __init__(self, origin: Origin, chosen: str | None = None) -> None:
        """`chosen` is the folder that was named, in place of the generation's."""
        self.host = origin.host
        self.playbook = origin.playbook
        self.inventory = origin.inventory
        self.moved = False
        if chosen:
            if not queries.is_folder(chosen):
                raise EngineError(f"there is no folder {chosen}", ErrorKind.PROJECT)
            # A folder other than the generation's has its own playbook and inventory.
            self.folder = os.path.abspath(chosen)
            self.playbook, self.inventory = _PLAYBOOK, None
        elif origin.project and queries.is_folder(origin.project):
            self.folder = origin.project
        else:
            self.folder = self._around(origin.project)

    def _around(self, old: str | None) -> str:
        """The project that the current folder is in, in place of one that is gone. EngineError `project`."""
        folder = os.getcwd()
        while not queries.is_file(os.path.join(folder, _PLAYBOOK)):
            above = os.path.dirname(folder)
            if above == folder:
                where = f"the project {old} is not on this machine"
                reason = where if old else "the current generation does not record which project it came from"
                raise EngineError(f"{reason}; change to the project's folder, or use --project", ErrorKind.PROJECT)
            folder = above
        inside = self.inventory or ""
        if os.path.isabs(inside):
            inside = os.path.relpath(inside, old) if old else ""
        there = os.path.join(folder, inside)
        self.inventory = there if inside and not inside.startswith("..") and queries.exists(there) else None
        self.playbook, self.moved = _PLAYBOOK, bool(old)
        return folder

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
            if queries.exists(path):
                with open(path, encoding="utf-8") as source:
                    sys.stdout.write(source.read())
                return 0
        raise EngineError("the installed collection home.manager has no change log", ErrorKind.PROJECT)

    def edit(self) -> int:
        """Open the playbook's folder's spec in the user's editor; its exit code."""
        import shlex
        from shutil import which

        editor = os.environ.get("VISUAL") or os.environ.get("EDITOR")
        if not editor:
            raise EngineError("set $VISUAL or $EDITOR to the editor to use", ErrorKind.PROJECT)
        try:
            words = shlex.split(editor)
        except ValueError:
            words = []
        if not words or which(words[0]) is None:
            message = f"the editor `{editor}` is not installed; set $VISUAL or $EDITOR to another one"
            raise EngineError(message, ErrorKind.PROJECT)
        users = os.path.join("users", f"{_user()}.yml")
        spec = users if queries.exists(os.path.join(self.folder, users)) else self.playbook or "."
        return self._call([*words, spec])

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
