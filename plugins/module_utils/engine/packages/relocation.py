# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Making programs find their own libraries and interpreters, wherever the tree is."""

from __future__ import annotations

import os
import re
import subprocess
from typing import Dict, List, NamedTuple, Optional, Tuple

from ..contract.errors import EngineError, ErrorKind
from ..disk import filesystem
from . import elf
from .launchers import wrap_script
from .tree import Leaf, Mapping, Tree

# Kernels before 5.1 cut a longer first line of a script.
LONGEST_SHEBANG = 127
# Files that say by an absolute path which program to start.
_STARTERS = ("share/applications/", "share/dbus-1/", "share/xsessions/", "share/wayland-sessions/", "lib/systemd/user/")
_ABSOLUTE = re.compile(rb"/(?:usr/)?(?:bin|sbin|lib|libexec|games)/[A-Za-z0-9@_./+-]+")
_TIME = 1
_HEAD = 1 << 16


class _Object(NamedTuple):
    path: str
    facts: elf.Elf


def relocate(tree: Tree, mapping: Mapping, patchelf: Optional[str]) -> None:
    """Patch programs and libraries with the program `patchelf`, and lead scripts to the tree's own interpreters.

    Without `patchelf` a tree must need no patching. EngineError `patch` when patching fails.
    """
    objects = _objects(tree)
    groups: Dict[Tuple[str, str, str], List[str]] = {}
    folders = _library_folders(tree, objects)
    first: Dict[Tuple[int, int], str] = {}
    others: List[Tuple[str, str]] = []
    for item in objects:
        interpreter = _interpreter(tree, item, mapping)
        if interpreter is None and item.facts.search is None:
            continue
        source = tree.leaves[item.path].source
        if source in first:
            others.append((first[source], item.path))
            continue
        first[source] = item.path
        search = _search(tree, item, folders, mapping)
        groups.setdefault((os.path.dirname(item.path), interpreter or "", search), []).append(item.path)
    if groups and patchelf is None:
        raise EngineError(
            f"{tree.identity[33:]} contains programs to patch, but its recipe has no patchelf", ErrorKind.RECIPE
        )
    for (_folder, interpreter, search), paths in sorted(groups.items()):
        _patch(tree, str(patchelf), interpreter, search, paths)
    for path, other in others:
        tree.second_name(path, other)
    for path, leaf in sorted(tree.leaves.items()):
        if leaf.kind == "file" and leaf.executable:
            _script(tree, path, leaf, mapping)
        elif leaf.kind == "file" and leaf.own and path.startswith(_STARTERS):
            _starter(tree, path, mapping)


def _objects(tree: Tree) -> List[_Object]:
    found = []
    for path, leaf in sorted(tree.leaves.items()):
        name = os.path.basename(path)
        if leaf.kind != "file" or not (leaf.executable or ".so" in name):
            continue
        fd = os.open(filesystem.encode(f"{tree.base}/{path}"), os.O_RDONLY | os.O_CLOEXEC, dir_fd=tree.depot.fd)
        with os.fdopen(fd, "rb") as source:
            facts = elf.read(source)
        if facts is not None:
            found.append(_Object(path, facts))
    return found


def _library_folders(tree: Tree, objects: List[_Object]) -> List[str]:
    """The folders that hold libraries which something in the tree needs, the usual ones first."""
    usual = [folder for folder in (f"lib/{tree.triplet}", "lib") if folder in tree.folders]
    holders: Dict[str, List[str]] = {}
    for path in tree.leaves:
        if ".so" in os.path.basename(path):
            holders.setdefault(os.path.basename(path), []).append(os.path.dirname(path))
    found = list(usual)
    for name in sorted({name for item in objects for name in item.facts.needed}):
        where = holders.get(name, [])
        if where and not any(folder in found for folder in where):
            found.append(min(where, key=lambda folder: (folder.count("/"), folder)))
    return found


