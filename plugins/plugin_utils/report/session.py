# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The session of a home: its variables, and the folders that it puts before PATH."""

from __future__ import annotations

import hashlib

from ...module_utils.engine.contract.provenance import Session
from ..options.evaluation import Evaluation
from ..syntax.secrets import SECRETS

_VARIABLES = ("home", "sessionVariables")


def session_of(evaluation: Evaluation) -> Session:
    """The variables and the folders of the search path that a home sets. Raises SpecError."""
    home = str(evaluation.get("home.homeDirectory"))
    session = Session()
    variables = dict(evaluation.get("home.sessionVariables"))
    # The whole mapping is secret as soon as one entry is. If no entry is known to be the secret one, none is shown.
    every = _VARIABLES in evaluation.secret and not any(
        path[:2] == _VARIABLES for path in evaluation.secret if len(path) > 2
    )
    folders = [str(item) for item in evaluation.get("home.sessionPath")]
    hides = ("home", "sessionPath") in evaluation.secret
    path = [shortened(folder, home) for folder in folders if not (hides and SECRETS.within(folder))]
    for name, value in variables.items():
        if value is None:
            continue
        text = ("1" if value else "") if isinstance(value, bool) else str(value)
        hidden = every or (*_VARIABLES, name) in evaluation.secret
        if hidden:
            # A computed name may contain the secret itself.
            shown = SECRETS.concealed(name) if _VARIABLES in evaluation.secret else name
            session.secrets[shown] = hashlib.sha256(text.encode()).hexdigest()[:16]
        else:
            session.variables[name] = shortened(text, home)
    session.path = list(dict.fromkeys(path))
    return session


def shortened(text: str, home: str) -> str:
    """A path in the home with `~` in place of the home."""
    for start in ("$HOME", "${HOME}", home.rstrip("/")):
        if text == start or text.startswith(start + "/"):
            return "~" + text[len(start) :]
    return text
