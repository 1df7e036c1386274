# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Python packages: wheels alone, laid out by this engine, run by the locked Python where there is one."""

from __future__ import annotations

import configparser
import os
import re
from typing import IO, Dict, Optional, Tuple

from ...contract.errors import EngineError, ErrorKind
from .. import elf
from ..extraction import Extraction
from ..launchers import quoted, wrap_commands
from ..recipe import Artefact, Recipe
from ..tree import WRAPPED, Tree
from .provider import Provider

SITE = "lib/python/site-packages"
_SCRIPT = """\
import sys
import site

site.addsitedir({site!r})
from {module} import {first}

sys.argv[0] = {name!r}
sys.exit({function}())
"""
_DATA = re.compile(r"[^/]+\.data/(purelib|platlib|scripts|data)/(.+)\Z")
_MANYLINUX = re.compile(r"manylinux_(\d+)_(\d+)_")
_OLD_TAGS = {"manylinux1": (2, 5), "manylinux2010": (2, 12), "manylinux2014": (2, 17)}
_ENTRY = re.compile(r"\s*([\w.]+)\s*:\s*([\w.]+)")


class Wheel(Provider):
    """`.whl` files. Nothing is compiled, no byte code is written, and the user's own Python packages are never seen."""

    name = "uv"

    def unpack(self, artefact: Artefact, source: IO[bytes], extraction: Extraction) -> None:
        """Unpack it as it is."""
        extraction.zip(source)

    def build(self, recipe: Recipe, tree: Tree, parts: Dict[str, str], tools: Dict[str, str]) -> None:
        """Lay out every wheel, then write the commands of the one that was asked for."""
        for artefact in recipe.artefacts:
            before = set(tree.leaves)
            tree.add_part(parts[artefact.sha256], artefact.own, _placed)
            self._check_programs(tree, artefact, set(tree.leaves) - before)
        tree.settle_links(lambda path: None)
        for artefact in recipe.artefacts:
            if artefact.own:
                self._commands(tree, artefact)
        wrap_commands(tree, recipe.launch)

    def _check_programs(self, tree: Tree, artefact: Artefact, paths: set[str]) -> None:
        """Programs of a wheel run with the host's libc: it must be new enough."""
        needed = glibc_of(artefact.file)
        here = _host_glibc()
        for path in sorted(paths):
            if not path.startswith("bin/"):
                continue
            tree.make_executable(path)
            content = tree.read(path)
            if content[:4] == elf.MAGIC and needed is not None and here is not None and here < needed:
                versions = f"needs glibc {needed[0]}.{needed[1]}, this host has {here[0]}.{here[1]}"
                raise EngineError(f"{tree.identity[33:]} (uv) {versions}: use another provider", ErrorKind.LIBC)
            if content.startswith(b"#!python"):
                body = content.partition(b"\n")[2]
                self._script(tree, os.path.basename(path), body.decode("utf-8", "surrogateescape"))

    def _commands(self, tree: Tree, artefact: Artefact) -> None:
        name = "-".join(artefact.file.split("-")[:2])
        path = next((p for p in tree.leaves if p.lower() == f"{SITE}/{name}.dist-info/entry_points.txt".lower()), None)
        if path is None:
            return
        parser = configparser.RawConfigParser(delimiters=("=",), strict=False)
        parser.optionxform = str  # type: ignore[assignment, method-assign]
        parser.read_string(tree.read(path).decode("utf-8"))
        if not parser.has_section("console_scripts"):
            return
        for command, entry in parser.items("console_scripts"):
            found = _ENTRY.match(entry)
            if found is None or "/" in command:
                raise EngineError(f"{artefact.file}: {entry!r} is not an entry point", ErrorKind.ARCHIVE)
            module, function = found.groups()
            values = {"site": f"{tree.prefix}/{SITE}", "module": module, "function": function, "name": command}
            self._script(tree, command, _SCRIPT.format(first=function.split(".")[0], **values))

    def _script(self, tree: Tree, command: str, text: str) -> None:
        tree.write(f"{WRAPPED}/{command}", text.encode("utf-8", "surrogateescape"), False, False)
        python = f"{tree.places['python3']}/bin/python3" if "python3" in tree.places else "python3"
        words = [quoted(python) if "/" in python else python, "-I", "-B", quoted(f"{tree.prefix}/{WRAPPED}/{command}")]
        tree.write(f"bin/{command}", f'#!/bin/sh\nexec {" ".join(words)} "$@"\n'.encode(), True, True)


def _placed(path: str) -> Optional[str]:
    found = _DATA.match(path)
    if found is None:
        return None if re.match(r"[^/]+\.data(/|\Z)", path) else f"{SITE}/{path}"
    kind, rest = found.groups()
    return {"scripts": f"bin/{rest}", "data": rest}.get(kind, f"{SITE}/{rest}")


def glibc_of(file: str) -> Optional[Tuple[int, int]]:
    """The oldest glibc that a wheel's name asks for; None when it asks for none."""
    found = [(int(major), int(minor)) for major, minor in _MANYLINUX.findall(file)]
    found += [version for tag, version in _OLD_TAGS.items() if f"{tag}_" in file]
    return min(found) if found else None


def _host_glibc() -> Optional[Tuple[int, int]]:
    try:
        words = (os.confstr("CS_GNU_LIBC_VERSION") or "").split()
        major, minor = words[1].split(".")[:2]
        return int(major), int(minor)
    except (ValueError, OSError, IndexError):
        return None
