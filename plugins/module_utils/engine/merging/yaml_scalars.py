# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""YAML scalars: what a plain or quoted one means, and how a value is written.

Plain words on which YAML 1.1 and 1.2 disagree (`yes`, `012`, `1:30`, dates) are literals: no declared value equals one.
"""

from __future__ import annotations

import json
import math
import re
from typing import Dict, List

from .errors import MergeError
from .values import Literal

WORDS: Dict[str, object] = {"": None, "~": None, "null": None, "Null": None, "NULL": None}
WORDS.update({"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False})
INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]*)$")
FLOAT = re.compile(r"[-+]?[0-9]+\.[0-9]*(?:[eE][-+][0-9]+)?$")
AMBIGUOUS = re.compile(
    r"(?:y|Y|yes|Yes|YES|n|N|no|No|NO|on|On|ON|off|Off|OFF|=|<<)$|"
    r"[-+]?\.?[0-9][0-9a-fA-FxobeE_:.+-]*(?:[Tt ][0-9:.Zz +-]*)?$|[-+]?\.(?:inf|Inf|INF)$|\.(?:nan|NaN|NAN)$"
)
PLAIN = re.compile(r"[A-Za-z_/][A-Za-z0-9_./@%+=-]*(?: [A-Za-z0-9_./@%+=-]+)*$")
FOLD = re.compile(r"[ \t]*\r?\n((?:[ \t]*\r?\n)*)[ \t]*")
ESCAPE = re.compile(r"\\(?:x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(\r?\n[ \t]*)|(.))", re.DOTALL)
SIMPLE = {
    "0": "\0",
    "a": "\a",
    "b": "\b",
    "t": "\t",
    "\t": "\t",
    "n": "\n",
    "v": "\v",
    "f": "\f",
    "r": "\r",
    "e": "\x1b",
    " ": " ",
    '"': '"',
    "/": "/",
    "\\": "\\",
    "N": "\x85",
    "_": "\xa0",
    "L": "\u2028",
    "P": "\u2029",
}
UNPRINTABLE = re.compile("[\x7f-\xa0\u2028\u2029\ufeff\ufffe\uffff]")


def resolve(text: str) -> object:
    """What a plain scalar means."""
    if text in WORDS:
        return WORDS[text]
    if INTEGER.match(text):
        return int(text)
    if FLOAT.match(text):
        return float(text)
    return Literal(text) if AMBIGUOUS.match(text) or text[:1] in ("&", "*", "!") else text


def folded(text: str) -> str:
    """Line breaks inside a plain or quoted scalar: one is a space, of several the first does not count."""
    return FOLD.sub(lambda found: "\n" * found.group(1).count("\n") or " ", text)


def single(text: str) -> str:
    """The text between single quotes."""
    return folded(text).replace("''", "'")


def double(text: str, line: int) -> str:
    """The text between double quotes; MergeError for an unknown escape."""
    parts: List[str] = []
    at = 0
    for found in ESCAPE.finditer(text):
        parts += [folded(text[at : found.start()]), escaped(found, line)]
        at = found.end()
    return "".join([*parts, folded(text[at:])])


def escaped(found: re.Match[str], line: int) -> str:
    """What an escape sequence means."""
    code = found.group(1) or found.group(2) or found.group(3)
    if code:
        if int(code, 16) > 0x10FFFF:
            raise MergeError(f"{found.group()} is not a character", line)
        return chr(int(code, 16))
    if found.group(4) is not None:
        return ""
    if found.group(5) not in SIMPLE:
        raise MergeError(f"unknown escape {found.group()!r}", line)
    return SIMPLE[found.group(5)]


def block(lines: List[str], style: str, chomp: str, ended: bool) -> str:
    """What a block scalar of these lines, without their indentation, means; `ended`: the last one has a line end."""
    text = "\n".join(lines) if style == "|" else folded_block(lines)
    body = text.rstrip("\n")
    if not body:
        return "\n" * len(lines) if chomp == "+" else ""
    if chomp == "-":
        return body
    if chomp == "+":
        return text + "\n" * ended
    return body + "\n" * ended


def folded_block(lines: List[str]) -> str:
    """The lines of a `>` scalar joined: a break between two lines that begin with no space is a space."""
    text = ""
    breaks = 0
    former = " "
    for line in lines:
        if not line:
            breaks += 1
            continue
        loose = line[0] in " \t" or former[0] in " \t"
        if not text:
            text = "\n" * breaks + line
        else:
            text += "\n" * (breaks + 1 if loose else breaks) + line if loose or breaks else " " + line
        former, breaks = line, 0
    return text + "\n" * breaks


def string(text: str) -> str:
    """A string, plain when no reader can take it for anything else."""
    if PLAIN.match(text) and isinstance(resolve(text), str) and "\n" not in text:
        return text
    if any("\ud800" <= char <= "\udfff" for char in text):
        raise MergeError("YAML cannot hold half of a surrogate pair")
    return UNPRINTABLE.sub(lambda found: f"\\u{ord(found.group()):04x}", json.dumps(text, ensure_ascii=False))


def scalar(value: object) -> str:
    """A value on its key's line."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Literal):
        return value.text
    if isinstance(value, str):
        return string(value)
    if isinstance(value, float):
        if not math.isfinite(value):
            return ".nan" if math.isnan(value) else ".inf" if value > 0 else "-.inf"
        text = repr(value)
        return text if "." in text else text.replace("e", ".0e")
    if isinstance(value, (dict, list)):
        return "{}" if isinstance(value, dict) else "[]"
    return str(value)


def mapping(value: Dict[str, object], indent: int, unit: int, dash: int) -> List[str]:
    """The lines of a mapping; `unit` is the step below a mapping, `dash` that of a list below its key."""
    lines: List[str] = []
    for key, item in value.items():
        lines += entry(key, item, indent, unit, dash)
    return lines


def entry(key: str, value: object, indent: int, unit: int, dash: int) -> List[str]:
    """The lines of one key and its value."""
    head = " " * indent + string(key) + ":"
    if isinstance(value, dict) and value:
        return [head, *mapping(value, indent + unit, unit, dash)]
    if isinstance(value, list) and value:
        return [head, *sequence(value, indent + dash, unit, dash)]
    return [f"{head} {scalar(value)}"]


def sequence(value: List[object], indent: int, unit: int, dash: int) -> List[str]:
    """The lines of a list."""
    lines: List[str] = []
    for item in value:
        if isinstance(item, dict) and item:
            below = mapping(item, indent + 2, unit, dash)
        elif isinstance(item, list) and item:
            below = sequence(item, indent + 2, unit, dash)
        else:
            below = [" " * (indent + 2) + scalar(item)]
        lines += [" " * indent + "- " + below[0][indent + 2 :], *below[1:]]
    return lines
