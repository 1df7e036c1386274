# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Crates: compiled by the host's cargo from the sources that the lock names. Equal sources, not equal bits."""

from __future__ import annotations

import re
from typing import Dict, Optional, Tuple

from ...contract.errors import EngineError, ErrorKind
from ...disk import filesystem
from ..program import run_bound
from ..recipe import Recipe
from ..tree import Tree
from .tool import ToolProvider, take_programs

_PROJECT = """[package]
name = "home-manager-lock"
version = "0.0.0"
edition = "2021"
[lib]
path = "lib.rs"
[dependencies]
"{crate}" = "{requirement}"
"""


class Cargo(ToolProvider):
    """The lock holds the version and the checksum of the crate; the crate's own Cargo.lock holds those of all others."""

    name = "cargo"
    program = "cargo"
    origin = "install Rust there"

    def build(self, recipe: Recipe, tree: Tree, parts: Dict[str, str], tools: Dict[str, str]) -> None:
        """Compile it in a workplace of its own, once its checksum is known to be that of the lock."""
        crate, expected = self.pin(recipe, "crate"), self.pin(recipe, "sha256")
        build_folder, folder = tree.workplace()
        _version, found = locked_crate(self.tool(recipe), crate, f"={recipe.version}", f"{build_folder}/lock")
        if found != expected:
            raise self.moved(recipe, f"checksum of {crate} {recipe.version}", found[:12] + "…", expected[:12] + "…")
        words = ["install", "--locked", "--root", f"{build_folder}/root", "--version", recipe.version]
        if recipe.pinned.get("features"):
            words += ["--features", recipe.pinned["features"]]
        self.run(recipe, [*words, "--", crate], {"CARGO_TARGET_DIR": f"{build_folder}/target"}, build_folder)
        take_programs(tree, f"{folder}/root/bin", recipe)


def locked_crate(cargo: str, crate: str, requirement: str, folder: str) -> Tuple[str, str]:
    """The version of a crate that meets a requirement, and its SHA-256, as its registry has them.

    `folder` is made for the project that asks. EngineError `package` when cargo finds none.
    """
    filesystem.mkdir(folder, 0o700)
    filesystem.write(f"{folder}/Cargo.toml", _PROJECT.format(crate=crate, requirement=requirement).encode(), 0o600)
    filesystem.write(f"{folder}/lib.rs", b"", 0o600)
    done = run_bound([cargo, "generate-lockfile"], {"CARGO_TERM_COLOR": "never"}, folder)
    if done.code:
        lines = [line.strip() for line in done.errors.splitlines() if line.strip()]
        problem = "; ".join(line for line in lines if not line.startswith(("Updating", "Caused by", "warning")))
        raise EngineError(f"cargo cannot find {crate} {requirement}: {problem[:500]}", ErrorKind.PACKAGE)
    text = filesystem.read(f"{folder}/Cargo.lock").decode("utf-8", "replace")
    for block in text.split("[[package]]"):
        values = dict(re.findall(r'^(name|version|checksum) = "([^"]*)"', block, re.MULTILINE))
        if values.get("name") == crate and values.get("checksum"):
            return values["version"], values["checksum"]
    raise EngineError(f"cargo does not resolve {crate} to a crate of a registry", ErrorKind.PACKAGE)


def name_problem(crate: str) -> Optional[str]:
    """What is wrong with the name of a crate; None when nothing is."""
    return None if re.match(r"[A-Za-z0-9][A-Za-z0-9_-]*\Z", crate) else f"{crate!r} is not the name of a crate"
