# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Caches that desktop programs read: of a profile's MIME types, applications, settings' schemas and icons.

A system makes them after each installation. Here each is a tree of its own, named by what it was made from: a profile
with the same files has the same cache, and a rollback finds its own.
"""

from __future__ import annotations

import os
from hashlib import sha256
from typing import Callable, Dict, List, Mapping, NamedTuple, Optional, Tuple

from ..contract.errors import EngineError
from ..disk import filesystem, queries
from ..disk.folders import make_all
from .depot import PACKAGES, TEMPORARY, Depot, DepotLock
from .host_paths import program as program_of_host
from .program import run_bound
from .recipe import REALISER, Recipe, canonical
from .tree import Tree

_TIMEOUT = 600.0
# GTK leaves out a cache of icons that is older than its folder, which each generation creates again.
_ALWAYS_NEWER = 4102444800 * 10**9
_VERSION = "1"
_MIME, _APPLICATIONS, _SCHEMAS, _ICONS = "share/mime", "share/applications", "share/glib-2.0/schemas", "share/icons"


Content = Callable[[], bytes]


class Kind(NamedTuple):
    """A cache: the folder of the profile that it is about, the endings of what it is made from, and what makes it.

    `tool` is a program with its `arguments`, in which `{folder}` is the folder; without one it is written here. `made` are
    the names in the folder that are taken; none for all that were not there before.
    """

    name: str
    folder: str
    inputs: Tuple[str, ...]
    tool: str
    arguments: Tuple[str, ...]
    made: Tuple[str, ...]


class Input(NamedTuple):
    """A file or folder that a cache is made from: its path below the folder, and a text that fixes what it holds.

    That is its place in a finished tree, unless the `content` is the home's own.
    """

    inside: str
    key: str
    content: Optional[Content]


class Caches(NamedTuple):
    """Links to the caches by their path in the profile, the trees that hold them, and what could not be made."""

    links: Dict[str, str]
    trees: List[str]
    warnings: List[str]


def caches(depot: Depot, links: Dict[str, str], members: List[str], own: Mapping[str, Content]) -> Caches:
    """The caches of a profile with these `links`, made where they are missing.

    `members` are the trees of its packages, in which the programs are looked for before the host's own. `own` are the
    files that the home itself has in the profile. OSError and EngineError as the making of trees has them.
    """
    found: Dict[str, str] = {}
    trees: List[str] = []
    warnings: List[str] = []
    for kind in _kinds(links):
        inputs = _inputs(depot, kind, links, own)
        if not inputs:
            continue
        identity = _identity(depot, kind, inputs)
        if not depot.has(identity):
            tool = _tool(depot, kind.tool, members) if kind.tool else ""
            if tool is None and kind.folder.startswith(_ICONS):
                # Programs find icons without a cache, a little later.
                continue
            if tool is None:
                warnings.append(
                    f"there is no {kind.tool}, neither in a package nor on the host, so {kind.name} of the packages are not cached"
                )
                continue
            problem = _make(depot, kind, identity, inputs, tool)
            if problem:
                warnings.append(f"{kind.name} of the packages are not cached: {problem}")
                continue
        trees.append(identity)
        found.update(_shown(depot, kind, identity))
    return Caches(found, trees, warnings)


def _kinds(links: Dict[str, str]) -> List[Kind]:
    kinds = [
        Kind("MIME types", _MIME, ("packages/*.xml",), "update-mime-database", ("{folder}",), ()),
        Kind("applications", _APPLICATIONS, ("*.desktop",), "", (), ("mimeinfo.cache",)),
        Kind(
            "schemas", _SCHEMAS, ("*.xml", "*.override"), "glib-compile-schemas", ("{folder}",), ("gschemas.compiled",)
        ),
    ]
    themes = sorted({path.split("/")[2] for path in links if path.startswith(_ICONS + "/") and path.count("/") > 2})
    # Without pictures, and without the theme's own description, which mostly belongs to another package.
    words = ("--quiet", "--force", "--ignore-theme-index", "--index-only", "{folder}")
    for theme in themes:
        folder = f"{_ICONS}/{theme}"
        kinds.append(Kind("icons", folder, ("*",), "gtk-update-icon-cache", words, ("icon-theme.cache",)))
    return kinds


def _inputs(depot: Depot, kind: Kind, links: Dict[str, str], own: Mapping[str, Content]) -> List[Input]:
    """What the cache is made from. Files of the host are left out: the host has caches of them."""
    found = []
    top = kind.folder + "/"
    for path, text in links.items():
        if path.startswith(top) and text.startswith(depot.base + "/"):
            inside = path[len(top) :]
            if _is_input(kind, inside) or queries.is_folder(text):
                found.append(Input(inside, text, None))
    for path, content in own.items():
        if path.startswith(top) and _is_input(kind, path[len(top) :]):
            found.append(Input(path[len(top) :], sha256(content()).hexdigest(), content))
    return found


def _is_input(kind: Kind, inside: str) -> bool:
    if kind.inputs == ("*",):
        return inside.endswith((".png", ".svg", ".xpm", ".icon", "index.theme"))
    return any(
        inside.endswith(pattern.rpartition("*")[2]) and inside.startswith(pattern.partition("*")[0])
        for pattern in kind.inputs
    )


def _files(folder_path: str, inside: str) -> List[Tuple[str, str]]:
    """The files at a place, which may be one: paths below `inside`, and absolute ones."""
    if not queries.is_folder(folder_path):
        return [(inside, folder_path)]
    found = []
    for folder, _folders, names in queries.walk(folder_path):
        rest = os.path.relpath(folder, folder_path)
        top = inside if rest == "." else f"{inside}/{rest}"
        found += [(f"{top}/{name}", f"{folder}/{name}") for name in names]
    return found


def _read(kind: Kind, inputs: List[Input]) -> Dict[str, Content]:
    """Every file among the inputs, by its path below the folder."""
    found: Dict[str, Content] = {}
    for item in inputs:
        if item.content is not None:
            found[item.inside] = item.content
            continue
        for inside, path in _files(item.key, item.inside):
            if _is_input(kind, inside):
                found[inside] = _File(path)
    return found


class _File:
    """The content of a file, when it is asked for."""

    def __init__(self, path: str) -> None:
        self.path = path

    def __call__(self) -> bytes:
        return filesystem.read(self.path, follow=True)


def _identity(depot: Depot, kind: Kind, inputs: List[Input]) -> str:
    value = [_VERSION, kind.folder, depot.base, sorted((item.inside, item.key) for item in inputs)]
    return f"{sha256(canonical(value)).hexdigest()[:32]}-cache-of-{kind.name.split()[-1]}"


def _tool(depot: Depot, name: str, members: List[str]) -> Optional[str]:
    for identity in members:
        for path in depot.record(identity)["files"]:
            if path.rpartition("/")[2] == name and not path.startswith(".hm/"):
                return f"{depot.base}/{identity}/{path}"
    return program_of_host(name)


def _make(depot: Depot, kind: Kind, identity: str, inputs: List[Input], tool: str) -> str:
    """Make a cache as a finished tree; what went wrong, or nothing."""
    # A home whose packages all come from the host has no folders for any yet.
    depot.prepare()
    with DepotLock(depot, _TIMEOUT):
        depot.sweep()
        value = {"realiser": REALISER, "provider": "profile", "name": kind.name, "version": _VERSION, "platform": "any"}
        tree = Tree(depot, identity, Recipe.of(value))
        try:
            problem = _fill(tree, kind, _read(kind, inputs), tool)
            if not problem:
                record = {"name": kind.name, "version": _VERSION, "provider": "profile", "commands": {}}
                tree.finish({**record, "parts": [], "requires": []})
                filesystem.sync_everything(depot.fd)
                filesystem.rename(f"{PACKAGES}/{TEMPORARY}{identity}", f"{PACKAGES}/{identity}", depot.fd, depot.fd)
                filesystem.sync_named(PACKAGES, depot.fd)
        finally:
            depot.sweep()
    return problem


def _fill(tree: Tree, kind: Kind, inputs: Dict[str, Content], tool: str) -> str:
    if kind.folder == _APPLICATIONS:
        tree.write(
            f"{kind.folder}/mimeinfo.cache",
            associations({inside: content() for inside, content in inputs.items()}),
            False,
            True,
        )
        return ""
    folder_path, folder = tree.workplace()
    for inside, content in inputs.items():
        make_all(os.path.dirname(f"{folder_path}/{inside}"), 0o700)
        # Of icons only the names count.
        text = b"" if kind.folder.startswith(_ICONS) and not inside.endswith("index.theme") else content()
        filesystem.write(f"{folder}/{inside}", text, 0o600, tree.depot.fd)
    done = run_bound([tool, *(word.replace("{folder}", folder_path) for word in kind.arguments)])
    if done.code:
        return f"{kind.tool} failed: {done.last}"
    names = [name for name in filesystem.names_in(folder, tree.depot.fd) if not kind.made or name in kind.made]
    for inside, made in ((inside, made) for name in names for inside, made in _files(f"{folder_path}/{name}", name)):
        if inside not in inputs:
            tree.write(f"{kind.folder}/{inside}", filesystem.read(made), False, True)
    if kind.folder.startswith(_ICONS):
        for path in tree.leaves:
            filesystem.set_time(f"{tree.base}/{path}", _ALWAYS_NEWER, tree.depot.fd)
    return "" if tree.leaves else f"{kind.tool} made nothing"


def _shown(depot: Depot, kind: Kind, identity: str) -> Dict[str, str]:
    """The links that a profile needs: to files, and to whole folders of the cache's own."""
    try:
        own: List[str] = depot.record(identity)["own"]
    except (EngineError, KeyError):
        return {}
    found = {}
    for path in own:
        top = kind.folder + "/" + path[len(kind.folder) + 1 :].partition("/")[0]
        found[top] = f"{depot.base}/{identity}/{top}"
    return found


def associations(files: Dict[str, bytes]) -> bytes:
    """The text of `mimeinfo.cache`: which applications of these desktop files open which MIME types."""
    found: Dict[str, List[str]] = {}
    for inside, content in sorted(files.items()):
        name = inside.replace("/", "-")
        group = ""
        for line in content.decode("utf-8", "replace").splitlines():
            if line.startswith("["):
                group = line.strip()
            key, equals, value = line.partition("=")
            if group == "[Desktop Entry]" and equals and key.strip() == "MimeType":
                for kind in value.strip().split(";"):
                    if kind and name not in found.setdefault(kind, []):
                        found[kind].append(name)
    lines = ["[MIME Cache]", *(f"{kind}={';'.join(names)};" for kind, names in sorted(found.items()))]
    return ("\n".join(lines) + "\n").encode()
