# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Filling a cache with everything that a lock names, so that a fleet needs no mirror."""

from __future__ import annotations

import os
import re

from ...module_utils.engine.contract.errors import EngineError
from ...module_utils.engine.packages.download import FOLDER, Downloads, Sources
from ...module_utils.engine.packages.recipe import Artefact
from ..syntax.errors import SpecError
from .lock import Lock

_HASH = re.compile(r"[0-9a-f]{64}\Z")


def vendor(lock: Lock, folder: str, sources: Sources) -> int:
    """Put every artefact of a lock into a folder, under its SHA-256; the number of new ones. Raises SpecError."""
    try:
        os.makedirs(os.path.join(folder, FOLDER), exist_ok=True)
        wanted = [
            Artefact(sha256, item.size, item.file, item.at)
            for sha256, item in sorted(lock.artefacts.items())
            if not _has(folder, sha256, item.size)
        ]
        fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            downloads = Downloads(fd, folder, sources)
            downloads.fetch(wanted)
            for item in wanted:
                os.chmod(f"{FOLDER}/{item.sha256}", 0o644, dir_fd=fd)
                os.rename(f"{FOLDER}/{item.sha256}", item.sha256, src_dir_fd=fd, dst_dir_fd=fd)
            os.rmdir(FOLDER, dir_fd=fd)
        finally:
            os.close(fd)
    except EngineError as error:
        raise SpecError(error.message) from None
    except OSError as error:
        raise SpecError(f"{folder} cannot be filled: {error.strerror}") from None
    return len(wanted)


def prune(lock: Lock, folder: str) -> int:
    """Remove from a folder the files, named by their SHA-256, that the lock does not name: their number. Raises SpecError."""
    try:
        old = [name for name in os.listdir(folder) if _HASH.match(name) and name not in lock.artefacts]
        for name in old:
            os.unlink(os.path.join(folder, name))
    except OSError as error:
        raise SpecError(f"{folder} cannot be pruned: {error.strerror}") from None
    return len(old)


def _has(folder: str, sha256: str, size: int) -> bool:
    try:
        return os.path.getsize(os.path.join(folder, sha256)) == size
    except OSError:
        return False
