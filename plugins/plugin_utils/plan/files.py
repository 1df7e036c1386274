# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The managed files of a home: from the options that hold them to contents, folders and links."""

from __future__ import annotations

import functools
import os
import posixpath
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from .. import inputs
from ..expressions.folder import FolderMember, walk
from ..expressions.lazy import plain
from ..expressions.source_file import kind_at, read_file
from ..options.evaluation import Evaluation
from ..options.provenance import Positions, Provenance
from ..syntax.errors import SpecError, SpecWarning
from ..syntax.keys import joined
from ..values import OutOfStore, Package, Path, PathValue, StoreFile, StoreFolder
from .secret_names import refuse_secret_path
from .source_errors import missing_file, with_positions
from .target_checks import HOME_STARTS, check_target, start_warning

VAULT_HEADER = b"$ANSIBLE_VAULT;"
LONGEST_NAME = 255
WHOLE_REFUSED = (".ssh", ".gnupg", ".config/fish", ".config/systemd/user", ".local/share/applications")


@dataclass(slots=True)
class FileSource:
    """A file of known content: `content`, or the file `path` of the controller; or `link`, the text of a symbolic link."""

    content: bytes | None = None
    path: str | None = None
    link: str | None = None
    executable: bool | None = None
    name: str = ""

    def read(self) -> tuple[bytes, bool]:
        """The bytes and whether they can be executed; read once. Raises SpecError when the file cannot be read."""
        if self.path is None:
            return self.content or b"", bool(self.executable)
        try:
            self.content, bits = read_file(self.path)
        except OSError as problem:
            raise SpecError(f"{self.path} cannot be read: {problem.strerror}") from None
        self.executable = bool(bits & 0o100) if self.executable is None else self.executable
        self.path = None
        return self.content, self.executable

    def decrypt(self, decrypter: Callable[[str], bytes] | None) -> bool:
        """Replace an encrypted content by the plain one; whether it was encrypted. Raises SpecError when it cannot be decrypted."""
        path = self.path
        if path is None or not self.read()[0].startswith(VAULT_HEADER):
            return False
        if decrypter is None:
            raise SpecError(f"{path} is encrypted with Ansible Vault, and no vault secret is available")
        self.content = decrypter(path)
        return True


@dataclass(slots=True)
class PlannedFile:
    """One managed path: a leaf, or a folder linked whole (`tree`: relative path to leaf, None for a folder).

    `members` are the leaves of a generated folder that a link leads to.
    """

    target: str
    leaf: FileSource | None = None
    tree: dict[str, FileSource | None] | None = None
    members: dict[str, FileSource] = field(default_factory=dict)
    folder: str | None = None
    mode: str | None = None
    method: str = "link"
    on_conflict: str = "keep"
    on_change: str = ""
    force: bool = False
    secret: bool = False
    positions: Positions = ()
    merge: tuple[str, object] | None = None
    owner: str = field(default="", compare=False)

    @property
    def label(self) -> str:
        """The option that declares it, as a person writes it."""
        return owner_label(self.owner)


