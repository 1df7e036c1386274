# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The progress of a download, in a file that the controller can read while it waits."""

from __future__ import annotations

import threading
import time
from typing import Optional

from ..disk import filesystem
from .depot import DOWNLOADS

FILE = f"{DOWNLOADS}/progress"
_NEW = f"{DOWNLOADS}/.progress-new"
_PAUSE = 0.5


class Meter:
    """Writes `DONE TOTAL`, in bytes, twice a second at most; the file is there while the context is."""

    def __init__(self, at: int) -> None:
        self.at = at
        self._last: Optional[float] = None
        self._guard = threading.Lock()

    def __call__(self, done: int, total: int) -> None:
        """Several downloads may call it at once."""
        # Faults are injected into every change of the disk: their number must not depend on the clock.
        if filesystem.observer is not None:
            return
        with self._guard:
            now = time.monotonic()
            if self._last is not None and now - self._last < _PAUSE:
                return
            self._last = now
            if filesystem.lstat(_NEW, self.at) is not None:
                filesystem.unlink(_NEW, self.at)
            filesystem.write(_NEW, f"{done} {total}".encode(), 0o600, self.at)
            filesystem.rename(_NEW, FILE, self.at, self.at)

    def __enter__(self) -> Meter:
        return self

    def __exit__(self, *_problem: object) -> None:
        for name in (_NEW, FILE):
            if self._last is not None and filesystem.lstat(name, self.at) is not None:
                filesystem.unlink(name, self.at)
