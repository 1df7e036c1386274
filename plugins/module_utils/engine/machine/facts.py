# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The few facts of a machine that a spec can ask for."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pwd


def gather(account: pwd.struct_passwd) -> dict[str, Any]:
    """See the contract: system, machine, hostname, distribution, distribution_version and the user."""
    name = os.uname()
    distribution, version = _distribution(name)
    return {
        "system": name.sysname,
        "machine": name.machine,
        "hostname": name.nodename.split(".")[0],
        "distribution": distribution,
        "distribution_version": version,
        "user": {
            "name": account.pw_name,
            "uid": account.pw_uid,
            "gid": account.pw_gid,
            "home": account.pw_dir,
            "shell": account.pw_shell,
        },
    }


def _distribution(name: os.uname_result) -> tuple[str, str]:
    if name.sysname == "Darwin":
        return "macos", name.release
    for path in ("/etc/os-release", "/usr/lib/os-release"):
        try:
            with open(path, encoding="utf-8", errors="replace") as source:
                return _release(source.read())
        except OSError:
            continue
    return name.sysname.lower(), name.release


def _release(text: str) -> tuple[str, str]:
    values = dict(line.split("=", 1) for line in text.splitlines() if "=" in line)
    return values.get("ID", "linux").strip("\"' "), values.get("VERSION_ID", "").strip("\"' ")
