# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Reports the downloads of a target: how much there is to download, and how much is done."""

from __future__ import annotations

import copy
import json
import os
import shlex
import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from typing import Any

from ...module_utils.engine.contract.manifest import Manifest
from ...module_utils.engine.packages.meter import FILE
from ...module_utils.engine.packages.recipe import Artefact, Recipe, artefacts_of
from ...module_utils.engine.voice.quantities import plural, size
from ..plan.packages import PackagePlan
from . import progress

# Seconds between two lines, and between two updates of a line that is overwritten.
_LINES, _LOOKS = 5.0, 1.0

# The text of the target's meter; empty where there is none.
ReadMeter = Callable[[], str]


class Listener:
    """Reports the downloads for one home. `read_meter` returns the text of the target's meter (None: it cannot be read); `report` prints a line."""

    def __init__(self, home: str, read_meter: ReadMeter | None, report: Callable[[str], None]) -> None:
        self.home = home
        self.read_meter = read_meter
        self.report = report
        self.ended = threading.Event()
        self._before = ""

    def listen(self) -> None:
        """Read the meter at intervals until the downloads end."""
        over = progress.is_visible()
        while self.read_meter is not None and not self.ended.wait(_LOOKS if over else _LINES):
            text = self._progress(self.read_meter())
            if text and text != self._before and not self.ended.is_set():
                self._before = text
                progress.update(self.home, text) if over else self.report(text)

    def _progress(self, meter: str) -> str:
        try:
            done, total = (int(word) for word in meter.split())
        except ValueError:
            # The meter does not exist yet or any more, or belongs to another user.
            return ""
        return f"downloaded {size(done)} of {size(total)}"


def needed(manifest: Manifest, plan: PackagePlan, trees: Collection[str], hosts: bool) -> list[Artefact]:
    """The files of the packages that a target does not have, as far as can be known here.

    `trees` are the names of those that it has; with `hosts`, packages that the host may have count as well.
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
def downloading(artefacts: list[Artefact], listener: Listener) -> Iterator[None]:
    """Report what will be downloaded, and the progress while the context lasts."""
    if not artefacts:
        yield
        return
    total = size(sum(item.size for item in artefacts))
    listener.report(f"up to {plural(len(artefacts), 'file')} of packages to download, {total}")
    watcher = threading.Thread(target=listener.listen, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        listener.ended.set()
        watcher.join(_LINES)


def meter_reader(connection: Any, state: str, local: bool) -> ReadMeter | None:
    """A function that reads the meter of a state folder; None if only another user may, or the connection runs one command at a time."""
    path = os.path.join(state, FILE)
    if local:
        return lambda: _read(path)
    if connection.transport != "ssh" or connection.become:
        return None
    # A connection object holds the state of its running command, so the meter is read through a copy.
    second = copy.copy(connection)
    return lambda: _asked(second, path)


def _read(path: str) -> str:
    try:
        with open(path, encoding="ascii") as source:
            return source.read()
    except (OSError, ValueError):
        return ""


def _asked(connection: Any, path: str) -> str:
    try:
        _code, output, _errors = connection.exec_command(f"cat {shlex.quote(path)}", sudoable=False)
    except Exception:
        # If the connection is broken, the command that runs over it reports that.
        return ""
    return str(output, "ascii", "replace") if isinstance(output, bytes) else str(output)
