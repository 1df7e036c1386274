# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Relative paths with "/" as separator: targets in a home, and the names below them."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import List, Tuple

_NOT_NAMES = frozenset(("", ".", ".."))


def plain_name(name: object) -> bool:
    """Whether `name` can be the name of one file: no slash, no NUL, not empty, not `.` or `..`."""
    return isinstance(name, str) and "/" not in name and "\0" not in name and name not in _NOT_NAMES


def safe_path(path: object) -> bool:
    """Whether `path` is relative, stays below where it starts, and is written in its one normal form."""
    return isinstance(path, str) and "\0" not in path and _NOT_NAMES.isdisjoint(path.split("/"))


def parents(target: str) -> List[str]:
    """The folders above `target`, outermost first, without the home itself."""
    parts = target.split("/")[:-1]
    return ["/".join(parts[: depth + 1]) for depth in range(len(parts))]


def split(target: str) -> Tuple[str, str]:
    """Folder ("" for the home itself) and base name of `target`."""
    folder, _slash, name = target.rpartition("/")
    return folder, name


def depth_first(target: str) -> List[str]:
    """A key by which a folder sorts before what is in it, and both before the folder's neighbours."""
    return target.split("/")
