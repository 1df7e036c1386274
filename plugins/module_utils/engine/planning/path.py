# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A managed path: its entry in the specification, its record in the ledger, and what is on disk."""

from __future__ import annotations

from ..contract.entries import FileEntry
from ..contract.objects import is_content_of
from ..contract.records import KEPT, Adopted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..contract.entries import Entry
    from ..contract.records import Record
    from ..home.folder import HomeFolder
    from ..home.path_state import PathState

_LINKS = ("link", "symlink")


class ManagedPath:
    """One path while a plan is made, or while it is compared with the ledger.

    `entry` is None for what is no longer declared, `record` for what was not managed; `found` is what is there, and
    `follow`: links among the folders above were followed.
    """

    def __init__(
        self,
        home: HomeFolder,
        target: str,
        found: PathState,
        follow: bool = False,
        entry: Entry | None = None,
        record: Record | None = None,
    ) -> None:
        self.home = home
        self.target = target
        self.found = found
        self.follow = follow
        self.entry = entry
        self.record = record
        self._content: bytes | None = None
        self._asked = False

    @property
    def file(self) -> FileEntry:
        """The entry, where it is one of a file."""
        if not isinstance(self.entry, FileEntry):
            raise TypeError(f"{self.target} is not declared as a file")
        return self.entry

    @property
    def forced(self) -> bool:
        """Whether the specification wants what is there replaced without a backup."""
        return self.entry is not None and self.entry.force

    @property
    def fresh(self) -> bool:
        """Whether nothing of ours was there so far."""
        return self.record is None or self.record.kind == KEPT

    def adopted(self, stored: str) -> Adopted:
        """What is there as it is remembered when it becomes managed: a link, or a file with just the declared content.

        `stored` is the mode of the declared object in the store.
        """
        if self.found.kind == "link":
            return Adopted(link=self.found.text)
        return Adopted(object=self.file.object, stored=stored, mode=f"{self.identity_mode():04o}")

    def content(self) -> bytes | None:
        """The content of the file that is there; None when there is no file, or none that can be read."""
        if not self._asked:
            self._asked = True
            self._content = self.home.content(self.target, self.follow) if self.found.kind == "file" else None
        return self._content

    def is_our_link(self) -> bool:
        """Whether a link is there that we made."""
        if self.found.kind != "link":
            return False
        if self.home.is_ours(self.target, self.found.text):
            return True
        return self.record is not None and self.record.kind in _LINKS and self.found.text == self.record.text

    def unchanged(self) -> bool:
        """Whether a file is there with exactly the content that the record has."""
        record = self.record
        if record is None or record.object is None or record.stored is None:
            return False
        return is_content_of(self.content(), record.object, record.stored)

    def identity_mode(self) -> int | None:
        """The mode of what is there, without the file type."""
        return self.found.status.st_mode & 0o7777 if self.found.status is not None else None
