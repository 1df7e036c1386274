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
from ..program_check import filled
from . import namespace, sshd
from .access import access, lost, shut
from .programs import Question, questions
from .report import Check, checks_of

if TYPE_CHECKING:
    from typing import Dict, Iterable, List, Sequence, Tuple

    from ..declaration import Declaration
    from ..program_check import ProgramCheck
    from .future import Future

_SSH = ("ssh/sshd_config",)
_UNITS = ("systemd/system/",)
# What is said of a unit whose package is still to come: ours is a part of it.
_INCOMPLETE = ("not found", "not loaded", "has no ExecStart", "bad unit file setting")
# What an older program says of an option that it does not have.
_UNSUPPORTED = ("unknown flag", "unrecognized option", "invalid option")
_WHO = ("pam.d/", "security/", "ssh/", "sudoers", "login.defs", "nsswitch.conf", "shells")


def validate(future: Future, user: str, declaration: Declaration, confirmed: bool = False) -> List[Check]:
    """The checks of everything that changes. `user` is who must be able to come back; empty when that is not asked.

    `confirmed`: a new connection will show whether the way of the present one is still open.
    """
    checks = declaration.program_checks
    before = read_database(read_from("/etc"))
    watch = bool(user) and (future.touches(*_WHO) or any(future.database.values()))

    def inside() -> object:
        login = sshd.program() is not None and (future.touches(*_WHO) or bool(future.database))
        earlier = access(user, login) if watch else None
        known = complaints(future, checks)
        mount_point = os.path.join("/run", "home-manager-check")
        copy = namespace.enter(mount_point)
        future.write(copy)
        namespace.bind(copy)
        found = asked(future, checks, known)
        if earlier is not None and all(check.ok is not False for check in found):
            later, database = access(user, login and bool(earlier.login)), _afterwards(before, future)
            found.append(lost(user, earlier, later, database))
            if found[-1].ok and not confirmed:
                found[-1] = shut(user, earlier.logins, later.logins, database)
        return [check.json() for check in found]

    try:
        found = checks_of(namespace.in_child(inside))
    except namespace.Unavailable as problem:
        found = alone(future, checks)
        found.append(
            Check(
                "future /etc",
                None,
                f"no mount namespace can be created here ({problem}); the files were checked one by one",
            )
        )
    return found + _missing(found, declaration)


def _afterwards(before: Database, future: Future) -> Database:
    return Database({**before.texts(), **future.database})


def complaints(future: Future, checks: Iterable[ProgramCheck]) -> Dict[Tuple[str, ...], List[str]]:
    """What programs say of the present /etc where the future one will be asked about, by command: that is no fault of the switch."""
    return {question.command: _lines(run(question.command, 30.0)) for question in questions(checks, future)}


def asked(
    future: Future, checks: Iterable[ProgramCheck], known: Dict[Tuple[str, ...], List[str]] | None = None
) -> List[Check]:
    """The checks by the programs themselves, with the /etc of this process. `known` complaints are not counted."""
    found: List[Check] = []
    if future.touches(*_SSH) and sshd.program() is not None:
        found.append(sshd.syntax())
        ours = future.under(*sshd.OURS)
        if found[-1].ok and ours:
            found.append(sshd.meaning((ours[0].content or b"").decode("utf-8", "replace")))
    for question in questions(checks, future):
        found += _judged(question, (known or {}).get(question.command, []))
    found += _units(future)
    return found


def _judged(question: Question, known: Sequence[str] = ()) -> List[Check]:
    done = run(question.command, 30.0)
    if not done.good and any(words in done.output for words in _UNSUPPORTED):
        return []
    check = question.check
    lines = [line for line in _lines(done) if not check.is_noise(line) and line not in known]
    return [_verdict(check.name, check.refusal, lines)]


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


def _verdict(name: str, refusal: str, lines: Sequence[str]) -> Check:
    return Check(name, False, f"{refusal}: {'; '.join(lines[:3])}") if lines else Check(name, True)


def alone(future: Future, checks: Iterable[ProgramCheck]) -> List[Check]:
    """The checks of single files, where there is no future /etc."""
    found: List[Check] = []
    single = [check for check in checks if check.judges_one_file and which(check.program) is not None]
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
                done = run([sshd.program() or "sshd", "-t", "-f", path], 30.0)
                found.append(_verdict("sshd", "sshd rejects the new configuration", _lines(done)))
            for check in single:
                match = check.match(file.target)
                if match is not None:
                    found += _judged(Question(check, tuple(filled(check.command, match, path))))
    return found


def _missing(found: List[Check], declaration: Declaration) -> List[Check]:
    """What the declaration insists on and this host cannot check."""
    tools = {check.name: check.program for check in declaration.program_checks}
    tools.update(sshd="sshd", units="systemd-analyze")
    made = {check.name for check in found if check.ok is not None}
    return [
        Check(name, False, f"system.checks requires a check by {tools[name]}, which is not installed")
        for name in declaration.checks
        if name in tools and name not in made and which(tools[name]) is None
    ]
