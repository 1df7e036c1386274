# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The depot of the whole host, which root's runs fill: a user takes a tree from there instead of downloading it."""

from __future__ import annotations

import os
import stat
from typing import Dict, Tuple

from ..contract import root_state
from ..disk import filesystem
from .depot import PACKAGES, Depot
from .recipe import Recipe


def linked(depot: Depot, identity: str, recipes: Dict[str, Recipe], path: str = root_state.FOLDER) -> bool:
    """Whether the host's depot has the tree of a recipe; the user's own name for it then leads there."""
    if depot.path == path:
        return False
    tree_path = f"{path}/{PACKAGES}/{moved(identity, recipes, f'{path}/{PACKAGES}')[0]}"
    if not trusted(tree_path):
        return False
    filesystem.symlink(tree_path, f"{PACKAGES}/{identity}", depot.fd)
    return True


def moved(identity: str, recipes: Dict[str, Recipe], base: str) -> Tuple[str, Recipe]:
    """A recipe, and its identity, as they are for the folder `base`: those of what it requires are others there too."""
    recipe = recipes[identity]
    requires = {name: moved(needed, recipes, base)[0] for name, needed in recipe.requires.items() if needed in recipes}
    there = recipe._replace(requires=requires)
    return there.identity(base), there


def is_kept(path: str = root_state.FOLDER) -> bool:
    """Whether this is root, on a host that has such a depot: making its folder is how an administrator asks for one."""
    return os.geteuid() == 0 and trusted(f"{path}/{PACKAGES}")


def trusted(path: str) -> bool:
    """Whether a folder and everything above it belong to root and can be written by nobody else."""
    while True:
        status = filesystem.lstat(path)
        if status is None or not stat.S_ISDIR(status.st_mode) or status.st_uid != 0 or status.st_mode & 0o022:
            return False
        if path == "/":
            return True
        path = os.path.dirname(path)
