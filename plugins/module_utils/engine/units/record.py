# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The record of the units that run, written before the first one is stopped so that it survives a crash."""

from __future__ import annotations

import time

from ..contract.errors import ErrorKind
from ..contract.members import Members
from ..contract.value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Dict, FrozenSet, Optional

_BOOT = "/proc/sys/kernel/random/boot_id"


class Record(Value):
    """The units' part of a switch that is under way, or of one that units failed in.

    `source` and `goal` are references of generations (None: nothing was, or is, managed). `active`: the units that ran
    before it. `flip`: when it came, in microseconds of the monotonic clock of the boot `boot`. `failed`: the units that
    failed in it, when it is over.
    """

    __slots__ = ("active", "boot", "failed", "flip", "goal", "source")

    def __init__(self, source: Optional[str], goal: Optional[str]) -> None:
        self.source = source
        self.goal = goal
        self.active: FrozenSet[str] = frozenset()
        self.failed: FrozenSet[str] = frozenset()
        self.flip = 0
        self.boot = ""

    def stamp(self) -> None:
        """Note the time, right before the flip."""
        self.flip, self.boot = time.monotonic_ns() // 1000, boot_id()

    def json(self) -> Dict[str, object]:
        """The attributes by their names."""
        return {
            "source": self.source,
            "goal": self.goal,
            "active": sorted(self.active),
            "failed": sorted(self.failed),
            "flip": self.flip,
            "boot": self.boot,
        }

    @classmethod
    def of(cls, value: object) -> Record:
        """The inverse of `json`. EngineError `state`."""
        members = Members(value, "the record of services", ErrorKind.STATE)
        record = cls(members.optional_text("source"), members.optional_text("goal"))
        record.active, record.failed = frozenset(members.texts("active")), frozenset(members.texts("failed"))
        record.flip, record.boot = members.number("flip"), members.text("boot")
        return record


def boot_id() -> str:
    """What tells this boot of the machine from every other; empty where the system does not say."""
    try:
        with open(_BOOT, encoding="ascii") as source:
            return source.read().strip()
    except FileNotFoundError:
        return ""
