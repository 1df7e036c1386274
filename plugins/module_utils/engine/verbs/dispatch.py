# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Requests and answers: every verb of the contract, as the right user, under the lock."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Callable

from ..contract.errors import EngineError
from ..disk import filesystem
from ..disk.folders import Blocked
from ..home.folder import HomeFolder
from ..machine import account as accounts
from ..machine import facts
from ..state import layout
from ..state.lock import GONE, Lock
from ..state.state import State

if TYPE_CHECKING:
    Request = dict[str, Any]
    Answer = dict[str, Any]

STATE = ".local/state/home.manager"
# The verb of a whole system, which is no home's: see `system`.
SYSTEM = "system"
TIMEOUT = 30.0
_ATTEMPTS = 50


def handle(request: Request, waiting: Callable[[str], None] | None = None) -> Answer:
    """The answer to a request (see the contract). EngineError for whatever a person has to be told.

    `waiting` is called with the process id of the holder when the lock is not free at once.
    """
    verb = request.get("verb")
    if verb == SYSTEM:
        from .system import SystemVerbs

        return SystemVerbs(handle).answer(request)
    if verb not in _VERBS:
        raise EngineError(f"unknown verb {verb!r} (known: {', '.join(sorted(_VERBS))})", "request")
    account = accounts.find(request.get("user"))
    raw = _bundle(request) if verb == "switch" else b""
    try:
        answer = accounts.run_as(account, lambda: _act(verb, request, account, raw, waiting))
    except OSError as error:
        told = accounts.os_error_answer(error)
        raise EngineError(told["message"], told["kind"], **told["details"]) from error
    except Blocked as blocked:
        raise EngineError(f"{blocked.path} was changed meanwhile ({blocked.reason}); run it again", "changed") from None
    return answer


def _bundle(request: Request) -> bytes:
    """The bundle's bytes, read before root becomes the user, who may not be allowed to."""
    path = request.get("bundle")
    if isinstance(path, bytes):
        return path
    if not path:
        raise EngineError("a switch needs a bundle", "request")
    try:
        with open(filesystem.encode(path), "rb") as source:
            return source.read()
    except OSError as error:
        raise EngineError(f"the bundle {path} cannot be read: {error.strerror}", "bundle") from None


def _act(verb: str, request: Request, account: Any, raw: bytes, waiting: Callable[[str], None] | None) -> Answer:
    old = os.umask(0o077)
    holders: list[str] = []

    def note(holder: str) -> None:
        holders.append(holder)
        if waiting is not None:
            waiting(holder)

    try:
        if verb == "switch":
            answer = _switch(request, account, raw, note)
        else:
            state_path, home_path = places(request, account)
            answer = _with_home(home_path, state_path, request, account, verb, note)
    finally:
        os.umask(old)
    for holder in holders:
        # A play cannot speak while it waits: it says so afterwards.
        who = f" (process {holder})" if holder else ""
        answer.setdefault("warnings", []).append(f"waited for another switch of this home{who}")
    return answer


def places(request: Request, account: Any) -> tuple[str, str]:
    """The paths of state and home: as asked for, else as the ledger says, else the account's."""
    home = request.get("home") or account.pw_dir
    state = request.get("state")
    if state is None:
        state = os.path.join(home, STATE)
    elif not request.get("home"):
        opened = State.open(state, create=False)
        if opened is not None:
            try:
                home = (opened.json(layout.LEDGER) or {}).get("home", home)
            finally:
                opened.close()
    for path in (home, state):
        if not path.startswith("/"):
            raise EngineError(f"{path!r} is not an absolute path", "request")
    return os.path.normpath(state), os.path.normpath(home)


def _open(home_path: str, state_path: str, create: bool) -> HomeFolder:
    # The home first: in another user's home not even the state folder must be made.
    home = HomeFolder(home_path, state_path, None)
    home.state = State.open(state_path, create)
    return home


def _lock(home: HomeFolder, request: Request, waiting: Callable[[str], None] | None) -> Lock:
    timeout = request.get("lock_timeout")
    create = not request.get("check")
    return Lock(home.require_state().fd, TIMEOUT if timeout is None else float(timeout), create, waiting)


