# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A build: the rendered home as a folder on the controller, nothing of a target touched."""

from __future__ import annotations

import errno
import json
import os
import shutil
from collections.abc import Iterator

from ...module_utils.engine.contract.entries import FileEntry, SymlinkEntry
from ...module_utils.engine.contract.manifest import Manifest, View
from ...module_utils.engine.disk import queries
from ...module_utils.engine.state.layout import FILES, PROFILE
from ..plan.manifest import SwitchBundle
from ..report.build_plan import Contents

SECRET = b"(sensitive)\n"
MANIFEST = "manifest.json"


def write_result(bundle: SwitchBundle, folder: str, check: bool) -> tuple[Contents, Contents]:
    """Rewrite `folder`: `home-files/`, `home-path/`, `manifest.json`. Sensitive contents are left out.

    What it held before and what it holds afterwards; in check mode nothing is written. Raises OSError, FileExistsError for a
    folder that holds something other than a result.
    """
    wanted = rendered(bundle)
    before = present(folder)
    if before and MANIFEST not in before:
        raise FileExistsError(errno.EEXIST, "it contains files that no build wrote, so it is not replaced", folder)
    changed = wanted != before
    if changed and not check:
        if before:
            shutil.rmtree(folder)
        modes = {f"{prefix}/{path}": bundle.manifest.view.objects[name].mode for prefix, path, name in _objects(bundle)}
        for name, content in wanted.items():
            path = os.path.join(folder, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            if name.endswith("/"):
                continue
            if isinstance(content, str):
                os.symlink(content, path)
                continue
            with open(path, "wb") as file:
                file.write(content)
            if name in modes:
                os.chmod(path, int(modes[name], 8) | 0o200)
    return before, wanted


def _objects(bundle: SwitchBundle) -> Iterator[tuple[str, str, str]]:
    """Folder of the result, path in it, and ID, of every file that is an object."""
    view = bundle.manifest.view
    for target, entry in view.files.items():
        if isinstance(entry, FileEntry):
            yield FILES, target, entry.object
        else:
            for path, leaf in entry.leaves().items():
                if leaf.object is not None:
                    yield FILES, f"{target}/{path}", leaf.object
    for path, leaf in view.profile.items():
        if leaf.object is not None:
            yield PROFILE, path, leaf.object


def _secrets(bundle: SwitchBundle) -> Iterator[str]:
    """The files of the result whose content is left out."""
    view = bundle.manifest.view
    for target, entry in view.files.items():
        if entry.sensitive:
            yield f"{FILES}/{target}"
        for path, leaf in entry.leaves().items():
            if path and (leaf.sensitive or entry.sensitive):
                yield f"{FILES}/{target}/{path}"
    yield from (f"{PROFILE}/{path}" for path, leaf in view.profile.items() if leaf.sensitive)


def rendered(bundle: SwitchBundle) -> dict[str, bytes | str]:
    """Every file of the result by its relative path: bytes, or the text of a link; an empty folder has a slash at its end."""
    found: dict[str, bytes | str] = {}
    secret = set(_secrets(bundle))
    for folder, path, name in _objects(bundle):
        found[f"{folder}/{path}"] = SECRET if f"{folder}/{path}" in secret else bundle.contents[name]
    for target, entry in bundle.manifest.view.files.items():
        if isinstance(entry, SymlinkEntry):
            found[f"{FILES}/{target}"] = entry.to
        for path, leaf in entry.leaves().items():
            if leaf.symlink is not None:
                found[f"{FILES}/{target}/{path}"] = leaf.symlink
            elif path and leaf.object is None and not any(other.startswith(f"{path}/") for other in entry.leaves()):
                found[f"{FILES}/{target}/{path}/"] = b""
    shown = Manifest.of(bundle.manifest.json())
    for view in shown.views():
        _hide_scripts(view)
    found[MANIFEST] = json.dumps(shown.json(), indent=1, sort_keys=True).encode() + b"\n"
    return found


def _hide_scripts(view: View) -> None:
    """Leave out the scripts that hold secrets."""
    for entry in view.files.values():
        if entry.sensitive and entry.on_change:
            entry.on_change = SECRET.decode().strip()
    for script in view.activation:
        if script.sensitive:
            script.script = SECRET.decode().strip()


def present(folder: str) -> dict[str, bytes | str]:
    """What a result folder holds now, in the same form."""
    found: dict[str, bytes | str] = {}
    for where, folders, names in queries.walk(folder):
        if not folders and not names and where != folder:
            found[f"{os.path.relpath(where, folder)}/"] = b""
        for name in [*names, *(f for f in folders if os.path.islink(os.path.join(where, f)))]:
            path = os.path.join(where, name)
            relative = os.path.relpath(path, folder)
            if os.path.islink(path):
                found[relative] = os.readlink(path)
                continue
            with open(path, "rb") as file:
                found[relative] = file.read()
    return found
