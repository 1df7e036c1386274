# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The first code that runs on a target: it starts the engine that is kept there or was shipped, as the user whose home it is.

It is sent as text (see plugin_utils/play/target.py) and stands alone: an ordinary module would pay for imports ten times
what the engine needs. Root runs nothing that a user could have written: for another user it starts a second Python that has become
this user, with the engine from a folder that only root can write, and reads one line from it.
"""

from __future__ import annotations

import binascii
import gc
import json
import os
import stat
import sys

from .modules import SOURCES, Modules
from .second_python import MARK, as_user, received, refusal, send_heartbeats, sent

TYPE_CHECKING = False
if TYPE_CHECKING:
    import pwd
    from typing import Any, Dict, List, Optional, Tuple

    JsonObject = Dict[str, object]

ENGINES = "engine"
STATE = ".local/state/home.manager"
LINGERING = "/var/lib/systemd/linger"
SEARCH = "/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin"
ENGINE = "engine.verbs.dispatch"
# Seconds for which root keeps the engines of other controllers, which may be running.
RETENTION = 86400.0
_PASSED = ("LANG", "LC_ALL", "LC_CTYPE", "TZ", "HOME_MANAGER_VERBOSE")
# `keyctl` of the kernel, which the C library does not export, by machine.
_KEYCTL = {"x86_64": 250, "i386": 288, "i686": 288, "armv6l": 311, "armv7l": 311, "ppc64le": 271, "s390x": 280}
_KEYCTL.update({"aarch64": 219, "riscv64": 219, "loongarch64": 219})


def main(arguments: List[str]) -> None:
    """Print the answer to an envelope (JSON in base64) as one line behind MARK.

    `arguments` are this program's text and the envelope, or `-` for the second Python, which reads what it needs. The envelope:
    {"engine": VERSION, "engines": root's folder of them, "request": REQUEST, "parts": the sizes of what is shipped | absent,
    "ship": PATH of the file that it is in, absent when it is on standard input}. What is shipped is the sources of the engine (size 0:
    none) and a bundle (size -1: none).
    """
    program, argument = arguments
    # A tenth of a first switch would be spent on cycles of objects, of which this short process makes few.
    gc.disable()
    try:
        if argument == "-":
            send_heartbeats()
            request, modules, bundle = received(sys.stdin.buffer.read())
            answer = ask(request, modules, bundle) or refusal("the engine that root keeps is damaged", "launcher")
        else:
            envelope = json.loads(binascii.a2b_base64(argument))
            answer = respond(program, envelope)
    except Exception as problem:  # whatever it is, people get one line of it
        answer = refusal("%s: %s" % (type(problem).__name__, problem), "launcher")
    sys.stdout.write("\n" + MARK + json.dumps(answer) + "\n")


def respond(program: str, envelope: Dict[str, Any]) -> JsonObject:
    """`{"answer": ...}` or `{"error": ...}` of the engine, with `kept`: whether it is there for the next time.

    `{"engine": false}` when the engine of this version is not there and none was shipped.
    """
    import pwd

    request = envelope["request"]
    shipped, bundle = shipment(envelope)
    user = request.get("user")
    try:
        account = pwd.getpwnam(str(user)) if user else pwd.getpwuid(os.geteuid())
    except KeyError:
        return refusal("there is no user %s on this machine" % (user or os.geteuid()), "user")
    other = os.geteuid() == 0 and account.pw_uid != 0
    os.umask(0o022 if other else 0o077)
    state = str(request.get("state") or os.path.join(str(request.get("home") or account.pw_dir), STATE))
    lasting = os.path.join(envelope["engines"] if other else os.path.join(state, ENGINES), envelope["engine"])
    kept = is_kept(lasting)
    if shipped is None and not kept:
        if not other and os.path.isdir(lasting):
            discard(lasting)
        return {"engine": False}
    if other:
        answer = respond_as(account, program, envelope, (shipped, bundle), lasting)
    else:
        modules = Modules(envelope["engine"], shipped, lasting if kept else None)
        found = ask(request, modules, bundle)
        if found is None:
            discard(lasting)
            return {"engine": False}
        answer = found
        # What was refused leaves nothing behind.
        if modules.grown and "answer" in answer and not request.get("check") and os.path.isdir(state):
            keep(modules, lasting)
    answer["kept"] = is_kept(lasting)
    return answer


def respond_as(
    account: pwd.struct_passwd,
    program: str,
    envelope: Dict[str, Any],
    parts: Tuple[Optional[bytes], Optional[bytes]],
    lasting: str,
) -> JsonObject:
    """The answer of a second Python, which is that user's. What it imports, root has kept, or sends it."""
    request, (shipped, bundle), check = envelope["request"], parts, bool(envelope["request"].get("check"))
    if shipped is not None and not check:
        modules = Modules(envelope["engine"], shipped)
        if not is_kept(lasting):
            # Users import it from a folder that they cannot write.
            modules.compile_all()
        if keep(modules, lasting, RETENTION):
            shipped = None
    lingering = request.get("linger")
    if request.get("verb") == "switch" and isinstance(lingering, bool) and not check:
        request["lingered"] = let_linger(account.pw_name, lingering)
    return as_user(account, become, program, sent(request, envelope["engine"], lasting, (shipped, bundle)))


