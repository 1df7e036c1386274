# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The entries of a plan: files, session variables, packages, units, settings, hooks, and what is in the way."""

from __future__ import annotations

from typing import NamedTuple

from .fields import Fields, plain
from .message import Choice, SourceLocation

# What an operation on a file, a variable, a package or a setting is printed as.
SIGN_OF = {
    "add": "+",
    "remove": "-",
    "change": "~",
    "repair": "~",
    "adopt": "=",
    "same": "=",
    "keep": "!",
    "backup": ">",
    "restore": ">",
}


class Diff(NamedTuple):
    """What changes in a text. The counts are lines; the texts are there only when a diff was asked for."""

    added: int = 0
    removed: int = 0
    bytes: int = 0
    before: str | None = None
    after: str | None = None

    @classmethod
    def of(cls, value: object) -> Diff:
        """The diff of a JSON object."""
        read = Fields(value, "diff")
        return cls(
            read.number("added"),
            read.number("removed"),
            read.number("bytes"),
            read.maybe("before"),
            read.maybe("after"),
        )

    @property
    def has_text(self) -> bool:
        """Whether the texts are there."""
        return self.before is not None or self.after is not None

    def json(self) -> dict[str, object]:
        """The JSON object."""
        return plain(self)


class File(NamedTuple):
    """A file of the home. `path` is relative to the home.

    `op`: add, change, remove, adopt, keep, repair, backup, restore; `method`: link, copy, seed, merge; `what`: text,
    program, binary, link, folder; `found`, of a repair: absent, file, link, mode; `to`: where a backup goes or a link
    leads; `since`: when a kept file was written (seconds since 1970).
    """

    path: str
    op: str
    method: str = "link"
    what: str = "text"
    secret: bool = False
    found: str = ""
    to: str = ""
    since: int = 0
    number: int = 0
    note: str = ""
    diff: Diff | None = None
    origin: tuple[SourceLocation, ...] = ()
    choices: tuple[Choice, ...] = ()

    @classmethod
    def of(cls, value: object) -> File:
        """The file of a JSON object."""
        read = Fields(value, "file")
        return cls(
            read.text("path"),
            read.text("op"),
            read.text("method", "link"),
            read.text("what", "text"),
            read.flag("secret"),
            read.text("found"),
            read.text("to"),
            read.number("since"),
            read.number("number"),
            read.text("note"),
            read.item("diff", Diff.of),
            read.items("origin", SourceLocation.of),
            read.items("choices", Choice.of),
        )

    def json(self) -> dict[str, object]:
        """The JSON object."""
        return plain(self)


class Variable(NamedTuple):
    """A session variable, or with `kind` `path` a folder of the search path. `op`: add, change, remove."""

    name: str
    op: str
    kind: str = "variable"
    from_: str | None = None
    to: str | None = None
    before: str = ""
    secret: bool = False

    @classmethod
    def of(cls, value: object) -> Variable:
        """The variable of a JSON object."""
        read = Fields(value, "variable")
        return cls(
            read.text("name"),
            read.text("op"),
            read.text("kind", "variable"),
            read.maybe("from"),
            read.maybe("to"),
            read.text("before"),
            read.flag("secret"),
        )

    def json(self) -> dict[str, object]:
        """The JSON object."""
        return plain(self)


class Package(NamedTuple):
    """A package. `op`: add, change, remove, same, or `lack`: declared, and the host has to bring it and does not.

    `from` and `to` are versions, `download` and `disk` bytes, `trust`: signed, locked, first-seen.
    """

    name: str
    op: str
    from_: str = ""
    to: str = ""
    provider: str = ""
    host_name: str = ""
    download: int | None = None
    disk: int | None = None
    security: bool = False
    trust: str = ""
    note: str = ""

    @classmethod
    def of(cls, value: object) -> Package:
        """The package of a JSON object."""
        read = Fields(value, "package")
        return cls(
            read.text("name"),
            read.text("op"),
            read.text("from"),
            read.text("to"),
            read.text("provider"),
            read.text("host_name"),
            read.count("download"),
            read.count("disk"),
            read.flag("security"),
            read.text("trust"),
            read.text("note"),
        )

    def json(self) -> dict[str, object]:
        """The JSON object."""
        return plain(self)


