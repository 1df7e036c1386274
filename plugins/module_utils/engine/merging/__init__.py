# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Merging declared keys into a file which a program itself writes, and taking them out again.

Declared keys are set, keys no longer declared go back to what they were, and every other byte of the file stays.
Texts go in and come out whole, with their own line ends: read and write them with `newline=""`.
"""

from __future__ import annotations

from .merged import FORMATS, Merged, merge, unmerge
from .values import MergeError

__all__ = ["FORMATS", "MergeError", "Merged", "merge", "unmerge"]
