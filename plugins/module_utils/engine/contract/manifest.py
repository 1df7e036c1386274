# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What one generation is: its canonical text, its digest, the names of its objects, and the check that it is well
formed.
"""

from __future__ import annotations

import json
import re
from typing import Any, Dict, Iterator, List, Optional, Tuple

from .errors import EngineError

VERSION = 1
METHODS = ("link", "copy", "seed", "merge")
CONFLICTS = ("keep", "overwrite", "backup")
MERGE_FORMATS = ("json", "toml", "yaml", "ini")

_DROPPED = re.compile(r"[^A-Za-z0-9._+-]")
_OBJECT_ID = re.compile(r"[0-9a-f]{32}-[A-Za-z0-9_+-][A-Za-z0-9._+-]{0,99}\Z")
_OBJECT_MODE = re.compile(r"0[0-7]{3}\Z")
_GENERATION_PARTS = ("files", "profile", "objects", "activation", "packages")

Manifest = Dict[str, Any]
Entry = Dict[str, Any]


def object_id(content: bytes, mode: str, name: str) -> str:
    """The name of an object in the store: 32 hex digits over `mode` ("0444") and `content`, a dash, the reduced base
    name.
    """
    return content_hash(content, mode) + "-" + reduced_name(name)


def content_hash(content: bytes, mode: str) -> str:
    """The first 32 hex digits of SHA-256 over `mode` (four octal digits), a NUL, and `content`."""
    from hashlib import sha256

    return sha256(mode.encode("ascii") + b"\0" + content).hexdigest()[:32]


def reduced_name(name: str) -> str:
    """The base name of `name` with only `[A-Za-z0-9._+-]`, no leading dot, at most 100 characters, `file` when
    nothing is left.
    """
    base = _DROPPED.sub("", name.rsplit("/", 1)[-1]).lstrip(".")[:100]
    return base or "file"


def canonical(manifest: Manifest) -> bytes:
    """The one text of a manifest: equal manifests give equal bytes."""
    return json.dumps(manifest, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode(
        "utf-8", "surrogateescape"
    )


def digest(manifest: Manifest) -> str:
    """SHA-256 (64 hex digits) of the canonical text."""
    from hashlib import sha256

    return sha256(canonical(manifest)).hexdigest()


def check(manifest: Any) -> Manifest:
    """The manifest itself when it is well formed and safe to use; else EngineError of kind `manifest`.

    No target leaves the home, no target lies below another one that is no folder, every object has an entry in
    `objects`.
    """
    if not isinstance(manifest, dict) or manifest.get("version") != VERSION:
        found = manifest.get("version") if isinstance(manifest, dict) else type(manifest).__name__
        raise _bad("this engine reads manifests of version %d, not %r" % (VERSION, found))
    for key in ("user", "home", "state"):
        if not isinstance(manifest.get(key), str) or not manifest[key] or "\0" in manifest[key]:
            raise _bad("the manifest's %s is missing" % key)
    for key in ("home", "state"):
        if not manifest[key].startswith("/") or ".." in manifest[key].split("/"):
            raise _bad("the manifest's %s is not an absolute path: %r" % (key, manifest[key]))
    if manifest.get("uid") is not None and not isinstance(manifest["uid"], int):
        raise _bad("the manifest's uid is not a number: %r" % (manifest["uid"],))
    _check_generation(manifest)
    for name, part in (manifest.get("specialisations") or {}).items():
        if not plain_name(name):
            raise _bad("a specialisation cannot be called %r" % name)
        _check_generation(part)
    return manifest


def specialised(manifest: Manifest, name: Optional[str]) -> Manifest:
    """The manifest as the specialisation `name` sees it (its own parts, no further specialisations); None: the
    manifest itself.
    """
    if name is None:
        return manifest
    parts = manifest.get("specialisations") or {}
    if name not in parts:
        known = ", ".join(sorted(parts)) or "none"
        raise EngineError("there is no specialisation %r (known: %s)" % (name, known), "specialisation")
    chosen = {key: value for key, value in manifest.items() if key != "specialisations"}
    for key in _GENERATION_PARTS:
        chosen[key] = (
            parts[name].get(key) or type(manifest.get(key) or ({} if key in ("files", "profile", "objects") else []))()
        )
    return chosen


def all_objects(manifest: Manifest) -> Dict[str, Dict[str, Any]]:
    """Every object of the manifest and its specialisations: ID to {"mode": "0444", "size": bytes}."""
    objects = dict(manifest.get("objects") or {})
    for part in (manifest.get("specialisations") or {}).values():
        objects.update(part.get("objects") or {})
    return objects


def entry_objects(entry: Entry) -> Iterator[str]:
    """The IDs of the objects that one entry of `files` shows."""
    if entry["type"] == "file":
        yield entry["object"]
    elif entry["type"] == "tree":
        for leaf in entry["entries"].values():
            if "object" in leaf:
                yield leaf["object"]


def plain_name(name: Any) -> bool:
    """Whether `name` can be the name of one file: no slash, no NUL, not empty, not `.` or `..`."""
    return isinstance(name, str) and bool(name) and "/" not in name and "\0" not in name and name not in (".", "..")


def safe_path(path: Any) -> bool:
    """Whether `path` is relative, stays below where it starts, and is written in its one normal form."""
    return isinstance(path, str) and all(plain_name(part) for part in path.split("/"))


def _check_generation(part: Any) -> None:
    if (
        not isinstance(part, dict)
        or not isinstance(part.get("files"), dict)
        or not isinstance(part.get("objects"), dict)
    ):
        raise _bad("the manifest lacks its files or objects")
    for name, item in part["objects"].items():
        if not _OBJECT_ID.match(name) or not isinstance(item, dict) or not _OBJECT_MODE.match(str(item.get("mode"))):
            raise _bad("not an object of a manifest: %r: %r" % (name, item))
    files: Dict[str, Entry] = part["files"]
    for target, entry in files.items():
        if not safe_path(target):
            raise EngineError("%r is not a path inside the home" % target, "target", path=str(target))
        _check_entry(target, entry, part["objects"])
    _check_nesting(files)
    for path, leaf in (part.get("profile") or {}).items():
        if (
            not safe_path(path)
            or not isinstance(leaf, dict)
            or leaf.get("object", next(iter(part["objects"]), "")) not in {"", *part["objects"]}
        ):
            raise _bad("not a part of a profile: %r: %r" % (path, leaf))
    for item in part.get("activation") or []:
        if (
            not isinstance(item, dict)
            or not isinstance(item.get("name"), str)
            or not isinstance(item.get("script"), str)
        ):
            raise _bad("not an activation entry: %r" % (item,))
        if item.get("phase", "write") not in ("check", "write"):
            raise _bad("activation entry %s: unknown phase %r" % (item["name"], item.get("phase")))


def _check_entry(target: str, entry: Any, objects: Dict[str, Any]) -> None:
    kind = entry.get("type") if isinstance(entry, dict) else None
    if kind not in ("file", "tree", "symlink"):
        raise _bad("%s: unknown type of file %r" % (target, kind))
    if kind == "symlink" and (not isinstance(entry.get("to"), str) or not entry["to"] or "\0" in entry["to"]):
        raise _bad("%s: the link leads nowhere" % target)
    if kind == "file":
        _check_method(target, entry)
    if kind == "tree":
        for rel, leaf in entry.get("entries", {}).items():
            if not safe_path(rel) or not isinstance(leaf, dict):
                raise EngineError("%s: %r is not a path inside the folder" % (target, rel), "target", path=target)
    try:
        missing = [name for name in entry_objects(entry) if name not in objects]
    except KeyError as error:
        raise _bad("%s: %s is missing" % (target, error)) from None
    if missing:
        raise _bad("%s: the object %s is not in the manifest" % (target, missing[0]))


def _check_method(target: str, entry: Entry) -> None:
    method = entry.get("method", "link")
    if method not in METHODS:
        raise _bad("%s: unknown method %r" % (target, method))
    if method != "link" and not _OBJECT_MODE.match(str(entry.get("mode"))):
        raise _bad("%s: the method %s needs a mode such as 0644, not %r" % (target, method, entry.get("mode")))
    if method == "copy" and entry.get("onConflict", "keep") not in CONFLICTS:
        raise _bad("%s: unknown onConflict %r" % (target, entry["onConflict"]))
    if method == "merge" and entry.get("format") not in MERGE_FORMATS:
        raise _bad("%s: cannot merge into the format %r" % (target, entry.get("format")))


def _check_nesting(files: Dict[str, Entry]) -> None:
    for target in files:
        parent = target.rpartition("/")[0]
        while parent:
            if parent in files:
                raise EngineError(
                    "%s lies below %s, which is itself a managed file or a folder linked whole" % (target, parent),
                    "target",
                    path=target,
                )
            parent = parent.rpartition("/")[0]


def parents(target: str) -> List[str]:
    """The folders above `target`, outermost first, without the home itself."""
    parts = target.split("/")[:-1]
    return ["/".join(parts[: depth + 1]) for depth in range(len(parts))]


def split(target: str) -> Tuple[str, str]:
    """Folder ("" for the home itself) and base name of `target`."""
    folder, _slash, name = target.rpartition("/")
    return folder, name


def _bad(message: str) -> EngineError:
    return EngineError(message, "manifest")
