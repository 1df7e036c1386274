# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Whose home it is, and becoming that user: root never acts in a home."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any, Callable

from ..contract.errors import EngineError
from ..disk.folders import Blocked

if TYPE_CHECKING:
    import pwd

_SEARCH = "/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin"
_PASSED = ("LANG", "LC_ALL", "LC_CTYPE", "TZ")


def find(user: str | None) -> pwd.struct_passwd:
    """The account of a user (None: of the effective user). EngineError `user` when there is none."""
    import pwd

    try:
        return pwd.getpwnam(user) if user is not None else pwd.getpwuid(os.geteuid())
    except KeyError:
        who = f"there is no user {user}" if user is not None else f"the user id {os.geteuid()} has no account"
        raise EngineError(f"{who} on this machine", "user") from None


def run_as(account: pwd.struct_passwd, function: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Call `function` as that user: here, or as root in a child that became the user.

    EngineError `account` for anybody else.
    """
    if os.geteuid() == account.pw_uid:
        return function()
    if os.geteuid() != 0:
        message = (
            f"this runs as the user id {os.geteuid()}, which is neither {account.pw_name} ({account.pw_uid}) nor root;"
            f" become {account.pw_name} for it"
        )
        raise EngineError(message, "account")
    return _in_child(account, function)


def _in_child(account: pwd.struct_passwd, function: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    _import_the_rest()
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
        raise EngineError(f"the switch ended without an answer (status {status}); run it again to recover", "killed")
    answer: dict[str, Any] = json.loads(text)
    if "error" in answer:
        error = answer["error"]
        raise EngineError(error["message"], error["kind"], **error["details"])
    result: dict[str, Any] = answer["answer"]
    return result


# What the engine imports only when it is needed: by then the user may not be allowed to read root's Python any more.
_LATE = ("ctypes", "fcntl", "hashlib", "subprocess", "tempfile", "zlib")


def _import_the_rest() -> None:
    """Import what of the engine an archive still holds: one of root's alone cannot be read on by the user."""
    import contextlib
    import importlib
    import pkgutil

    for name in _LATE:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    package = importlib.import_module((__package__ or "").rpartition(".")[0])
    if getattr(getattr(package.__spec__, "loader", None), "archive", None) is None:
        return
    for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        if not module.name.endswith(".__main__"):
            importlib.import_module(module.name)


def _guarded(account: pwd.struct_passwd, function: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    try:
        become(account)
        return {"answer": function()}
    except EngineError as error:
        return {"error": {"message": error.message, "kind": error.kind, "details": error.details}}
    except OSError as error:
        return {"error": os_error_answer(error)}
    except Blocked as blocked:
        message = f"{blocked.path} was changed meanwhile ({blocked.reason}); run it again"
        return {"error": {"message": message, "kind": "changed", "details": {}}}
    except Exception as error:
        return {
            "error": {"message": f"the engine failed: {type(error).__name__}: {error}", "kind": "bug", "details": {}}
        }


def os_error_answer(error: OSError) -> dict[str, Any]:
    """An error of the system as an answer tells it."""
    name = error.filename
    if isinstance(name, bytes):
        name = name.decode("utf-8", "surrogateescape")
    where = f"{name}: " if name else ""
    return {"message": f"{where}{error.strerror or error}", "kind": "system", "details": {"errno": error.errno}}


def become(account: pwd.struct_passwd) -> None:
    """Turn this process into one of the user's, for good, with a clean environment."""
    os.initgroups(account.pw_name, account.pw_gid)
    os.setgid(account.pw_gid)
    os.setuid(account.pw_uid)
    kept = {key: os.environ[key] for key in _PASSED if key in os.environ}
    os.environ.clear()
    os.environ.update(kept)
    os.environ.update(
        HOME=account.pw_dir, USER=account.pw_name, LOGNAME=account.pw_name, SHELL=account.pw_shell, PATH=_SEARCH
    )
    runtime = f"/run/user/{account.pw_uid}"
    if os.path.isdir(runtime):
        os.environ["XDG_RUNTIME_DIR"] = runtime
    os.chdir("/")
