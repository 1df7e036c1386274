# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The wire form: definitions as plain JSON, with `_type` records for what JSON cannot say."""

from __future__ import annotations

from .marks import checked_record
from .nodes import Mapping, Sequence


def from_wire(value: object) -> object:
    """JSON data as nodes: keys are whole names and texts are literal. `dataOnly` records keep their shape."""
    if isinstance(value, dict):
        node = Mapping({key: from_wire(item) for key, item in value.items()}, verbatim=True)
        return node if "_type" not in node else checked_record(node)
    if isinstance(value, list):
        return Sequence([from_wire(item) for item in value])
    return value
