# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The facts of the hosts for which tests evaluate homes and systems when they do not say otherwise."""

from __future__ import annotations

from typing import Any

USER = {"name": "root", "home": "/root", "uid": 0, "gid": 0, "shell": "/bin/bash"}
HOST = {
    "platform": "linux",
    "machine": "x86_64",
    "hostname": "web1",
    "distribution": "debian",
    "distribution_version": "12",
    "systemdBoot": False,
    "nix": False,
    "user": USER,
}


def host_of_home(platform: str) -> dict[str, Any]:
    """The facts of a laptop, and of alice on it."""
    home = "/home/alice" if platform == "linux" else "/Users/alice"
    return {
        "platform": platform,
        "machine": "x86_64" if platform == "linux" else "aarch64",
        "hostname": "laptop",
        "user": {"name": "alice", "home": home, "uid": 1000, "shell": "/bin/bash"},
    }
