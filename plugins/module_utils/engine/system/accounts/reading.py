# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""How the files of the user database are read."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from ...disk import filesystem

if TYPE_CHECKING:
    from typing import Callable


def read_from(etc: str) -> Callable[[str], bytes | None]:
    """How the files of a folder /etc are read."""

    def read(name: str) -> bytes | None:
        try:
            return filesystem.read(os.path.join(etc, name))
        except FileNotFoundError:
            return None

    return read
