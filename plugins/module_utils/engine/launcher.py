# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The first code that runs on a target: it becomes the user, then starts the engine that lies there or that was shipped.

It is sent as text (see plugin_utils/play/target.py) and stands alone: an ordinary module would pay for imports ten times what
the engine needs. Root loads nothing from a user's home: it becomes the user first.
"""

from __future__ import annotations

import base64
import json
import os
import sys
from typing import Any, Callable, Dict, Optional

MARK = "home.manager answers: "
ENGINES = "engine"


def main(argument: str, become: Callable[[Any], None]) -> None:
    """Print the answer to a request (JSON in base64) as one line behind MARK."""
    request = json.loads(base64.b64decode(argument))
    try:
        answer = respond(request, become)
    except Exception as problem:  # whatever it is, people get one line of it
        answer = {"error": {"message": "%s: %s" % (type(problem).__name__, problem), "kind": "launcher", "details": {}}}
    sys.stdout.write("\n" + MARK + json.dumps(answer) + "\n")


def respond(request: Dict[str, Any], become: Callable[[Any], None]) -> Dict[str, Any]:
    """`{"answer": ...}` or `{"error": ...}` of the engine; `{"engine": false}` when none lies there and none was shipped."""
    import pwd

    ship = request.pop("ship", None)
    shipped = open_shipped(ship) if ship else None
    try:
        account = pwd.getpwnam(request["user"])
    except KeyError:
        return {
            "error": {"message": "there is no user %s on this machine" % request["user"], "kind": "user", "details": {}}
        }
    if os.geteuid() == 0 and account.pw_uid != 0:
        become(account)
    os.umask(0o077)
    place = os.path.join(request["state"], ENGINES, request.pop("engine"))
    unpacked = unpack(shipped) if shipped is not None and "engine/verbs/dispatch.py" in shipped.namelist() else None
    if unpacked is None and not os.path.isfile(os.path.join(place, "engine", "verbs", "dispatch.py")):
        return {"engine": False}
    if shipped is not None and "bundle" in shipped.namelist():
        request["bundle"] = shipped.read("bundle")
    try:
        answer = handled(request, unpacked or place)
        if unpacked is not None and not request.get("check") and os.path.isdir(request["state"]):
            settle(unpacked, place)
        answer["kept"] = os.path.isdir(place)
        return answer
    finally:
        if unpacked is not None:
            import shutil

            shutil.rmtree(unpacked, ignore_errors=True)


def open_shipped(path: str) -> Any:
    """The shipped archive, read before the user is become, who may not be allowed to read it."""
    import io
    import zipfile

    with open(path, "rb") as file:
        return zipfile.ZipFile(io.BytesIO(file.read()))


def unpack(shipped: Any) -> str:
    """The shipped engine in a folder of its own, which only the user can enter."""
    import tempfile

    folder = tempfile.mkdtemp(prefix="home.manager-")
    for name in shipped.namelist():
        if name.startswith("engine/"):
            path = os.path.join(folder, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "wb") as file:
                file.write(shipped.read(name))
    return folder


def handled(request: Dict[str, Any], folder: str) -> Dict[str, Any]:
    """The engine's answer; the engine is the package `engine` in `folder`."""
    sys.path.insert(0, folder)
    import importlib

    errors = importlib.import_module("engine.contract.errors")
    expected = request.pop("expected", None)
    try:
        facts = gathered(request["user"]) if expected is not None else None
        if facts is not None and differs(expected, facts):
            return {"answer": {"facts": facts}}
        answer = importlib.import_module("engine.verbs.dispatch").handle(request)
        if facts is not None:
            answer["facts"] = facts
        return {"answer": answer}
    except errors.EngineError as problem:
        return {"error": {"message": problem.message, "kind": problem.kind, "details": problem.details}}


def gathered(user: str) -> Dict[str, Any]:
    """The facts of this machine and its user, by the engine."""
    import importlib
    import pwd

    facts: Dict[str, Any] = importlib.import_module("engine.machine.facts").gather(pwd.getpwnam(user))
    return facts


def differs(expected: Dict[str, Any], facts: Dict[str, Any]) -> bool:
    """Whether a fact that the controller supposed is another one here."""
    system = {"Darwin": "darwin"}.get(facts["system"], "linux")
    here = {**facts, "platform": system}
    user = expected.get("user", {})
    return any(here.get(name) != value for name, value in expected.items() if name != "user") or any(
        facts["user"].get(name) != value for name, value in user.items()
    )


def settle(unpacked: str, place: str) -> Optional[str]:
    """Keep the engine in the state folder, so that the next run need not ship it; other versions go."""
    import shutil

    engines = os.path.dirname(place)
    try:
        if os.path.islink(engines) or os.path.isdir(place):
            return None
        if os.path.isdir(engines):
            for name in os.listdir(engines):
                shutil.rmtree(os.path.join(engines, name), ignore_errors=True)
        temporary = os.path.join(engines, ".new-%d" % os.getpid())
        os.makedirs(temporary)
        shutil.copytree(os.path.join(unpacked, "engine"), os.path.join(temporary, "engine"))
        # A power cut must not leave empty modules under a name that every later run trusts.
        for folder, _folders, names in os.walk(temporary):
            for name in names:
                with open(os.path.join(folder, name), "rb") as file:
                    os.fsync(file.fileno())
        os.rename(temporary, place)
    except OSError:
        return None  # a full disk, say: the next run ships the engine again
    return place