def become(account: pwd.struct_passwd) -> None:
    """Turn this process into one of the user's, for good, with a clean environment and a session keyring of its own."""
    # Before it is the user's: a user may not be allowed to read root's Python.
    libc = _libc()
    os.initgroups(account.pw_name, account.pw_gid)
    os.setgid(account.pw_gid)
    os.setuid(account.pw_uid)
    if libc is not None:
        leave_session_keyring(libc)
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


def _libc() -> Any:
    """The C library, or None where the kernel has no keyrings."""
    if not sys.platform.startswith("linux"):
        return None
    try:
        import ctypes
    except ImportError:  # a Python that was built without it
        return None
    return ctypes.CDLL(None, use_errno=True)


def leave_session_keyring(libc: Any) -> None:
    """Join a new session keyring, so that the user cannot search root's.

    OSError when that fails for a reason that the user may have brought about, such as a full quota.
    """
    import ctypes
    import errno

    number = _KEYCTL.get(os.uname().machine)
    if number is None:
        return
    join = 1  # KEYCTL_JOIN_SESSION_KEYRING; without a name, a new one
    if libc.syscall(number, join, None) < 0:
        code = ctypes.get_errno()
        # With these there are no keyrings, or this process may use none.
        if code not in (errno.ENOSYS, errno.EPERM, errno.EACCES, errno.EOPNOTSUPP):
            raise OSError(code, "no session keyring of its own: " + os.strerror(code))


def is_kept(lasting: str) -> bool:
    """Whether an engine is kept there. Root trusts it only where nobody else can write."""
    return os.path.isfile(os.path.join(lasting, SOURCES)) and (os.geteuid() != 0 or only_roots(lasting))


def only_roots(path: str) -> bool:
    """Whether nobody but root can change what a path leads to; a folder such as /tmp, whose entries are their owners', is fine."""
    for whole in (os.path.abspath(path), os.path.realpath(path)):
        parts = whole.strip("/").split("/")
        for count in range(len(parts) + 1):
            try:
                found = os.lstat("/" + "/".join(parts[:count]))
            except FileNotFoundError:
                break
            sticky = found.st_mode & stat.S_ISVTX and count < len(parts)
            shared = found.st_mode & 0o022 and not sticky and not stat.S_ISLNK(found.st_mode)
            if found.st_uid != 0 or shared:
                return False
    return True


def shipment(envelope: Dict[str, Any]) -> Tuple[Optional[bytes], Optional[bytes]]:
    """The sources of the engine and the bundle, each if it was shipped.

    They are read as the user who connected: the user to become may not be allowed to. ValueError when not all of it arrived.
    """
    if "parts" not in envelope:
        return None, None
    sizes = [max(0, size) for size in envelope["parts"]]
    if "ship" in envelope:
        with open(envelope["ship"], "rb") as file:
            content = file.read()
    else:
        content = sys.stdin.buffer.read(sum(sizes))
    if len(content) != sum(sizes):
        raise ValueError("only %d of %d bytes arrived over the connection" % (len(content), sum(sizes)))
    bundle = content[sizes[0] :] if envelope["parts"][1] >= 0 else None
    return content[: sizes[0]] or None, bundle


def discard(lasting: str) -> None:
    """Remove an engine that cannot be used, so that the next one can be kept; for root only where nobody else can write."""
    if os.geteuid() == 0 and not only_roots(lasting):
        return
    aside = os.path.join(os.path.dirname(lasting), ".new-%d" % os.getpid())
    try:
        os.rename(lasting, aside)
    except OSError:
        return  # nothing is there, or a disk that cannot be written to: the engine is shipped each time
    remove(aside)


def ask(request: JsonObject, modules: Modules, bundle: Optional[bytes]) -> Optional[JsonObject]:
    """The engine's answer; None where its modules turn out to be damaged."""
    import importlib

    modules.install()
    try:
        answer: JsonObject = importlib.import_module(ENGINE).respond(request, bundle)
    except Exception:
        if not modules.damaged:
            raise
        return None
    return answer


def keep(modules: Modules, lasting: str, retention: float = 0.0) -> bool:
    """Keep the engine, so that the next run need not ship it; whether it is there now.

    Other versions go, those alone that are older than `retention` seconds.
    """
    engines = os.path.dirname(lasting)
    temporary = os.path.join(engines, ".new-%d" % os.getpid())
    try:
        if is_kept(lasting):
            modules.write_code(lasting)
            return True
        if os.path.islink(engines) or (os.geteuid() == 0 and not only_roots(engines)):
            return False
        os.makedirs(engines, exist_ok=True)
        clear(engines, os.path.basename(lasting), retention)
        os.makedirs(temporary)
        # A power cut must not leave a part of it under a name that every later run trusts.
        modules.write(temporary)
        os.rename(temporary, lasting)
    except OSError:
        remove(temporary)
        return False  # a full disk, say: the next run ships the engine again
    return True


def clear(engines: str, version: str, retention: float) -> None:
    """Remove the engines that are older than `retention` seconds, and what bears the name of this version."""
    import time

    for name in os.listdir(engines):
        other = os.path.join(engines, name)
        if name == version or not retention or os.lstat(other).st_mtime < time.time() - retention:
            remove(other)


def remove(path: str) -> None:
    """Remove a folder of engines, as far as the system allows it."""
    import shutil

    shutil.rmtree(path, ignore_errors=True)
