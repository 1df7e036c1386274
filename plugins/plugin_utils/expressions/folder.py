# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What is in a folder of the controller."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from .. import inputs
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
    """All that is below a folder, in byte order of names; links are not followed.

    Raises SpecError for what cannot be read, and for sockets and the like.
    """
    check_inside(path)
    yield from _below(path, "")


def _below(path: str, prefix: str) -> Iterator[FolderMember]:
    try:
        members = inputs.members(path)
    except OSError as problem:
        raise SpecError(f"{problem.filename} cannot be read: {problem.strerror}") from None
    for member in members:
        below, whole = f"{prefix}{member.name}", f"{path}/{member.name}"
        if member.link is not None:
            yield FolderMember(below, link=member.link)
        elif member.kind == inputs.FILE:
            yield FolderMember(below, path=whole)
        elif member.kind == inputs.OTHER:
            raise SpecError(f"{whole} is not a regular file, a folder or a symbolic link")
    if prefix:
        yield FolderMember(prefix[:-1])
    for member in members:
        if member.kind == inputs.FOLDER:
            yield from _below(f"{path}/{member.name}", f"{prefix}{member.name}/")
