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

from .second_python import MARK, as_user, beat, received, refusal, sent

TYPE_CHECKING = False
if TYPE_CHECKING:
    import pwd
    import zipfile
    from typing import Any, Dict, List, Optional, Tuple

    JsonObject = Dict[str, object]

ENGINES = "engine"
STATE = ".local/state/home.manager"
LINGERING = "/var/lib/systemd/linger"
SEARCH = "/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin"
ENGINE = "engine.verbs.dispatch"
DOOR = os.path.join("engine", "verbs", "dispatch.py")
# Seconds for which root keeps the engines of other controllers, which may be running.
RETENTION = 86400.0
_PASSED = ("LANG", "LC_ALL", "LC_CTYPE", "TZ", "HOME_MANAGER_VERBOSE")
# `keyctl` of the kernel, which the C library does not export, by machine.
_KEYCTL = {"x86_64": 250, "i386": 288, "i686": 288, "armv6l": 311, "armv7l": 311, "ppc64le": 271, "s390x": 280}
_KEYCTL.update({"aarch64": 219, "riscv64": 219, "loongarch64": 219})


def main(arguments: List[str]) -> None:
    """Print the answer to an envelope (JSON in base64) as one line behind MARK.

    `arguments` are this program's text and the envelope, or `-` for the second Python, which reads what it needs. The envelope:
    {"engine": HASH, "engines": root's folder of them, "request": REQUEST, "ship": PATH of a zip file | absent,
    "piped": the size of a zip file on standard input | absent}.
    """
    program, argument = arguments
    # A tenth of a first switch would be spent on cycles of objects, of which this short process makes few.
    gc.disable()
    try:
        if argument == "-":
            beat()
            answer = ask(*received(sys.stdin.buffer.read()))
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
    shipped = open_shipped(envelope)
    user = request.get("user")
    try:
        account = pwd.getpwnam(str(user)) if user else pwd.getpwuid(os.geteuid())
    except KeyError:
        return refusal("there is no user %s on this machine" % (user or os.geteuid()), "user")
    other = os.geteuid() == 0 and account.pw_uid != 0
    os.umask(0o022 if other else 0o077)
    state = str(request.get("state") or os.path.join(str(request.get("home") or account.pw_dir), STATE))
    lasting = os.path.join(envelope["engines"] if other else os.path.join(state, ENGINES), envelope["engine"])
    place, temporary = engine_place(lasting, shipped, other, bool(request.get("check")))
    if place is None:
        if not other and os.path.isdir(lasting):
            discard(lasting)
        return {"engine": False}
    bundle = shipped.read("bundle") if shipped is not None and "bundle" in shipped.namelist() else None
    try:
        if other:
            lingering = request.get("linger")
            if request.get("verb") == "switch" and isinstance(lingering, bool) and not request.get("check"):
                request["lingered"] = let_linger(account.pw_name, lingering)
            answer = as_user(account, become, program, sent(request, bundle, place))
        else:
            if temporary is None and not loads(place):
                discard(lasting)
                return {"engine": False}
            try:
                answer = ask(request, bundle, place)
            except Exception:
                if temporary is not None or intact(lasting):
                    raise
                discard(lasting)
                return {"engine": False}
            # What was refused leaves nothing behind.
            if temporary is not None and "answer" in answer and not request.get("check") and os.path.isdir(state):
                settle(temporary, lasting)
        answer["kept"] = os.path.isdir(lasting) and (os.geteuid() != 0 or only_roots(lasting))
        return answer
    finally:
        if temporary is not None:
            import shutil

            shutil.rmtree(temporary, ignore_errors=True)


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


def engine_place(
    lasting: str, shipped: Optional[zipfile.ZipFile], shared: bool, check: bool
) -> Tuple[Optional[str], Optional[str]]:
    """The folder to import the engine from, and the temporary folder that it was unpacked into, if it was.

    Root trusts what is `lasting` only where nobody else can write. `shared`: users other than root import it, too.
    """
    if shipped is not None and DOOR in shipped.namelist():
        unpacked = unpack(shipped)
        if shared:
            os.chmod(unpacked, 0o755)
        if shared and not check and settle(unpacked, lasting, shared):
            return lasting, unpacked
        return unpacked, unpacked
    if not os.path.isfile(os.path.join(lasting, DOOR)) or (os.geteuid() == 0 and not only_roots(lasting)):
        return None, None
    return lasting, None


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


