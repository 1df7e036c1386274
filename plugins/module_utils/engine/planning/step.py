# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""One step of a transaction in the home, as the plan makes it and the journal keeps it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    # {"link": TEXT} | {"object": ID, "mode": int} | {"text": bytes, "mode": int} | {"folder": {REL: MAKE}}
    Make = dict[str, Any]

PUT = "put"
DELETE = "delete"
MODE = "mode"
RESTORE = "restore"


class Step:
    """What is done to one path after the flip.

    put: rename `temp` (made before from `make`) over the path. With `swap` the two are exchanged, and what stood at
    the path
    is then taken apart: the paths in `inside` (relative to it; {"link": TEXT} or {"shows": ID, "stored": MODE}) are
    ours and
    go, a rest is kept as `backup`. Without `swap`, `backup` was linked to what stands at the path before the flip.
    delete: take the path away, or give it back to the backup `restore`.
    mode: set the mode `mode`. restore: give the path to the backup `restore` once our folder there is gone.
    `was` is the identity (`PathState.identity`) that the path must have still; else it is left alone. `pin` ({"text", "temp",
    "spare"}): until then the path is a link to the old generation itself, with this text (see pin.py).
    """

    __slots__ = ("backup", "do", "follow", "inside", "make", "mode", "path", "pin", "restore", "swap", "temp", "was")

    def __init__(
        self,
        do: str,
        path: str,
        was: list[Any] | None,
        *,
        temp: str | None = None,
        backup: str | None = None,
        restore: str | None = None,
        swap: bool = False,
        inside: dict[str, dict[str, str]] | None = None,
        follow: bool = False,
        mode: int = 0,
        make: Make | None = None,
        pin: dict[str, str] | None = None,
    ) -> None:
        self.do = do
        self.path = path
        self.was = was
        self.temp = temp
        self.backup = backup
        self.restore = restore
        self.swap = swap
        self.inside = inside
        self.follow = follow
        self.mode = mode
        self.make = make
        self.pin = pin

    def journal(self) -> dict[str, Any]:
        """The JSON of the step: no content, for a journal must not hold a secret; of a folder the names that it
        holds.
        """
        value = {name: getattr(self, name) for name in self.__slots__ if name != "make" and getattr(self, name)}
        if self.make is not None and "folder" in self.make:
            value["holds"] = sorted(self.make["folder"])
        return value

    @classmethod
    def of(cls, value: dict[str, Any]) -> Step:
        """The inverse of `journal`, as far as recovery needs it."""
        found = {key: item for key, item in value.items() if key not in ("do", "path", "was", "holds")}
        step = cls(value["do"], value["path"], value.get("was"), **found)
        if "holds" in value:
            step.make = {"folder": dict.fromkeys(value["holds"])}
        return step
