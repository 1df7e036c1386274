# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The engine as one runnable file: the `home-manager` command as it is put into a home."""

from __future__ import annotations

import io
import os

from .modules import version_of

_SHEBANG = b"#!/usr/bin/env python3\n"
_MAIN = """import sys

from engine.command.start import start

sys.exit(start("@VERSION@", sys.argv))
"""
# Zip knows no earlier time; a fixed one, so that equal engines give equal files.
_EPOCH = (1980, 1, 1, 0, 0, 0)


def sources(folder: str | None = None) -> dict[str, bytes]:
    """The files of the engine package in `folder` (default: this one) as `engine/NAME.py`."""
    kept = getattr(getattr(__spec__, "loader", None), "sources", None)
    if folder is None and kept is not None:
        # Here the engine is no folder of files: see modules.py.
        loaded: dict[str, bytes] = kept()
        return loaded
    top = os.path.abspath(folder or os.path.dirname(__file__))
    found: dict[str, bytes] = {}
    for where, folders, names in os.walk(top):
        folders[:] = [name for name in folders if name != "__pycache__"]
        package = "engine" + where[len(top) :].replace(os.sep, "/")
        for name in names:
            if name.endswith(".py"):
                with open(os.path.join(where, name), "rb") as source:
                    found[package + "/" + name] = source.read()
    return found


def archive(folder: str | None = None, main: str = _MAIN) -> bytes:
    """A zipapp of the engine package in `folder` (default: this one) that runs `main`. Equal sources give equal bytes."""
    import zipfile

    found = sources(folder)
    files = {"__main__.py": main.replace("@VERSION@", version_of(found)).encode("ascii"), **found}
    held = io.BytesIO()
    # Not compressed: the bundle that it travels in is, and two builds of zlib would give two files.
    with zipfile.ZipFile(held, "w", zipfile.ZIP_STORED) as packed:
        for name in sorted(files):
            item = zipfile.ZipInfo(name, _EPOCH)
            item.external_attr = 0o644 << 16
            packed.writestr(item, files[name])
    return _SHEBANG + held.getvalue()
