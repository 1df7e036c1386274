# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The OpenSSH server under the new configuration: whether it takes it, means the same by it, and still lets the administrator in."""

from __future__ import annotations

import difflib
import os
import re
import shutil
import socket
import subprocess
import tempfile
import time
from typing import TYPE_CHECKING

from ...disk import queries
from ..process import environment, run, which
from .report import Check

if TYPE_CHECKING:
    from typing import Dict, Iterator, List, Set, Tuple

OURS = ("ssh/sshd_config.d/10-home-manager.conf", "ssh/sshd_config")
_RUNTIME = "/run/sshd"
_COLLECTED = frozenset(("port", "allowusers", "allowgroups", "denyusers", "denygroups", "acceptenv", "hostkey"))
_SAME = {"prohibit-password": "without-password"}
_UNKNOWN = re.compile(r"Bad configuration option: (\w+)")
_BAD_LINE = re.compile(r"(\S+?):? line (\d+): ([^\r\n]*)")
_LISTEN = "listenaddress"
# An address with or without a port.
_PLACE = re.compile(r"(?:\[([0-9a-fA-F:.]+)\](?::(\d+))?|([\d.]+)(?::(\d+))?|([0-9a-fA-F:]*:[0-9a-fA-F:.]*))\Z")
_PATIENCE = 8.0


def program() -> str | None:
    """The server's path; None when it is not installed."""
    return which("sshd")


def syntax() -> Check:
    """Whether the server takes the configuration that /etc holds."""
    os.makedirs(_RUNTIME, 0o755, exist_ok=True)
    done = run([program() or "sshd", "-t"], 20.0)
    if done.good:
        return Check("sshd", True)
    line = _BAD_LINE.search(done.output)
    why = f"{line[1]} line {line[2]}: {line[3]}" if line else done.last
    unknown = _UNKNOWN.search(done.output)
    if unknown:
        near = difflib.get_close_matches(unknown[1].lower(), _settings(), 1)
        why += f". Did you mean {near[0]}?" if near else ""
    elif line and line[3].startswith("Subsystem "):
        why += " Set services.openssh.wholeFile: true to replace the host's own sshd_config."
    return Check("sshd", False, f"sshd rejects the new configuration: {why}")


def _settings() -> List[str]:
    """The settings that this server knows, in lower case: what it tells of its defaults."""
    return list(effective(defaults=True))


def effective(user: str = "", defaults: bool = False) -> Dict[str, List[str]]:
    """The settings that the server would use, by their name in lower case; empty when it does not tell.

    `defaults`: those that it would use without a configuration.
    """
    connection = ["-C", f"user={user},host=localhost,addr=127.0.0.1"] if user else []
    file = ["-f", "/dev/null"] if defaults else []
    done = run([program() or "sshd", "-T", *file, *connection], 20.0, separate=True)
    found: Dict[str, List[str]] = {}
    for line in done.output.splitlines() if done.good else []:
        key, _blank, value = line.strip().partition(" ")
        found.setdefault(key.lower(), []).append(value.strip())
    return found


def declared(text: str) -> Iterator[tuple[str, str]]:
    """The settings of a file, before the first block that only counts for some."""
    for line in text.splitlines():
        line = line.strip()
        if line.lower().startswith("match "):
            return
        if line and not line.startswith("#"):
            key, _blank, value = line.replace("=", " ", 1).partition(" ")
            yield key.lower(), value.strip()


def meaning(text: str) -> Check:
    """Whether the server means by the configuration what our file declares; otherwise another file adds to it or wins."""
    real = effective()
    if not real:
        return Check("sshd meaning", None, "sshd -T says nothing")
    wanted: Dict[str, List[str]] = {}
    for key, value in declared(text):
        wanted.setdefault(key, []).extend(value.split() if key in _COLLECTED else [value])
    for key, values in wanted.items():
        if key not in real:
            continue
        if key == _LISTEN:
            same = _same_addresses(values, real[key])
        elif key in _COLLECTED:
            same = {value.lower() for value in values} == {
                word.lower() for value in real[key] for word in value.split()
            }
        else:
            same = _SAME.get(values[0].lower(), values[0].lower()) == real[key][0].lower()
        if not same:
            return Check("sshd meaning", False, _conflict(key, values, real[key]))
    return Check("sshd meaning", True)


def _place(text: str) -> Tuple[str, str] | None:
    """An address and its port, which is empty where there is none; None for a name, which can be any address."""
    match = _PLACE.match(text)
    return None if match is None else (match[1] or match[3] or match[5], match[2] or match[4] or "")


