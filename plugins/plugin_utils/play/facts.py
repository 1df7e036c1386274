# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The facts of targets, remembered between runs so that a run need not ask before it evaluates."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Iterator
from typing import Any

from ..cache_folder import cache_folder


class TrackedFacts(dict[str, Any]):
    """Facts of a host that record in `read` which of them were read: those of a host that was never asked are guesses."""

    def __init__(self, facts: dict[str, object]) -> None:
        super().__init__(facts)
        self.read: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        value = super().__getitem__(name)
        if name == "user" and isinstance(value, dict):
            inner = TrackedFacts(value)
            inner.read = self.read.setdefault(name, {})
            return inner
        self.read[name] = value
        return value

    def __iter__(self) -> Iterator[str]:
        for name in super().__iter__():
            self[name]
            yield name


def _folder() -> str:
    return cache_folder("hosts")


def _file(host: str, user: str) -> str:
    return os.path.join(_folder(), hashlib.sha256(f"{host}\0{user}".encode()).hexdigest()[:32] + ".json")


def guess(user: str, host: str = "") -> dict[str, Any]:
    """The assumed facts of a host that was never asked: a Linux machine with systemd and its homes in /home.

    Its name is the one in the inventory, unless that is an address or `localhost`.
    """
    is_name = host != "localhost" and not host.replace(".", "").isdigit() and ":" not in host
    home = "/root" if user == "root" else f"/home/{user}"
    return {
        "platform": "linux",
        "machine": "x86_64",
        "hostname": host.split(".", maxsplit=1)[0] if is_name else "",
        "distribution": "",
        "distribution_version": "",
        "service_manager": "systemd",
        "user": {"name": user, "home": home, "uid": None, "gid": None, "shell": "/bin/bash"},
    }


def remembered(host: str, user: str) -> dict[str, Any] | None:
    """The facts of an earlier run, or None."""
    try:
        with open(_file(host, user), encoding="utf-8") as file:
            found: dict[str, Any] = json.load(file)
            return found if "platform" in found and "user" in found else None
    except (OSError, ValueError):
        return None


def remember(host: str, user: str, facts: dict[str, Any]) -> None:
    """Keep the facts for the next run. If they cannot be written, that run asks again."""
    try:
        os.makedirs(_folder(), mode=0o700, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=_folder())
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(facts, file, sort_keys=True)
        os.replace(temporary, _file(host, user))
    except OSError:
        return


def remember_paths(host: str, user: str, home: str, state: str) -> None:
    """Keep the paths of a home and of its state, for requests without a spec."""
    facts = remembered(host, user)
    if facts is not None and paths(host, user) != {"home": home, "state_path": state}:
        remember(host, user, {**facts, "paths": {"home": home, "state_path": state}})


def paths(host: str, user: str) -> dict[str, str]:
    """`home` and `state_path` of the last switch; empty without one."""
    facts = remembered(host, user) or {}
    found: dict[str, str] = facts.get("paths", {})
    return found
