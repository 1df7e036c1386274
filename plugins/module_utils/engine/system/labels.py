# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Labels of SELinux: written files get the label that the host's policy has for their path."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING

from ..disk import filesystem, queries
from .process import run

if TYPE_CHECKING:
    from typing import Iterable

_ENABLED = "/sys/fs/selinux/enforce"
_LABEL = "security.selinux"
# What a service may be started from. The state folder's own label is one of data.
_PROGRAM = b"system_u:object_r:bin_t:s0\0"
# The file has none, or its file system cannot hold any.
_NO_LABEL = (errno.ENODATA, errno.ENOTSUP)
_TIMEOUT = 300.0


def enabled() -> bool:
    """Whether this host labels its files."""
    return queries.exists(_ENABLED)


def keep(former: str, path: str) -> None:
    """Give a file that is about to take the place of `former` its label: no moment passes in which it has another."""
    if not enabled() or filesystem.lstat(former) is None:
        return
    try:
        filesystem.set_attribute(path, _LABEL, os.getxattr(former, _LABEL, follow_symlinks=False))
    except OSError as error:
        if error.errno not in _NO_LABEL:
            raise


def restore(paths: Iterable[str], recursive: bool = False) -> None:
    """Give paths the labels that the policy has for them."""
    named = sorted(set(paths))
    if named and enabled():
        run(["restorecon", *(["-R"] if recursive else []), "--", *named], _TIMEOUT)


def as_program(path: str) -> None:
    """Let services be started from a file."""
    if not enabled():
        return
    try:
        filesystem.set_attribute(path, _LABEL, _PROGRAM)
    except OSError as error:
        if error.errno not in _NO_LABEL:
            raise
