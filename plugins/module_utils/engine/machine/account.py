# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Whose home it is, and becoming that user: root never acts in a home."""

from __future__ import annotations

import json
import os

from ..contract.errors import EngineError, ErrorKind
from ..disk.folders import Blocked
from ..launcher import become

TYPE_CHECKING = False
if TYPE_CHECKING:
    import pwd
    from typing import Callable

    from ..contract.value import JsonObject


def find(user: str | None) -> pwd.struct_passwd:
    """The account of a user (None: of the effective user). EngineError `user` when there is none."""
    import pwd

    try:
        return pwd.getpwnam(user) if user is not None else pwd.getpwuid(os.geteuid())
    except KeyError:
        who = f"there is no user {user}" if user is not None else f"no account has the user ID {os.geteuid()}"
        raise EngineError(f"{who} on this machine", ErrorKind.USER) from None


def run_as(account: pwd.struct_passwd, function: Callable[[], JsonObject]) -> JsonObject:
    """Call `function` as that user: here, or as root in a child that became the user.

    EngineError `account` for anybody else, `killed` when the child died.
    """
    if os.geteuid() == account.pw_uid:
        return function()
    if os.geteuid() != 0:
        name = account.pw_name
        who = "root" if name == "root" else f"root or {name}"
        message = f"this runs as {_own_name()}, and only {who} can manage the home of {name}"
        raise EngineError(message, ErrorKind.ACCOUNT)
    return _in_child(account, function)


def _own_name() -> str:
    """The name of the effective user; the user ID where no account has it."""
    import pwd

    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return f"the user ID {os.geteuid()}"


def engine_error(error: Exception) -> EngineError:
    """The EngineError for any other error."""
    if isinstance(error, EngineError):
        return error
    if isinstance(error, Blocked):
        message = f"{error.path} was changed during the run ({error.reason}); run it again"
        return EngineError(message, ErrorKind.CHANGED)
    if isinstance(error, OSError):
        from ..disk.advice import explain

        return EngineError(explain(error), ErrorKind.SYSTEM, errno=error.errno)
    return EngineError(f"internal error: {type(error).__name__}: {error}", ErrorKind.BUG)


def _in_child(account: pwd.struct_passwd, function: Callable[[], JsonObject]) -> JsonObject:
    import_the_rest()
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        code = 1
        try:
            with os.fdopen(writer, "wb") as answers:
                answers.write(json.dumps(_guarded(account, function)).encode("ascii"))
            code = 0
        finally:
            os._exit(code)
    os.close(writer)
    with os.fdopen(reader, "rb") as answers:
        text = answers.read()
    _pid, status = os.waitpid(child, 0)
    if not text:
        message = f"the engine ended without an answer (status {status}); run it again to recover"
        raise EngineError(message, ErrorKind.KILLED)
    found = json.loads(text)
    if "error" in found:
        raise EngineError.of(found["error"])
    answer: JsonObject = found["answer"]
    return answer


# What the engine imports only when it is needed: by then the user may not be allowed to read root's Python any more.
_LATE = (
    "calendar",
    "ctypes",
    "errno",
    "fcntl",
    "hashlib",
    "io",
    "json",
    "platform",
    "signal",
    "subprocess",
    "tempfile",
    "time",
    "typing",
    "zlib",
)


def import_the_rest() -> None:
    """Import or read what only root may be able to read. Before several children once is enough."""
    import contextlib
    import importlib
    import pkgutil

    if not _readable_by_all(os.path.dirname(os.__file__)):
        for name in _LATE:
            with contextlib.suppress(ImportError):
                importlib.import_module(name)
    package = importlib.import_module((__package__ or "").rpartition(".")[0])
    loader = getattr(package.__spec__, "loader", None)
    hold = getattr(loader, "hold", None)
    if hold is not None:
        hold()
    if getattr(loader, "archive", None) is None:
        return
    for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        if not module.name.endswith(".__main__"):
            importlib.import_module(module.name)


def _readable_by_all(folder: str) -> bool:
    """Whether every user can list a folder, and enter all above it."""
    folder = os.path.realpath(folder)
    above = folder
    while True:
        wanted = 0o005 if above == folder else 0o001
        if os.stat(above).st_mode & wanted != wanted:
            return False
        if above == "/":
            return True
        above = os.path.dirname(above)


def _guarded(account: pwd.struct_passwd, function: Callable[[], JsonObject]) -> JsonObject:
    try:
        become(account)
        return {"answer": function()}
    except Exception as error:
        return {"error": engine_error(error).json()}
