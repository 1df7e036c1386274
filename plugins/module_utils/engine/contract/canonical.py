# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The canonical text of a JSON value, and its digest."""

from __future__ import annotations

import json


def canonical(value: object) -> bytes:
    """The text: equal values give equal bytes."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.encode("utf-8", "surrogateescape")


def digest(value: object) -> str:
    """SHA-256 (64 hex digits) of the canonical text."""
    from hashlib import sha256

    return sha256(canonical(value)).hexdigest()
