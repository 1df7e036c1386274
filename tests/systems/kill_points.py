# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Kills a booted host's switches at every change that they make to the disk, recovers, and looks whether all of it is old or new.

    python3 kill_points.py FOLDER-OF-THE-ENGINE [FIRST [LAST [STEP]]]

Three ways are killed at their points FIRST, FIRST + STEP, ...: a switch forward, a rollback, and the recovery of a switch that was
killed itself. It changes the host that it runs on: for containers alone. Every point prints one line; the exit status is 1 when one
was bad.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from typing import Any

sys.path.insert(0, sys.argv[1])

from engine.contract.bundle import write_bundle  # type: ignore[import-not-found]
from engine.contract.canonical import digest  # type: ignore[import-not-found]
from engine.contract.objects import object_id  # type: ignore[import-not-found]
from engine.disk import filesystem  # type: ignore[import-not-found]
from engine.system.inits.choice import booted  # type: ignore[import-not-found]
from engine.system.recovery import recover  # type: ignore[import-not-found]
from engine.system.verbs import SystemVerbs  # type: ignore[import-not-found]

FILES = ("kill-a.conf", "kill.d/b.conf", "kill.d/c.conf", "cron.d/kill")
SYSTEMD = booted() == "systemd"
# What the host's init reads.
SERVICE = "systemd/system/kill.service" if SYSTEMD else "init.d/kill"


def system(word: str, people: list[str]) -> tuple[dict[str, Any], list[tuple[str, bytes]]]:
    """A declaration whose every part says `word`, and its objects."""
    contents = {f"{name}": f"# {word} {name}\n".encode() for name in FILES}
    contents[SERVICE] = (
        f"[Unit]\nDescription={word}\n[Service]\nEnvironment=WORD={word}\nExecStart=/bin/sleep infinity\n".encode()
    )
    objects = {target: object_id(content, "0444", target) for target, content in contents.items()}
    etc: dict[str, Any] = {target: {"object": name, "mode": "0644"} for target, name in objects.items()}
    if SYSTEMD:
        etc[SERVICE]["unit"] = "kill.service"
        etc["systemd/system/multi-user.target.wants/kill.service"] = {"symlink": "../kill.service"}
    etc["kill-link"] = {"symlink": f"/{word}"}
    users = [
        {
            "name": name,
            "group": "users",
            "home": f"/home/{name}",
            "normal": True,
            "createHome": False,
            "shell": "/bin/sh",
        }
        for name in people
    ]
    manifest = {
        "kind": "system",
        "version": 1,
        "etc": etc,
        "lines": {"shells": [f"/bin/{word}"]},
        "accounts": {"users": users, "groups": [{"name": f"kill-{word}", "gid": None, "members": people}]},
        "objects": {name: {"mode": "0444", "size": len(contents[target])} for target, name in objects.items()},
    }
    return manifest, [(name, contents[target]) for target, name in objects.items()]


OLD, NEW = system("old", ["anna"]), system("new", ["anna", "berta"])


def switch(what: tuple[dict[str, Any], list[tuple[str, bytes]]]) -> dict[str, Any]:
    request = {
        "step": "switch",
        "digest": digest(what[0]),
        "bundle": write_bundle(what[0], sorted(what[1])),
        "allow_lockout": True,
        "homes": {},
    }
    answer: dict[str, Any] = SystemVerbs(lambda _request: {}).answer(request)
    if answer.get("failed") or answer.get("collisions"):
        raise SystemExit(f"the switch failed: {answer}")
    return answer


def roll_back() -> None:
    verbs = SystemVerbs(lambda _request: {})
    # A switch that was killed may have left a generation of its own between the two.
    old = max(number for number in verbs.state.numbers() if verbs.state.info(number).digest == digest(OLD[0]))
    answer = verbs.answer({"step": "rollback", "generation": old, "allow_lockout": True})
    if answer.get("failed") or answer.get("collisions"):
        raise SystemExit(f"the rollback failed: {answer}")


def recovery() -> str | None:
    said: str | None = recover(SystemVerbs(lambda _request: {}).context())
    return said


def killed_at(point: int, act: Callable[[], object]) -> bool:
    """Act in a child that dies at that change; whether it came so far."""
    child = os.fork()
    if child == 0:
        count, own = 0, os.getpid()

        def observer(when: str, _call: str, _what: str) -> None:
            nonlocal count
            if when == "before" and os.getpid() == own:  # the check of the future /etc works in a child of its own
                count += 1
                if count == point:
                    os.kill(os.getpid(), signal.SIGKILL)

        filesystem.observer = observer
        try:
            act()
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    _pid, status = os.waitpid(child, 0)
    if os.WIFEXITED(status) and os.WEXITSTATUS(status):
        raise SystemExit("the act failed by itself")
    return os.WIFSIGNALED(status)