class Unit(NamedTuple):
    """A service unit. `action`: start, stop, restart, reload, keep, later; `failed` with `status` and the last `log`."""

    name: str
    action: str
    reason: str = ""
    failed: bool = False
    status: int = 0
    log: tuple[str, ...] = ()
    option: str = ""
    origin: tuple[SourceLocation, ...] = ()

    @classmethod
    def of(cls, value: object) -> Unit:
        """The unit of a JSON object."""
        read = Fields(value, "unit")
        return cls(
            read.text("name"),
            read.text("action"),
            read.text("reason"),
            read.flag("failed"),
            read.number("status"),
            read.texts("log"),
            read.text("option"),
            read.items("origin", SourceLocation.of),
        )

    def json(self) -> dict[str, object]:
        """The JSON object."""
        return plain(self)


class Account(NamedTuple):
    """A row of a system's accounts. `kind`: user, group; `op`: add, change, remove, restore."""

    kind: str
    name: str
    op: str
    note: str = ""

    @classmethod
    def of(cls, value: object) -> Account:
        """The account of a JSON object."""
        read = Fields(value, "account")
        return cls(read.text("kind"), read.text("name"), read.text("op"), read.text("note"))

    def json(self) -> dict[str, object]:
        """The JSON object."""
        return plain(self)


class Setting(NamedTuple):
    """A key of a settings store (`dconf`, `xfconf`, `defaults`). Values are as the store writes them."""

    path: str
    key: str
    op: str
    store: str = "dconf"
    from_: str = ""
    to: str = ""

    @classmethod
    def of(cls, value: object) -> Setting:
        """The setting of a JSON object."""
        read = Fields(value, "setting")
        return cls(
            read.text("path"),
            read.text("key"),
            read.text("op"),
            read.text("store", "dconf"),
            read.text("from"),
            read.text("to"),
        )

    def json(self) -> dict[str, object]:
        """The JSON object."""
        return plain(self)


class Hook(NamedTuple):
    """A script of the activation. `event`: activation, onChange, check; `rc` is None when it did not run."""

    name: str
    event: str = "activation"
    rc: int | None = None
    seconds: float | None = None
    output: str = ""
    secret: bool = False
    origin: tuple[SourceLocation, ...] = ()

    @classmethod
    def of(cls, value: object) -> Hook:
        """The hook of a JSON object."""
        read = Fields(value, "hook")
        return cls(
            read.text("name"),
            read.text("event", "activation"),
            read.count("rc"),
            read.real("seconds"),
            read.text("output"),
            read.flag("secret"),
            read.items("origin", SourceLocation.of),
        )

    def json(self) -> dict[str, object]:
        """The JSON object."""
        return plain(self)


class Collision(NamedTuple):
    """A path that is in the way. `kind`: file, folder, link, parent-link, backup, foreign, edited, special, denied.

    `to` is where a link leads; `number` and `names` are the files of a folder; `made` says what made a foreign file;
    `lines` and `bytes` are the size of a file, `lines` None for one that is not text.
    """

    path: str
    kind: str
    to: str = ""
    lines: int | None = None
    bytes: int = 0
    number: int = 0
    names: tuple[str, ...] = ()
    made: str = ""
    secret: bool = False
    diff: Diff | None = None
    choices: tuple[Choice, ...] = ()
    origin: tuple[SourceLocation, ...] = ()

    @classmethod
    def of(cls, value: object) -> Collision:
        """The collision of a JSON object."""
        read = Fields(value, "collision")
        return cls(
            read.text("path"),
            read.text("kind"),
            read.text("to"),
            read.count("lines"),
            read.number("bytes"),
            read.number("number"),
            read.texts("names"),
            read.text("made"),
            read.flag("secret"),
            read.item("diff", Diff.of),
            read.items("choices", Choice.of),
            read.items("origin", SourceLocation.of),
        )

    def json(self) -> dict[str, object]:
        """The JSON object."""
        return plain(self)
