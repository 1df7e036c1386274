# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The homes of a system, each switched as its user, several at a time. One that fails leaves the others alone."""

from __future__ import annotations

import json
import os
import select
from typing import TYPE_CHECKING, Callable

from ..contract.errors import EngineError, ErrorKind
from ..contract.members import Members

if TYPE_CHECKING:
    from typing import Dict, List, Tuple

    from ..contract.value import JsonObject

    Request = JsonObject
    Answer = JsonObject

_TOGETHER = 8


def switch_homes(requests: Dict[str, Request], handle: Callable[[Request], Answer]) -> Dict[str, Answer]:
    """The answer of each user's home; `{"error": {...}}` for one that refused. `handle` becomes the user itself."""
    waiting = sorted(requests)
    running: Dict[int, Tuple[str, int, List[bytes]]] = {}
    answers: Dict[str, Answer] = {}
    while waiting or running:
        while waiting and len(running) < _TOGETHER:
            user = waiting.pop(0)
            reader, child = _start(requests[user], handle)
            running[reader] = (user, child, [])
        ready, _writable, _broken = select.select(list(running), [], [])
        for reader in ready:
            user, child, pieces = running[reader]
            piece = os.read(reader, 1 << 16)
            if piece:
                pieces.append(piece)
                continue
            os.close(reader)
            os.waitpid(child, 0)
            del running[reader]
            answers[user] = _answer(b"".join(pieces))
    return answers


def former_homes(
    digests: Dict[str, str], handle: Callable[[Request], Answer], check: bool
) -> Tuple[Dict[str, Request], List[str]]:
    """The requests that bring homes back to generations with these digests, and the users who have none of them."""
    listings = switch_homes({user: {"verb": "list", "user": user, "check": check} for user in digests}, handle)
    requests: Dict[str, Request] = {}
    for user, listing in listings.items():
        members = Members(listing, f"the generations of {user}", ErrorKind.HOME)
        generations = [Members(each, "a generation", ErrorKind.HOME) for each in members.sequence("generations")]
        found = [each.number("generation") for each in generations if each.text("digest", "") == digests[user]]
        if found:
            requests[user] = {"verb": "activate", "user": user, "generation": found[0], "check": check}
    return requests, sorted(set(digests) - set(requests))


def _start(request: Request, handle: Callable[[Request], Answer]) -> Tuple[int, int]:
    reader, writer = os.pipe()
    child = os.fork()
    if child:
        os.close(writer)
        return reader, child
    os.close(reader)
    try:
        answer: Answer = handle(request)
    except EngineError as problem:
        answer = {"error": problem.json()}
    except BaseException as problem:
        answer = {"error": {"message": f"{type(problem).__name__}: {problem}", "kind": "bug", "details": {}}}
    try:
        with os.fdopen(writer, "wb") as output:
            output.write(json.dumps(answer).encode())
    finally:
        os._exit(0)


def _answer(text: bytes) -> Answer:
    if not text:
        return {"error": {"message": "the switch ended without an answer", "kind": "killed", "details": {}}}
    answer: Answer = json.loads(text)
    return answer