def _same_addresses(wanted: List[str], real: List[str]) -> bool:
    """Whether a server listens on these addresses alone. One without a port stands for all ports of the server."""
    places = [_place(text) for text in wanted]
    there = [_place(text) for text in real]
    if None in places or None in there:
        return True

    def covers(declared: Tuple[str, str] | None, used: Tuple[str, str] | None) -> bool:
        return bool(declared and used and declared[0] == used[0] and declared[1] in ("", used[1]))

    return all(any(covers(place, used) for place in places) for used in there) and all(
        any(covers(place, used) for used in there) for place in places
    )


def _conflict(key: str, wanted: List[str], real: List[str]) -> str:
    for folder, name in _other_files():
        path = os.path.join(folder, name)
        with open(path, encoding="utf-8", errors="replace") as lines:
            for number, line in enumerate(lines, 1):
                words = line.split()
                if words and words[0].lower() == key:
                    return (
                        f"{path} line {number} also sets {words[0]}. Take that line out or the option of services.openssh that sets it, "
                        f"or set services.openssh.wholeFile: true."
                    )
    return f"sshd would use {key} {' '.join(real)}, but {' '.join(wanted)} is declared"


def _other_files() -> List[tuple[str, str]]:
    found = [("/etc/ssh", "sshd_config")]
    folder = "/etc/ssh/sshd_config.d"
    found += [(folder, name) for name in queries.names(folder) if name.endswith(".conf")]
    return [(folder, name) for folder, name in found if name != os.path.basename(OURS[0])]


def trial_login(user: str) -> bool | None:
    """Whether a user gets in by a key, with a server of its own on a local port; None when that cannot be tried."""
    server, client, keygen = program(), which("ssh"), which("ssh-keygen")
    if server is None or client is None or keygen is None:
        return None
    os.makedirs(_RUNTIME, 0o755, exist_ok=True)
    folder = tempfile.mkdtemp(prefix="home-manager-trial-", dir="/run")
    daemon = None
    try:
        os.chmod(folder, 0o755)
        key = os.path.join(folder, "key")
        if not run([keygen, "-q", "-t", "ed25519", "-N", "", "-f", key], 20.0).good:
            return None
        os.rename(key + ".pub", os.path.join(folder, "keys"))
        os.chmod(os.path.join(folder, "keys"), 0o644)
        port = _free_port()
        daemon = subprocess.Popen(
            [server, "-D", "-e", "-p", str(port), "-o", f"ListenAddress=127.0.0.1:{port}", "-o", "PidFile=none",
             "-o", f"AuthorizedKeysFile={folder}/keys"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment(),
        )  # fmt: skip
        if not _listens(port, daemon):
            return False
        options = [
            "StrictHostKeyChecking=no",
            "UserKnownHostsFile=/dev/null",
            "BatchMode=yes",
            "IdentitiesOnly=yes",
            "ConnectTimeout=5",
        ]
        arguments = [word for option in options for word in ("-o", option)]
        return run(
            [client, "-F", "/dev/null", "-i", key, "-p", str(port), *arguments, f"{user}@127.0.0.1", "true"], 20.0
        ).good
    finally:
        if daemon is not None:
            daemon.terminate()
            daemon.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number: int = probe.getsockname()[1]
        return number


def _listens(port: int, daemon: subprocess.Popen[bytes]) -> bool:
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end and daemon.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return True
        time.sleep(0.05)
    return False


def is_locked_out(user: str, groups: Set[str]) -> str | None:
    """Which setting keeps a user out; None when no setting does."""
    import fnmatch

    def matches(patterns: List[str], names: Set[str]) -> bool:
        return any(fnmatch.fnmatchcase(name, pattern.split("@")[0]) for pattern in patterns for name in names)

    real = {key: [word for value in values for word in value.split()] for key, values in effective(user).items()}
    if matches(real.get("denyusers", []), {user}):
        return f'"{user}" is in DenyUsers'
    if real.get("allowusers") and not matches(real["allowusers"], {user}):
        return f'"{user}" is not in AllowUsers'
    if matches(real.get("denygroups", []), groups):
        return f'a group of "{user}" is in DenyGroups'
    if real.get("allowgroups") and not matches(real["allowgroups"], groups):
        return f'no group of "{user}" is in AllowGroups'
    if user == "root" and real.get("permitrootlogin") == ["no"]:
        return "PermitRootLogin is no"
    methods = ("pubkeyauthentication", "passwordauthentication", "kbdinteractiveauthentication", "gssapiauthentication")
    if real and all(real.get(method, ["no"]) == ["no"] for method in methods):
        return "no method of logging in is left"
    return None
