# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The errors for options that no module declares, and for values where options are expected, with what was probably meant."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from typing import Protocol

from ..syntax.errors import SpecError, did_you_mean, nearest, summary
from ..syntax.keys import joined
from ..syntax.nix import advice
from ..syntax.position import Position
from .definition import Assignment


class Known(Protocol):
    """What the library declares."""

    def is_known(self, path: tuple[str, ...]) -> bool:
        """Whether a path is that of an option, or of a group, that the library declares."""


_MODULES = ("programs", "services")
# Where the options are that people write at the top, in the order in which they are looked for.
_HOMES = (("programs",), ("services",), ("home",), ("xdg",), ("systemd", "user"))
_WORDS = ("when", "loop", "loop_control", "vars", "block", "imports")
_OF_SYSTEMS = (
    "boot",
    "environment",
    "fileSystems",
    "hardware",
    "networking",
    "nix",
    "security",
    "swapDevices",
    "users",
    "virtualisation",
)
_OF_HOMES = ("home", "xdg", "accounts", "dconf", "gtk", "qt", "wayland", "xsession", "xresources", "manual", "news")
_OF_PLAYS = ("hosts", "tasks", "roles", "become", "gather_facts", "handlers", "pre_tasks", "post_tasks")
_OF_INVENTORIES = ("home_users", "home_user", "all", "children")


def unknown_option(
    path: tuple[str, ...],
    names: Iterable[str],
    position: Position | None,
    known: Known,
    rest: tuple[str, ...] = (),
    in_entry: bool = False,
) -> SpecError:
    """The error for a path that no module declares.

    `names` are those that are possible in place of its last part, `rest` is what follows it; `in_entry`: the group is an
    entry of a mapping, so that its name may have been meant to have dots.
    """
    name, parent = path[-1], joined(path[:-1])
    of_modules = path[:1] in (("programs",), ("services",)) and len(path) == 2
    # Of the two libraries, only that of systems has this group.
    system = known.is_known(("networking",))
    hint = _at_top(name, rest, system) if len(path) == 1 else ""
    hint = hint or _elsewhere(path, rest, known, tuple(names), in_entry)
    names = tuple(names) if parent else (*names, *_WORDS)
    # Of programs there are many with similar names: only a slip is surely meant for another one.
    unsure = of_modules and not hint and not _is_slip(name, names)
    hint = hint or did_you_mean(name, names, f"{parent}." if of_modules else "")
    further: list[str] = []
    message = f"`{parent}` has no option `{name}`" if parent else f"there is no option `{name}`"
    if of_modules and (unsure or not hint):
        message = f"there is no module for {name} yet"
        files, packages = (
            ("environment.etc", "environment.systemPackages") if system else ("home.file", "home.packages")
        )
        further = [f"write its files with `{files}`, and list it in `{packages}`: [{name}]"]
    elif not hint and parent:
        further = [f"home-manager option {parent}  lists its options"]
    if not hint and not of_modules:
        hint = "no such option"
    error = SpecError(message, [position], path=joined(path), hint=hint)
    return error.with_details("unknown-option", whole=True, advice=further)


def _is_slip(name: str, names: Iterable[str]) -> bool:
    """Whether one of `names` was most likely meant: nearly the same, or with letters swapped."""
    return any(sorted(name) == sorted(near) for near in nearest(name, names)) or bool(nearest(name, names, cutoff=0.8))


def _elsewhere(
    path: tuple[str, ...], rest: tuple[str, ...], known: Known, names: tuple[str, ...], in_entry: bool
) -> str:
    """A hint at the same option in another place."""
    name = path[-1]
    if "configuration" in names and known.is_known((name,)):
        return f"write `{joined((*path[:-1], 'configuration', name, *rest))}`"
    if in_entry and rest and (rest[-1] in names or not nearest(name, names)):
        return f"quote a name with dots: `{joined((*path[:-2], '.'.join([*path[-2:], *rest[:-1]])))}`"
    if len(path) == 1:
        for home in _HOMES:
            if known.is_known((*home, name)):
                return f"did you mean `{joined((*home, name))}`?"
        return ""
    if path[0] in _MODULES and len(path) == 2:
        other = _MODULES[1 - _MODULES.index(path[0])]
        if known.is_known((other, name)):
            return f"did you mean `{other}.{name}`?"
    if name in ("programs", "services", "home", "xdg", "systemd"):
        return f"did you mean `{joined((name, *rest))}`?"
    return ""


def _at_top(name: str, rest: tuple[str, ...], system: bool) -> str:
    """A hint for a name that is no option, at the top of a spec."""
    if system and name in _OF_HOMES:
        return "an option of a home: write it below `home-manager.users.NAME`"
    if name == "environment" and rest[:1] == ("systemPackages",):
        return "did you mean `home.packages`?"
    if name in _OF_SYSTEMS and not system:
        return "an option of a system, not of a home"
    if name in _OF_PLAYS:
        return "this is a spec, not a play"
    if name in _OF_INVENTORIES:
        return "it belongs in the inventory"
    return "indent it below its program" if name in ("enable", "package", "settings", "extraConfig") else ""


def no_group(path: tuple[str, ...], names: Collection[str], assignment: Assignment) -> SpecError:
    """The error for a value where a group of options is expected; `names` are the options."""
    value = assignment.value
    kind = "a list" if isinstance(value, list) else summary(value)
    hint = advice(value)
    written = re.fullmatch(r"([\w.-]+):(\S+)", value) if isinstance(value, str) else None
    if written is not None:
        hint = hint or f"put a space after the colon: {written[1]}: {written[2]}"
    elif isinstance(value, list) and value and isinstance(value[0], str) and len(path) == 1 and path[0] in _MODULES:
        hint = hint or f"write {{{value[0]}: {{enable: true}}}}"
    elif not hint and "enable" in names:
        hint = f"write {{enable: {'false' if value is False else 'true'}}}"
    error = SpecError(f"must be a mapping of options, not {kind}", [assignment.position], path=joined(path), hint=hint)
    return error.with_details("type", at_value=True)
