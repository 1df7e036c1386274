# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Where a generation comes from: the commit of the project's folder, and who switched."""

from __future__ import annotations

import getpass
import os
import subprocess

from ...module_utils.engine.contract.provenance import Provenance
from .. import inputs


def provenance(project: str | None, local: bool, check: bool) -> Provenance:
    """Who switches, and from which commit. Empty in check mode, and without a commit if the folder is in no repository."""
    if check:
        return Provenance()
    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        user = str(os.getuid())
    found = Provenance(by=user if local else f"{user}@{os.uname().nodename}", via="ansible")
    commit = _git(project, "rev-parse", "--verify", "HEAD") if project and _may_be_repository(project) else None
    if project and commit:
        found.commit = commit.strip()
        found.dirty = bool(_git(project, "status", "--porcelain", "--", "."))
    return found


def _may_be_repository(folder: str) -> bool:
    """Whether the folder may be in a repository. Found without git, because that costs a process."""
    above = os.path.realpath(folder)
    try:
        while "GIT_DIR" not in os.environ and inputs.kind_of(os.path.join(above, ".git")) == inputs.ABSENT:
            if above == os.path.dirname(above):
                return False
            above = os.path.dirname(above)
    except OSError:
        return True
    return True


def _git(folder: str, *arguments: str) -> str | None:
    try:
        done = subprocess.run(["git", "-C", folder, *arguments], capture_output=True, text=True, timeout=5, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None
