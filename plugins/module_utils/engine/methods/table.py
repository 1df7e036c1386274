# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The methods by their names."""

from __future__ import annotations

import importlib

from ..contract.entries import FileEntry
from ..contract.errors import EngineError, ErrorKind
from ..planning.method import Method

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..contract.manifest import Manifest
    from ..planning.path import ManagedPath
    from ..planning.step import Evidence

# Those that were asked for so far.
METHODS: dict[str, Method] = {}


def method_named(name: str) -> Method:
    """The method of this name. EngineError `manifest` when there is none."""
    if name not in METHODS:
        found: object = None
        if name.isidentifier():
            try:
                found = getattr(importlib.import_module("." + name, __package__), "METHOD", None)
            except ModuleNotFoundError as error:
                if error.name != __package__ + "." + name:
                    raise
        if not isinstance(found, Method):
            raise EngineError(f"unknown method {name!r}", ErrorKind.MANIFEST)
        METHODS[name] = found
    return METHODS[name]


def evidence(path: ManagedPath) -> Evidence | None:
    """How a path that has a record is recognised as ours and unchanged; None when it is not."""
    return method_named(path.record.kind).evidence(path) if path.record is not None else None


def check(manifest: Manifest) -> None:
    """EngineError `manifest` for a file whose method is unknown or cannot work with its entry."""
    for view in manifest.views():
        for target, entry in view.files.items():
            if isinstance(entry, FileEntry):
                method_named(entry.method).check(target, entry)


def objects_to_read(manifest: Manifest) -> list[str]:
    """The IDs of the objects whose content planning reads."""
    entries = [entry for view in manifest.views() for entry in view.files.values()]
    return [
        entry.object for entry in entries if isinstance(entry, FileEntry) and method_named(entry.method).reads_object
    ]
