# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Packages that another package manager of the host builds or brings: run on the target, held to what the lock says."""

from __future__ import annotations

import os
import stat
from typing import IO, Dict, Iterator, List, Optional

from ...contract.errors import EngineError, ErrorKind
from ...disk import filesystem, queries
from ..extraction import Extraction
from ..program import Done, find_tool, run_bound
from ..recipe import Artefact, Recipe
from ..tree import Tree
from .provider import Provider

# What is linked of a package that is elsewhere on the host.
_FOLDERS = ("bin", "sbin", "share", "etc/xdg", "lib/systemd/user")
_LEFT_OUT = ("share/doc", "share/gtk-doc")


class ToolProvider(Provider):
    """`program` is what has to be on the target; `origin` says where people get it."""

    exact = False
    program = ""
    origin = ""

    def check(self, recipe: Recipe) -> None:
        """EngineError `package` when the host cannot make this package."""
        self.tool(recipe)

    def tool(self, recipe: Recipe) -> str:
        """The absolute path of the program. EngineError `package` when it is not here."""
        found = find_tool(self.program)
        if found is None:
            raise EngineError(
                f"{recipe.name} comes from {self.name}, and this host has no `{self.program}`: {self.origin}, or use"
                f" another provider for {recipe.name}. Nothing was changed.",
                ErrorKind.PACKAGE,
            )
        return found

    def pin(self, recipe: Recipe, name: str) -> str:
        """What the lock holds of a package under `name`. EngineError `recipe` when it holds nothing."""
        if not recipe.pinned.get(name):
            raise EngineError(
                f"home.lock has no {name} for {recipe.name} ({self.name}): run home.manager.update", ErrorKind.RECIPE
            )
        return recipe.pinned[name]

    def run(self, recipe: Recipe, words: List[str], variables: Optional[Dict[str, str]] = None, cwd: str = "/") -> Done:
        """Run the program to its good end. EngineError `package` with the last line that it said otherwise."""
        done = run_bound([self.tool(recipe), *words], variables, cwd)
        if done.code:
            raise EngineError(
                f"{recipe.name} {recipe.version}: `{self.program} {words[0]}` failed: {done.last}",
                ErrorKind.PACKAGE,
                output=(done.output + done.errors)[-3000:],
            )
        return done

    def moved(self, recipe: Recipe, what: str, found: str, expected: str) -> EngineError:
        """The error for what is no longer as it was locked."""
        return EngineError(
            f"{recipe.name} ({self.name}): the {what} is {found or 'not known'}, home.lock says {expected}. Nothing was changed."
            f" If this is intended, run home.manager.update {recipe.name}.",
            ErrorKind.HASH,
        )

    def unpack(self, artefact: Artefact, source: IO[bytes], extraction: Extraction) -> None:
        """There is nothing to unpack."""
        raise EngineError(f"packages of {self.name} contain no files", ErrorKind.RECIPE)

    def build(self, recipe: Recipe, tree: Tree, parts: Dict[str, str], tools: Dict[str, str]) -> None:
        """Run the program, and take what it made."""
        raise NotImplementedError


def take_programs(tree: Tree, folder: str, recipe: Recipe) -> None:
    """Take the programs of a folder below the tree's workplace. EngineError `package` when there is none."""
    names = [name for name in filesystem.names_in(folder, tree.depot.fd) if not name.startswith(".")]
    for name in sorted(names):
        tree.write(f"bin/{name}", filesystem.read(f"{folder}/{name}", tree.depot.fd), True, True)
    if not names:
        raise EngineError(f"{recipe.name} {recipe.version} has no programs to install", ErrorKind.PACKAGE)


def show(tree: Tree, package_folder: str) -> None:
    """Link to what a package that is at `package_folder` has for people, and remember that the tree depends on it."""
    tree.outside.append(package_folder)
    for path in _files(package_folder):
        if path not in tree.leaves:
            tree.link(path, f"{package_folder}/{path}", True)


def _files(package_folder: str) -> Iterator[str]:
    for top in _FOLDERS:
        for folder, folders, names in queries.walk(f"{package_folder}/{top}", follow=True):
            inside = os.path.relpath(folder, package_folder)
            folders[:] = [name for name in folders if not f"{inside}/{name}".startswith(_LEFT_OUT)]
            yield from (f"{inside}/{name}" for name in sorted(names) if not name.startswith("."))


def one_line(text: str) -> str:
    """A text of a program that prints one line."""
    return text.strip().splitlines()[-1].strip() if text.strip() else ""


def is_folder(path: str) -> bool:
    """Whether there is a folder, not just a link to one."""
    status = filesystem.lstat(path)
    return status is not None and stat.S_ISDIR(status.st_mode)


def fields(text: str) -> Dict[str, str]:
    """The `Name: value` lines of a text."""
    found: Dict[str, str] = {}
    for line in text.splitlines():
        name, colon, value = line.strip().partition(":")
        if colon and name and value.strip():
            found.setdefault(name, value.strip())
    return found
