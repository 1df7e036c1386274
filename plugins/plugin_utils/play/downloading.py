# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Telling of downloads on a target: how much there is to get, and on this machine how far it is."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager

from ...module_utils.engine.contract.manifest import Manifest
from ...module_utils.engine.packages.meter import FILE
from ...module_utils.engine.packages.recipe import Artefact, Recipe, artefacts_of
from ...module_utils.engine.voice.quantities import plural, size
from ..plan.packages import PackagePlan

# Seconds between two lines, and between two looks.
_LINES, _LOOK = 5.0, 0.5


def needed(manifest: Manifest, plan: PackagePlan, trees: Collection[str], hosts: bool) -> list[Artefact]:
    """The files of the packages that a target does not have, as far as can be known here.

    `trees` are the names of those that it has; `hosts` says that what the host might bring counts as well.
    """
    contents = {recipe.object: recipe.content for recipe in plan.recipes}
    recipes = {
        package.id: Recipe.of(json.loads(contents[package.recipe]))
        for view in manifest.views()
        for package in view.packages
        if package.id is not None and package.recipe in contents and package.id not in trees
        if hosts or not package.host
    }
    return artefacts_of(list(recipes.values()))


@contextmanager
def downloading(artefacts: list[Artefact], state: str | None, tell: Callable[[str], None]) -> Iterator[None]:
    """Say what will be downloaded; where `state` is a state folder of this machine, also how far that is, now and then."""
    if not artefacts:
        yield
        return
    tell(
        f"up to {plural(len(artefacts), 'file')} of packages to download, {size(sum(item.size for item in artefacts))}"
    )
    end = threading.Event()
    watcher = (
        threading.Thread(target=_watch, args=(os.path.join(state, FILE), end, tell), daemon=True) if state else None
    )
    if watcher is not None:
        watcher.start()
    try:
        yield
    finally:
        end.set()
        if watcher is not None:
            watcher.join()


def _watch(path: str, end: threading.Event, tell: Callable[[str], None]) -> None:
    waited, before = 0.0, ""
    while not end.wait(_LOOK):
        waited += _LOOK
        if waited < _LINES:
            continue
        try:
            with open(path, encoding="ascii") as source:
                text = source.read()
            done, total = (int(word) for word in text.split())
        except (OSError, ValueError):
            # There is none yet or no longer, or it is another user's.
            continue
        if text != before:
            tell(f"downloaded {size(done)} of {size(total)}")
            waited, before = 0.0, text
