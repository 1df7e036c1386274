# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The exception of the engine, and its kinds."""

from __future__ import annotations

from enum import Enum

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .value import JsonObject


class ErrorKind(str, Enum):
    """A stable word for programs. The last five are those of a switch that began and did not succeed."""

    ACCOUNT = "account"
    ACCOUNTS = "accounts"
    AGE = "age"
    ANSIBLE = "ansible"
    ARCHIVE = "archive"
    BUG = "bug"
    BUNDLE = "bundle"
    CHANGED = "changed"
    CONFIRM = "confirm"
    CONNECTION = "connection"
    DAMAGED = "damaged"
    DOWNLOAD = "download"
    EMPTY = "empty"
    GENERATION = "generation"
    GONE = "gone"
    HASH = "hash"
    HOME = "home"
    HOST = "host"
    INTERPRETER = "interpreter"
    KILLED = "killed"
    LAUNCHER = "launcher"
    LIBC = "libc"
    LOCKED = "locked"
    LOCKOUT = "lockout"
    MANIFEST = "manifest"
    NOEXEC = "noexec"
    OBJECT = "object"
    OBJECTS = "objects"
    OWNER = "owner"
    PACKAGE = "package"
    PACKAGES = "packages"
    PATCH = "patch"
    PROFILE = "profile"
    PROJECT = "project"
    RECIPE = "recipe"
    REQUEST = "request"
    SERVICE = "service"
    SILENT = "silent"
    SPACE = "space"
    SPECIALISATION = "specialisation"
    STATE = "state"
    SYSTEM = "system"
    TARGET = "target"
    USAGE = "usage"
    USER = "user"
    COLLISION = "collision"
    CHECK = "check"
    HOOK = "hook"
    LINK = "link"

    def __str__(self) -> str:
        return self.value


class EngineError(Exception):
    """Something that a person has to know.

    `message` is a sentence for people, `kind` a stable word for programs, `details` further values (JSON types only).
    """

    def __init__(self, message: str, kind: ErrorKind, **details: object) -> None:
        super().__init__(message)
        self.message = message
        self.kind = kind
        self.details = details

    def json(self) -> JsonObject:
        """{"message", "kind", "details"}."""
        return {"message": self.message, "kind": self.kind.value, "details": self.details}

    @classmethod
    def of(cls, value: object) -> EngineError:
        """The inverse of `json`; anything else is shown as it is."""
        if not isinstance(value, dict) or not isinstance(value.get("details"), dict):
            return cls(str(value), ErrorKind.BUG)
        known = [kind for kind in ErrorKind if kind.value == value.get("kind")]
        details = {name: item for name, item in value["details"].items() if name not in ("message", "kind")}
        return cls(str(value.get("message")), known[0] if known else ErrorKind.BUG, **details)
