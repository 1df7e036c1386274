# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Plain numbers that were meant as text: colours and keys such as `000000` and `3e8589`, versions such as `3.10`."""

from __future__ import annotations

import math
import re

from ..syntax.errors import SpecError, SpecWarning
from ..syntax.nodes import PlainInteger, PlainNumber
from .definition import Definition
from .schema import Site

_POWER = re.compile(r"[0-9]+[eE][0-9]+")
_VERSION = re.compile(r"[1-9][0-9]*\.[0-9]+0")


def check_numbers(site: Site, definitions: list[Definition]) -> None:
    """Check the plain numbers of an option that could hold a text as well.

    Raises SpecError for one that loses characters and means another value; warns of one that loses its last zero.
    """
    for definition in definitions:
        value = definition.value
        if isinstance(value, (PlainInteger, PlainNumber)) and definition.scope.language.is_own(definition.position):
            _check(value, site, definition)


def _check(value: PlainInteger | PlainNumber, site: Site, definition: Definition) -> None:
    text = value.text
    lost = isinstance(value, PlainInteger) or _POWER.fullmatch(text) is not None
    if not lost and not _VERSION.fullmatch(text):
        return
    number = str(int(value)) if isinstance(value, PlainInteger) else repr(float(value)).replace("inf", "infinity")
    kind = SpecError if lost else SpecWarning
    found = kind(
        f"`{text}` without quotes is the number {number}",
        [definition.position],
        path=site.dotted,
        hint=f'write "{text}"' + (f", or {number}" if math.isfinite(value) else ""),
    )
    found.with_details("plain-number", at_value=True)
    if isinstance(found, SpecWarning):
        site.instance.trace.warn(found)
    else:
        raise found
