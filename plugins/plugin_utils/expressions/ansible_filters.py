# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Filters that have the names of Ansible's, and accept whatever Ansible's accept.

They work without Ansible. Where the language promises an order, mappings are in byte order of their keys.
"""

from __future__ import annotations

import base64
import posixpath
import re
from collections.abc import Callable, Iterable

from ..syntax.errors import SpecError, summary
from ..values import Value
from .limits import matched, substituted

LIST_MERGES: dict[str, Callable[[list[Value], list[Value]], list[Value]]] = {
    "replace": lambda old, new: new,
    "keep": lambda old, new: old,
    "append": lambda old, new: [*old, *new],
    "prepend": lambda old, new: [*new, *old],
    "append_rp": lambda old, new: [*(item for item in old if item not in new), *new],
    "prepend_rp": lambda old, new: [*new, *(item for item in old if item not in new)],
}
_GROUP = re.compile(r"\\g<([^>]+)>|\\(\d+)")


def b64encode(value: str | bytes, encoding: str = "utf-8", urlsafe: bool = False) -> str:
    """Base64 of a text in `encoding`; `urlsafe` uses `-` and `_` instead of `+` and `/`."""
    data = value.encode(encoding, "surrogateescape") if isinstance(value, str) else value
    return (base64.urlsafe_b64encode if urlsafe else base64.b64encode)(data).decode()


def combine(*values: object, recursive: bool = False, list_merge: str = "replace") -> dict[str, object]:
    """Mappings, and lists of them, as one; later ones win.

    With `recursive` mappings in them are combined too. `list_merge` says what becomes of two lists of the same key:
    `replace`, `keep`, `append`, `prepend`, or `append_rp` and `prepend_rp`, which remove what is in the later list from
    the earlier one first. Raises SpecError.
    """
    merge = LIST_MERGES.get(list_merge)
    if merge is None:
        raise SpecError(f"`list_merge` must be one of {', '.join(LIST_MERGES)}, not {summary(list_merge)}")
    result: dict[str, object] = {}
    for value in values:
        for each in value if isinstance(value, (list, tuple)) else [value]:
            if not isinstance(each, dict):
                raise SpecError(f"combine takes mappings only, got {summary(each)}")
            for key in each:
                old, new = result.get(key), each[key]
                if recursive and isinstance(old, dict) and isinstance(new, dict):
                    new = combine(old, new, recursive=True, list_merge=list_merge)
                elif isinstance(old, (list, tuple)) and isinstance(new, (list, tuple)):
                    new = merge(list(old), list(new))
                result[key] = new
    return {key: result[key] for key in sorted(result)}


def dict2items(value: dict[str, object], key_name: str = "key", value_name: str = "value") -> list[dict[str, object]]:
    """A mapping as pairs, in byte order of the keys. Raises SpecError."""
    if not isinstance(value, dict):
        raise SpecError(f"dict2items takes a mapping, got {summary(value)}")
    return [{key_name: key, value_name: value[key]} for key in sorted(value)]


def items2dict(value: Iterable[object], key_name: str = "key", value_name: str = "value") -> dict[str, object]:
    """A list of pairs as a mapping. Raises SpecError."""
    if not isinstance(value, (list, tuple)):
        raise SpecError(f"items2dict takes a list, got {summary(value)}")
    for item in value:
        if not isinstance(item, dict) or key_name not in item or value_name not in item:
            raise SpecError(f"items2dict takes mappings with `{key_name}` and `{value_name}`, got {summary(item)}")
    return {item[key_name]: item[value_name] for item in value}


def flatten(value: Iterable[object], levels: int | None = None, skip_nulls: bool = True) -> list[object]:
    """A list in which lists are replaced by their items, down to `levels`; nulls are left out unless `skip_nulls` is false."""
    result: list[object] = []
    for item in value:
        if skip_nulls and (item is None or (isinstance(item, str) and item in ("None", "null"))):
            continue
        if isinstance(item, (list, tuple)) and levels != 0:
            result.extend(flatten(item, None if levels is None else levels - 1, skip_nulls))
        else:
            result.append(item)
    return result


def _unique(items: Iterable[object]) -> list[object]:
    found: list[object] = []
    for item in items:
        if item not in found:
            found.append(item)
    return found


def regex_replace(
    value: object,
    pattern: str = "",
    replacement: str = "",
    ignorecase: bool = False,
    multiline: bool = False,
    *counts: int,
    **named_counts: int,
) -> str:
    """The text with the matches of a regular expression replaced (`\\1` is the first group).

    The counts are `count`, the number of matches to replace, and `mandatory_count`, the number of replacements that there
    must be. Raises SpecError.
    """
    names = ("count", "mandatory_count")
    unknown = [name for name in named_counts if name not in names]
    if unknown or len(counts) > len(names):
        raise SpecError(
            f"regex_replace has no parameter `{unknown[0]}`" if unknown else "too many arguments of regex_replace"
        )
    counts_by_name = {**dict(zip(names, counts, strict=False)), **named_counts}
    flagged = _flagged(pattern, ignorecase, multiline)
    text, count, mandatory = str(value), counts_by_name.get("count", 0), counts_by_name.get("mandatory_count", 0)
    if mandatory:
        # Each match becomes a mark that the text does not contain, so that counting the marks counts the matches.
        mark = next(chr(code) for code in range(0xE000, 0xF8FF) if chr(code) not in text)
        done = substituted(flagged, mark, text, count).count(mark)
        if done != mandatory:
            raise SpecError(f"`{pattern}` must match {mandatory} times, but matches {done} times in {summary(text)}")
    return substituted(flagged, replacement, text, count)


def regex_search(
    value: object, pattern: str, *groups: str | int, ignorecase: bool = False, multiline: bool = False
) -> str | list[str] | None:
    """The first match of a regular expression, or null.

    With groups (`'\\g<name>'`, `'\\1'`) the list of their texts; with one number the text of that group. Raises SpecError.
    """
    found = matched("search", _flagged(pattern, ignorecase, multiline), str(value))
    if found is None:
        return None
    if len(groups) == 1 and isinstance(groups[0], int):
        return _group(found, groups[0])
    return [_group(found, group) for group in groups] if groups else found[0]


def _group(found: re.Match[str], group: str | int) -> str:
    name: str | int = group
    if isinstance(group, str):
        parts = _GROUP.fullmatch(group)
        if parts is None:
            raise SpecError(f"a group must be like `\\g<name>` or `\\1`, not {summary(group)}")
        name = parts[1] if parts[1] is not None else int(parts[2])
    try:
        text: str = found[int(name) if isinstance(name, str) and name.isdigit() else name]
    except IndexError:
        raise SpecError(f"the regular expression has no group {name}") from None
    return text


def _flagged(pattern: str, ignorecase: bool, multiline: bool) -> str:
    flags = ("i" if ignorecase else "") + ("m" if multiline else "")
    return f"(?{flags}){pattern}" if flags else pattern


def text_matches(method: str) -> Callable[..., bool]:
    """The test of that name (`match` or `search`): whether a regular expression matches."""

    def test(value: object, pattern: str = "", ignorecase: bool = False, multiline: bool = False) -> bool:
        return matched(method, _flagged(pattern, ignorecase, multiline), str(value)) is not None

    return test


def ternary(value: object, true_val: object, false_val: object = None, none_val: object = None) -> object:
    """One of two values, by whether a value is true; `none_val`, where given, for null."""
    if value is None and none_val is not None:
        return none_val
    return true_val if value else false_val


NAMED_AS_ANSIBLES: dict[str, Callable[..., Value]] = {
    "b64encode": b64encode,
    "basename": lambda value: posixpath.basename(str(value)),
    "combine": combine,
    "dict2items": dict2items,
    "difference": lambda a, b: _unique(item for item in a if item not in b),
    "dirname": lambda value: posixpath.dirname(str(value)),
    "flatten": flatten,
    "intersect": lambda a, b: _unique(item for item in a if item in b),
    "items2dict": items2dict,
    "regex_replace": regex_replace,
    "regex_search": regex_search,
    "relpath": lambda value, start=".": posixpath.relpath(str(value), str(start)),
    "split": lambda value, sep=None, maxsplit=-1: str(value).split(sep, maxsplit),
    "splitext": lambda value: list(posixpath.splitext(str(value))),
    "ternary": ternary,
    "union": lambda a, b: _unique([*a, *b]),
}
