# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A build: the rendered home as a folder on the controller, nothing of a target touched."""

from __future__ import annotations

import json
import os
import shutil
from typing import Any

from ..plan.manifest import SwitchBundle


def write_result(plan: SwitchBundle, folder: str, check: bool, diff: bool) -> dict[str, Any]:
    """Write `folder` anew: `home-files/`, `home-path/`, `manifest.json`. Sensitive contents are left out.

    `changed` tells whether the folder differs from before; in check mode nothing is written.
    """
    wanted = rendered(plan)
    before = present(folder)
    changed = wanted != before
    result: dict[str, Any] = {"changed": changed, "path": folder, "files": sorted(plan.manifest["files"])}
    if diff:
        result["diff"] = [
            {"before": _text(before.get(n)), "after": _text(wanted.get(n)), "before_header": n, "after_header": n}
            for n in sorted({*wanted, *before})
            if wanted.get(n) != before.get(n)
        ]
    if changed and not check:
        shutil.rmtree(folder, ignore_errors=True)
        for name, content in wanted.items():
            path = os.path.join(folder, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            if isinstance(content, str):
                os.symlink(content, path)
                continue
            with open(path, "wb") as file:
                file.write(content)
            object_name = _objects(plan).get(name)
            if object_name:
                os.chmod(path, int(plan.manifest["objects"][object_name]["mode"], 8) | 0o200)
    return result


def _objects(plan: SwitchBundle) -> dict[str, str]:
    found: dict[str, str] = {}
    for target, entry in plan.manifest["files"].items():
        if entry["type"] == "file":
            found[f"home-files/{target}"] = entry["object"]
        elif entry["type"] == "tree":
            found.update(
                {f"home-files/{target}/{r}": e["object"] for r, e in entry["entries"].items() if "object" in e}
            )
    found.update({f"home-path/{r}": e["object"] for r, e in plan.manifest["profile"].items() if "object" in e})
    return found


def rendered(plan: SwitchBundle) -> dict[str, bytes | str]:
    """Every file of the result by its relative path: bytes, or the text of a link."""
    found: dict[str, bytes | str] = {}
    secret = {f"home-files/{t}" for t, e in plan.manifest["files"].items() if e.get("sensitive")}
    secret.update(f"home-path/{r}" for r, e in plan.manifest["profile"].items() if e.get("sensitive"))
    for name, object_name in _objects(plan).items():
        found[name] = b"(sensitive)\n" if name in secret else plan.contents[object_name]
    for target, entry in plan.manifest["files"].items():
        if entry["type"] == "symlink":
            found[f"home-files/{target}"] = entry["to"]
        elif entry["type"] == "tree":
            found.update(
                (f"home-files/{target}/{r}", b"(sensitive)\n")
                for r, e in entry["entries"].items()
                if e.get("sensitive")
            )
            found.update(
                {f"home-files/{target}/{r}": e["symlink"] for r, e in entry["entries"].items() if "symlink" in e}
            )
    found["manifest.json"] = json.dumps(_without_secrets(plan.manifest), indent=1, sort_keys=True).encode() + b"\n"
    return found


def _without_secrets(part: dict[str, Any]) -> dict[str, Any]:
    """A manifest, or a specialisation's part of one, whose sensitive scripts are not shown."""
    files = {
        t: {**e, "onChange": "(sensitive)"} if e.get("sensitive") and "onChange" in e else e
        for t, e in part["files"].items()
    }
    scripts = [{**s, "script": "(sensitive)"} if s.get("sensitive") else s for s in part["activation"]]
    variants = {name: _without_secrets(inner) for name, inner in part.get("specialisations", {}).items()}
    return {**part, "files": files, "activation": scripts, **({"specialisations": variants} if variants else {})}


def present(folder: str) -> dict[str, bytes | str]:
    """What a result folder holds now, in the same form."""
    found: dict[str, bytes | str] = {}
    for where, folders, names in os.walk(folder):
        for name in [*names, *(f for f in folders if os.path.islink(os.path.join(where, f)))]:
            path = os.path.join(where, name)
            relative = os.path.relpath(path, folder)
            if os.path.islink(path):
                found[relative] = os.readlink(path)
                continue
            with open(path, "rb") as file:
                found[relative] = file.read()
    return found


def _text(content: bytes | str | None) -> str:
    if content is None:
        return ""
    if isinstance(content, str):
        return f"link to {content}\n"
    return content.decode("utf-8", "replace")
