# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the state folder of a system keeps in its documents: the ledger, the journal, and the note of a generation."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ..contract.errors import ErrorKind
from ..contract.members import Members
from .accounts.rows import Rows
from .etc.ledger import EtcLedger, ledger_members

if TYPE_CHECKING:
    from typing import Dict, List

    from ..contract.value import JsonObject


class PackageRows:
    """Packages that are ours: those that we installed with why, the mark of those that we marked manual, and versions kept."""

    def __init__(self, ours: Dict[str, str] | None = None, marked: List[str] | None = None) -> None:
        self.ours = ours if ours is not None else {}
        self.marked = marked if marked is not None else []

    @classmethod
    def of(cls, value: object) -> PackageRows:
        """EngineError `state` when it is damaged."""
        members = ledger_members(value, "`packages`")
        ours = ledger_members(members.mapping("ours"), "`ours`")
        return cls({name: ours.text(name) for name in ours.names()}, members.texts("marked"))

    def json(self) -> JsonObject:
        return {"ours": self.ours, "marked": self.marked}


class Ledger(NamedTuple):
    """All that is ours on this host, with what was there before. `provided`: unit to whether it was enabled before."""

    etc: EtcLedger
    accounts: Rows
    packages: PackageRows
    provided: Dict[str, bool]

    @classmethod
    def of(cls, value: object) -> Ledger:
        """EngineError `state` when it is damaged."""
        members = ledger_members(value, "all of it")
        provided = ledger_members(members.mapping("provided"), "`provided`")
        return cls(
            EtcLedger.of(members.mapping("etc")),
            Rows.of(members.mapping("accounts")),
            PackageRows.of(members.mapping("packages")),
            {name: provided.flag(name) for name in provided.names()},
        )

    def json(self) -> JsonObject:
        return {
            "etc": self.etc.json(),
            "accounts": self.accounts.json(),
            "packages": self.packages.json(),
            "provided": self.provided,
        }


class Journal(NamedTuple):
    """The switch under way. `phase` is `prepare`, in which nothing is committed, or `commit`, from where it only goes forward.

    `origin` and `target` are generations, 0 for none; `installed` are the packages that were there before a transaction of the
    package manager began.
    """

    phase: str
    origin: int
    target: int
    action: str
    installed: List[str]

    @classmethod
    def of(cls, value: object) -> Journal:
        """EngineError `state` when it is damaged."""
        members = Members(value, "the journal of the system is damaged", ErrorKind.STATE)
        return cls(
            members.text("phase"),
            members.number("origin"),
            members.number("target"),
            members.text("action"),
            members.texts("installed"),
        )

    def json(self) -> JsonObject:
        return dict(self._asdict())


class Info(NamedTuple):
    """What is noted of a generation: the digest of its manifest, when it was made (seconds since 1970), its label."""

    digest: str
    time: float
    label: str

    @classmethod
    def of(cls, value: object) -> Info:
        """EngineError `state` when it is damaged."""
        members = Members(value, "the record of a generation is damaged", ErrorKind.STATE)
        return cls(members.text("digest", ""), members.optional_real("time") or 0, members.text("label", ""))
