# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The one exception that the engine raises on purpose."""

from __future__ import annotations

from typing import Any, Dict


class EngineError(Exception):
    """Something that a person has to be told.

    `message` is a sentence for people, `kind` a stable word for programs (such as `collision`, `locked`, `owner`),
    `details` further values for the answer (JSON types only).
    """

    def __init__(self, message: str, kind: str, **details: Any) -> None:
        super().__init__(message)
        self.message = message
        self.kind = kind
        self.details: Dict[str, Any] = details
