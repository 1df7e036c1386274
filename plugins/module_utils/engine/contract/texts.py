# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Texts of files: which contents are text, and how many lines differ."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Dict, Optional, Tuple

# Longer files (bytes) count as binary.
LONGEST = 512 * 1024


def text_of(content: Optional[bytes]) -> Optional[str]:
    """The text of a content, empty for none; None when it is binary, or too long to be read."""
    if content is None:
        return ""
    if len(content) > LONGEST or b"\0" in content:
        return None
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return None


def changed_lines(before: str, after: str) -> Tuple[int, int]:
    """The numbers of lines that go and that come; lines that only moved are neither."""
    left: Dict[str, int] = {}
    for line in before.splitlines():
        left[line] = left.get(line, 0) + 1
    added = 0
    for line in after.splitlines():
        if left.get(line):
            left[line] -= 1
        else:
            added += 1
    return sum(left.values()), added
