# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The engine as one runnable file: the `home-manager` command as it is put into a home."""

from __future__ import annotations

import io
import os

_SHEBANG = b"#!/usr/bin/env python3\n"
# Python keeps no bytecode of what it imports from an archive: where the same engine lies in a folder, that is taken. The folder is
# the home's own, or root's.
_MAIN = """import os
import sys

place = os.path.realpath(sys.argv[0])
state = place.rpartition("/generations/")[0] or place.rpartition("/store/")[0]
for folder in (state + "/engine/@HASH@", "/var/lib/home.manager/engine/@HASH@"):
    try:
        found = [os.lstat(path) for path in (folder, os.path.join(folder, "engine"), os.path.join(folder, "engine", "command"))]
    except OSError:
        continue
    if all(one.st_uid in (0, os.geteuid()) and not one.st_mode & 0o022 for one in found):
        sys.path.insert(0, folder)
        break

from engine.command.main import main

sys.exit(main(sys.argv[1:]))
"""
# Zip knows no earlier time; a fixed one, so that equal engines give equal files.
_EPOCH = (1980, 1, 1, 0, 0, 0)


def sources(folder: str | None = None) -> dict[str, bytes]:
    """The files of the engine package in `folder` (default: this one) as `engine/NAME.py`."""
    top = folder or os.path.dirname(os.path.abspath(__file__))
    found: dict[str, bytes] = {}
    for where, folders, names in os.walk(top):
        folders[:] = sorted(name for name in folders if name != "__pycache__")
        for name in sorted(names):
            if name.endswith(".py"):
                path = os.path.join(where, name)
                with open(path, "rb") as source:
                    found["engine/" + os.path.relpath(path, top).replace(os.sep, "/")] = source.read()
    return found


def version(files: dict[str, bytes]) -> str:
    """The version of an engine: a hash of its sources."""
    import hashlib

    digest = hashlib.sha256(b"".join(name.encode() + b"\0" + files[name] for name in sorted(files)))
    return digest.hexdigest()[:32]


def archive(folder: str | None = None, main: str = _MAIN) -> bytes:
    """A zipapp of the engine package in `folder` (default: this one) that runs `main`. Equal sources give equal bytes."""
    import zipfile

    found = sources(folder)
    files = {"__main__.py": main.replace("@HASH@", version(found)).encode("ascii"), **found}
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as packed:
        for name in sorted(files):
            item = zipfile.ZipInfo(name, _EPOCH)
            item.compress_type = zipfile.ZIP_DEFLATED
            item.external_attr = 0o644 << 16
            # The bundle that it travels in is compressed as a whole.
            packed.writestr(item, files[name], compresslevel=1)
    return _SHEBANG + held.getvalue()
