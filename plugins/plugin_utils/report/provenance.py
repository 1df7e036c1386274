# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Where a generation comes from: the commit of the project's folder, and who switched."""

from __future__ import annotations

import getpass
import os
import subprocess
from typing import Any


def provenance(project: str | None, local: bool) -> dict[str, Any]:
    """`{"by", "via", "commit": {"id", "dirty"}}`; no commit where the folder is in no repository."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        user = str(os.getuid())
    found: dict[str, Any] = {"by": user if local else f"{user}@{os.uname().nodename}", "via": "ansible"}
    commit = _git(project, "rev-parse", "--verify", "HEAD") if project else None
    if project and commit:
        found["commit"] = {"id": commit.strip(), "dirty": bool(_git(project, "status", "--porcelain", "--", "."))}
    return found


def _git(folder: str, *arguments: str) -> str | None:
    try:
        done = subprocess.run(["git", "-C", folder, *arguments], capture_output=True, text=True, timeout=5, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None
