# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What lies in a folder of the controller."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import NamedTuple

from ..syntax.errors import SpecError
from .source_file import check_inside


class FolderMember(NamedTuple):
    """A file (`path`, absolute), a symbolic link (`link`, its text) or a folder (neither) below a folder.

    `relative` is its path from there.
    """

    relative: str
    path: str | None = None
    link: str | None = None

    @property
    def is_folder(self) -> bool:
        return self.path is None and self.link is None


def walk(path: str) -> Iterator[FolderMember]:
    """All that lies below a folder, in byte order of names; links are not followed.

    Raises SpecError for what cannot be read, and for sockets and the like.
    """
    check_inside(path)
    for where, folders, names in os.walk(path, onerror=_refuse):
        folders.sort()
        relative = os.path.relpath(where, path)
        for name in sorted([*names, *(f for f in folders if os.path.islink(os.path.join(where, f)))]):
            whole = os.path.join(where, name)
            below = name if relative == "." else f"{relative}/{name}"
            if os.path.islink(whole):
                yield FolderMember(below, link=os.readlink(whole))
            elif os.path.isfile(whole):
                yield FolderMember(below, path=whole)
            else:
                raise SpecError(f"{whole} is not a regular file, a folder or a symbolic link")
        if relative != ".":
            yield FolderMember(relative)


def _refuse(problem: OSError) -> None:
    raise SpecError(f"{problem.filename} cannot be read: {problem.strerror}")
