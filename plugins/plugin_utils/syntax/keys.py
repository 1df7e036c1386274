# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Keys of a spec: where a key splits at its dots.

A dot separates; `"..."` protects a part; `{{ }}` is opaque, so that a template never makes a separator.
"""

from __future__ import annotations

import functools
import re

_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"(?=\.|$)', re.DOTALL)
_PLAIN = re.compile(r"(?:\{\{.*?\}\}|[^.])*", re.DOTALL)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_CONTROLS = {"n": "\n", "t": "\t", "r": "\r"}
_SHOWN = str.maketrans({'"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r", "\0": "\\0"})
_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_'-]*")


class TemplateKey(str):
    """A key, or a part of one, that contains `{{ }}` and is known only once it has been evaluated."""

    __slots__ = ()


class LiteralKey(str):
    """A key with the tag `!unsafe`: always text, never split."""

    __slots__ = ()


def _unescaped(found: re.Match[str]) -> str:
    return _CONTROLS.get(found[1], found[1])


@functools.lru_cache(maxsize=8192, typed=True)
def split(key: str) -> tuple[str, ...]:
    """The parts of a dotted key; parts that hold a template are `TemplateKey`."""
    if isinstance(key, LiteralKey):
        return (str(key),)
    if "." not in key and '"' not in key:
        return (TemplateKey(key) if "{{" in key else key,)
    parts: list[str] = []
    at = 0
    while True:
        quoted = _QUOTED.match(key, at)
        if quoted:
            text, at = _ESCAPE.sub(_unescaped, quoted[1]), quoted.end()
        else:
            plain = _PLAIN.match(key, at)
            text, at = (plain[0], plain.end()) if plain else (key[at:], len(key))
        parts.append(TemplateKey(text) if "{{" in text else text)
        if at >= len(key):
            return tuple(parts)
        at += 1


def dotted(parts: tuple[str, ...]) -> str:
    """A key that `split` takes apart into these parts; those that hold a dot or a quote are quoted."""
    return ".".join(f'"{p.translate(_SHOWN)}"' if "." in p or '"' in p else p for p in parts)


def joined(path: tuple[str, ...] | list[str]) -> str:
    """A path as a person writes it: parts that are no plain names in double quotes."""
    return ".".join(p if _IDENTIFIER.fullmatch(p) or p in ("<name>", "*") else f'"{p.translate(_SHOWN)}"' for p in path)
