# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Numbers, sizes, times and lists of names, as they are written everywhere."""

from __future__ import annotations

import time
from typing import Sequence

_PLURALS = {"is": "are", "comes": "come", "goes": "go", "differs": "differ", "entry": "entries"}


def plural(count: int, word: str) -> str:
    """`1 file`, `2 files`, `1,000 files`."""
    return f"{count:,} {word if count == 1 else _PLURALS.get(word, word + 's')}"


def verb(count: int, word: str) -> str:
    """`is` or `are`, by the number of its subject."""
    return word if count == 1 else _PLURALS[word]


def size(count: int) -> str:
    """Bytes, in powers of ten: `812 B`, `12 kB`, `1.6 MB`, `41 MB`."""
    if count < 1000:
        return f"{count} B"
    number = float(count)
    for unit in ("kB", "MB", "GB", "TB"):
        number /= 1000
        # 999.5 kB would be printed as `1000 kB`.
        if number < 999.5 or unit == "TB":
            break
    return f"{number:.1f} {unit}" if number < 9.95 and unit != "kB" else f"{number:.0f} {unit}"


def seconds(number: float) -> str:
    """A duration: `0.1 s`, `42 s`, `3 min 20 s`."""
    if number < 9.95:
        return f"{number:.1f} s"
    whole = round(number)
    return f"{whole} s" if whole < 100 else f"{whole // 60} min {whole % 60} s"


def day(epoch: float) -> str:
    """A local date."""
    return time.strftime("%Y-%m-%d", time.localtime(epoch))


def moment(epoch: float) -> str:
    """A local date and time, to the minute."""
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(epoch))


def clock(epoch: float) -> str:
    """A local time, to the minute."""
    return time.strftime("%H:%M", time.localtime(epoch))


def listed(names: Sequence[str], most: int = 0) -> str:
    """`a`, `a and b`, `a, b and c`; with `most`, `a, b and 7 more`."""
    shown = list(names)
    if most and len(shown) > most + 1:
        return ", ".join(shown[:most]) + f" and {len(shown) - most} more"
    return shown[0] if len(shown) == 1 else ", ".join(shown[:-1]) + " and " + shown[-1]


def scalar(text: str) -> str:
    """A value as YAML writes it: in double quotes when it is empty or holds more than plain characters."""
    if text and all(character.isalnum() or character in "_-./+:@%~$" for character in text):
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def ranges(numbers: Sequence[int]) -> str:
    """`2-4, 7`."""
    found: list[list[int]] = []
    for number in sorted(numbers):
        if found and found[-1][1] == number - 1:
            found[-1][1] = number
        else:
            found.append([number, number])
    return ", ".join(str(low) if low == high else f"{low}-{high}" for low, high in found)
