# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Parsing of ages and dates."""

from __future__ import annotations

import re
import time

from .errors import EngineError, ErrorKind

_UNITS = {
    "s": 1,
    "sec": 1,
    "second": 1,
    "m": 60,
    "min": 60,
    "minute": 60,
    "h": 3600,
    "hour": 3600,
    "d": 86400,
    "day": 86400,
    "w": 7 * 86400,
    "week": 7 * 86400,
    "fortnight": 14 * 86400,
    "month": 30 * 86400,
    "y": 365 * 86400,
    "year": 365 * 86400,
}
_AGE = re.compile(r"-?\s*([0-9]+)\s*([a-z]+?)s?(?:\s+ago)?\Z")
_DAYS = {
    "now": 0,
    "today": 0,
    "yesterday": 86400,
    "last week": 7 * 86400,
    "last month": 30 * 86400,
    "last year": 365 * 86400,
}
_FORMS = ("%Y-%m-%d", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y%m%d")


def parse_age(text: str, now: float | None = None) -> float:
    """How long ago a text means, in seconds.

    It is an age or a date, such as `30d`, `-30 days`, `2 weeks ago`, `yesterday`, `2026-05-01` or `@1700000000`.
    Dates are in local time. EngineError of kind `age` for what is not understood, and for the future.
    """
    current = time.time() if now is None else now
    plain = text.strip().lower()
    if plain in _DAYS:
        return float(_DAYS[plain])
    found = _AGE.match(plain)
    if found:
        unit = found.group(2) if found.group(2) in _UNITS else found.group(2) + "s"
        if unit in _UNITS:
            return float(int(found.group(1)) * _UNITS[unit])
    moment = _moment(text.strip())
    if moment is None:
        raise EngineError(f"{text!r} is not an age or a date: write `30d`, `-30 days` or `2026-05-01`", ErrorKind.AGE)
    if moment > current:
        raise EngineError(f"{text!r} is in the future", ErrorKind.AGE)
    return current - moment


def _moment(text: str) -> float | None:
    if text.startswith("@") and text[1:].isdigit():
        return float(text[1:])
    for form in _FORMS:
        try:
            return time.mktime(time.strptime(text, form))
        except (ValueError, OverflowError):
            continue
    return None
