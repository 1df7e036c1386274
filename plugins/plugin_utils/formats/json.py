# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""JSON (RFC 8259), as ``pkgs.formats.json`` (pretty) and ``builtins.toJSON`` (compact) write it."""

from __future__ import annotations

import json as standard
import math

from ..values import FormatError, Value
from .atoms import Trail, items, plain

# What Ansible's filter accepts besides: how the text is written, and how its own kinds of values are, of which there are
# none here.
WRITING = ("ensure_ascii", "separators", "sort_keys", "allow_nan", "check_circular", "skipkeys")
KINDS_OF_VALUES = ("profile", "vault_to_text", "preprocess_unsafe")


def to_json(value: Value, *, pretty: bool = True, indent: int | str | None = 2, **writing: Value) -> str:
    """JSON with keys in byte order and characters beyond ASCII unchanged.

    ``pretty``: indented by ``indent`` spaces and ended by a newline; otherwise one line without spaces and without a
    newline. ``writing`` are further parameters of Ansible's filter of the same name. Raises FormatError for inline
    expressions, GVariants, infinities and NaN.
    """
    unknown = sorted(writing.keys() - {*WRITING, *KINDS_OF_VALUES})
    if unknown:
        known = ", ".join(sorted(("pretty", "indent", *WRITING, *KINDS_OF_VALUES)))
        raise FormatError(f"unknown parameter {unknown[0]}; known parameters: {known}")
    data = plain(value, sort=bool(writing.get("sort_keys", True)))
    _refuse_infinite(data)
    usual = {"indent": indent} if pretty else {"separators": (",", ":")}
    chosen = {name: item for name, item in writing.items() if name in WRITING}
    if isinstance(chosen.get("separators"), list):
        chosen["separators"] = tuple(chosen["separators"])
    text = standard.dumps(data, **{"ensure_ascii": False, "sort_keys": True, **usual, **chosen})
    return text + "\n" if pretty else text


def _refuse_infinite(data: object, trail: Trail = ()) -> None:
    if isinstance(data, float) and not math.isfinite(data):
        raise FormatError(f"JSON has no {data}", trail)
    if isinstance(data, dict):
        for key, item in data.items():
            _refuse_infinite(item, (*trail, key))
    elif isinstance(data, list):
        for item, inner in items(data, trail):
            _refuse_infinite(item, inner)
