# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Names of systemd units: types, templates, instances, prefixes, and what a container file generates."""

from __future__ import annotations

from typing import Iterator

TYPES = ("service", "socket", "target", "timer", "path", "slice", "mount", "automount", "swap", "scope", "device")
HELD_BY = {".wants": "Wants", ".requires": "Requires", ".upholds": "Upholds"}

# Suffix of a container file -> what the generator appends to the stem.
CONTAINER_FILES = {
    ".container": "",
    ".kube": "",
    ".volume": "-volume",
    ".network": "-network",
    ".pod": "-pod",
    ".image": "-image",
    ".build": "-build",
}


def type_of(name: str) -> str:
    """The part after the last dot: `service` for `a.service`; empty when there is no dot."""
    return name.rpartition(".")[2] if "." in name else ""


def is_unit(name: str) -> bool:
    """Whether this can be the name of a unit."""
    stem, _dot, kind = name.rpartition(".")
    return bool(stem) and kind in TYPES and "/" not in name


def template_of(name: str) -> str | None:
    """`a@.service` for the instance `a@x.service`; None for what is no instance."""
    stem, _dot, kind = name.rpartition(".")
    prefix, at, instance = stem.partition("@")
    return f"{prefix}@.{kind}" if at and instance else None


def instance_of(name: str) -> str:
    """`x` for `a@x.service`; empty for what is no instance."""
    return name.rpartition(".")[0].partition("@")[2]


def prefix_of(name: str) -> str:
    """`a` for `a.service` and for `a@x.service`."""
    return name.rpartition(".")[0].partition("@")[0]


def prefixes(name: str) -> Iterator[str]:
    """The names whose drop-in folders count for every unit that begins so, the longest first.

    `a-b-c.service` gives `a-b-.service` and `a-.service`.
    """
    kind = type_of(name)
    parts = prefix_of(name).split("-")
    for count in range(len(parts) - 1, 0, -1):
        yield "-".join(parts[:count]) + f"-.{kind}"


def expanded(text: str, name: str) -> str:
    """A value that names units, with the specifiers for parts of the unit's own name replaced."""
    if "%" not in text:
        return text
    stem = name.rpartition(".")[0]
    parts = {"%": "%", "n": name, "N": stem, "p": prefix_of(name), "i": instance_of(name)}
    pieces, rest = [], text
    while "%" in rest:
        before, _sign, rest = rest.partition("%")
        pieces.append(before)
        pieces.append(parts.get(rest[:1], "%" + rest[:1]))
        rest = rest[1:]
    return "".join([*pieces, rest])


def generated(path: str) -> str | None:
    """The unit that the generator of podman makes of a file below `containers/systemd`; None for other files."""
    base = path.rpartition("/")[2]
    for suffix, appended in CONTAINER_FILES.items():
        if base.endswith(suffix) and base != suffix:
            stem = base[: -len(suffix)]
            prefix, at, rest = stem.partition("@")
            return f"{prefix}{appended}{at}{rest}.service"
    return None
