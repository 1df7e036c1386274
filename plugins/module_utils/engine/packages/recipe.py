# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A package recipe: everything that is needed to build one package, and the identity that follows from it."""

from __future__ import annotations

import json
import re
from typing import Any, Dict, List, NamedTuple, Tuple

from ..contract.errors import EngineError, ErrorKind

# Part of every identity: raise it when the same recipe must give another tree.
REALISER = 1

_SHA256 = re.compile(r"[0-9a-f]{64}\Z")
_ID = re.compile(r"[0-9a-f]{32}-[A-Za-z0-9+_.~-]{1,160}\Z")
_UNSAFE = re.compile(r"[^A-Za-z0-9+_.~-]")


class Artefact(NamedTuple):
    """One file to download. `at` holds places in order: `SOURCE:PATH` or a URL; `own` files are shown in the profile."""

    sha256: str
    size: int
    file: str
    at: Tuple[str, ...]
    own: bool = False

    @classmethod
    def of(cls, value: Any) -> Artefact:
        """Raises EngineError `recipe` for anything malformed."""
        try:
            made = cls(value["sha256"], value["size"], value["file"], tuple(value["at"]), bool(value.get("own")))
        except (KeyError, TypeError) as error:
            raise _bad(f"not an artefact: {value!r} ({error})") from None
        if not _SHA256.match(made.sha256) or not isinstance(made.size, int) or made.size < 0 or "/" in made.file:
            raise _bad(f"not an artefact: {value!r}")
        return made

    def json(self) -> Dict[str, Any]:
        """The form that `of` reads."""
        value: Dict[str, Any] = {"sha256": self.sha256, "size": self.size, "file": self.file, "at": list(self.at)}
        if self.own:
            value["own"] = True
        return value


class Launch(NamedTuple):
    """How a command is started.

    These are variables to `set`, variables that `keep` the caller's value of another one, arguments that come first, and
    variables that name the host's file of certificates.
    """

    set: Dict[str, str]
    keep: Dict[str, str]
    arguments: Tuple[str, ...]
    certificates: Tuple[str, ...]

    @classmethod
    def of(cls, value: Any) -> Launch:
        """Raises EngineError `recipe` for anything malformed."""
        if not isinstance(value, dict) or set(value) - {"set", "keep", "arguments", "certificates"}:
            raise _bad(f"not a way to launch a command: {value!r}")
        texts = {**value.get("set", {}), **value.get("keep", {})}
        words = [*texts.values(), *value.get("arguments", []), *value.get("certificates", [])]
        if not all(isinstance(word, str) and "\0" not in word for word in words):
            raise _bad(f"not a way to launch a command: {value!r}")
        if not all(re.match(r"[A-Za-z_][A-Za-z0-9_]*\Z", name) for name in [*texts, *value.get("certificates", [])]):
            raise _bad(f"not the name of a variable in {value!r}")
        return cls(
            dict(value.get("set", {})),
            dict(value.get("keep", {})),
            tuple(value.get("arguments", ())),
            tuple(value.get("certificates", ())),
        )

    def json(self) -> Dict[str, Any]:
        """The form that `of` reads."""
        value = {
            "set": self.set,
            "keep": self.keep,
            "arguments": list(self.arguments),
            "certificates": list(self.certificates),
        }
        return {name: item for name, item in value.items() if item}

    def merged(self, other: Launch) -> Launch:
        """Both; `other` wins where both set a variable."""
        return Launch(
            {**self.set, **other.set},
            {**self.keep, **other.keep},
            self.arguments + other.arguments,
            self.certificates + tuple(n for n in other.certificates if n not in self.certificates),
        )


