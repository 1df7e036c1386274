# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The language's filters: marks, formats, quoting, places, and words for lists and mappings.

Everything here works without Ansible; the play's filters are used where these have no such name.
"""

from __future__ import annotations

import functools
import posixpath
import re
from collections.abc import Callable, Mapping, Sequence

from jinja2 import pass_context

from ..formats import FORMATS
from ..formats.quoting import QUOTING
from ..formats.words import WORDS
from ..syntax.errors import SpecError, did_you_mean
from ..syntax.marks import AFTER, BEFORE, DEFAULT, FORCE
from ..values import FormatError, Package, Path, Value
from .ansible_filters import NAMED_AS_ANSIBLES, flatten
from .attributes import interpolated
from .dag import Edges, ordered
from .lazy import plain
from .path_values import PATH_FILTERS, ScopedContext, shipped, stored


def _override(value: object, priority: int) -> dict[str, object]:
    return {"_type": "override", "priority": priority, "content": value}


def _order(value: object, priority: int) -> dict[str, object]:
    return {"_type": "order", "priority": priority, "content": value}


MARKS: dict[str, Callable[..., Value]] = {
    "force": lambda v: _override(v, FORCE),
    "mkForce": lambda v: _override(v, FORCE),
    "mkDefault": lambda v: _override(v, DEFAULT),
    "mkOptionDefault": lambda v: _override(v, 1500),
    "override": _override,
    "before": lambda v: _order(v, BEFORE),
    "after": lambda v: _order(v, AFTER),
    "order": _order,
    "entry_after": lambda v, *names: {"_type": "dagEntry", "after": list(names), "before": [], "data": v},
    "entry_before": lambda v, *names: {"_type": "dagEntry", "after": [], "before": list(names), "data": v},
    "lua_inline": lambda v: {"_type": "lua-inline", "expr": v},
    "nushell_inline": lambda v: {"_type": "nushell-inline", "expr": v},
}
QUALIFIED = {f"home.manager.{name}": function for name, function in MARKS.items()} | {
    "home.manager.default": MARKS["mkDefault"],
}


def _format(writer: Callable[..., str]) -> Callable[..., str]:
    @pass_context
    @functools.wraps(writer)
    def write(context: ScopedContext, value: Value, *arguments: Value, **parameters: Value) -> str:
        try:
            return writer(shipped(context, plain(value)), *arguments, **parameters)
        except FormatError as problem:
            raise SpecError(str(problem)) from None

    return write


def _writer(name: str) -> Callable[..., str]:
    """The function of a format, which is imported when it is called."""

    def write(value: Value, *arguments: Value, **parameters: Value) -> str:
        return FORMATS[name](value, *arguments, **parameters)

    return write


@pass_context
def to_format(context: ScopedContext, value: object, name: str, **parameters: object) -> str:
    """The value in the format of that name."""
    return _format(FORMATS[name])(context, value, **parameters)


def home_relative(value: str, home: str, base: str | None = None) -> str:
    """A path relative to the home folder; a relative one starts at `base`, or there. What leaves the home stays absolute."""
    path = posixpath.normpath(posixpath.join(base or home, value))
    home = posixpath.normpath(home)
    return path[len(home) + 1 :] if path.startswith(home + "/") else path


def at_home(value: Value, home: str) -> Value:
    """A path that begins with `~/` at `home` (`$HOME`, `%h`, the home folder), for what is read by no shell; any other as it is."""
    return f"{home}{value[1:]}" if isinstance(value, str) and value.startswith("~/") else value


def dag_sort(entries: dict[str, Value]) -> list[dict[str, Value]]:
    """The entries of a DAG, each with its name, in an order that respects their edges. Raises SpecError for a cycle."""
    edges = {name: Edges(entry["after"], entry["before"]) for name, entry in entries.items()}
    return [{**entries[name], "name": name} for name in ordered(edges)]


def flat_keys(value: dict[str, object], separator: str = "-", own: str | None = None) -> dict[str, object]:
    """A nested mapping as a flat one, whose keys are joined by `separator`; items of a list are numbered from 0.

    The key `own` is the mapping itself: with `own="text"`, `{a: {text: 1, b: 2}}` is `{a: 1, a-b: 2}`.
    """
    result: dict[str, object] = {}
    for key in sorted(value):
        item = value[key]
        if isinstance(item, (list, tuple)):
            item = {str(index): each for index, each in enumerate(item)}
        if not isinstance(item, dict):
            result[key] = item
            continue
        inside = flat_keys(item, separator, own)
        result.update({key if name == own else f"{key}{separator}{name}": inside[name] for name in inside})
    return {key: result[key] for key in sorted(result)}


def without_null(value: Value) -> Value:
    """A mapping or list without its nulls."""
    if isinstance(value, dict):
        return {key: value[key] for key in value if value[key] is not None}
    return [item for item in value if item is not None]


def without_empty(value: dict[str, object]) -> dict[str, object]:
    """A mapping without its nulls and its empty texts, lists and mappings."""
    return {key: value[key] for key in value if value[key] is not None and value[key] not in ("", [], {})}


def prune(value: object, empty: bool = False) -> object:
    """A mapping without nulls at any depth; with `empty` also without the mappings in which nothing is left."""
    if isinstance(value, dict):
        kept = {key: prune(value[key], empty) for key in value if value[key] is not None}
        return {key: item for key, item in kept.items() if item != {}} if empty else kept
    if isinstance(value, list):
        return [prune(item, empty) for item in value]
    return value


def without(value: dict[str, object], *names: str) -> dict[str, object]:
    """A mapping without some keys."""
    dropped = set(flatten(list(names)))
    return {key: value[key] for key in value if key not in dropped}


def only(value: dict[str, object], *names: str) -> dict[str, object]:
    """A mapping's entries of some keys, where they are there."""
    kept = set(flatten(list(names)))
    return {key: value[key] for key in value if key in kept}