def _interpreter(tree: Tree, item: _Object, mapping: Mapping) -> Optional[str]:
    if item.facts.interpreter is None or ".so" in os.path.basename(item.path):
        return None
    path = mapping(item.facts.interpreter.strip("/"))
    if path is None or tree.resolve(path) is None:
        tree.notes.append(f"{item.path}: runs with the host's {item.facts.interpreter}")
        return None
    return f"{tree.prefix}/{path}"


def _search(tree: Tree, item: _Object, folders: List[str], mapping: Mapping) -> str:
    here = os.path.dirname(item.path) or "."
    wanted: List[str] = []
    for part in (item.facts.search or "").split(":"):
        if part.startswith(("$ORIGIN", "${ORIGIN}")):
            wanted.append(part)
        elif part.startswith("/"):
            inside = mapping(part.strip("/"))
            if inside is not None and inside in tree.folders:
                wanted.append(_origin(inside, here))
    wanted.extend(_origin(folder, here) for folder in folders)
    return ":".join(dict.fromkeys(wanted))


def _origin(folder: str, here: str) -> str:
    relative = os.path.relpath(folder, here)
    return "$ORIGIN" if relative == "." else f"$ORIGIN/{relative}"


def _patch(tree: Tree, patchelf: str, interpreter: str, search: str, paths: List[str]) -> None:
    for path in paths:
        leaf = tree.leaves[path]
        content = tree.read(path)
        tree.remove(path)
        filesystem.write(f"{tree.base}/{path}", content, 0o700, tree.depot.fd)
        tree.leaves[path] = leaf
    command = [patchelf, "--force-rpath", "--set-rpath", search]
    if interpreter:
        command += ["--set-interpreter", interpreter]
    done = subprocess.run(
        [*command, *(f"{tree.temporary}/{path}" for path in paths)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        check=False,
    )
    if done.returncode != 0:
        lines = done.stdout.decode("utf-8", "replace").strip().splitlines()
        raise EngineError(f"{paths[0]} cannot be patched: {lines[-1] if lines else done.returncode}", ErrorKind.PATCH)
    for path in paths:
        executable = tree.leaves[path].executable
        filesystem.set_time(f"{tree.base}/{path}", _TIME, tree.depot.fd)
        filesystem.chmod(f"{tree.base}/{path}", 0o555 if executable else 0o444, tree.depot.fd)


def _script(tree: Tree, path: str, leaf: Leaf, mapping: Mapping) -> None:
    fd = os.open(filesystem.encode(f"{tree.base}/{path}"), os.O_RDONLY | os.O_CLOEXEC, dir_fd=tree.depot.fd)
    with os.fdopen(fd, "rb") as source:
        if source.read(2) != b"#!":
            return
        line = source.readline(_HEAD)
        words = line.decode("utf-8", "surrogateescape").split(None, 1)
        if not words:
            return
        program, rest = words[0], words[1].strip() if len(words) > 1 else ""
        if os.path.basename(program) == "env" and rest and not rest.startswith("-"):
            name, _space, rest = rest.partition(" ")
            inside: Optional[str] = f"bin/{name}"
        else:
            inside = mapping(program.strip("/"))
        if inside is None or tree.resolve(inside) is None:
            return
        body = source.read()
    shebang = f"#!{tree.prefix}/{inside}" + (f" {rest}" if rest else "")
    if len(shebang) <= LONGEST_SHEBANG:
        _replace(tree, path, leaf, shebang.encode("utf-8", "surrogateescape") + b"\n" + body)
    else:
        wrap_script(tree, path, f"{tree.prefix}/{inside}", rest)


def _starter(tree: Tree, path: str, mapping: Mapping) -> None:
    content = tree.read(path)

    def placed(found: re.Match[bytes]) -> bytes:
        inside = mapping(filesystem.decode(found[0]).strip("/"))
        if inside is None or tree.resolve(inside) is None:
            return found[0]
        return filesystem.encode(f"{tree.prefix}/{inside}")

    changed = _ABSOLUTE.sub(placed, content)
    if changed != content:
        tree.write(path, changed, False, True)


def _replace(tree: Tree, path: str, leaf: Leaf, content: bytes) -> None:
    tree.write(path, content, True, leaf.own)
