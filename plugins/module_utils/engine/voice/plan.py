# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The plan: what one run would do, or did, to one home. Preview, switch, rollback, diff and uninstall share it."""

from __future__ import annotations

from typing import NamedTuple

from .entries import Account, Collision, File, Hook, Package, Setting, Unit, Variable
from .fields import Fields, plain
from .message import Choice, Message

VERSION = 1
VERBS = ("switch", "rollback", "generation", "diff", "list", "remove", "uninstall", "expire", "build", "init", "verify")
OUTCOMES = ("would-change", "changed", "unchanged", "refused", "failed", "undone", "unreachable", "interrupted")


class Owner(NamedTuple):
    """Whose home it is; without a user it is the system of a host.

    `manager`: the service manager, `packages`: the command that installs the host's packages.
    """

    user: str
    host: str
    path: str = ""
    manager: str = ""
    packages: str = ""

    @classmethod
    def of(cls, value: object) -> Owner:
        """The owner of a JSON object."""
        read = Fields(value, "home")
        return cls(*(read.text(name) for name in cls._fields))

    @property
    def label(self) -> str:
        """`user@host`, as a home is called everywhere."""
        return "@".join(part for part in (self.user, self.host) if part)

    def json(self) -> dict[str, object]:
        """The JSON object."""
        return plain(self)


class Recovered(NamedTuple):
    """A switch that was interrupted and is now out of the way. `direction`: finished, undone; `started`: since 1970."""

    to: int | None = None
    direction: str = "undone"
    started: int = 0

    @classmethod
    def of(cls, value: object) -> Recovered:
        """The record of a JSON object."""
        read = Fields(value, "recovered")
        return cls(read.count("to"), read.text("direction", "undone"), read.number("started"))

    def json(self) -> dict[str, object]:
        """The JSON object."""
        return plain(self)


class Undo(NamedTuple):
    """What became of a failed switch: the generation that is back, and what could not be undone."""

    to: int | None = None
    left: tuple[str, ...] = ()

    @classmethod
    def of(cls, value: object) -> Undo:
        """The undo of a JSON object."""
        read = Fields(value, "undo")
        return cls(read.count("to"), read.texts("left"))

    def json(self) -> dict[str, object]:
        """The JSON object."""
        return plain(self)


class StoreUsage(NamedTuple):
    """What there is altogether: generations and their bytes, files of a build.

    Of an expiry, the numbers that it removes, and the bytes of packages that it `freed`.
    """

    generations: int = 0
    bytes: int = 0
    removed: tuple[int, ...] = ()
    files: int = 0
    freed: int = 0

    @classmethod
    def of(cls, value: object) -> StoreUsage:
        """The stock of a JSON object."""
        read = Fields(value, "stock")
        return cls(
            read.number("generations"),
            read.number("bytes"),
            read.numbers("removed"),
            read.number("files"),
            read.number("freed"),
        )

    def json(self) -> dict[str, object]:
        """The JSON object."""
        return plain(self)


class Plan(NamedTuple):
    """See the fields of the entries. `from` and `to` are numbers of generations, None where there is none.

    `path` is the folder of a build or of a new project; `supposed` are the facts that a build supposed; `next` are the
    commands to go on with.
    """

    verb: str
    home: Owner
    outcome: str
    check: bool = False
    from_: int | None = None
    to: int | None = None
    path: str = ""
    files: tuple[File, ...] = ()
    session: tuple[Variable, ...] = ()
    packages: tuple[Package, ...] = ()
    units: tuple[Unit, ...] = ()
    settings: tuple[Setting, ...] = ()
    hooks: tuple[Hook, ...] = ()
    collisions: tuple[Collision, ...] = ()
    warnings: tuple[Message, ...] = ()
    errors: tuple[Message, ...] = ()
    notes: tuple[Message, ...] = ()
    recovered: Recovered | None = None
    undo: Undo | None = None
    stock: StoreUsage | None = None
    supposed: tuple[str, ...] = ()
    next: tuple[Choice, ...] = ()
    accounts: tuple[Account, ...] = ()

    @classmethod
    def of(cls, value: object) -> Plan:
        """The plan of a JSON object. ValueError when it is not well formed, or of another version."""
        read = Fields(value, "plan")
        if read.number("version", VERSION) != VERSION:
            raise ValueError(f"plan: version {read.number('version')} is not known, only {VERSION}")
        found = cls(
            read.text("verb"),
            Owner.of(read.value.get("home")),
            read.text("outcome"),
            read.flag("check"),
            read.count("from"),
            read.count("to"),
            read.text("path"),
            read.items("files", File.of),
            read.items("session", Variable.of),
            read.items("packages", Package.of),
            read.items("units", Unit.of),
            read.items("settings", Setting.of),
            read.items("hooks", Hook.of),
            read.items("collisions", Collision.of),
            read.items("warnings", Message.of),
            read.items("errors", Message.of),
            read.items("notes", Message.of),
            read.item("recovered", Recovered.of),
            read.item("undo", Undo.of),
            read.item("stock", StoreUsage.of),
            read.texts("supposed"),
            read.items("next", Choice.of),
            read.items("accounts", Account.of),
        )
        if found.verb not in VERBS:
            raise ValueError(f"plan: `verb` is {found.verb!r}")
        if found.outcome not in OUTCOMES:
            raise ValueError(f"plan: `outcome` is {found.outcome!r}")
        return found

    def json(self) -> dict[str, object]:
        """The JSON object."""
        return {"version": VERSION, **plain(self)}
