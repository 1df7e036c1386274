# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The entry point of the engine: checks a request, runs it as the right user under the lock, and answers it."""

from __future__ import annotations

import contextlib
import os

from ..contract.errors import EngineError, ErrorKind
from ..disk import filesystem
from ..home.folder import HomeFolder
from ..machine import account as accounts
from ..state.lock import NAME as LOCK
from ..state.lock import Lock
from ..state.state import State
from .table import verb_named

TYPE_CHECKING = False
if TYPE_CHECKING:
    import pwd
    from typing import Callable, Dict, List, Optional, Tuple

    from ..contract.answers import Answer
    from ..contract.outcomes import Recovered
    from ..contract.value import JsonObject
    from .verb import Verb

    Waiting = Callable[[str], None]

_ATTEMPTS = 50
# The verb of a whole system, not of a home: see `engine/system`.
SYSTEM = "system"


def respond(request: JsonObject, bundle: Optional[bytes] = None) -> JsonObject:
    """{"answer": ANSWER} or {"error": ERROR} for a request; `bundle` is the content of its bundle, if it came along."""
    try:
        return {"answer": handle(request, bundle=bundle)}
    except EngineError as error:
        return {"error": error.json()}


def handle(request: JsonObject, waiting: Optional[Waiting] = None, bundle: Optional[bytes] = None) -> JsonObject:
    """The answer to a request, as JSON. EngineError for whatever a person has to know.

    `waiting` is called with the process ID of the holder when the lock is not free at once.
    """
    if request.get("verb") == SYSTEM:
        from ..system.verbs import SystemVerbs

        homes = request.get("homes")
        if isinstance(homes, dict) and len(homes) > 1:
            _import_for_homes()
        return SystemVerbs(handle).answer({**request, "bundle": bundle} if bundle is not None else request)
    given = request.get("bundle")
    if isinstance(given, bytes):
        # A system hands on the bundles of its homes as they are.
        request, bundle = {name: value for name, value in request.items() if name != "bundle"}, given
    verb = verb_named(request.get("verb")).of(request)
    if bundle is not None:
        verb.give_bundle(bundle)
    account = accounts.find(verb.user)
    try:
        verb.prepare()
        return accounts.run_as(account, lambda: act(verb, account, waiting).json())
    except Exception as error:
        found = accounts.engine_error(error)
        if found is error or found.kind == ErrorKind.BUG:
            raise
        raise found from error


def _import_for_homes() -> None:
    """Import what the process of every home of a system would import for itself."""
    from ..contract import bundle, manifest, package, records  # noqa: F401
    from ..state import ledger, objects, packaged, packs  # noqa: F401
    from ..switching import drift  # noqa: F401
    from . import probe  # noqa: F401

    accounts.import_the_rest()


def act(verb: Verb, account: pwd.struct_passwd, waiting: Optional[Waiting] = None) -> Answer:
    """The answer to a request, in the process of the user whose home it is. EngineError, OSError, Blocked."""
    old = os.umask(0o077)
    holders: list[str] = []

    def note(holder: str) -> None:
        holders.append(holder)
        if waiting is not None:
            waiting(holder)

    try:
        answer = verb.answer_at_once(account) or _locked(verb, account, note)
    finally:
        os.umask(old)
    for holder in holders:
        # A play cannot report while it waits: it does so afterwards.
        who = f" (process {holder})" if holder else ""
        answer.warnings.insert(0, f"waited for another switch of this home{who}")
    return answer


def _locked(verb: Verb, account: pwd.struct_passwd, waiting: Waiting) -> Answer:
    """Do it with the open home, its lock held if there is a state folder."""
    home_path, state_path = verb.locations(account)
    replaced: dict[str, list[str]] = {}
    for _attempt in range(_ATTEMPTS):
        # The home first: in another user's home not even the state folder must be made.
        home = HomeFolder(home_path, state_path, None)
        try:
            home.state = State.open(state_path, verb.creates_state and not verb.check)
            if home.state is None:
                return verb.run(home, account)
            writes = verb.writes and not verb.check
            home.state.use_copy = not writes
            with Lock(home.state.fd, verb.lock_timeout, writes, waiting):
                try:
                    messages, recovered = _recovery(home, verb)
                    answer = verb.run(home, account)
                except EngineError as error:
                    # Once for each file: then the verb starts again.
                    _replace(home, error, writes, replaced)
                    continue
                finally:
                    _forget(home)
                replacements = [text for texts in replaced.values() for text in texts]
                answer.warnings[:0], answer.recovered = [*replacements, *messages], recovered
                answer.changed = answer.changed or answer.recovered is not None
                return answer
        except EngineError as error:
            if error.kind != ErrorKind.GONE:
                raise
        finally:
            home.close()
    message = f"the state folder {state_path} keeps being removed"
    raise EngineError(message, ErrorKind.STATE)


def _forget(home: HomeFolder) -> None:
    """Remove a state folder that this run has made and left empty: what is refused leaves nothing behind."""
    state = home.require_state()
    if not state.made:
        return
    # Should it not work, an empty folder stays.
    with contextlib.suppress(OSError):
        if state.names(".") == [LOCK]:
            filesystem.unlink(LOCK, state.fd)
            filesystem.rmdir(state.path)


def _replace(home: HomeFolder, error: EngineError, writes: bool, replaced: Dict[str, List[str]]) -> None:
    """Do without the damaged file of the state that an error is about, once, and note what to say; raise any other error."""
    from ..transaction.salvage import REPLACED, replace

    part = str(error.details.get("part"))
    if error.kind != ErrorKind.DAMAGED or part not in REPLACED or part in replaced:
        raise error
    if not writes:
        message = f"{error.message}. `home-manager verify` or the next switch repairs this"
        raise EngineError(message, ErrorKind.DAMAGED, part=part) from None
    replaced[part] = replace(home, part)


def _recovery(home: HomeFolder, verb: Verb) -> Tuple[List[str], Optional[Recovered]]:
    """Messages about a switch that was interrupted, and what became of it: it is finished or undone first."""
    if home.state is None or not verb.writes or not home.state.interrupted():
        return [], None
    if verb.check:
        return ["an earlier switch was interrupted; the next run that writes finishes or undoes it first"], None
    from ..transaction.recovery import recover

    done = recover(home)
    return done.messages, done.recovered