class Files:
    """Collects the planned files of an evaluated home. Errors go to the evaluation."""

    def __init__(self, evaluation: Evaluation, local_places: bool = False) -> None:
        self.evaluation = evaluation
        self.local_places = local_places
        self.provenance = Provenance(evaluation)
        self.home = str(evaluation.get("home.homeDirectory"))
        self._place = posixpath.normpath(self.home)
        self.planned: dict[str, PlannedFile] = {}

    def collect(self) -> dict[str, PlannedFile]:
        """All managed paths of the home, by target."""
        attempt = self.evaluation.attempt
        found: list[tuple[str, str, Any]] = []
        for option in self.evaluation.get("home.fileOptions"):
            values = attempt(partial(self.evaluation.get, option), {})
            for name in attempt(partial(list, values), []):
                enabled = attempt(partial(_enabled, values, name))
                if enabled is not None:
                    target, entry = enabled
                    found.append((target, f"{option}.{name}", entry))
        for target, owner, entry in sorted(found, key=lambda item: (len(item[0]), item[0])):
            attempt(partial(self._take, target, owner, entry))
        for planned in list(self.planned.values()):
            attempt(partial(self._check_target, planned))
        return self.planned

    @functools.cached_property
    def _state(self) -> str:
        """The home's state folder, relative to the home. Raises SpecError."""
        return posixpath.relpath(f"{self.evaluation.get('xdg.stateHome')}/home.manager", self.home)

    def _check_target(self, planned: PlannedFile) -> None:
        """Raises SpecError for a path below another managed one, and for one that the home's own state needs."""
        above = planned.target.rpartition("/")[0]
        while above:
            if above in self.planned:
                other = self.planned[above]
                raise SpecError(
                    f"is below `{above}`, which is itself a managed file or a folder linked as a whole ({other.label})",
                    [*planned.positions, *other.positions],
                    path=planned.label,
                    hint="set `recursive: true` there" if other.folder is not None else "",
                )
            above = above.rpartition("/")[0]
        state = self._state
        if f"{state}/".startswith(f"{planned.target}/") or planned.target.startswith(f"{state}/"):
            raise SpecError(
                f"~/{state} holds the generations of this home; no managed file may be in it or replace a folder above it",
                planned.positions,
                path=planned.label,
            )

    def _take(self, target: str, owner: str, entry: Any) -> None:
        positions = self._positions(owner)
        if target.startswith(HOME_STARTS):
            warning = start_warning(target, positions, owner_label(owner))
            if warning is not None:
                self.evaluation.warn(warning)
        if target in (".", self._place):
            if not entry["recursive"]:
                message = "the target is the home folder itself, which can only take the files of a folder one by one"
                raise SpecError(message, positions, path=owner_label(owner), hint="set `recursive: true`")
            target = ""
        elif target.startswith("/") or target == "" or target.split("/", maxsplit=1)[0] == "..":
            where = posixpath.normpath(posixpath.join(self.home, target))
            message = f"leads to {where}, outside of the home folder {self.home}"
            raise SpecError(message, positions, path=owner_label(owner))
        if "\0" in target or _has_long_name(target):
            raise SpecError(
                f"invalid file name: it contains a NUL character or a part of more than {LONGEST_NAME} bytes",
                positions,
                path=owner_label(owner),
            )
        refuse_secret_path(self.evaluation.secret, target, owner, positions)
        for planned in with_positions(self._sources(target, entry, owner, positions), positions):
            planned.positions, planned.owner = positions, owner
            link = planned.leaf.link if planned.leaf is not None and planned.folder is None else None
            check_target(self.home, planned, link)
            self._add(planned, entry)

    def _add(self, planned: PlannedFile, entry: object) -> None:
        first = self.planned.get(planned.target)
        if first is None:
            self.planned[planned.target] = planned
            return
        if first.owner == planned.owner:
            return
        from_folder = first.folder is not None or planned.folder is not None
        how = self.evaluation.get("home.fileOverlapResolution") if from_folder else "twice"
        if how == "override":
            if planned.folder is None:
                self.planned[planned.target] = planned
        elif how != "ignore":
            raise SpecError(
                f"`{planned.target}` is defined twice: by {first.label} and {planned.label}",
                [*first.positions, *planned.positions],
            )

    def _positions(self, owner: str) -> Positions:
        first, second, name = owner.split(".", 2)
        return self.provenance.entry(f"{first}.{second}", name)

    def _sources(self, target: str, entry: Any, owner: str, positions: Positions) -> Iterator[PlannedFile]:
        base = PlannedFile(
            target,
            mode=_mode(entry["mode"]),
            method=entry["method"] or usual_method(target),
            on_conflict=entry["onConflict"],
            on_change=entry["onChange"],
            force=entry["force"],
            secret=entry["sensitive"] or self._read_secret(owner),
        )
        if base.method == "merge":
            yield self._merged(base, entry, owner, positions)
            return
        source = entry["source"]
        self._private(base, positions)
        if source is None:
            text = entry["text"]
            if text is None:
                error = SpecError("has neither `text` nor `source`", positions, path=owner_label(owner))
                raise error.with_details("no-content")
            base.secret = base.secret or self._read_secret(owner)
            self._private(base, positions)
            base.leaf = FileSource(
                content=text.encode("utf-8", "surrogateescape"), executable=bool(entry["executable"])
            )
            yield base
        else:
            if entry["text"] is not None:
                self._ignored_text(owner, positions)
            yield from self._from_source(base, source, entry, owner, positions)

    def _ignored_text(self, owner: str, positions: Positions) -> None:
        message = "has a `source`, so its `text` is not used"
        warning = SpecWarning(message, positions, path=owner_label(owner), hint="leave out one of them")
        warning.with_details("two-contents")
        self.evaluation.warn(warning)

    def _private(self, base: PlannedFile, positions: Positions) -> None:
        """Take the permissions of others from a sensitive file, and tell."""
        if base.secret and base.mode is not None and int(base.mode, 8) & 0o077:
            kept = f"{int(base.mode, 8) & 0o700:04o}"
            message = f"~/{base.target} is sensitive: its mode is {kept}, not {base.mode}"
            warning = SpecWarning(message, positions)
            warning.with_details("sensitive-mode", at_value=True)
            self.evaluation.warn(warning)
            base.mode = kept

    def _merged(self, base: PlannedFile, entry: Any, owner: str, positions: Positions) -> PlannedFile:
        declared = {name: entry[name] for name in ("json", "toml", "yaml", "ini") if entry[name] is not None}
        if len(declared) != 1 or not isinstance(next(iter(declared.values())), dict):
            raise SpecError(
                "the method merge requires exactly one of `json`, `toml`, `yaml` and `ini`",
                positions,
                path=owner_label(owner),
            )
        name, value = next(iter(declared.items()))
        with self.evaluation.visiting((*owner.split(".", 2), name), next(iter(positions), None)) as frame:
            base.merge = (name, plain(value))
        base.secret = base.secret or frame.secret or self._read_secret(owner)
        return base

    def _read_secret(self, owner: str) -> bool:
        entry = tuple(owner.split(".", 2))
        return any(path[:3] == entry for path in self.evaluation.secret)

    def _from_source(
        self, base: PlannedFile, source: PathValue, entry: Any, owner: str, positions: Positions
    ) -> Iterator[PlannedFile]:
        path = self._local(source)
        executable = entry["executable"]
        if isinstance(source, StoreFile):
            base.leaf = FileSource(
                content=source.content, executable=source.executable if executable is None else executable
            )
            yield base
        elif isinstance(source, StoreFolder):
            members = {relative: _member(item) for relative, item in source.entries}
            if entry["recursive"]:
                yield from _spread(base, members, entry["executable"], str(source))
                return
            base.leaf, base.members = FileSource(link=str(source)), members
            yield base
        elif path is None:
            base.leaf, base.secret = FileSource(link=str(source)), base.secret or self._read_secret(owner)
            yield base
        elif (kind := kind_at(path)) == inputs.FOLDER:
            yield from self._folder(base, path, entry, owner, positions)
        elif kind != inputs.ABSENT:
            base.leaf = FileSource(path=path, executable=executable, name=os.path.basename(path))
            yield base
        else:
            first, second, name = owner.split(".", 2)
            named = self.provenance.of_path(f"{first}.{second}", name, path)
            raise missing_file(path, owner_label(owner), named or positions)

    def _local(self, source: PathValue) -> str | None:
        """The path on the controller that content comes from, or None when the source is a place on the target."""
        if isinstance(source, Path):
            return source.path
        if self.local_places and isinstance(source, (Package, OutOfStore)) and kind_at(str(source)):
            return str(source)
        return None

    def _folder(
        self, base: PlannedFile, path: str, entry: Any, owner: str, positions: Positions
    ) -> Iterator[PlannedFile]:
        leaves = _tree(path, entry["ignorelinks"])
        if not entry["recursive"]:
            if base.target in WHOLE_REFUSED:
                raise SpecError(
                    f"`{base.target}` cannot be a single link to a folder, because programs write into it",
                    positions,
                    path=owner_label(owner),
                    hint="set `recursive: true`",
                )
            base.tree, base.folder = leaves, path
            yield base
            return
        files = {relative: leaf for relative, leaf in leaves.items() if leaf is not None}
        if entry["executable"] is not None:
            files = {relative: _followed(leaf, posixpath.join(path, relative)) for relative, leaf in files.items()}
        yield from _spread(base, files, entry["executable"], path)


