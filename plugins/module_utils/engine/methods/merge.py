# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The method `merge`: declared keys go into a file which its program writes itself, and out of it again."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from ..merging import MergeError, merge, unmerge

if TYPE_CHECKING:
    from ..contract.manifest import Entry
    from ..planning.plan import Plan
    from ..state.ledger import Record


class Merge:
    """One merge of an entry's declared keys. Errors become collisions of the plan."""

    def __init__(self, target: str, entry: Entry, record: Record | None, contents: Any, plan: Plan) -> None:
        self.target = target
        self.entry = entry
        self.former = record if record is not None and record["kind"] == "merge" else None
        self.contents = contents
        self.plan = plan
        self._record: Any = None
        self._text = b""

    def apply(self, text: bytes) -> bytes | None:
        """The file's new text; None for a collision (noted)."""
        declared = json.loads(self.contents(self.entry["object"]).decode("utf-8"))
        previous = None
        if self.former is not None:
            if self.former["format"] != self.entry["format"]:
                reason = f"its format was {self.former['format']} and cannot become another one"
                self.plan.collide(self.target, reason, "format", made=reason)
                return None
            previous = self.former["record"]
        try:
            merged = merge(self.entry["format"], text.decode("utf-8"), declared, previous)
        except (MergeError, UnicodeDecodeError) as error:
            self.plan.collide(
                self.target, f"cannot be merged into: {error}", "format", made=f"it cannot be merged into: {error}"
            )
            return None
        self._record = merged.record
        self._text = merged.text.encode("utf-8")
        return self._text

    def record(self, made: bool) -> Record:
        """The record for the ledger; `made`: there was no file of the user's before."""
        from hashlib import sha256

        fresh: Record = {
            "hash": sha256(self._text).hexdigest(),
            "kind": "merge",
            "shows": self.entry["object"],
            "format": self.entry["format"],
            "record": self._record,
        }
        if made or (self.former is not None and self.former.get("made")):
            fresh["made"] = True
        return fresh


def withdrawn(target: str, record: Record, text: bytes, plan: Plan) -> bytes | None:
    """`text` without the keys that were declared; None when that cannot be done, with a warning in the plan."""
    try:
        return unmerge(record["format"], text.decode("utf-8"), record["record"]).encode("utf-8")
    except (MergeError, UnicodeDecodeError) as error:
        plan.warnings.append(f"the declared keys stay in {target}, which cannot be read any more: {error}")
        plan.report("keep", target, "cannot be read")
        return None
