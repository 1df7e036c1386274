# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The ranges of ids that the host uses, out of login.defs."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from typing import Dict, Iterable

_DEFAULTS = {
    "UID_MIN": 1000,
    "UID_MAX": 60000,
    "GID_MIN": 1000,
    "GID_MAX": 60000,
    "SYS_UID_MIN": 400,
    "SYS_UID_MAX": 999,
    "SYS_GID_MIN": 400,
    "SYS_GID_MAX": 999,
    "SUB_UID_MIN": 100000,
    "SUB_GID_MIN": 100000,
    "SUB_UID_COUNT": 65536,
}


class Limits(NamedTuple):
    """First and last ids, both inclusive."""

    uid_min: int
    uid_max: int
    gid_min: int
    gid_max: int
    sys_uid_min: int
    sys_uid_max: int
    sys_gid_min: int
    sys_gid_max: int
    sub_uid_min: int
    sub_gid_min: int
    sub_count: int

    @classmethod
    def of(cls, text: str) -> Limits:
        """The ranges of a login.defs; what it does not set has the usual value."""
        values: Dict[str, int] = dict(_DEFAULTS)
        for line in text.splitlines():
            words = line.split()
            if len(words) == 2 and words[0] in values and words[1].isdigit():
                values[words[0]] = int(words[1])
        return cls(*(values[name] for name in _DEFAULTS))


def free_upward(taken: Iterable[int], first: int, last: int) -> int | None:
    """The lowest id of a range that nobody has; None when there is none."""
    used = set(taken)
    return next((number for number in range(first, last + 1) if number not in used), None)


def free_downward(taken: Iterable[int], first: int, last: int) -> int | None:
    """The highest id of a range that nobody has; None when there is none."""
    used = set(taken)
    return next((number for number in range(last, first - 1, -1) if number not in used), None)