def _spread(
    base: PlannedFile, leaves: dict[str, FileSource], executable: bool | None, folder: str
) -> Iterator[PlannedFile]:
    """A folder's files one by one."""
    for relative, leaf in leaves.items():
        if executable is not None and leaf.link is None:
            leaf.executable = executable
        target = posixpath.join(base.target, relative)
        method = usual_method(target) if base.method == usual_method(base.target) and leaf.link is None else base.method
        yield PlannedFile(
            target, leaf, folder=folder, mode=base.mode, method=method, on_conflict=base.on_conflict,
            on_change=base.on_change, force=base.force, secret=base.secret,
        )  # fmt: skip


def _member(item: PathValue) -> FileSource:
    """A file of a generated folder."""
    if isinstance(item, StoreFile):
        return FileSource(content=item.content, executable=item.executable, name=item.name)
    if isinstance(item, Path):
        return FileSource(path=item.path, name=posixpath.basename(item.path))
    return FileSource(link=str(item))


def _followed(leaf: FileSource, where: str) -> FileSource:
    """What a link in a folder of the controller leads to, where that is a file; the link itself where it leads nowhere."""
    if leaf.link is None or kind_at(where) != inputs.FILE:
        return leaf
    return FileSource(path=where, name=posixpath.basename(where))


