# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a switch of the system answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Dict, List

    from ..contract.value import JsonObject
    from .checks.report import Check
    from .etc.planner import Collision
    from .operation import Operation

_LONGEST = 65536


class Units:
    """What happened to units: their names by what was done. `failed`: unit to why."""

    def __init__(self) -> None:
        self.stop: List[str] = []
        self.reload: List[str] = []
        self.restart: List[str] = []
        self.start: List[str] = []
        self.skipped: Dict[str, str] = {}
        self.failed: Dict[str, str] = {}

    @property
    def acted(self) -> bool:
        """Whether anything is, or would be, done with a unit."""
        return bool(self.stop or self.reload or self.restart or self.start)

    def json(self) -> JsonObject:
        return {name: getattr(self, name) for name in ("stop", "reload", "restart", "start", "skipped", "failed")}


class Diff:
    """The text of one file before and after; what is secret or no text is left out by the caller."""

    def __init__(self, path: str, before: str, after: str) -> None:
        self.path = path
        self.before = before
        self.after = after

    def json(self) -> Dict[str, str]:
        return {"path": self.path, "before": self.before, "after": self.after}

    @classmethod
    def of(cls, path: str, before: bytes | None, after: bytes | None) -> Diff | None:
        """None where one of the two is no text, or too long to show."""
        texts = []
        for content in (before, after):
            if content is not None and len(content) > _LONGEST:
                return None
            try:
                texts.append("" if content is None else content.decode("utf-8"))
            except UnicodeDecodeError:
                return None
        return cls(path, *texts)


class Answer:
    """Filled while the switch goes on; `json` is what the controller gets. It never holds a secret."""

    def __init__(self) -> None:
        self.changed = False
        self.generation = 0
        self.previous = 0
        self.operations: List[Operation] = []
        self.collisions: List[Collision] = []
        self.checks: List[Check] = []
        self.units = Units()
        self.warnings: List[str] = []
        self.diffs: List[Diff] = []
        self.reboot: List[str] = []
        self.homes: Dict[str, JsonObject] = {}
        self.armed: JsonObject | None = None
        self.failed: JsonObject | None = None

    def fail(self, kind: str, message: str, undone: bool) -> None:
        """Note what failed first, and whether everything is as it was."""
        if self.failed is None:
            self.failed = {"kind": kind, "message": message, "undone": undone}

    def json(self) -> JsonObject:
        found: JsonObject = {
            "changed": self.changed,
            "generation": self.generation,
            "previous": self.previous,
            "operations": [operation.json() for operation in self.operations],
            "collisions": [collision.json() for collision in self.collisions],
            "checks": [check.json() for check in self.checks],
            "units": self.units.json(),
            "warnings": list(dict.fromkeys(self.warnings)),
            "diffs": [diff.json() for diff in self.diffs],
            "reboot": self.reboot,
            "homes": self.homes,
        }
        if self.armed is not None:
            found["armed"] = self.armed
        if self.failed is not None:
            found["failed"] = self.failed
        return found
