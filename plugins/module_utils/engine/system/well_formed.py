# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Checks of a system's declaration while it is read."""

from __future__ import annotations

import re

from ..contract.errors import EngineError, ErrorKind
from ..contract.members import Members

NAME = re.compile(r"[a-zA-Z0-9_.][a-zA-Z0-9_.-]{0,30}[$]?\Z")


def refuse(what: str) -> EngineError:
    """The error for a declaration that is not well formed."""
    return EngineError(f"the declaration of the system is malformed: {what}", ErrorKind.MANIFEST)


def matched(value: object, pattern: re.Pattern[str], what: str) -> str:
    """A text that matches. EngineError `manifest` for any other value."""
    if not isinstance(value, str) or not pattern.match(value):
        raise refuse(f"{value!r} is not {what}")
    return value


def members_of(value: object, what: str) -> Members:
    """The members of an object of the declaration; `what` names it in errors."""
    return Members(value, f"the declaration of the system is malformed: {what}", ErrorKind.MANIFEST)