def _enabled(values: Any, name: str) -> tuple[str, Any] | None:
    """The target and the options of an entry; None when it is not enabled."""
    entry = values[name]
    return (entry["target"], entry) if entry["enable"] else None


def _has_long_name(target: str) -> bool:
    """Whether a part of a path is longer than a file system allows."""
    encoded = target.encode("utf-8", "surrogatepass")
    return len(encoded) > LONGEST_NAME and any(len(part) > LONGEST_NAME for part in encoded.split(b"/"))


# What is read through no link: direnv allows real files only, and sshd may refuse the folders on the way to an object.
NOT_LINKED = re.compile(r"(.*/)?\.envrc|\.ssh/authorized_keys")


def usual_method(target: str) -> str:
    """How a file comes into the home when the spec does not say."""
    return "copy" if NOT_LINKED.fullmatch(target) else "link"


def _tree(path: str, ignore_links: bool) -> dict[str, FileSource | None]:
    """The leaves of a folder of the controller by relative path; None for the folders in it."""
    leaves = {member.relative: _leaf(member) for member in walk(path)}
    if ignore_links:
        leaves = {
            r: _followed(leaf, posixpath.join(path, r)) if leaf is not None else None for r, leaf in leaves.items()
        }
    return leaves


def _leaf(member: FolderMember) -> FileSource | None:
    if member.is_folder:
        return None
    return FileSource(
        path=member.path, link=member.link, name=posixpath.basename(member.relative) if member.path else ""
    )


def owner_label(owner: str) -> str:
    """An owner (`home.file..bashrc`) as a person writes it: `home.file.".bashrc"`."""
    return joined(owner.split(".", 2))


def _mode(mode: str | None) -> str | None:
    return None if mode is None else mode.rjust(4, "0")
