# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The first code that runs on a target: it becomes the user, then starts the engine that is there or was shipped.

It is sent as text (see plugin_utils/play/target.py) and imports nothing of the engine: an ordinary module would pay for imports ten times
what the engine needs. Root loads nothing from a user's home: it becomes the user first.
"""

from __future__ import annotations

import binascii
import json
import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    import pwd
    import zipfile
    from typing import Dict, Optional

    JsonObject = Dict[str, object]

MARK = "home.manager answers: "
ENGINES = "engine"
STATE = ".local/state/home.manager"
LINGERING = "/var/lib/systemd/linger"
SEARCH = "/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin"
_PASSED = ("LANG", "LC_ALL", "LC_CTYPE", "TZ")


def main(argument: str) -> None:
    """Print the answer to an envelope (JSON in base64) as one line behind MARK.

    The envelope: {"engine": HASH, "request": REQUEST, "ship": PATH of a zip file | absent}.
    """
    envelope = json.loads(binascii.a2b_base64(argument))
    try:
        answer = respond(envelope["engine"], envelope["request"], envelope.get("ship"))
    except Exception as problem:  # whatever it is, people get one line of it
        answer = _refusal("%s: %s" % (type(problem).__name__, problem), "launcher")
    sys.stdout.write("\n" + MARK + json.dumps(answer) + "\n")


def respond(version: str, request: JsonObject, ship: Optional[str]) -> JsonObject:
    """`{"answer": ...}` or `{"error": ...}` of the engine, with `kept`: whether it is there for the next time.

    `{"engine": false}` when the engine of this version is not there and none was shipped.
    """
    import pwd

    shipped = open_shipped(ship) if ship else None
    user = request.get("user")
    try:
        account = pwd.getpwnam(str(user)) if user else pwd.getpwuid(os.geteuid())
    except KeyError:
        return _refusal("there is no user %s on this machine" % (user or os.geteuid()), "user")
    if os.geteuid() == 0 and account.pw_uid != 0:
        lingering = request.get("linger")
        if request.get("verb") == "switch" and isinstance(lingering, bool) and not request.get("check"):
            request["lingered"] = let_linger(account.pw_name, lingering)
        become(account)
    os.umask(0o077)
    state = str(request.get("state") or os.path.join(str(request.get("home") or account.pw_dir), STATE))
    lasting = os.path.join(state, ENGINES, version)
    door = os.path.join("engine", "verbs", "dispatch.py")
    unpacked = unpack(shipped) if shipped is not None and door in shipped.namelist() else None
    if unpacked is None and not os.path.isfile(os.path.join(lasting, door)):
        return {"engine": False}
    bundle = shipped.read("bundle") if shipped is not None and "bundle" in shipped.namelist() else None
    try:
        answer = ask(request, bundle, unpacked or lasting)
        if unpacked is not None and not request.get("check") and os.path.isdir(state):
            settle(unpacked, lasting)
        answer["kept"] = os.path.isdir(lasting)
        return answer
    finally:
        if unpacked is not None:
            import shutil

            shutil.rmtree(unpacked, ignore_errors=True)


def become(account: pwd.struct_passwd) -> None:
    """Turn this process into one of the user's, for good, with a clean environment."""
    os.initgroups(account.pw_name, account.pw_gid)
    os.setgid(account.pw_gid)
    os.setuid(account.pw_uid)
    kept = {key: os.environ[key] for key in _PASSED if key in os.environ}
    os.environ.clear()
    os.environ.update(kept)
    os.environ.update(
        HOME=account.pw_dir, USER=account.pw_name, LOGNAME=account.pw_name, SHELL=account.pw_shell, PATH=SEARCH
    )
    runtime = "/run/user/%d" % account.pw_uid
    if os.path.isdir(runtime):
        os.environ["XDG_RUNTIME_DIR"] = runtime
    os.chdir("/")


def let_linger(user: str, wanted: bool) -> bool:
    """Let the user's service manager run from boot on, or no longer; whether that changed anything. Only root may."""
    if os.path.lexists(os.path.join(LINGERING, user)) == wanted:
        return False
    import subprocess

    verb = "enable-linger" if wanted else "disable-linger"
    try:
        return subprocess.call(["loginctl", verb, user], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) == 0
    except OSError:
        return False


def open_shipped(path: str) -> zipfile.ZipFile:
    """The shipped archive, read as the user who connected: the user to become may not be allowed to read it."""
    import io
    import zipfile

    with open(path, "rb") as file:
        return zipfile.ZipFile(io.BytesIO(file.read()))


def unpack(shipped: zipfile.ZipFile) -> str:
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


def ask(request: JsonObject, bundle: Optional[bytes], folder: str) -> JsonObject:
    """The answer of the engine, which is the package `engine` in `folder`."""
    sys.path.insert(0, folder)
    import importlib

    answer: JsonObject = importlib.import_module("engine.verbs.dispatch").respond(request, bundle)
    return answer


def settle(unpacked: str, lasting: str) -> None:
    """Keep the engine in the state folder, so that the next run need not ship it; other versions go."""
    import shutil

    engines = os.path.dirname(lasting)
    try:
        if os.path.islink(engines) or os.path.isdir(lasting):
            return
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
        os.rename(temporary, lasting)
    except OSError:
        return  # for instance a full disk: the next run ships the engine again


def _refusal(message: str, kind: str) -> JsonObject:
    return {"error": {"message": message, "kind": kind, "details": {}}}
