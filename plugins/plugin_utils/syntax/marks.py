# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Marks: what a tag says of its node, in the terms of the wire form.

One mechanical rule: `!x v` is `{_type: x, content: v}` and `!x {fields}` is `{_type: x, fields}`. A few tags are sugar for
such records; `wire_form` turns a tag and its node into one.
"""

from __future__ import annotations

import os.path
import re
from collections.abc import Callable

from .. import inputs
from ..values import Value
from .errors import SpecError, did_you_mean
from .nodes import Mapping, Sequence
from .position import Position

FORCE, NORMAL, DEFAULT, OPTION_DEFAULT = 50, 100, 1000, 1500
BEFORE, MIDDLE, AFTER = 500, 1000, 1500

_NUMBERED = re.compile(r"(order|override|priority)/(-?\d+)")


def _record(kind: str, position: Position, **fields: object) -> Mapping:
    mark = Mapping({"_type": kind, **fields}, position, verbatim=True)
    mark.positions = dict.fromkeys(fields, position)
    return mark


def _fields(kind: str, node: object, position: Position, content: str = "content") -> Mapping:
    """The mechanical rule; `content` is the name that a node which is no mapping of fields goes under."""
    if isinstance(node, Mapping) and "_type" not in node:
        mark = Mapping({"_type": kind, **node}, position, verbatim=True)
        mark.positions = dict(node.positions)
        return mark
    return _record(kind, position, **{content: node})


def _valued(kind: str, number: str, known: dict[str, int] | None = None) -> Callable[[object, Position, str], Mapping]:
    def build(node: object, position: Position, _base: str) -> Mapping:
        if not (
            isinstance(node, Mapping) and isinstance(node.get(number), int) and ("value" in node or "content" in node)
        ):
            raise SpecError(
                f"`!{kind}` requires a mapping with `{number}` (an integer) and `value`",
                [position],
                hint=f"write `!{kind} {{{number}: 10, value: ...}}` or `!{kind}/10 ...`",
            )
        return _record(
            kind, position, priority=node[number], content=node["value"] if "value" in node else node["content"]
        )

    return build


def _fixed(kind: str, number: int) -> Callable[[object, Position, str], Mapping]:
    return lambda node, position, _base: _record(kind, position, priority=number, content=node)


def _raw(kind: str) -> Callable[[object, Position, str], Mapping]:
    def build(node: object, position: Position, _base: str) -> Mapping:
        if isinstance(node, Mapping):
            return _fields(kind, node, position)
        return _record(kind, position, expr=node)

    return build


def _path(node: object, position: Position, base: str) -> Mapping:
    if not isinstance(node, str) and not hasattr(node, "source"):
        raise SpecError("`!path` requires the path of a file or folder", [position])
    if isinstance(node, str):
        node = os.path.normpath(os.path.join(base, inputs.expanded(node)))
    return _record("path", position, path=node)


def _entry(*names: str) -> Callable[[object, Position, str], Mapping]:
    def build(node: object, position: Position, _base: str) -> Mapping:
        if not isinstance(node, Mapping) or "data" not in node:
            needed = ", ".join(f"`{name}`" for name in names)
            raise SpecError(f"an entry requires a mapping with {needed} and `data`", [position])
        unknown = sorted(set(node) - {"data", *names})
        if unknown:
            raise SpecError(
                f"unknown field `{unknown[0]}` of an entry",
                [node.position_of(unknown[0])],
                hint=did_you_mean(unknown[0], ["data", *names]),
            )
        return _record(
            "dagEntry", position, after=node.get("after", []), before=node.get("before", []), data=node["data"]
        )

    return build


def _merge(node: object, position: Position, _base: str) -> Mapping:
    if not isinstance(node, Sequence):
        raise SpecError("`!merge` requires a list of values", [position])
    return _record(
        "merge",
        position,
        contents=Sequence([_piece(item, at) for item, at in zip(node, node.positions, strict=True)], position),
    )


def _piece(item: object, position: Position) -> object:
    """An element of `!merge`: a record of when, priority, order, value, or a value."""
    words = {"when", "priority", "order", "value", "template"}
    if (
        not isinstance(item, Mapping)
        or "_type" in item
        or not ({"value", "template"} & item.keys())
        or not item.keys() <= words
    ):
        return item
    value = item["value"] if "value" in item else _record("template", position, path=item["template"])
    if "order" in item:
        value = _record("order", position, priority=item["order"], content=value)
    if "priority" in item:
        value = _record("override", position, priority=item["priority"], content=value)
    if "when" in item:
        value = _record("if", position, condition=_record("when", position, expr=item["when"]), content=value)
    return value


def _marked_record(node: object, position: Position, _base: str) -> object:
    if not isinstance(node, Mapping):
        raise SpecError("`!mark` requires a mapping with `when`, `priority`, `order` and `value`", [position])
    return _piece(node, position)


TAGS: dict[str, Callable[[Value, Position, str], Value]] = {
    "force": _fixed("override", FORCE),
    "default": _fixed("override", DEFAULT),
    "optionDefault": _fixed("override", OPTION_DEFAULT),
    "override": _valued("override", "priority"),
    "before": _fixed("order", BEFORE),
    "after": _fixed("order", AFTER),
    "order": _valued("order", "priority"),
    "merge": _merge,
    "mark": _marked_record,
    "path": _path,
    "dagEntry": _entry("after", "before"),
    "entry_after": _entry("after"),
    "entry_before": _entry("before"),
    "entry_between": _entry("after", "before"),
    "lua-inline": _raw("lua-inline"),
    "nushell-inline": _raw("nushell-inline"),
    "literal": _raw("literal"),
    "gvariant": lambda node, position, _base: _fields("gvariant", node, position, "value"),
    "package": lambda node, position, _base: _fields("package", node, position, "name"),
    "each": lambda node, position, _base: _fields("each", node, position),
    "mkOutOfStoreSymlink": lambda node, position, _base: _record("outOfStore", position, path=node),
}


# The value of a tag that has none.
EMPTY = object()

_FIELDS: dict[str, tuple[str, ...]] = {
    "if": ("condition", "content"),
    "override": ("priority", "content"),
    "order": ("priority", "content"),
    "merge": ("contents",),
    "dagEntry": ("data",),
}


def checked_record(node: Mapping) -> Mapping:
    """A mapping with `_type`, as the wire has it. Raises SpecError when fields that its kind needs are missing."""
    kind = node["_type"]
    if not isinstance(kind, str):
        raise SpecError("`_type` must be the name of a mark", [node.position_of("_type")])
    missing = [field for field in _FIELDS.get(kind, ()) if field not in node]
    if missing:
        raise SpecError(f"a record of type `{kind}` requires `{missing[0]}`", [node.position])
    if "priority" in _FIELDS.get(kind, ()) and (
        isinstance(node["priority"], bool) or not isinstance(node["priority"], int)
    ):
        raise SpecError(f"the priority of `{kind}` must be an integer", [node.position_of("priority")])
    if kind == "merge" and not isinstance(node["contents"], list):
        raise SpecError("the contents of `merge` must be a list", [node.position_of("contents")])
    return node


_NIX_TAGS = {"mkForce": "force", "mkDefault": "default", "mkBefore": "before", "mkAfter": "after", "mkMerge": "merge"}


def _unknown_tag(tag: str, position: Position) -> SpecError:
    near = f"did you mean `!{_NIX_TAGS[tag]}`?" if tag in _NIX_TAGS else did_you_mean(tag, [*TAGS, "unsafe"], "!")
    advice = (
        []
        if near
        else ["the tags are  !force, !default, !before, !after, !merge, !path, !package, !unsafe, !each, ..."]
    )
    if tag == "vault":
        near, advice = (
            "",
            ["encrypt the whole file with `ansible-vault encrypt`, or put the value into group_vars and use its name"],
        )
    elif tag.startswith("order/"):
        near, advice = "write a number, as in `!order/500`", []
    return SpecError(f"unknown tag `!{tag}`", [position], hint=near).with_details("yaml", advice=advice)


def wire_form(tag: str, node: object, position: Position, base: str) -> object:
    """The mark that `!tag node` says; `base` is the folder of the file, for paths. Raises SpecError for an unknown tag."""
    numbered = _NUMBERED.fullmatch(tag)
    build = TAGS.get(tag)
    if build is None and numbered is None:
        raise _unknown_tag(tag, position)
    if node is EMPTY:
        raise SpecError(
            f"the tag `!{tag}` has no value",
            [position],
            hint="write a value after the tag, or quote the text if the `!` belongs to it",
        )
    if build is not None:
        return build(node, position, base)
    words = tag.split("/")
    kind = "order" if words[0] == "order" else "override"
    return _record(kind, position, priority=int(words[1]), content=node)
