# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The secrets that this process has read, so that no message shows one and no cache keeps one.

One registry for the process: a message that escapes it would be a leak, and nothing is lost by hiding a text twice.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable

from ..values import Value

HIDDEN = "(secret)"
# Shorter texts are words and numbers that occur in any message.
SHORTEST = 4
# A long text is shown shortened: its beginning is hidden, too.
_BEGINNING = 24


class Secrets:
    """Texts that must not be shown, and texts of vaulted files, which must not be kept."""

    def __init__(self) -> None:
        self._values: set[str] = set()
        self._pattern: re.Pattern[str] | None = None
        self._files: list[str] = []

    def add(self, value: Value) -> None:
        """Note every text and number in plain data."""
        if isinstance(value, dict):
            for key in value:
                self.add(value[key])
        elif isinstance(value, (list, tuple)):
            for item in value:
                self.add(item)
        elif isinstance(value, (str, int, float)) and not isinstance(value, bool):
            text = str(value).strip()
            if len(text) >= SHORTEST and text not in self._values:
                self._values.add(text)
                self._pattern = None

    def add_file_texts(self, texts: Iterable[str]) -> None:
        """Note the texts of a vaulted file."""
        self._files.extend(texts)

    def private(self, source: str) -> bool:
        """Whether a piece of a spec comes from a vaulted file."""
        return any(source in text for text in self._files)

    def within(self, text: str) -> bool:
        """Whether a text holds a secret."""
        return self._search(text) is not None

    def concealed(self, text: str) -> str:
        """The text with every secret in it replaced."""
        return text if not self._values else self._compiled().sub(HIDDEN, text)

    def _search(self, text: str) -> re.Match[str] | None:
        return self._compiled().search(text) if self._values else None

    def _compiled(self) -> re.Pattern[str]:
        if self._pattern is None:
            forms = sorted({form for value in self._values for form in _forms(value)}, key=len, reverse=True)
            self._pattern = re.compile("|".join(re.escape(form) for form in forms))
        return self._pattern


def _forms(value: str) -> Iterable[str]:
    """How a message may write a text: as it is, quoted, shortened, by its lines, or in base64."""
    whole = [value, repr(value)[1:-1], json.dumps(value)[1:-1], json.dumps(value, ensure_ascii=False)[1:-1]]
    lines = [line.strip() for line in value.splitlines() if len(line.strip()) >= 2 * SHORTEST]
    begun = [form[:_BEGINNING] for form in [*whole, *lines] if len(form) > _BEGINNING]
    encoded = base64.b64encode(value.encode("utf-8", "surrogatepass")).decode().rstrip("=")
    return [*whole, *lines, *begun, encoded]


SECRETS = Secrets()
