# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The profile: one tree of links to what the packages of a generation show."""

from __future__ import annotations

import os
from typing import Any, Dict, List, NamedTuple, Optional, Set, Tuple

from ..contract.errors import EngineError, ErrorKind
from ..contract.package import PRIORITIES
from ..disk import filesystem
from .depot import PACKAGES, Depot
from .tree import file_hash

# Where the programs are that the home itself shows a wrapper of.
UNWRAPPED = "libexec/unwrapped"
RANKS = {name: rank for rank, name in enumerate(PRIORITIES)}
# What a profile shows of a package: its own files in these folders, never its dependencies, libraries or headers.
SHOWN = (
    "bin", "libexec", "etc/xdg", "lib/systemd/user", "share/man", "share/info", "share/applications", "share/icons",
    "share/pixmaps", "share/fonts", "share/themes", "share/sounds", "share/mime", "share/dbus-1", "share/glib-2.0/schemas",
    "share/bash-completion", "share/zsh", "share/fish", "share/locale", "share/terminfo", "share/metainfo", "share/vim",
    "share/nvim", "share/emacs", "share/tmux-plugins",
)  # fmt: skip
# Folders that programs write caches into, or that several packages share: never one link.
REAL = {
    "bin", "etc", "etc/xdg", "lib", "lib/systemd", "lib/systemd/user", "libexec", "share", "share/man",
    "share/applications", "share/icons", "share/fonts", "share/mime", "share/mime/packages", "share/dbus-1",
    "share/info", "share/glib-2.0", "share/glib-2.0/schemas",
}  # fmt: skip
_COMMANDS = ("sbin/", "games/")


class Member(NamedTuple):
    """A package of a profile; `id` names its tree.

    None stands for what the host brings: `places` are then absolute paths by their path in the profile. `shares` are
    further folders to show, `unwrapped` commands that the home wraps.
    """

    name: str
    id: Optional[str] = None
    priority: int = RANKS["normal"]
    commands: Dict[str, str] = {}  # noqa: RUF012 - never changed
    shares: Tuple[str, ...] = ()
    unwrapped: Tuple[str, ...] = ()
    places: Dict[str, str] = {}  # noqa: RUF012 - never changed


_HOME = Member("", priority=-1)


class _Owner(NamedTuple):
    member: Member
    source: str  # the path in the member's tree, or an absolute path


class _Node:
    __slots__ = ("children", "owners")

    def __init__(self) -> None:
        self.children: Dict[str, _Node] = {}
        self.owners: List[_Owner] = []


class _Visible:
    """What one member brings: its own files, and which folders hold nothing else."""

    def __init__(self, member: Member, record: Any) -> None:
        roots = {*SHOWN, *member.shares}
        self.files: Dict[str, str] = {}
        for path in record["own"]:
            shown = _profile_path(path)
            if not os.path.basename(path).startswith(".") and _below(shown, roots):
                self.files.setdefault(shown, path)
        for command, name in {**(record.get("commands") or {}), **member.commands}.items():
            candidates = (f"bin/{command}", f"bin/{name}", f"sbin/{name}", f"games/{name}")
            source = next((path for path in candidates if path in record["files"]), None)
            if source is not None:
                self.files[f"bin/{command}"] = source
            manual = f"share/man/man1/{name}.1.gz"
            if command != name and manual in record["files"]:
                self.files.setdefault(f"share/man/man1/{command}.1.gz", manual)
        for command in member.unwrapped:
            source = self.files.get(f"bin/{command}")
            if source is not None:
                self.files[f"{UNWRAPPED}/{command}"] = source
        own = set(record["own"])
        self.mixed: Set[str] = set()
        for path in record["files"]:
            if path not in own:
                folder = os.path.dirname(path)
                while folder and folder not in self.mixed:
                    self.mixed.add(folder)
                    folder = os.path.dirname(folder)


