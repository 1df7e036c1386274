# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Resolving packages of npm: npm writes its lock, and every archive in it is checked and hashed once."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

from ..syntax.errors import SpecError
from . import process
from .catalogue import CatalogueEntry
from .lock import Lock, LockedArtefact, LockedPackage
from .resolver import Resolver
from .sources import NPM
from .wanted import Wanted
from .web import answer_of

INTERPRETER = "nodejs"
_PLATFORMS = {
    "x86_64-linux": ("linux", "x64"),
    "aarch64-linux": ("linux", "arm64"),
    "x86_64-darwin": ("darwin", "x64"),
    "aarch64-darwin": ("darwin", "arm64"),
}


class NodeResolver(Resolver):
    """Asks npm, with all scripts off."""

    provider = "npm"

    def resolve(self, wanted: Wanted, entry: CatalogueEntry) -> Lock:
        """Every package of the lock that npm writes, for each platform. Raises SpecError."""
        project = str(entry.providers.get(self.provider, {}).get("package") or wanted.name)
        packages = self._lock(f"{project}@{wanted.version}" if wanted.version else project)
        main = f"node_modules/{project}"
        if main not in packages:
            raise SpecError(f"npm resolved {project} to a different package", [wanted.position])
        artefacts: dict[str, LockedArtefact] = {}
        hashes: dict[str, str] = {}
        closure: dict[str, tuple[str, ...]] = {}
        for platform in self.context.platforms:
            chosen = {path: item for path, item in sorted(packages.items()) if path and _fits(item, platform)}
            if main not in chosen:
                continue
            for path, item in chosen.items():
                if path not in hashes:
                    sha256, artefact = _checked(path, item)
                    hashes[path], artefacts[sha256] = sha256, artefact
            closure[platform] = tuple(f"{path}={hashes[path]}" for path in chosen)
        if not closure:
            raise SpecError(f"{project} supports none of {', '.join(self.context.platforms)}", [wanted.position])
        if packages[main].get("hasInstallScript"):
            self.context.report(
                f"{wanted.name} has an install script, which is not run; so files that it would fetch may be missing"
            )
        locked = LockedPackage(
            provider=self.provider,
            version=str(packages[main]["version"]),
            asked=wanted.asked(),
            commands=dict(wanted.commands) or dict(entry.commands),
            closure=closure,
            own=(main,),
            package=project,
            launch=entry.launch,
            write=dict(entry.write),
            make=entry.make,
            shares=entry.shares,
            requires=(INTERPRETER,),
        )
        return Lock(platforms=tuple(sorted(closure)), packages={wanted.name: locked}, artefacts=artefacts)

    def _lock(self, requirement: str) -> Mapping[str, Mapping[str, Any]]:
        npm = shutil.which("npm")
        if npm is None:
            raise SpecError(
                "npm packages can only be resolved with npm, which this machine does not have",
                hint="run home.manager.update where it is; a switch with a complete lock needs no npm",
            )
        command = [npm, "install", "--package-lock-only", "--ignore-scripts", "--no-audit", "--no-fund"]
        command.append("--omit-lockfile-registry-resolved=false")
        if NPM in self.context.sources.addresses:
            command += ["--registry", self.context.sources.of(NPM)[0]]
        with tempfile.TemporaryDirectory() as folder:
            with open(os.path.join(folder, "package.json"), "w", encoding="utf-8") as target:
                json.dump({"name": "home-manager-lock", "version": "1.0.0", "private": True}, target)
            done = process.run([*command, requirement], folder=folder)
            if done.returncode != 0:
                errors = [line for line in done.stderr.splitlines() if "npm error" in line or "ERR!" in line]
                raise SpecError(
                    f"npm cannot resolve {requirement}: {errors[0] if errors else done.stderr.strip()[-200:]}"
                )
            with open(os.path.join(folder, "package-lock.json"), encoding="utf-8") as source:
                found: Mapping[str, Mapping[str, Any]] = json.load(source)["packages"]
        return found


def _fits(item: Mapping[str, Any], platform: str) -> bool:
    system, processor = _PLATFORMS[platform]
    return (
        _allowed(item.get("os"), system)
        and _allowed(item.get("cpu"), processor)
        and "musl" not in (item.get("libc") or ())
    )


def _allowed(allowed: Any, value: str) -> bool:
    if not allowed:
        return True
    words = [allowed] if isinstance(allowed, str) else list(allowed)
    if any(word == f"!{value}" for word in words):
        return False
    plain = [word for word in words if not word.startswith("!")]
    return not plain or value in plain or "any" in plain


def _checked(path: str, item: Mapping[str, Any]) -> tuple[str, LockedArtefact]:
    """The SHA-256 of an archive whose content is what npm's lock says. Raises SpecError."""
    url, integrity = str(item.get("resolved") or ""), str(item.get("integrity") or "")
    kind, _dash, expected = integrity.split(maxsplit=1)[0].partition("-") if integrity else ("", "", "")
    if not url.startswith(("http://", "https://")) or kind not in ("sha512", "sha384", "sha256", "sha1"):
        raise SpecError(f"{path} of npm has no archive with a hash")
    with answer_of(url) as answer:
        content = answer.read()
    if base64.b64encode(hashlib.new(kind, content).digest()).decode() != expected:
        raise SpecError(f"{path} of npm does not have the hash that npm's lock says. The lock was not changed.")
    file = unquote(os.path.basename(urlsplit(url).path))
    return hashlib.sha256(content).hexdigest(), LockedArtefact(len(content), file, (url,))
