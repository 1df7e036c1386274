# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Applications of Flatpak, in the user's own installation, at the commit that the lock names."""

from __future__ import annotations

import os
from typing import Dict

from ...contract.errors import EngineError, ErrorKind
from ...disk import queries
from ..launchers import quoted
from ..recipe import Recipe
from ..tree import Tree
from .tool import ToolProvider, one_line

ARCHITECTURES = {"x86_64-linux": "x86_64", "aarch64-linux": "aarch64"}
_QUIET = ("--noninteractive", "--assumeyes")
_SHOWN = ("share/applications", "share/icons", "share/metainfo")


class Flatpak(ToolProvider):
    """The lock holds the application, the name of the remote, and the commit. All generations share one installation."""

    name = "flatpak"
    program = "flatpak"
    origin = "install Flatpak there"

    def build(self, recipe: Recipe, tree: Tree, parts: Dict[str, str], tools: Dict[str, str]) -> None:
        """Install the application at its commit, and write a command that starts it."""
        application, commit = self.pin(recipe, "application"), self.pin(recipe, "commit")
        there = self._commit(recipe, application)
        if not there:
            self.run(recipe, ["install", "--user", *_QUIET, self.pin(recipe, "remote"), application])
            there = self._commit(recipe, application)
        if there != commit:
            self.run(recipe, ["update", "--user", *_QUIET, f"--commit={commit}", application])
            there = self._commit(recipe, application)
        if there != commit:
            raise self.moved(recipe, f"commit of {application}", there[:12] + "…", commit[:12] + "…")
        program = self.tool(recipe)
        text = f'#!/bin/sh\nexec {quoted(program)} run --user {quoted(application)} "$@"\n'
        tree.write(f"bin/{application}", text.encode(), True, True)
        location = one_line(self.run(recipe, ["info", "--user", "--show-location", application]).output)
        if not queries.is_folder(location):
            raise EngineError(
                f"{application} (flatpak) is not at {location!r}, where flatpak reports it", ErrorKind.PACKAGE
            )
        tree.outside.append(location)
        for top in _SHOWN:
            for folder, _folders, names in queries.walk(f"{location}/export/{top}"):
                inside = os.path.relpath(folder, f"{location}/export")
                for name in sorted(names):
                    tree.link(f"{inside}/{name}", f"{folder}/{name}", True)

    def _commit(self, recipe: Recipe, application: str) -> str:
        """The commit that is installed; empty when the application is not."""
        try:
            return one_line(self.run(recipe, ["info", "--user", "--show-commit", application]).output)
        except EngineError:
            return ""
