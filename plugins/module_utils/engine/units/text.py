# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Texts of units as systemd reads them, and what of them counts as a change. No process, no disk."""

from __future__ import annotations

from typing import Dict, Iterable, List, Tuple

# An empty value voids what came before it; in a drop-in for somebody else's unit that itself has a meaning.
VOID = ""

_TRUE = frozenset(("1", "yes", "y", "true", "t", "on"))
_COMMENTS = ("#", ";")
_BLANKS = " \t\n\r"

# Of [Unit]: what neither the process nor its place among the others depends on while it runs.
_NOT_COMPARED = frozenset(
    (
        "Description",
        "Documentation",
        "SourcePath",
        "OnFailure",
        "OnSuccess",
        "OnFailureJobMode",
        "IgnoreOnIsolate",
        "StopWhenUnneeded",
        "RefuseManualStart",
        "RefuseManualStop",
        "AllowIsolate",
        "CollectMode",
        "Before",
        "After",
        "Wants",
    )
)
_RELOAD_TRIGGERS = "X-Reload-Triggers"
_SWITCHING = frozenset(
    (
        "X-SwitchMethod",
        "X-RestartIfChanged",
        "X-ReloadIfChanged",
        "X-StopIfChanged",
        "X-StopOnRemoval",
        _RELOAD_TRIGGERS,
    )
)
_SWITCHED_IN = ("Unit", "Service")

Sections = Dict[str, Dict[str, List[str]]]
Compared = Dict[Tuple[str, str], Tuple[str, ...]]


def truth(value: str) -> bool:
    """What systemd takes for true; everything else is false."""
    return value.strip().lower() in _TRUE


def parse(text: str) -> Sections:
    """The sections, keys and values of a unit's text; the values of a key in the order of the text.

    A list that begins with `VOID` was emptied there. Lines that systemd would ignore are ignored.
    """
    sections: Sections = {}
    section = ""
    for line in _joined(text):
        line = line.strip(_BLANKS)
        if line.startswith("[") and line.endswith("]"):
            section = line[1:-1]
        elif "=" in line and section:
            key, _equals, value = line.partition("=")
            values = sections.setdefault(section, {}).setdefault(key.strip(_BLANKS), [])
            value = value.strip(_BLANKS)
            if value == VOID:
                values[:] = [VOID]
            else:
                values.append(value)
    return sections


def _joined(text: str) -> Iterable[str]:
    """The lines without comments; one that ends in a backslash continues, with a blank, in the next."""
    continued = ""
    for line in text.lstrip("\ufeff").replace("\r\n", "\n").split("\n"):
        line = line.lstrip(_BLANKS)
        if line.startswith(_COMMENTS):
            continue
        line = continued + line
        slashes = len(line) - len(line.rstrip("\\"))
        if slashes % 2:
            continued = line[:-1] + " "
        else:
            yield line
            continued = ""
    if continued:
        yield continued


def merged(texts: Iterable[Sections]) -> Sections:
    """One text of a unit's own and its drop-ins, in the order in which they are read."""
    result: Sections = {}
    for sections in texts:
        for section, keys in sections.items():
            into = result.setdefault(section, {})
            for key, values in keys.items():
                if values[:1] == [VOID]:
                    into[key] = list(values)
                else:
                    into.setdefault(key, []).extend(values)
    return result


class Text:
    """What is known of one unit: its own text (if `whole`) and its drop-ins, merged."""

    __slots__ = ("_sections", "whole")

    def __init__(self, sections: Sections, whole: bool) -> None:
        self._sections = sections
        self.whole = whole

    def holds(self, section: str) -> bool:
        """Whether a section is there."""
        return section in self._sections

    def values(self, section: str, key: str) -> list[str]:
        """The values of a key, none when it is not there."""
        return [value for value in self._sections.get(section, {}).get(key, ()) if value != VOID]

    def last(self, section: str, key: str) -> str | None:
        """The value that counts where a key has one value; None when it is not there."""
        values = self.values(section, key)
        return values[-1] if values else None

    def truth(self, section: str, key: str) -> bool:
        """Whether the key is there and true."""
        return truth(self.last(section, key) or "")

    def words(self, section: str, *keys: str) -> list[str]:
        """The words of all values of these keys."""
        return [word for key in keys for value in self.values(section, key) for word in value.split()]

    def switching(self, key: str) -> str | None:
        """The value of a key that says how a switch treats the unit; it may be in [Unit] or in [Service]."""
        found = [value for section in _SWITCHED_IN for value in self.values(section, key)]
        return found[-1] if found else None

    def compared(self) -> Compared:
        """Everything of which a difference is a change: (section, key) to values."""
        result: Compared = {}
        for section, keys in self._sections.items():
            if section == "Install":
                continue
            for key, values in keys.items():
                if key in _SWITCHING or (section == "Unit" and key in _NOT_COMPARED):
                    continue
                kept = tuple(value for value in values if value != VOID) if self.whole else tuple(values)
                if kept:
                    result[section, key] = kept
        return result

    def reload_triggers(self) -> tuple[str, ...]:
        """What a change of which asks for a reload alone."""
        return tuple(value for section in _SWITCHED_IN for value in self.values(section, _RELOAD_TRIGGERS))


def differences(old: Text, new: Text) -> list[str]:
    """The names of what changed, such as `Service.ExecStart`, sorted; none when nothing that counts did."""
    first, second = old.compared(), new.compared()
    return sorted(
        f"{section}.{key}"
        for section, key in {*first, *second}
        if first.get((section, key)) != second.get((section, key))
    )
