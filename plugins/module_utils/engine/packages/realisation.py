# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Realising packages: from recipes to finished trees, which appear whole or not at all.

Nothing here is part of a switch: no generation names a tree until all of them are complete. A crash at any point leaves
only whole trees, whole parts, downloads that the next run resumes, and temporary folders that it removes.
"""

from __future__ import annotations

import errno
import os
import re
import stat
import subprocess
from typing import Callable, Dict, List, NamedTuple, Optional

from ..contract import root_state
from ..contract.errors import EngineError, ErrorKind
from ..disk import filesystem, queries
from .checking import discard
from .depot import PACKAGES, PARTS, TEMPORARY, Depot, DepotLock, part_name
from .download import Downloads, Progress, Sources
from .extraction import Extraction
from .host_depot import is_kept, linked, moved
from .providers import provider
from .recipe import Artefact, Recipe, artefacts_of
from .tree import Tree

TIMEOUT = 600.0
_RESERVE = 64 << 20
_GROWTH = 4
_FULL = (errno.ENOSPC, errno.EDQUOT)


class Realised(NamedTuple):
    """What a run did: the trees that are new, and the bytes that were downloaded."""

    made: List[str]
    downloaded: int


def realise(
    depot: Depot,
    recipes: Dict[str, Recipe],
    sources: Sources,
    waiting: Optional[Callable[[str], None]] = None,
    progress: Optional[Progress] = None,
) -> Realised:
    """Make every tree of `recipes` (by identity) that is missing.

    EngineError of the kinds `space`, `noexec`, `download`, `hash`, `archive`, `patch`, `package`, `locked`; then
    nothing that a generation names has changed.
    """
    for identity, recipe in recipes.items():
        if recipe.identity(depot.base) != identity:
            raise EngineError(f"the recipe of {recipe.name} does not make the package {identity}", ErrorKind.RECIPE)
    _forget_broken(depot, recipes)
    if all(depot.has(identity) for identity in recipes) and not depot.begun():
        return Realised([], 0)
    for identity, recipe in recipes.items():
        if not depot.has(identity):
            provider(recipe.provider).check(recipe)
    depot.prepare()
    if depot.path != root_state.FOLDER and is_kept():
        _fill_host_depot(recipes, sources, progress)
    with DepotLock(depot, TIMEOUT, waiting):
        depot.sweep()
        missing = [identity for identity in recipes if not depot.has(identity)]
        made = [identity for identity in missing if linked(depot, identity, recipes)]
        rest = {identity: recipes[identity] for identity in missing if identity not in made}
        try:
            downloaded = _make(depot, rest, Downloads(depot.fd, depot.path, sources, progress)) if rest else 0
        except OSError as error:
            if error.errno in _FULL:
                raise EngineError(f"the disk of {depot.path} is full; nothing was changed", ErrorKind.SPACE) from None
            raise
        except EngineError:
            depot.sweep()
            raise
    return Realised(missing, downloaded)


def _fill_host_depot(recipes: Dict[str, Recipe], sources: Sources, progress: Optional[Progress]) -> None:
    """Root's own packages serve every user of the host."""
    fd = filesystem.open_folder(root_state.FOLDER)
    try:
        # What a program of the host brings is there for everybody already.
        own = [identity for identity in recipes if not recipes[identity].pinned]
        there = dict(moved(identity, recipes, f"{root_state.FOLDER}/{PACKAGES}") for identity in own)
        realise(Depot(root_state.FOLDER, fd), there, sources, progress=progress)
        for name in (PACKAGES, PARTS):
            filesystem.chmod(name, 0o755, fd)
    finally:
        os.close(fd)


def _forget_broken(depot: Depot, recipes: Dict[str, Recipe]) -> None:
    """Discard the trees whose other half, which a program of the host had brought, is gone."""
    for identity, recipe in recipes.items():
        if (
            recipe.pinned
            and depot.has(identity)
            and not all(filesystem.stat_followed(path) for path in depot.depends(identity))
        ):
            discard(depot, identity)


def _make(depot: Depot, recipes: Dict[str, Recipe], downloads: Downloads) -> int:
    wanted = [item for item in artefacts_of(list(recipes.values())) if not depot.has_part(item)]
    _check_room(depot, [item for item in wanted if not downloads.has(item)])
    downloaded = downloads.fetch(wanted)
    parts = {item.sha256: f"{PARTS}/{part_name(item)}" for item in artefacts_of(list(recipes.values()))}
    fresh: Dict[str, str] = {}
    for recipe in recipes.values():
        for artefact in (*recipe.tools, *recipe.artefacts):
            if not depot.has_part(artefact) and artefact.sha256 not in fresh:
                tool = artefact in recipe.tools
                fresh[artefact.sha256] = _unpack(depot, "archive" if tool else recipe.provider, artefact, downloads)
    where = {**parts, **fresh}
    for identity, recipe in recipes.items():
        _build(depot, identity, recipe, where)
    filesystem.sync_everything(depot.fd)
    for sha256, temporary in fresh.items():
        filesystem.rename(temporary, parts[sha256], depot.fd, depot.fd)
    for identity in recipes:
        filesystem.rename(f"{PACKAGES}/{TEMPORARY}{identity}", f"{PACKAGES}/{identity}", depot.fd, depot.fd)
        filesystem.remove_tree(f"{PACKAGES}/{TEMPORARY}work-{identity}", depot.fd)
    filesystem.sync_named(PACKAGES, depot.fd)
    for artefact in wanted:
        downloads.drop(artefact)
    return downloaded


