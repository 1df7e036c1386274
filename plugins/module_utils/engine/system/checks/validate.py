# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Holds the future /etc up to the programs that read it, before anything of it is real."""

from __future__ import annotations

import os
import tempfile
from typing import TYPE_CHECKING

from ..accounts.database import Database, read_database
from ..accounts.reading import read_from
from ..process import Done, run, which
from . import namespace, sshd
from .access import access, lost
from .daemons import UNSUPPORTED, concerned
from .report import Check, checks_of

if TYPE_CHECKING:
    from typing import Dict, List, Sequence

    from .daemons import Daemon
    from .future import Future

_SSH = ("ssh/sshd_config",)
_SUDO = ("sudoers",)
_NFT = ("home-manager/nftables.conf",)
_UNITS = ("systemd/system/",)
# What is said of a unit whose package is still to come: ours is a part of it.
_INCOMPLETE = ("not found", "not loaded", "has no ExecStart", "bad unit file setting")
_WHO = ("pam.d/", "security/", "ssh/", "sudoers", "login.defs", "nsswitch.conf", "shells")


def validate(future: Future, user: str, required: Sequence[str]) -> List[Check]:
    """The checks of everything that changes. `user` is who must be able to come back; empty when that is not asked."""
    before = read_database(read_from("/etc"))
    watch = bool(user) and (future.touches(*_WHO) or any(future.database.values()))

    def inside() -> object:
        login = sshd.program() is not None and (future.touches(*_WHO) or bool(future.database))
        earlier = access(user, login) if watch else None
        known = complaints(future)
        mount_point = os.path.join("/run", "home-manager-check")
        copy = namespace.enter(mount_point)
        future.write(copy)
        namespace.bind(copy)
        found = programs(future, known)
        if earlier is not None and all(check.ok is not False for check in found):
            found.append(lost(user, earlier, access(user, login and bool(earlier.login)), _afterwards(before, future)))
        return [check.json() for check in found]

    try:
        found = checks_of(namespace.in_child(inside))
    except namespace.Unavailable as problem:
        found = alone(future)
        found.append(
            Check(
                "future /etc",
                None,
                f"no mount namespace can be created here ({problem}); the files were checked one by one",
            )
        )
    return found + _missing(found, required)


def _afterwards(before: Database, future: Future) -> Database:
    return Database({**before.texts(), **future.database})


def complaints(future: Future) -> Dict[str, List[str]]:
    """What programs say of the present /etc where the future one will be asked about: that is no fault of the switch."""
    asked = {daemon.name: daemon.command for daemon in concerned(future)}
    return {name: _lines(run(command, 30.0)) for name, command in asked.items() if which(command[0]) is not None}


def programs(future: Future, known: Dict[str, List[str]] | None = None) -> List[Check]:
    """The checks by the programs themselves, with the /etc of this process. `known` complaints are not counted."""
    found: List[Check] = []
    if future.touches(*_SSH) and sshd.program() is not None:
        found.append(sshd.syntax())
        ours = future.under(*sshd.OURS)
        if found[-1].ok and ours:
            found.append(sshd.meaning((ours[0].content or b"").decode("utf-8", "replace")))
    for file in future.under(*_SUDO) if which("visudo") is not None else []:
        found.append(_checked("sudo", ["visudo", "-cf", f"/etc/{file.target}"], "sudo rejects the new rules"))
    for file in future.under(*_NFT) if which("nft") is not None else []:
        found.append(_checked("nft", ["nft", "-c", "-f", f"/etc/{file.target}"], "nft rejects the new rules"))
    for daemon in concerned(future):
        if which(daemon.program) is not None:
            found += _asked(daemon, (known or {}).get(daemon.name, []))
    found += _units(future)
    return found


def _asked(daemon: Daemon, known: Sequence[str]) -> List[Check]:
    done = run(daemon.command, 30.0)
    if not done.good and any(words in done.output for words in UNSUPPORTED):
        return []
    lines = [line for line in _lines(done) if not daemon.noise.search(line) and line not in known]
    return [_verdict(daemon.name, daemon.sentence, lines)]


def _units(future: Future) -> List[Check]:
    if which("systemd-analyze") is None:
        return []
    paths = [f"/etc/{file.target}" for file in future.under(*_UNITS) if file.target.count("/") == 2]
    if not paths:
        return []
    done = run(["systemd-analyze", "verify", "--man=no", *paths], 60.0)
    names = [*paths, *(os.path.basename(path) for path in paths)]
    # Programs that a switch brings are not there yet.
    ours = [
        line
        for line in done.output.splitlines()
        if any(name in line for name in names)
        and "is not executable" not in line
        and not (future.pending and any(words in line for words in _INCOMPLETE))
    ]
    # What it says of settings is a warning: systemd ignores them, and an older one may not know them yet.
    return [Check("units", True, "; ".join(ours[:5]))]


def _lines(done: Done) -> List[str]:
    """What a program complains of."""
    lines = [line.strip() for line in done.output.splitlines() if line.strip() and "parsed OK" not in line]
    return [] if done.good else lines


def _checked(name: str, command: List[str], refusal: str) -> Check:
    return _verdict(name, refusal, _lines(run(command, 30.0)))


def _verdict(name: str, refusal: str, lines: Sequence[str]) -> Check:
    return Check(name, False, f"{refusal}: {'; '.join(lines[:3])}") if lines else Check(name, True)


def alone(future: Future) -> List[Check]:
    """The checks of single files, where there is no future /etc."""
    found: List[Check] = []
    with tempfile.TemporaryDirectory(prefix="home-manager-") as folder:
        for number, file in enumerate(future.files):
            if file.content is None:
                continue
            path = os.path.join(folder, str(number))
            with open(path, "wb") as output:
                output.write(file.content)
            os.chmod(path, 0o440)
            if file.target in sshd.OURS and sshd.program() is not None:
                os.makedirs("/run/sshd", 0o755, exist_ok=True)
                found.append(
                    _checked("sshd", [sshd.program() or "sshd", "-t", "-f", path], "sshd rejects the new configuration")
                )
            elif file.target.startswith("sudoers") and which("visudo") is not None:
                found.append(_checked("sudo", ["visudo", "-cf", path], "sudo rejects the new rules"))
            elif file.target in _NFT and which("nft") is not None:
                found.append(_checked("nft", ["nft", "-c", "-f", path], "nft rejects the new rules"))
    return found


def _missing(found: List[Check], required: Sequence[str]) -> List[Check]:
    """What the declaration insists on and this host cannot check."""
    tools = {"sshd": "sshd", "sudo": "visudo", "nft": "nft", "nginx": "nginx", "units": "systemd-analyze"}
    made = {check.name for check in found if check.ok is not None}
    return [
        Check(name, False, f"system.checks requires a check by {tools[name]}, which is not installed")
        for name in required
        if name in tools and name not in made and which(tools[name]) is None
    ]
