# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The error of a merge. Imports nothing, so that whoever may have to merge can name it."""

from __future__ import annotations


class MergeError(Exception):
    """A file that cannot be merged into; the message is for people and names the line where there is one."""

    def __init__(self, message: str, line: int = 0) -> None:
        super().__init__(f"line {line}: {message}" if line else message)