class Recipe(NamedTuple):
    """What a package is made of.

    `commands` are names and the files in `bin` that they stand for; `launch` ways to start what a pattern of names in
    `bin` matches; `write` texts of additional files; `place` where an archive's members go; `make` commands that run
    in the finished tree; `requires` packages by the name that the texts call them (`{name}`), as IDs; `pinned` what
    another package manager is held to.
    """

    provider: str
    name: str
    version: str
    platform: str
    artefacts: Tuple[Artefact, ...]
    tools: Tuple[Artefact, ...]
    commands: Dict[str, str]
    launch: Dict[str, Launch]
    write: Dict[str, str]
    place: Dict[str, str]
    make: Tuple[Tuple[str, ...], ...]
    requires: Dict[str, str]
    pinned: Dict[str, str]

    @classmethod
    def of(cls, value: Any) -> Recipe:
        """Raises EngineError `recipe` for anything malformed."""
        if not isinstance(value, dict) or value.get("realiser") != REALISER:
            found = value.get("realiser") if isinstance(value, dict) else type(value).__name__
            raise _bad(f"this engine reads package recipes of version {REALISER}, not {found!r}")
        for key in ("provider", "name", "version", "platform"):
            if not isinstance(value.get(key), str) or not value[key]:
                raise _bad(f"the recipe's {key} is missing")
        for key in ("commands", "write", "place", "requires", "pinned"):
            found = value.get(key, {})
            if not isinstance(found, dict) or not all(isinstance(text, str) for text in found.values()):
                raise _bad(f"the recipe's {key} is not a mapping of texts: {found!r}")
        return cls(
            value["provider"],
            value["name"],
            value["version"],
            value["platform"],
            tuple(Artefact.of(item) for item in value.get("artefacts", ())),
            tuple(Artefact.of(item) for item in value.get("tools", ())),
            value.get("commands", {}),
            {pattern: Launch.of(item) for pattern, item in value.get("launch", {}).items()},
            value.get("write", {}),
            value.get("place", {}),
            tuple(tuple(command) for command in value.get("make", ())),
            value.get("requires", {}),
            value.get("pinned", {}),
        )

    def json(self) -> Dict[str, Any]:
        """The form that `of` reads."""
        value: Dict[str, Any] = {
            "realiser": REALISER,
            "provider": self.provider,
            "name": self.name,
            "version": self.version,
            "platform": self.platform,
            "artefacts": [item.json() for item in self.artefacts],
            "tools": [item.json() for item in self.tools],
            "commands": self.commands,
            "launch": {pattern: item.json() for pattern, item in self.launch.items()},
            "write": self.write,
            "place": self.place,
            "make": [list(command) for command in self.make],
            "requires": self.requires,
        }
        return {**value, "pinned": self.pinned} if self.pinned else value

    def identity(self, base: str) -> str:
        """The name of the finished tree in the folder `base`: equal recipes in equal folders give equal names.

        Sizes and places to download from are no part of it: they do not change the tree.
        """
        from hashlib import sha256

        value = self.json()
        value["artefacts"] = [[item.sha256, item.own] for item in self.artefacts]
        value["tools"] = [item.sha256 for item in self.tools]
        value["prefix"] = base
        label = _UNSAFE.sub("_", f"{self.name}-{self.version}")[:160]
        return sha256(canonical(value)).hexdigest()[:32] + "-" + label

    def download_size(self) -> int:
        """The bytes of all artefacts, the tools left out."""
        return sum(item.size for item in self.artefacts)


def canonical(value: Any) -> bytes:
    """The one JSON text of a value."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.encode("utf-8", "surrogateescape")


def is_identity(text: Any) -> bool:
    """Whether a text can be the name of a finished tree."""
    return isinstance(text, str) and bool(_ID.match(text))


def artefacts_of(recipes: List[Recipe]) -> List[Artefact]:
    """Every artefact of some recipes once, tools included, in order."""
    found: Dict[str, Artefact] = {}
    for recipe in recipes:
        for item in (*recipe.tools, *recipe.artefacts):
            found.setdefault(item.sha256, item)
    return list(found.values())


def _bad(message: str) -> EngineError:
    return EngineError(message, ErrorKind.RECIPE)
