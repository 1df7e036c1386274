# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The error of an option that is read but has neither a definition nor a default."""

from __future__ import annotations

from ..syntax.errors import SpecError
from ..syntax.position import Position
from .schema import Declaration


def without_value(dotted: str, declaration: Declaration, positions: list[Position | None]) -> SpecError:
    """An error at the submodule's own definitions, or at the declaration where there are none."""
    example = declaration.attributes.get("example")
    remedy = f"set it:  {dotted}: " + (f'"{example}"' if isinstance(example, str) else "...")
    places: list[Position | None] = [position for position in positions if position is not None] or [
        declaration.position
    ]
    return SpecError("is used, but has no value", places, path=dotted).with_details("no-value", advice=[remedy])
