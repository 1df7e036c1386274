# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The second Python that root starts for another user: nothing of root's reaches it, and root reads one line from it.

It is a part of the launcher's text (see plugin_utils/play/target.py), and so imports nothing but what every Python has at hand.
"""

from __future__ import annotations

import json
import os
import sys

from .modules import Modules

TYPE_CHECKING = False
if TYPE_CHECKING:
    import pwd
    from typing import Callable, Dict, Optional, Tuple

    JsonObject = Dict[str, object]

MARK = "home.manager answers: "
PYTHONS = ("/usr/bin/python3", "/usr/local/bin/python3", "/opt/homebrew/bin/python3")
# Seconds. A child that lives shows it every BEAT; one that has not for SILENCE was stopped, and is killed.
BEAT = 15.0
SILENCE = 60.0
# Bytes of an answer.
LARGEST = 64 * 1024 * 1024


def refusal(message: str, kind: str) -> JsonObject:
    """The answer for an error."""
    return {"error": {"message": message, "kind": kind, "details": {}}}


def sent(request: JsonObject, version: str, folder: str, parts: Tuple[Optional[bytes], Optional[bytes]]) -> bytes:
    """A request as the second Python receives it, with an engine (None: that in the folder) and a bundle."""
    engine, bundle = parts
    head = json.dumps([request, version, folder, len(engine or b""), bundle is not None])
    return b"".join([head.encode("ascii"), b"\n", engine or b"", bundle or b""])


def received(text: bytes) -> Tuple[JsonObject, Modules, Optional[bytes]]:
    """The request, the engine's modules and the bundle, of what was `sent`."""
    head, _newline, rest = text.partition(b"\n")
    request, version, folder, size, bundled = json.loads(head)
    os.umask(0o077)
    return request, Modules(version, rest[:size] or None, None if size else folder), rest[size:] if bundled else None


def send_heartbeats() -> None:
    """Let root's process know, now and then, that this one runs; end it when nobody waits for its answer any more."""
    import _thread
    import signal
    import time

    def run() -> None:
        while True:
            time.sleep(BEAT)
            try:
                os.write(1, b"\n")
            except OSError:
                # Not by a hangup, which a play that nohup started lets pass.
                os.kill(os.getpid(), signal.SIGTERM)

    _thread.start_new_thread(run, ())


def as_user(
    account: pwd.struct_passwd, become: Callable[[pwd.struct_passwd], None], program: str, text: bytes
) -> JsonObject:
    """The answer of a second Python that is the user's: its memory, environment, files, terminal and session keyring are not root's."""
    import signal

    (to_read, to_send), (to_hear, to_answer) = os.pipe(), os.pipe()
    child = os.fork()
    if child == 0:
        be_user(account, become, program, (to_read, to_answer, to_answer))
    os.close(to_read)
    os.close(to_answer)
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
        # It is in a session of its own, and would not hear of a lost connection.
        signal.signal(number, lambda signum, _frame: os.kill(child, signum))
    heard = exchanged(to_send, to_hear, text)
    status = ended(child, examined=heard is not None and len(heard) <= LARGEST)
    if heard is None:
        message = "nothing was heard of the engine, which runs as %s, for %d seconds, and it was ended" % (
            account.pw_name,
            SILENCE,
        )
        return refusal(message + ": its process was stopped, or waits for a file system that does not answer", "silent")
    return parsed_answer(heard, account, status)


def be_user(
    account: pwd.struct_passwd,
    become: Callable[[pwd.struct_passwd], None],
    program: str,
    standard: Tuple[int, int, int],
) -> None:
    """In a child of root: become the user, with nothing of root's, and start Python. Never returns."""
    try:
        os.setsid()
        for number, descriptor in enumerate(standard):
            os.dup2(descriptor, number)
        for name in os.listdir("/dev/fd"):
            if int(name) > 2:
                try:
                    os.close(int(name))
                except OSError:
                    continue  # that of the listing itself
        become(account)
        start_python(account, program)
    except BaseException as problem:
        line = refusal("%s: %s" % (type(problem).__name__, problem), "launcher")
        os.write(1, ("\n" + MARK + json.dumps(line) + "\n").encode("ascii"))
    finally:
        os._exit(1)


def start_python(account: pwd.struct_passwd, program: str) -> None:
    """Turn this process into a fresh Python. Prints an error when there is none that the user can run."""
    refused = []
    for path in dict.fromkeys((sys.executable, *PYTHONS)):
        try:
            os.execve(path, [path, "-I", "-S", "-c", "import sys; exec(sys.argv[1])", program, "-"], dict(os.environ))
        except OSError as problem:
            refused.append("%s: %s" % (path, problem.strerror))
    message = "%s can run no Python here (%s); set `ansible_python_interpreter` to one that every user can run" % (
        account.pw_name,
        ", ".join(refused),
    )
    os.write(1, ("\n" + MARK + json.dumps(refusal(message, "interpreter")) + "\n").encode("ascii"))


def exchanged(to_send: int, to_hear: int, text: bytes) -> Optional[bytes]:
    """Send a text, and return what comes back until its end; None after SILENCE, or when it is more than LARGEST."""
    import select

    os.set_blocking(to_send, False)
    heard, rest = bytearray(), memoryview(text)
    sending = [to_send]
    while True:
        readable, writable, _none = select.select([to_hear], sending, [], SILENCE)
        if not readable and not writable:
            return None
        if writable:
            try:
                rest = rest[os.write(to_send, rest) :]
            except BrokenPipeError:
                rest = rest[:0]
            if not rest:
                os.close(to_send)
                sending = []
        if readable:
            more = os.read(to_hear, 65536)
            heard += more
            if not more or len(heard) > LARGEST:
                return bytes(heard)


def ended(child: int, examined: bool) -> int:
    """The status of a child that has closed its answer. One that does not end by itself is killed, with what it started."""
    import signal
    import time

    for step in range(100 if examined else 0):
        pid, status = os.waitpid(child, os.WNOHANG)
        if pid:
            return status
        time.sleep(min(0.1, 0.001 * 2**step))
    for kill in (os.killpg, os.kill):
        try:
            kill(child, signal.SIGKILL)
        except OSError:
            continue
    return os.waitpid(child, 0)[1]


def parsed_answer(heard: bytes, account: pwd.struct_passwd, status: int) -> JsonObject:
    """What a user's process answered, if it has the form of an answer."""
    text = heard.decode("utf-8", "replace")
    _before, mark, line = text.rpartition("\n" + MARK)
    try:
        answer = json.loads(line.split("\n")[0]) if mark and len(heard) <= LARGEST else None
    except (ValueError, RecursionError):
        answer = None
    if isinstance(answer, dict) and isinstance(answer.get("answer", answer.get("error")), dict):
        return {key: answer[key] for key in ("answer", "error") if key in answer}
    shown = "".join(c if c.isprintable() or c == "\n" else "?" for c in text[-2000:]).strip()
    return refusal(
        "the engine, which runs as %s, gave no answer (status %d): %s" % (account.pw_name, status, shown), "killed"
    )
