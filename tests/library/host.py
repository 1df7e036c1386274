# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The facts of the host for which tests evaluate a system when they do not say otherwise."""

from __future__ import annotations

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
