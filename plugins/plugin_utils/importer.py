# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Lets Python itself load the collection's own code, so that its bytecode is kept between runs.

Ansible's loader of collections compiles every module in every run. Importing this module puts a finder before it, for what is below
`plugin_utils` and `module_utils` alone. The modules keep their names, so that nothing is loaded twice. Every plugin imports it first.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.machinery import SOURCE_SUFFIXES, FileFinder, ModuleSpec, SourceFileLoader
from types import ModuleType

_COLLECTION = __name__.partition(".plugin_utils.")[0]
_ANSIBLES = "_AnsibleCollectionFinder"
_OWN = (f"{_COLLECTION}.plugin_utils.", f"{_COLLECTION}.module_utils.")


class NativeFinder:
    """Finds the collection's own modules in the folder of their package."""

    def __init__(self) -> None:
        self._folders: dict[str, FileFinder] = {}

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, _target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The spec of a module of this collection, or None."""
        if path is None or not fullname.startswith(_OWN):
            return None
        for folder in path:
            if folder not in self._folders:
                self._folders[folder] = FileFinder(folder, (SourceFileLoader, SOURCE_SUFFIXES))
            spec = self._folders[folder].find_spec(fullname)
            if spec is not None:
                return spec
        return None

    def invalidate_caches(self) -> None:
        """Forget what the folders held."""
        self._folders.clear()


def install() -> None:
    """Put one finder right before Ansible's; without that one Python imports the collection itself."""
    names = [type(finder).__name__ for finder in sys.meta_path]
    if _ANSIBLES in names and NativeFinder.__name__ not in names:
        sys.meta_path.insert(names.index(_ANSIBLES), NativeFinder())


install()