class Profile:
    """The links of one generation's profile. `taken` are the paths that the manifest itself fills: they win."""

    def __init__(self, depot: Depot, members: List[Member], taken: List[str]) -> None:
        self.depot = depot
        self.root = _Node()
        self.links: Dict[str, str] = {}
        self.collisions: List[str] = []
        self.decisions: List[str] = []
        self.mixed: Dict[str, Set[str]] = {}
        for member in members:
            self._add(member)
        for path in taken:
            self._node(path).owners = [_Owner(_HOME, "")]

    def build(self) -> Dict[str, str]:
        """Every link by its path in the profile. EngineError `profile` with all collisions at once."""
        self._emit("", self.root)
        if self.collisions:
            text = "\n".join(f"- {line}" for line in self.collisions)
            raise EngineError(f"packages have different files with the same name:\n{text}", ErrorKind.PROFILE)
        return self.links

    def _add(self, member: Member) -> None:
        if member.id is None:
            for path, source in member.places.items():
                self._node(path).owners.append(_Owner(member, source))
            return
        shown = _Visible(member, self.depot.record(member.id))
        self.mixed[member.id] = shown.mixed
        for path, source in shown.files.items():
            self._node(path).owners.append(_Owner(member, source))

    def _node(self, path: str) -> _Node:
        node = self.root
        for part in path.split("/"):
            if part not in node.children:
                node.children[part] = _Node()
            node = node.children[part]
        return node

    def _emit(self, path: str, node: _Node) -> None:
        if node.owners and node.children:
            names = sorted({owner.member.name for owner in _all(node)})
            self.collisions.append(f"{path} is a file in one of {', '.join(names)} and a folder in another")
            return
        if node.owners:
            winner = self._winner(path, node.owners)
            if winner is not None and winner.member.priority >= 0:
                self.links[path] = self._text(winner)
            return
        if path and path not in REAL and os.path.dirname(path) != "share/icons":
            whole = self._whole(path, node)
            if whole is not None:
                self.links[path] = whole
                return
        for name, child in sorted(node.children.items()):
            self._emit(f"{path}/{name}" if path else name, child)

    def _whole(self, path: str, node: _Node) -> Optional[str]:
        owners = _all(node)
        member = owners[0].member
        if member.id is None or any(owner.member is not member for owner in owners):
            return None
        if path in self.mixed[member.id] or path.startswith("bin"):
            return None
        return f"{self.depot.base}/{member.id}/{path}"

    def _winner(self, path: str, owners: List[_Owner]) -> Optional[_Owner]:
        best = min(owner.member.priority for owner in owners)
        tied = [owner for owner in owners if owner.member.priority == best]
        first = tied[0]
        if len(tied) > 1 and len({self._content(owner) for owner in tied}) > 1:
            names = sorted({owner.member.name for owner in tied})
            self.collisions.append(
                f"{path} is in {' and '.join(names)}: remove one, or write {{name: {names[0]}, priority: low}}"
            )
            return None
        if len(owners) > len(tied):
            self.decisions.append(f"{path} is that of {first.member.name or 'the home itself'}")
        return first

    def _content(self, owner: _Owner) -> str:
        if owner.member.id is None:
            return owner.source
        path = f"{PACKAGES}/{owner.member.id}/{owner.source}"
        try:
            os.close(filesystem.open_file(path, self.depot.fd, follow=True))
            real = os.path.realpath(f"{self.depot.path}/{path}")
            return file_hash(real, self.depot.fd)
        except filesystem.ABSENT:
            return f"{owner.member.id}/{owner.source}"

    def _text(self, owner: _Owner) -> str:
        return owner.source if owner.member.id is None else f"{self.depot.base}/{owner.member.id}/{owner.source}"


def _all(node: _Node) -> List[_Owner]:
    found = list(node.owners)
    for child in node.children.values():
        found.extend(_all(child))
    return found


def _profile_path(path: str) -> str:
    for folder in _COMMANDS:
        if path.startswith(folder) and "/" not in path[len(folder) :]:
            return "bin/" + path[len(folder) :]
    return path


def _below(path: str, roots: Set[str]) -> bool:
    while path not in roots:
        path, slash, _name = path.rpartition("/")
        if not slash:
            return False
    return True