def _switch(request: Request, account: Any, raw: bytes, waiting: Callable[[str], None] | None) -> Answer:
    from ..contract.bundle import read_bundle
    from ..contract.manifest import check
    from ..switching.goal import goal_of_bundle
    from ..switching.switch import Settings, run

    bundle = read_bundle(raw)
    manifest = check(bundle.manifest)
    if manifest["user"] != account.pw_name and request.get("user") is not None:
        raise EngineError(f"the bundle is for the user {manifest['user']}, not for {account.pw_name}", "owner")
    dry = bool(request.get("check"))
    if request.get("on_failure", "undo") not in ("undo", "keep"):
        raise EngineError(f"on_failure must be undo or keep, not {request['on_failure']!r}", "request")
    settings = Settings(
        manifest["user"],
        dry,
        request.get("backup_extension") or None,
        request.get("on_failure", "undo") == "undo",
        bool(request.get("diff")),
    )
    settings.packages = request.get("packages")
    if settings.extension and ("/" in settings.extension or len(settings.extension) > 64):
        raise EngineError(f"{settings.extension!r} cannot be the extension of a backup", "request")

    def go(home: HomeFolder) -> Answer:
        return run(home, goal_of_bundle(home, bundle, raw, request), settings)

    places = (os.path.normpath(manifest["home"]), os.path.normpath(manifest["state"]))
    return _locked(*places, not dry, request, waiting, go)


def _locked(
    home_path: str,
    state_path: str,
    create: bool,
    request: Request,
    waiting: Callable[[str], None] | None,
    function: Callable[[HomeFolder], Answer],
) -> Answer:
    """Call `function` with the open home, its lock held if there is a state folder."""
    for _attempt in range(_ATTEMPTS):
        home = _open(home_path, state_path, create)
        try:
            if home.state is None:
                return function(home)
            with _lock(home, request, waiting):
                answer = function(home)
                if home.recovered is not None:
                    answer["recovered"] = home.recovered
                return answer
        except EngineError as error:
            if error.kind != GONE:
                raise
        finally:
            home.close()
    raise EngineError(f"the state folder {state_path} is removed again and again", "state")


def _with_home(
    home_path: str,
    state_path: str,
    request: Request,
    account: Any,
    verb: str,
    waiting: Callable[[str], None] | None,
) -> Answer:
    return _locked(home_path, state_path, False, request, waiting, lambda home: _VERBS[verb](home, request, account))


def _probe(home: HomeFolder, request: Request, account: Any) -> Answer:
    from .probe import probe

    answer = probe(home, request)
    if request.get("facts"):
        answer["facts"] = facts.gather(account)
    return answer


def _list(home: HomeFolder, request: Request, _account: Any) -> Answer:
    from .generations import listing

    return listing(home)


def _activate(home: HomeFolder, request: Request, account: Any) -> Answer:
    from .generations import activate

    return activate(home, request, account.pw_name)


def _rollback(home: HomeFolder, request: Request, account: Any) -> Answer:
    from .generations import rollback

    return rollback(home, request, account.pw_name)


def _remove(home: HomeFolder, request: Request, _account: Any) -> Answer:
    from .generations import remove

    return remove(home, request)


def _expire(home: HomeFolder, request: Request, _account: Any) -> Answer:
    from .generations import expire

    return expire(home, request)


def _verify(home: HomeFolder, request: Request, account: Any) -> Answer:
    from .verify import verify

    return verify(home, request, account.pw_name)


def _uninstall(home: HomeFolder, request: Request, account: Any) -> Answer:
    from .uninstall import uninstall

    return uninstall(home, request, account.pw_name)


def _diff(home: HomeFolder, request: Request, _account: Any) -> Answer:
    from .comparison import compare

    return compare(home, request)


def _never(home: HomeFolder, request: Request, _account: Any) -> Answer:
    raise AssertionError("a switch opens its home by its manifest")


_VERBS: dict[str, Callable[[HomeFolder, Request, Any], Answer]] = {
    "probe": _probe,
    "switch": _never,
    "list": _list,
    "activate": _activate,
    "rollback": _rollback,
    "remove": _remove,
    "expire": _expire,
    "verify": _verify,
    "uninstall": _uninstall,
    "diff": _diff,
}
