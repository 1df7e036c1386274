# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""JSON (RFC 8259), as ``pkgs.formats.json`` (pretty) and ``builtins.toJSON`` (compact) write it."""

from __future__ import annotations

import json as standard
import math
from typing import Any

from ..values import FormatError
from .atoms import Trail, items, plain


def to_json(value: Any, *, pretty: bool = True, indent: int = 2) -> str:
    """JSON with keys in byte order and characters beyond ASCII as they are.

    ``pretty``: indented by ``indent`` spaces and ended by a newline; otherwise one line without spaces and without a
    newline. Raises FormatError for inline expressions, GVariants, infinities and NaN.
    """
    data = plain(value)
    _refuse_infinite(data)
    if pretty:
        return standard.dumps(data, indent=indent, ensure_ascii=False, sort_keys=True) + "\n"
    return standard.dumps(data, separators=(",", ":"), ensure_ascii=False, sort_keys=True)


def _refuse_infinite(data: Any, trail: Trail = ()) -> None:
    if isinstance(data, float) and not math.isfinite(data):
        raise FormatError(f"JSON has no {data}", trail)
    if isinstance(data, dict):
        for key, item in data.items():
            _refuse_infinite(item, (*trail, key))
    elif isinstance(data, list):
        for item, inner in items(data, trail):
            _refuse_infinite(item, inner)
