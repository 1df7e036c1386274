# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the ledger remembers of files below /etc: what we put there, and what was there before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from typing import Dict, List, Mapping


class Kept(NamedTuple):
    """What was at a path before: its content by a name in the folder of backups, or the text of a link.

    `content` identifies it (see `disk.Found`).
    """

    content: str
    backup: str | None
    link: str | None
    mode: int
    uid: int
    gid: int

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> Kept:
        return cls(
            str(said["content"]),
            said.get("backup"),
            said.get("link"),
            int(said["mode"]),
            int(said["uid"]),
            int(said["gid"]),
        )

    def json(self) -> Dict[str, Any]:
        return {
            "content": self.content,
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
    def of(cls, said: Mapping[str, Any]) -> Managed:
        before = said.get("before")
        return cls(
            str(said["content"]),
            str(said.get("previous", "")),
            int(said["mode"]),
            int(said["uid"]),
            int(said["gid"]),
            Kept.of(before) if before else None,
            bool(said.get("diverted")),
            bool(said.get("sensitive")),
            str(said.get("onRemove", "")),
        )

    def json(self) -> Dict[str, Any]:
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
    def of(cls, said: Mapping[str, Any]) -> EtcLedger:
        return cls(
            {str(target): Managed.of(entry) for target, entry in (said.get("files") or {}).items()},
            [str(folder) for folder in said.get("folders") or []],
            {str(target): [str(line) for line in lines] for target, lines in (said.get("lines") or {}).items()},
        )

    def json(self) -> Dict[str, Any]:
        return {
            "files": {target: entry.json() for target, entry in self.files.items()},
            "folders": self.folders,
            "lines": self.lines,
        }

    def copy(self) -> EtcLedger:
        """An independent copy."""
        return EtcLedger.of(self.json())