def lives(name: str) -> bool:
    """Whether an account is there and usable. One that goes is locked with the commit, and its row goes at the end of a whole run."""
    with open("/etc/shadow", encoding="utf-8") as source:
        rows = [line.split(":") for line in source]
    return any(row[0] == name and row[7] != "1" for row in rows)


def words() -> set[str]:
    """Which of the two states the parts of the host are in."""
    found = set()
    for name in [*FILES, SERVICE]:
        with open(f"/etc/{name}", encoding="utf-8") as source:
            text = source.read()
        found.add("old" if "old" in text else "new" if "new" in text else "neither")
    found.add(os.readlink("/etc/kill-link")[1:])
    found.add("new" if lives("berta") else "old")
    with open("/etc/group", encoding="utf-8") as source:
        groups = source.read()
    found.update(word for word in ("old", "new") if f"\nkill-{word}:" in groups)
    with open("/etc/shells", encoding="utf-8") as source:
        shells = source.read().split()
    found.update(word for word in ("old", "new") if f"/bin/{word}" in shells)
    return found


def leftovers() -> list[str]:
    return [
        os.path.join(where, name)
        for where, _folders, names in os.walk("/etc")
        for name in names
        if name.startswith(".home-manager-new") or name.endswith(".home-manager-new")
    ]


# Whether sshd still listens, the administrator may use sudo, and the accounts are as programs want them.
SOUND = (
    ["systemctl", "is-active", "--quiet", "ssh.service"] if SYSTEMD else ["rc-service", "ssh", "status"],
    ["runuser", "-u", "admin", "--", "sudo", "-n", "true"],
    ["grpck", "-rq"],
    ["pwck", "-rq"],
)


def unsound() -> list[str]:
    """The programs of these that complain, twice with a second between: a daemon may be at work on the same files."""
    return [check[0] for check in SOUND if _complains(check) and (time.sleep(1) or _complains(check))]


def _complains(check: list[str]) -> bool:
    done = subprocess.run(check, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode != 0:
        print(f"{' '.join(check)}: {done.stdout.strip()}", file=sys.stderr)
    return done.returncode != 0


def prepare_switch() -> None:
    switch(OLD)
    expect("old")


def prepare_rollback() -> None:
    switch(OLD)
    switch(NEW)
    expect("new")


def expect(word: str) -> None:
    if words() != {word}:
        raise SystemExit(f"the {word} state is not whole: {words()}")


# Where a switch is killed whose recovery is killed in turn: before the commit, at it, and after it.
DEEP = (25, 60, 110)


def ways() -> Iterator[tuple[str, Callable[[], None], Callable[[], object]]]:
    """The name of each way, what comes before it, and what is killed."""
    yield "switch", prepare_switch, lambda: switch(NEW)
    yield "rollback", prepare_rollback, roll_back
    for deep in DEEP:

        def prepare(point: int = deep) -> None:
            prepare_switch()
            killed_at(point, lambda: switch(NEW))

        yield f"recovery of {deep}", prepare, recovery


def look(point: int, prepare: Callable[[], None], act: Callable[[], object]) -> tuple[bool, str] | None:
    """Kill at one point and recover: whether that was good, and a line about it. None when the act ends before."""
    prepare()
    if not killed_at(point, act):
        return None
    mixture = words()
    said = recovery()
    state = words()
    wrong = [*leftovers(), *unsound()]
    wrong += ["a mixture"] if len(state) != 1 or "neither" in state else []
    wrong += ["the journal is still there"] if os.path.exists("/var/lib/home.manager/journal.json") else []
    line = f"{'/'.join(sorted(mixture))} -> {'/'.join(sorted(state))} {said or ''}"
    return not wrong, f"{line} {'BAD: ' + ', '.join(wrong) if wrong else 'good'}"


def main() -> int:
    first, last, step = (int(sys.argv[n]) if len(sys.argv) > n else d for n, d in ((2, 1), (3, 10_000), (4, 1)))
    points, bad = 0, 0
    for name, prepare, act in ways():
        for point in range(first, last, step):
            found = look(point, prepare, act)
            if found is None:
                break
            points += 1
            bad += not found[0]
            print(f"{name} {point}: {found[1]}", flush=True)
        recovery()
    print(f"{points} points, {bad} bad")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
