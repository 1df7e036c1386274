# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Kept plans: the digest of a home's last plan, with a record of its inputs. While these are the same, nothing is evaluated.

A record holds no content and no value, only keyed hashes of them, whose random key only this user can read. It is used only if
everything that the evaluation read would be the same again; if anything is wrong with it, the home is evaluated. docs/architecture.md has the rules.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import secrets
import time
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from .. import inputs
from ..cache_folder import cache_folder
from ..inputs import Inputs, Signature
from .private_folder import PrivateFolder
from .stamp import RACY

VERSION = 2
KEY = "key"
# This many hex digits distinguish the objects of one home.
_SHORT = 16

State = Callable[[str, str], object]


class Kept(NamedTuple):
    """What a run with nothing to do needs of a plan.

    Of a system: `homes` has the digest, the home and the state of each user's home, and `texts` the warnings as Ansible shows them.
    """

    digest: str
    home: str
    state: str
    linger: bool | None
    manager: str = ""
    warnings: list[dict[str, Any]] = []  # noqa: RUF012 - never changed
    homes: dict[str, list[str]] = {}  # noqa: RUF012 - never changed
    texts: list[str] = []  # noqa: RUF012 - never changed


class Seen(NamedTuple):
    """A file or folder of a record: its signature, the keyed hash of its content, and whether the signature alone proves nothing."""

    signature: Signature
    content: str
    racy: bool

    @classmethod
    def of(cls, value: list[Any]) -> Seen:
        """The inverse of `json`."""
        one, two, three, four, five, six, content, racy = value
        return cls((one, two, three, four, five, six), content, bool(racy))

    def json(self) -> list[Any]:
        """As a list of plain data."""
        return [*self.signature, self.content, int(self.racy)]


class PlanCache:
    """The record of one home. `name` identifies it, such as by its host and user."""

    def __init__(self, name: Iterable[str], folder: str | None = None) -> None:
        self.folder = PrivateFolder(folder or cache_folder("plans"))
        self.name = "\0".join(name)
        self._key: bytes | None = None
        self._shorts: dict[str, str] = {}

    @property
    def key(self) -> bytes | None:
        """The random key of this user's records, made when there is none; None where the folder is not the user's alone."""
        if self._key is None and self.folder.usable():
            with contextlib.suppress(OSError):
                self._key = self._load_key()
        return self._key

    def _load_key(self) -> bytes | None:
        """The key. Raises OSError."""
        if not os.path.lexists(os.path.join(self.folder.path, KEY)):
            self.folder.create(KEY, secrets.token_bytes(32))
        key = self.folder.read(KEY)
        return key if key is not None and len(key) == 32 else None

    def file(self) -> str:
        """The name of the record's file."""
        return f"{self._hash(self.name.encode())[:32]}.json"

    def _hash(self, content: bytes) -> str:
        """The keyed hash of some content. BLAKE2 needs no HMAC, which takes three times as long for such short contents."""
        return hashlib.blake2b(content, key=self.key or b"", digest_size=32).hexdigest()

    def _hash_of(self, value: object) -> str:
        return self._hash(json.dumps(value, sort_keys=True, default=str).encode("utf-8", "surrogatepass"))

    # Looking up

    def find(self, identity: object, state: State) -> Kept | None:
        """The kept plan for a home with this `identity`; None if it has to be evaluated. `state` gives the variables of the play."""
        if self.key is None:
            return None
        try:
            content = self.folder.read(self.file())
            record = json.loads(content) if content is not None else None
            if not isinstance(record, dict) or record.get("version") != VERSION:
                return None
            if record["identity"] != self._hash_of(identity) or not self._holds(record):
                return None
            if not isinstance(record["objects"], str):
                return None
            if any(self._hash_of(state(host, name)) != known for host, name, known in record["variables"]):
                return None
            return Kept(**record["plan"])
        except Exception:
            # Whatever is wrong with a record, or with a variable, comes up again when the home is evaluated.
            return None

    def objects_of_last(self, digest: str, names: Iterable[str]) -> set[str]:
        """Those of the objects `names` that the last plan had, even if its inputs have changed.

        Empty if nothing is kept, or if that plan has this `digest`.
        """
        if self.key is None:
            return set()
        try:
            record = json.loads(self.folder.read(self.file()) or b"null")
            if record["version"] != VERSION or record["plan"]["digest"] == digest:
                return set()
            joined = str(record["objects"])
        except (OSError, ValueError, KeyError, TypeError):
            return set()  # nothing is kept, or something else
        known = {joined[start : start + _SHORT] for start in range(0, len(joined), _SHORT)}
        return {name for name in names if self._short(name) in known}

    def _short(self, name: str) -> str:
        if name not in self._shorts:
            self._shorts[name] = self._hash(name.encode())[:_SHORT]
        return self._shorts[name]

    def _holds(self, record: dict[str, Any]) -> bool:
        """Whether all files, folders and links are the same. Files that were compared by content get their new signature."""
        if not all(inputs.is_still(path, kind) for path, kind in record["kinds"].items()):
            return False
        if any(os.path.realpath(path) != real for path, real in record["real"].items()):
            return False
        refreshed = False
        for table, digest in (("files", _digest_of_file), ("folders", _digest_of_folder)):
            for path, value in record[table].items():
                found = inputs.signature_of(path)
                if found is not None and [*found, 0] == [*value[:6], value[7]]:
                    continue
                known = Seen.of(value)
                if found is None or found[5] != known.signature[5]:
                    return False
                if self._hash(digest(path)) != known.content or inputs.signature_of(path) != found:
                    return False
                record[table][path] = self._seen(found, known.content).json()
                refreshed = True
        if refreshed:
            self._write(record)
        return True

    # Keeping

    def keep(
        self,
        identity: object,
        kept: Kept,
        found: Inputs,
        variables: tuple[set[tuple[str, str]], State],
        objects: Iterable[str] = (),
    ) -> None:
        """Keep a plan, with its `objects`, for the next run, unless its inputs may have changed in the meantime."""
        if self.key is None or (kept.warnings and found.tainted) or not found.is_current():
            return
        try:
            record = self._record(identity, kept, found, variables)
            self._write({**record, "objects": "".join(self._short(name) for name in objects)})
        except Exception:
            # The switch succeeded. Without a kept plan the next run takes longer, no more.
            return

    def _record(
        self, identity: object, kept: Kept, found: Inputs, variables: tuple[set[tuple[str, str]], State]
    ) -> dict[str, Any]:
        read, state = variables
        tables = {
            name: {path: self._seen(read.signature, self._hash(read.digest)).json() for path, read in table.items()}
            for name, table in (("files", found.files), ("folders", found.folders))
        }
        return {
            "version": VERSION,
            "identity": self._hash_of(identity),
            "plan": kept._asdict(),
            **tables,
            "kinds": {path: kind for path, kind in found.kinds.items() if path not in found.files},
            "real": found.real,
            "variables": [[host, name, self._hash_of(state(host, name))] for host, name in sorted(read)],
        }

    @staticmethod
    def _seen(signature: Signature, content: str) -> Seen:
        return Seen(signature, content, max(signature[0], signature[1]) > time.time_ns() - RACY)

    def _write(self, record: dict[str, Any]) -> None:
        self.folder.write(self.file(), json.dumps(record).encode())


def _digest_of_file(path: str) -> bytes:
    """The SHA-256 of a regular file. Raises OSError."""
    with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
        return hashlib.file_digest(file, "sha256").digest()


def _digest_of_folder(path: str) -> bytes:
    return inputs.listing_digest(inputs.listing(path))
