# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the ledger remembers of files below /etc: what we put there, and what was there before."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ...contract.errors import ErrorKind
from ...contract.members import Members

if TYPE_CHECKING:
    from typing import Dict, List

    from ...contract.value import JsonObject


def ledger_members(value: object, what: str) -> Members:
    """The members of an object of the system's ledger; `what` names it in errors."""
    return Members(value, f"the ledger of the system is damaged: {what}", ErrorKind.STATE)


def texts_by_name(value: object) -> Dict[str, List[str]]:
    """Lists of texts by name. EngineError `state` for any other value."""
    members = ledger_members(value, "lists by name")
    return {name: members.texts(name) for name in members.names()}


class Kept(NamedTuple):
    """What was at a path before: its content by a name in the folder of backups, or the text of a link.

    `content` identifies it (see `disk.Found`). `pristine`: a package had brought it, and nobody had changed it.
    """

    content: str
    backup: str | None
    link: str | None
    mode: int
    uid: int
    gid: int
    pristine: bool = False

    @classmethod
    def of(cls, value: object) -> Kept:
        """EngineError `state` when it is damaged."""
        members = ledger_members(value, "what was there before")
        return cls(
            members.text("content"),
            members.optional_text("backup"),
            members.optional_text("link"),
            members.number("mode"),
            members.number("uid"),
            members.number("gid"),
            members.flag("pristine"),
        )

    def json(self) -> JsonObject:
        return {
            "content": self.content,
            "pristine": self.pristine,
            "backup": self.backup,
            "link": self.link,
            "mode": self.mode,
            "uid": self.uid,
            "gid": self.gid,
        }


class Managed(NamedTuple):
    """One path that is ours.

    `content` identifies what we put there (see `disk.Found`), `previous` what was there when the change was planned: a switch that
    was interrupted leaves the one or the other. `before` is what was there when we first came, None for nothing.
    """

    content: str
    previous: str
    mode: int
    uid: int
    gid: int
    before: Kept | None
    diverted: bool
    sensitive: bool
    on_remove: str

    @classmethod
    def of(cls, value: object) -> Managed:
        """EngineError `state` when it is damaged."""
        members = ledger_members(value, "a path")
        before = members.take("before")
        return cls(
            members.text("content"),
            members.text("previous", ""),
            members.number("mode"),
            members.number("uid"),
            members.number("gid"),
            Kept.of(before) if before else None,
            members.flag("diverted"),
            members.flag("sensitive"),
            members.text("onRemove", ""),
        )

    def json(self) -> JsonObject:
        return {
            "content": self.content,
            "previous": self.previous,
            "mode": self.mode,
            "uid": self.uid,
            "gid": self.gid,
            "before": self.before.json() if self.before else None,
            "diverted": self.diverted,
            "sensitive": self.sensitive,
            "onRemove": self.on_remove,
        }


class EtcLedger:
    """All paths that are ours, the folders that we created, and the lines that we added to files of the host."""

    def __init__(
        self,
        files: Dict[str, Managed] | None = None,
        folders: List[str] | None = None,
        lines: Dict[str, List[str]] | None = None,
    ) -> None:
        self.files = files if files is not None else {}
        self.folders = folders if folders is not None else []
        self.lines = lines if lines is not None else {}

    @classmethod
    def of(cls, value: object) -> EtcLedger:
        """EngineError `state` when it is damaged."""
        members = ledger_members(value, "`etc`")
        return cls(
            {target: Managed.of(entry) for target, entry in members.mapping("files").items()},
            members.texts("folders"),
            texts_by_name(members.mapping("lines")),
        )

    def json(self) -> JsonObject:
        return {
            "files": {target: entry.json() for target, entry in self.files.items()},
            "folders": self.folders,
            "lines": self.lines,
        }

    def copy(self) -> EtcLedger:
        """An independent copy."""
        return EtcLedger.of(self.json())
