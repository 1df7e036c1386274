# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Settings that a program keeps in a database: where a generation says what it declares of them, and what changes.

A profile holds them below `share/home.manager`, as `STORE/DATABASE.ini` (sections of keys and values, as the store writes
them) or as `STORE.json` (channels of properties and values).
"""

from __future__ import annotations

from .operations import filled, members_of
from .value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Dict

    from .entries import Leaf
    from .value import JsonObject

FOLDER = "share/home.manager/"


class SettingChange(Value):
    """A key of a store that changes. `op`: add, change, remove; `old` and `new` are its values as the store writes them."""

    __slots__ = ("key", "new", "old", "op", "path", "store")

    def __init__(self, store: str, path: str, key: str, old: str = "", new: str = "") -> None:
        self.store = store
        self.path = path
        self.key = key
        self.old = old
        self.new = new
        self.op = "change" if old and new else "add" if new else "remove"

    def json(self) -> JsonObject:
        """{"store", "path", "key", "op"}, and "from" and "to" where they are set."""
        found: JsonObject = {name: getattr(self, name) for name in ("store", "path", "key", "op")}
        found.update(filled({"from": self.old, "to": self.new}))
        return found

    @classmethod
    def of(cls, value: object) -> SettingChange:
        """The inverse of `json`."""
        members = members_of(value, "a change of a setting")
        old, new = members.optional_text("from") or "", members.optional_text("to") or ""
        return cls(members.text("store"), members.text("path"), members.text("key"), old, new)


def settings_objects(profile: Dict[str, Leaf]) -> Dict[str, str]:
    """The objects of a profile that hold settings, by their path below the folder; those of secrets are left out."""
    return {
        path[len(FOLDER) :]: leaf.object
        for path, leaf in profile.items()
        if path.startswith(FOLDER)
        and path.endswith((".ini", ".json"))
        and leaf.object is not None
        and not leaf.sensitive
    }
