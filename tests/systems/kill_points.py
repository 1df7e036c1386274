# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Kills a switch of a booted host at every change that it makes to the disk, recovers, and looks whether all of it is old or new.

    python3 kill_points.py FOLDER-OF-THE-ENGINE [FIRST [LAST [STEP]]]

It changes the host that it runs on: for containers alone. Every point prints one line; the exit status is 1 when one was bad.
"""

from __future__ import annotations

import os
import signal
import sys
import traceback
from typing import Any

sys.path.insert(0, sys.argv[1])

from engine.contract.bundle import write_bundle  # type: ignore[import-not-found]
from engine.contract.canonical import digest  # type: ignore[import-not-found]
from engine.contract.objects import object_id  # type: ignore[import-not-found]
from engine.disk import filesystem  # type: ignore[import-not-found]
from engine.system.recovery import recover  # type: ignore[import-not-found]
from engine.system.verbs import SystemVerbs  # type: ignore[import-not-found]

FILES = ("kill-a.conf", "kill.d/b.conf", "kill.d/c.conf", "cron.d/kill")


def system(word: str, people: list[str]) -> tuple[dict[str, Any], list[tuple[str, bytes]]]:
    """A declaration whose every part says `word`, and its objects."""
    contents = {f"{name}": f"# {word} {name}\n".encode() for name in FILES}
    contents["systemd/system/kill.service"] = (
        f"[Unit]\nDescription={word}\n[Service]\nEnvironment=WORD={word}\nExecStart=/bin/sleep infinity\n".encode()
    )
    objects = {target: object_id(content, "0444", target) for target, content in contents.items()}
    etc: dict[str, Any] = {target: {"object": name, "mode": "0644"} for target, name in objects.items()}
    etc["systemd/system/kill.service"]["unit"] = "kill.service"
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


def killed_at(point: int) -> bool:
    """Switch to the new state in a child that dies at that change; whether it came so far."""
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
            switch(NEW)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    _pid, status = os.waitpid(child, 0)
    if os.WIFEXITED(status) and os.WEXITSTATUS(status):
        raise SystemExit("the switch failed by itself")
    return os.WIFSIGNALED(status)


def words() -> set[str]:
    """Which of the two states the parts of the host are in."""
    found = set()
    for name in [*FILES, "systemd/system/kill.service"]:
        with open(f"/etc/{name}", encoding="utf-8") as source:
            text = source.read()
        found.add("old" if "old" in text else "new" if "new" in text else "neither")
    found.add(os.readlink("/etc/kill-link")[1:])
    with open("/etc/passwd", encoding="utf-8") as source:
        found.add("new" if "\nberta:" in source.read() else "old")
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


def main() -> int:
    first, last, step = (int(sys.argv[n]) if len(sys.argv) > n else d for n, d in ((2, 1), (3, 10_000), (4, 1)))
    bad = 0
    for point in range(first, last, step):
        switch(OLD)
        if words() != {"old"}:
            print(f"{point}: the old state is not whole: {words()}")
            return 1
        if not killed_at(point):
            print(f"{point}: beyond the end")
            break
        mixture = words()
        said = recover(SystemVerbs(lambda _request: {}).context())
        state = words()
        good = len(state) == 1 and "neither" not in state and not os.path.exists("/var/lib/home.manager/journal.json")
        bad += not good
        print(
            f"{point}: {'/'.join(sorted(mixture))} -> {'/'.join(sorted(state))} {'good' if good else 'BAD'} {said or ''} {leftovers()}",
            flush=True,
        )
    print(f"{bad} bad")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
