# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The depot of the whole host, which root's runs fill: a user takes a tree from there instead of downloading it."""

from __future__ import annotations

import os
import stat

from ..disk import filesystem
from .depot import PACKAGES, Depot
from .recipe import Recipe

PATH = "/var/lib/home.manager"


def linked(depot: Depot, identity: str, recipe: Recipe, path: str = PATH) -> bool:
    """Whether the host's depot has the tree of this recipe; the user's own name for it then leads there."""
    if depot.path == path or recipe.requires:
        return False
    place = f"{path}/{PACKAGES}/{recipe.identity(f'{path}/{PACKAGES}')}"
    if not trusted(place):
        return False
    filesystem.symlink(place, f"{PACKAGES}/{identity}", depot.fd)
    return True


def trusted(path: str) -> bool:
    """Whether a folder and everything above it belong to root and can be written by nobody else."""
    while True:
        try:
            status = os.lstat(path)
        except OSError:
            return False
        if not stat.S_ISDIR(status.st_mode) or status.st_uid != 0 or status.st_mode & 0o022:
            return False
        if path == "/":
            return True
        path = os.path.dirname(path)
