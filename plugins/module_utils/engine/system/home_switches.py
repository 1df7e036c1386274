# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Switches the homes of a system by its options: moves files in the way, and makes room for backups."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

from ..contract.answers import SwitchAnswer
from ..contract.errors import EngineError, ErrorKind
from ..contract.operations import Operation, OperationKind
from ..disk import filesystem, queries
from ..machine import account as accounts
from ..machine import process_group

if TYPE_CHECKING:
    import pwd
    from typing import Callable, List

    from ..contract.value import JsonObject
    from .home_options import HomeSwitchOptions

    Handle = Callable[[JsonObject], JsonObject]

_TIMEOUT = 300.0
# What a command can move out of the way, by the kind of the collision.
_MOVABLE = ("file", "folder", "link", "parent-file", "foreign")


class HomeSwitches:
    """Answers the requests of homes. `handle` answers one without regard to the options, and acts as the user."""

    def __init__(self, options: HomeSwitchOptions, handle: Handle) -> None:
        self.options = options
        self._handle = handle

    def handle(self, request: JsonObject) -> JsonObject:
        """The answer to the request of one home. EngineError."""
        if request.get("verb") != "switch":
            return self._handle(request)
        if self.options.verbose:
            os.environ["HOME_MANAGER_VERBOSE"] = "1"
        answer = self._switch(request)
        return {**answer, "printed": _printed(SwitchAnswer.of(answer))} if self.options.verbose else answer

    def _switch(self, request: JsonObject) -> JsonObject:
        if self.options.backup_command:
            return self._moved_by_command(request)
        if self.options.overwrite_backup and request.get("backup_extension") and not request.get("check"):
            self._make_room(request)
        return self._handle(request)

    def _moved_by_command(self, request: JsonObject) -> JsonObject:
        preview = SwitchAnswer.of(self._handle({**request, "check": True}))
        collisions = preview.collisions
        if not collisions or any(collision.kind not in _MOVABLE for collision in collisions):
            return preview.json() if request.get("check") else self._handle(request)
        paths = list(dict.fromkeys(collision.parent or collision.path for collision in collisions))
        if request.get("check"):
            moved = [Operation(OperationKind.BACKUP, path, "by home-manager.backupCommand") for path in paths]
            preview.changed, preview.collisions, preview.failed = True, [], None
            preview.operations[:0] = moved
            return preview.json()
        account = accounts.find(str(request["user"]))
        accounts.run_as(account, lambda: self._move(account, str(request["home"]), paths))
        return self._handle(request)

    def _move(self, account: pwd.struct_passwd, home: str, paths: List[str]) -> JsonObject:
        """Run the command for each path, in the user's own process. EngineError `collision` when one stays."""
        environment = {"HOME": home, "USER": account.pw_name, "LOGNAME": account.pw_name, "SHELL": "/bin/sh"}
        environment["PATH"] = "/usr/local/bin:/usr/bin:/bin"
        for path in paths:
            absolute = os.path.join(home, path)
            command = ["/bin/sh", "-c", f'{self.options.backup_command} "$1"', "sh", absolute]
            ran = process_group.run(command, b"", environment, home, _TIMEOUT)
            if ran.code == 0 and not queries.is_taken(absolute):
                continue
            lines = ran.output.decode("utf-8", "replace").strip().splitlines()
            why = lines[-1] if lines else f"exit status {ran.code}"
            if ran.overdue:
                why = f"it did not end within {_TIMEOUT:g} seconds"
            elif ran.code == 0:
                why = "the file is still there"
            raise EngineError(f"home-manager.backupCommand did not move {path}: {why}", ErrorKind.COLLISION)
        return {}

    def _make_room(self, request: JsonObject) -> None:
        """Remove the older backups whose names the new ones are to have."""
        preview = SwitchAnswer.of(self._handle({**request, "check": True}))
        if preview.collisions or preview.failed is not None:
            return
        suffix = f".{request['backup_extension']}"
        old = []
        for operation in preview.operations:
            if operation.op != OperationKind.BACKUP:
                continue
            folder, name = os.path.split(operation.path)
            if operation.to not in ("", name + suffix):
                old.append(os.path.join(folder, name + suffix))
        if old:
            account = accounts.find(str(request["user"]))
            accounts.run_as(account, lambda: _remove(str(request["home"]), old))


def _remove(home: str, paths: List[str]) -> JsonObject:
    for path in paths:
        absolute = os.path.join(home, path)
        # A folder that was moved aside holds more than one file: it stays, and the new backup gets another name.
        status = filesystem.lstat(absolute)
        if status is not None and (stat.S_ISREG(status.st_mode) or stat.S_ISLNK(status.st_mode)):
            filesystem.unlink(absolute)
    return {}


def _printed(answer: SwitchAnswer) -> List[str]:
    """What the scripts of a home printed, but for those that hold a secret."""
    return [f"{hook.name}: {line}" for hook in answer.hooks if not hook.secret for line in hook.output.splitlines()]