def record(value: object, *names: str) -> dict[str, object]:
    """A mapping that may hold the fields `names` alone; a value that is no mapping is its first field. Raises SpecError."""
    found = value if isinstance(value, dict) else {names[0]: value}
    for name in found:
        if name not in names:
            hint = did_you_mean(name, names) or f"known fields: {', '.join(names)}"
            raise SpecError(f"unknown field `{name}`", hint=hint)
    return found


def map_format(value: Value, pattern: str, quote: str | None = None) -> Value:
    """Each text of a list put into `pattern` at its `%s`; of a mapping each value, with the key at `%k`.

    `quote` names a quoting word (`sh_quote`, ...) that both go through.
    """
    quoting = QUOTING[quote] if quote is not None else interpolated

    def filled(parts: dict[str, object]) -> str:
        return re.sub("%[ks]", lambda found: quoting(parts[found[0]]) if found[0] in parts else found[0], pattern)

    if isinstance(value, dict):
        return [filled({"%k": key, "%s": value[key]}) for key in value]
    return [filled({"%s": item}) for item in value]


def joined_lines(value: list[object]) -> str:
    """Texts joined by line ends; empty and null ones left out."""
    return "\n".join(str(item) for item in value if item not in (None, ""))


def path_get(value: Value, path: Value, default: Value = None) -> Value:
    """What a list of keys leads to, or `default`."""
    for key in path:
        if not isinstance(value, dict) or key not in value:
            return default
        value = value[key]
    return value


def version_at_least(version: str, wanted: str) -> bool:
    """Whether a dotted version is the wanted one or newer."""

    def numbers(text: str) -> list[int]:
        return [int(n) for n in re.findall(r"\d+", text)]

    return numbers(version) >= numbers(wanted)


def older_than(package: object, wanted: str, host: Mapping[str, Value], releases: Sequence[str]) -> bool:
    """Whether a package is older than a version. One of unknown version is the host's own, which is older in these releases (`debian12`)."""
    version = package.version if isinstance(package, Package) else None
    if version is not None:
        return not version_at_least(version, wanted)
    return f"{host.get('distribution', '')}{host.get('distribution_version', '')}" in releases


def gnu_options(value: dict[str, Value]) -> list[str]:
    """A mapping as the words of a command line: `--key=value` (`-k value` for one letter), in byte order of the keys.

    True is the bare option, false and null leave it out, a list repeats it.
    """
    words: list[str] = []
    for key in sorted(value):
        for item in value[key] if isinstance(value[key], (list, tuple)) else [value[key]]:
            name = f"-{key}" if len(key) == 1 else f"--{key}"
            if item is True:
                words.append(name)
            elif item is not None and item is not False:
                text = interpolated(item)
                words.extend([name, text] if len(key) == 1 else [f"{name}={text}"])
    return words


LAUNCHD_MOMENTS: dict[str, dict[str, int]] = {
    "hourly": {"Minute": 0},
    "daily": {"Hour": 0, "Minute": 0},
    "weekly": {"Weekday": 1, "Hour": 0, "Minute": 0},
    "monthly": {"Day": 1, "Hour": 0, "Minute": 0},
    "annually": {"Month": 1, "Day": 1, "Hour": 0, "Minute": 0},
}


def launchd_calendar(value: str) -> Value:
    """A calendar event of systemd (`weekly`) as launchd writes it; null where launchd has no form for it."""
    return dict(LAUNCHD_MOMENTS[value]) if value in LAUNCHD_MOMENTS else None


def _text_list(value: object) -> list[object]:
    if value is None:
        return []
    return list(value) if isinstance(value, (list, tuple)) else [value]


def refuse(message: str) -> str:
    """Never a value: the evaluation fails with this message."""
    raise SpecError(message)


@pass_context
def text_of(context: ScopedContext, value: Value) -> str:
    """The value as text; a file of the controller is its place in the store of the target, as in a text."""
    return str(stored(context, value) if isinstance(value, Path) else value)


def path_text(value: object) -> str:
    """The path that a path value says, for an option that names a place and never ships what is there."""
    return str(value)


OWN: dict[str, Callable[..., Value]] = {
    "at_home": at_home,
    "dag_sort": dag_sort,
    "flat_keys": flat_keys,
    "gnu_options": gnu_options,
    "home_relative": home_relative,
    "joined_lines": joined_lines,
    "keys": list,
    "launchd_calendar": launchd_calendar,
    "map_format": map_format,
    "older_than": older_than,
    "only": only,
    "path_get": path_get,
    "path_text": path_text,
    "prune": prune,
    "record": record,
    "refuse": refuse,
    "string": text_of,
    "to_list": _text_list,
    "values": lambda v: [v[key] for key in v],
    "to_format": to_format,
    "version_at_least": version_at_least,
    "without": without,
    "without_empty": without_empty,
    "without_null": without_null,
}

FILTERS: dict[str, Callable[..., Value]] = {
    **{f"to_{name}": _format(_writer(name)) for name in FORMATS},
    **{name: _format(function) for name, function in {**QUOTING, **WORDS}.items()},
    **MARKS,
    **QUALIFIED,
    **PATH_FILTERS,
    **NAMED_AS_ANSIBLES,
    **OWN,
}
