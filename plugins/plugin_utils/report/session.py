# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The session of a home: its variables, and the folders that it puts before PATH."""

from __future__ import annotations

import hashlib
from typing import Any

from ..options.evaluation import Evaluation

_VARIABLES = ("home", "sessionVariables")


def session_of(evaluation: Evaluation) -> dict[str, Any]:
    """`{"variables": {NAME: TEXT or {"secret": HASH}}, "path": [FOLDER]}`. Raises SpecError."""
    home = str(evaluation.get("home.homeDirectory"))
    variables: dict[str, Any] = {}
    said = dict(evaluation.get("home.sessionVariables"))
    # The whole is secret as soon as one entry is; where no entry is known to be, none may be shown.
    every = _VARIABLES in evaluation.secret and not any(
        path[:2] == _VARIABLES for path in evaluation.secret if len(path) > 2
    )
    path = [shortened(str(item), home) for item in evaluation.get("home.sessionPath")]
    for name, value in said.items():
        if value is None:
            continue
        text = ("1" if value else "") if isinstance(value, bool) else str(value)
        hidden = every or (*_VARIABLES, name) in evaluation.secret
        variables[name] = (
            {"secret": hashlib.sha256(text.encode()).hexdigest()[:16]} if hidden else shortened(text, home)
        )
    return {"variables": variables, "path": list(dict.fromkeys(path))}


def shortened(text: str, home: str) -> str:
    """A path in the home as a person writes it."""
    for start in ("$HOME", "${HOME}", home.rstrip("/")):
        if text == start or text.startswith(start + "/"):
            return "~" + text[len(start) :]
    return text