def open_shipped(envelope: Dict[str, Any]) -> Optional[zipfile.ZipFile]:
    """The shipped archive, if there is one. It is read as the user who connected: the user to become may not be allowed to read it.

    ValueError when not all of it arrived.
    """
    if "piped" not in envelope and "ship" not in envelope:
        return None
    import io
    import zipfile

    if "piped" in envelope:
        size = int(envelope["piped"])
        content = sys.stdin.buffer.read(size)
        if len(content) != size:
            raise ValueError("only %d of %d bytes arrived over the connection" % (len(content), size))
    else:
        with open(envelope["ship"], "rb") as file:
            content = file.read()
    return zipfile.ZipFile(io.BytesIO(content))


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


def loads(folder: str) -> bool:
    """Whether the engine in a folder can be imported; one that is damaged or was cut short cannot."""
    import importlib

    sys.path.insert(0, folder)
    try:
        found = hasattr(importlib.import_module(ENGINE), "respond")
    except Exception:  # a damaged file may fail in any way
        found = False
    sys.path.remove(folder)
    if not found:
        for name in [name for name in sys.modules if name.partition(".")[0] == "engine"]:
            del sys.modules[name]
    return found


def intact(lasting: str) -> bool:
    """Whether a kept engine is what its name says: a file that was cut short may load and fail only when it is used."""
    import hashlib

    files = {}
    for where, _folders, names in os.walk(os.path.join(lasting, "engine")):
        for name in names:
            if name.endswith(".py"):
                path = os.path.join(where, name)
                with open(path, "rb") as file:
                    files[os.path.relpath(path, lasting)] = file.read()
    text = b"".join(name.encode() + b"\0" + files[name] for name in sorted(files))
    return hashlib.sha256(text).hexdigest()[:32] == os.path.basename(lasting)


def discard(lasting: str) -> None:
    """Remove an engine that cannot be used, so that the next one can be kept; for root only where nobody else can write."""
    import shutil

    if os.geteuid() == 0 and not only_roots(lasting):
        return
    aside = os.path.join(os.path.dirname(lasting), ".new-%d" % os.getpid())
    try:
        os.rename(lasting, aside)
    except OSError:
        return  # a disk that cannot be written to: the engine is shipped each time
    shutil.rmtree(aside, ignore_errors=True)


def ask(request: JsonObject, bundle: Optional[bytes], folder: str) -> JsonObject:
    """The answer of the engine, which is the package `engine` in `folder`."""
    sys.path.insert(0, folder)
    import importlib

    answer: JsonObject = importlib.import_module(ENGINE).respond(request, bundle)
    return answer


def settle(unpacked: str, lasting: str, shared: bool = False) -> bool:
    """Keep the engine, so that the next run need not ship it; other versions go. Whether it is there now."""
    import shutil
    import time

    engines = os.path.dirname(lasting)
    temporary = os.path.join(engines, ".new-%d" % os.getpid())
    try:
        if os.path.islink(engines) or (os.geteuid() == 0 and not only_roots(engines)):
            return False
        if os.path.isdir(lasting):
            return os.geteuid() != 0 or only_roots(lasting)
        os.makedirs(engines, exist_ok=True)
        for name in os.listdir(engines):
            other = os.path.join(engines, name)
            if not shared or os.lstat(other).st_mtime < time.time() - RETENTION:
                shutil.rmtree(other, ignore_errors=True)
        os.makedirs(temporary)
        shutil.copytree(os.path.join(unpacked, "engine"), os.path.join(temporary, "engine"))
        if shared:
            # Users import it from a folder that they cannot write, so Python keeps nothing compiled by itself.
            compile_all(temporary)
        # A power cut must not leave empty modules under a name that every later run trusts.
        for folder, _folders, names in os.walk(temporary):
            for name in names:
                with open(os.path.join(folder, name), "rb") as file:
                    os.fsync(file.fileno())
        os.rename(temporary, lasting)
    except OSError:
        shutil.rmtree(temporary, ignore_errors=True)
        return False  # a full disk, say: the next run ships the engine again
    return True


def compile_all(folder: str) -> None:
    """Compile every module below a folder; one that this Python cannot compile is left to fail where it is imported."""
    import py_compile

    for where, _folders, names in os.walk(folder):
        for name in names:
            path = os.path.join(where, name)
            # The name that a traceback shows, where it will be.
            py_compile.compile(path, dfile=os.path.relpath(path, folder), doraise=False, quiet=2)
