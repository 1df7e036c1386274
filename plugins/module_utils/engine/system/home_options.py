# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the options of a system say of how its homes are switched: files in the way, older backups, how much is reported."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING, Any, NamedTuple

from ..contract.errors import EngineError, ErrorKind
from ..disk import filesystem, queries
from ..machine import account as accounts

if TYPE_CHECKING:
    import pwd
    from typing import Callable, Dict, List, Mapping

    Request = Dict[str, Any]
    Answer = Dict[str, Any]
    Handle = Callable[[Request], Answer]

_TIMEOUT = 300.0
# What a command can move out of the way, by the kind of the collision.
_MOVABLE = ("file", "folder", "link", "parent-file", "foreign")


class HomeSwitchOptions(NamedTuple):
    """`backup_command` is run with the path of each thing in the way; `overwrite_backup` lets a new backup take an older one's name."""

    backup_command: str = ""
    overwrite_backup: bool = False
    verbose: bool = False

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> HomeSwitchOptions:
        return cls(
            str(values.get("backup_command") or ""), bool(values.get("overwrite_backup")), bool(values.get("verbose"))
        )

    def json(self) -> Dict[str, Any]:
        return dict(self._asdict())

    def handling(self, handle: Handle) -> Handle:
        """`handle`, with what is to be done for a home before it is switched. It acts as the user."""

        def act(request: Request) -> Answer:
            if request.get("verb") != "switch":
                return handle(request)
            if self.verbose:
                os.environ["HOME_MANAGER_VERBOSE"] = "1"
            answer = self._switch(request, handle)
            return {**answer, "printed": _printed(answer)} if self.verbose else answer

        return act

    def _switch(self, request: Request, handle: Handle) -> Answer:
        if self.backup_command:
            return self._moved_by_command(request, handle)
        if self.overwrite_backup and request.get("backup_extension") and not request.get("check"):
            self._make_room(request, handle)
        return handle(request)

    def _moved_by_command(self, request: Request, handle: Handle) -> Answer:
        found = handle({**request, "check": True})
        collisions = found.get("collisions") or []
        if not collisions or any(collision.get("kind") not in _MOVABLE for collision in collisions):
            return found if request.get("check") else handle(request)
        paths = list(dict.fromkeys(str(collision.get("parent") or collision["path"]) for collision in collisions))
        if request.get("check"):
            moved = [{"op": "backup", "path": path, "detail": "by home-manager.backupCommand"} for path in paths]
            rest = {key: value for key, value in found.items() if key not in ("collisions", "failed")}
            return {**rest, "changed": True, "operations": [*moved, *(found.get("operations") or [])]}
        account = accounts.find(str(request["user"]))
        accounts.run_as(account, lambda: self._move(account, str(request["home"]), paths))
        return handle(request)

    def _move(self, account: pwd.struct_passwd, home: str, paths: List[str]) -> Answer:
        """Run the command for each path, in the user's own process. EngineError `collision` when one stays."""
        import subprocess

        environment = {"HOME": home, "USER": account.pw_name, "LOGNAME": account.pw_name, "SHELL": "/bin/sh"}
        environment["PATH"] = "/usr/local/bin:/usr/bin:/bin"
        for path in paths:
            done = subprocess.run(
                ["/bin/sh", "-c", f'{self.backup_command} "$1"', "sh", os.path.join(home, path)],
                env=environment,
                cwd=home,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                timeout=_TIMEOUT,
                check=False,
            )
            lines = done.stdout.decode("utf-8", "replace").strip().splitlines()
            why = lines[-1] if lines else f"exit status {done.returncode}"
            if done.returncode == 0 and queries.is_taken(os.path.join(home, path)):
                why = "the file is still there"
            elif done.returncode == 0:
                continue
            raise EngineError(f"home-manager.backupCommand did not move {path}: {why}", ErrorKind.COLLISION)
        return {}

    @staticmethod
    def _make_room(request: Request, handle: Handle) -> None:
        """Remove the older backups whose names the new ones are to have."""
        found = handle({**request, "check": True})
        if found.get("collisions") or found.get("failed"):
            return
        suffix = f".{request['backup_extension']}"
        old = []
        for operation in found.get("operations") or []:
            if operation.get("op") != "backup":
                continue
            folder, name = os.path.split(str(operation["path"]))
            if operation.get("to") not in (None, "", name + suffix):
                old.append(os.path.join(folder, name + suffix))
        if old:
            account = accounts.find(str(request["user"]))
            accounts.run_as(account, lambda: _remove(str(request["home"]), old))


def _remove(home: str, paths: List[str]) -> Answer:
    for path in paths:
        absolute = os.path.join(home, path)
        # A folder that was moved aside holds more than one file: it stays, and the new backup gets another name.
        status = filesystem.lstat(absolute)
        if status is not None and (stat.S_ISREG(status.st_mode) or stat.S_ISLNK(status.st_mode)):
            filesystem.unlink(absolute)
    return {}


def _printed(answer: Answer) -> List[str]:
    """What the scripts of a home printed, but for those that hold a secret."""
    found = []
    for hook in answer.get("hooks") or []:
        if not hook.get("secret"):
            found += [f"{hook['name']}: {line}" for line in str(hook.get("output") or "").splitlines()]
    return found