def _check_room(depot: Depot, artefacts: List[Artefact]) -> None:
    room = os.fstatvfs(depot.fd)
    if room.f_flag & getattr(os, "ST_NOEXEC", 0):
        raise EngineError(f"{depot.path} is mounted noexec: packages cannot run there", ErrorKind.NOEXEC)
    needed = sum(item.size for item in artefacts) * _GROWTH + (_RESERVE if artefacts else 0)
    free = room.f_bavail * room.f_frsize
    if free < needed:
        message = f"the packages need {needed >> 20} MB below {depot.path}, and {free >> 20} MB are free"
        raise EngineError(f"{message}. Nothing was changed.", ErrorKind.SPACE)


def _unpack(depot: Depot, kind: str, artefact: Artefact, downloads: Downloads) -> str:
    temporary = f"{PARTS}/{TEMPORARY}{part_name(artefact)}"
    filesystem.mkdir(temporary, 0o700, depot.fd)
    try:
        with downloads.open(artefact) as source:
            provider(kind).unpack(artefact, source, Extraction(temporary, depot.fd, lambda path: path))
    except EngineError as error:
        raise EngineError(f"{artefact.file}: {error.message}", error.kind) from None
    return temporary


def _build(depot: Depot, identity: str, recipe: Recipe, parts: Dict[str, str]) -> None:
    tools = {}
    for tool in recipe.tools:
        name, path = _program(depot, parts[tool.sha256])
        tools[name] = path
    tree = Tree(depot, identity, recipe)
    provider(recipe.provider).build(recipe, tree, parts, tools)
    for path, text in sorted(recipe.write.items()):
        content = tree.substituted(text).encode("utf-8", "surrogateescape")
        tree.write(path, content, content.startswith(b"#!"), path.startswith(("bin/", "share/")))
    for command in recipe.make:
        _run(tree, command)
    _check_commands(tree, recipe)
    tree.finish(
        {
            "name": recipe.name,
            "version": recipe.version,
            "provider": recipe.provider,
            "commands": recipe.commands,
            "parts": sorted(part_name(item) for item in (*recipe.tools, *recipe.artefacts)),
            "requires": sorted(recipe.requires.values()),
        }
    )


def _program(depot: Depot, part: str) -> tuple[str, str]:
    """The one program in an unpacked tool: its name, and its absolute path, made executable."""
    found: List[str] = []

    def look(folder: str) -> None:
        fd = filesystem.open_folder(folder, depot.fd)
        try:
            names = filesystem.names(fd)
            kinds = [filesystem.lstat(name, fd) for name in names]
        finally:
            os.close(fd)
        for name, status in zip(names, kinds):
            if status is not None and stat.S_ISDIR(status.st_mode):
                look(f"{folder}/{name}")
            elif folder.endswith((".data/scripts", "/bin")):
                found.append(f"{folder}/{name}")

    look(part)
    if len(found) != 1:
        raise EngineError(f"{part} contains {len(found)} programs instead of one", ErrorKind.RECIPE)
    filesystem.chmod(found[0], 0o555, depot.fd)
    return os.path.basename(found[0]), f"{depot.path}/{found[0]}"


def _run(tree: Tree, command: tuple[str, ...]) -> None:
    """Run a command of the recipe in the unfinished tree, through the tree's own loader.

    That is `OUTPUT [NAME=VALUE...] PROGRAM ARGUMENTS`.
    """
    output, *words = command
    variables = {}
    while words and re.match(r"[A-Z_]+=", words[0]):
        name, _sign, value = words.pop(0).partition("=")
        variables[name] = tree.substituted(value).replace(tree.prefix, tree.temporary)
    program, *arguments = words
    inside = tree.resolve(_glob(tree, program))
    if inside is None:
        tree.notes.append(f"{program}: not in the package, so {output or 'its work'} is missing")
        return
    here = tree.temporary
    words = [f"{here}/{inside}", *(tree.substituted(word).replace(tree.prefix, here) for word in arguments)]
    loader = next((path for path in sorted(tree.leaves) if os.path.basename(path).startswith("ld-linux-")), None)
    if loader is not None:
        libraries = f"{here}/lib/{tree.triplet}:{here}/lib"
        words = [f"{here}/{tree.resolve(loader)}", "--library-path", libraries, *words]
    environment = {
        "PATH": "/usr/bin:/bin",
        "LC_ALL": "C.UTF-8",
        "HOME": "/nonexistent",
        "SOURCE_DATE_EPOCH": "1",
        **variables,
    }
    done = subprocess.run(
        words,
        cwd=here,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        check=False,
    )
    if done.returncode != 0:
        tree.notes.append(f"{program} failed with code {done.returncode}")
    elif output:
        tree.write(tree.substituted(output), done.stdout.replace(here.encode(), tree.prefix.encode()), False, False)
    tree.adopt()


def _glob(tree: Tree, pattern: str) -> str:
    from fnmatch import fnmatchcase

    pattern = pattern.replace("{triplet}", tree.triplet)
    return next((path for path in sorted(tree.leaves) if fnmatchcase(path, pattern)), pattern)


def _check_commands(tree: Tree, recipe: Recipe) -> None:
    missing = []
    for command, name in sorted(recipe.commands.items()):
        inside = tree.resolve(f"bin/{name}") or tree.resolve(f"sbin/{name}")
        leaf = tree.leaves.get(f"bin/{name}")
        if leaf is not None and leaf.text.startswith("/") and queries.is_program(leaf.text):
            continue
        if inside is None or not tree.leaves[inside].executable:
            missing.append(command if command == name else f"{command} (bin/{name})")
    if missing:
        raise EngineError(
            f"{recipe.name} {recipe.version} does not have the command {', '.join(missing)}", ErrorKind.PACKAGE
        )
