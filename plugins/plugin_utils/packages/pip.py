# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""pip as a resolver: which wheels a requirement means on a platform, with their addresses and hashes. Nothing is installed."""

from __future__ import annotations

import functools
import importlib.util
import json
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from ..syntax.errors import SpecError
from . import process
from .sources import PYPI, PackageSources
from .web import answer_of

# From the oldest libc that still matters to the one that the locked closures bring.
_GLIBC = range(5, 42)
_MACHINES = {"x86_64-linux": "x86_64", "aarch64-linux": "aarch64"}


@dataclass(frozen=True, slots=True)
class Wheel:
    """One wheel: the project and version that it is, and where it can be had."""

    name: str
    version: str
    sha256: str
    size: int
    file: str
    url: str


def wheels(requirement: str, platform: str, python: str, sources: PackageSources, alone: bool = False) -> list[Wheel]:
    """The wheels of a requirement and (unless `alone`) of all that it depends on, for a Python such as `3.13`.

    Raises SpecError when pip is missing, finds nothing, or something would have to be compiled.
    """
    with tempfile.TemporaryDirectory() as scratch:
        command = [*_pip(), "install", "--dry-run", "--quiet", "--ignore-installed", "--report", f"{scratch}/report"]
        command += [
            "--target",
            f"{scratch}/target",
            "--only-binary",
            ":all:",
            "--no-input",
            "--disable-pip-version-check",
        ]
        command += ["--implementation", "cp", "--python-version", python]
        for tag in (f"cp{python.replace('.', '')}", "abi3", "none"):
            command += ["--abi", tag]
        for tag in _tags(platform):
            command += ["--platform", tag]
        if PYPI in sources.addresses:
            command += ["--index-url", sources.of(PYPI)[0]]
        if alone:
            command.append("--no-deps")
        done = process.run([*command, requirement])
        if done.returncode != 0:
            raise SpecError(_refused(requirement, platform, done.stderr))
        with open(f"{scratch}/report", encoding="utf-8") as source:
            report = json.load(source)
    return [_wheel(item) for item in report["install"]]


def _tags(platform: str) -> list[str]:
    machine = _MACHINES.get(platform)
    if machine is None:
        raise SpecError(f"wheels are resolved for {', '.join(_MACHINES)}, not for {platform}")
    return [f"manylinux_2_{minor}_{machine}" for minor in reversed(_GLIBC)] + [
        f"manylinux2014_{machine}",
        f"linux_{machine}",
    ]


def _wheel(item: dict[str, dict[str, object]]) -> Wheel:
    info, metadata = item["download_info"], item["metadata"]
    url = str(info["url"])
    archive = info.get("archive_info")
    hashes = archive.get("hashes", {}) if isinstance(archive, dict) else {}
    name = str(metadata["name"])
    if "sha256" not in hashes:
        raise SpecError(f"the index gives no SHA-256 for {name}")
    # Names are equal whatever their case and separators.
    plain = re.sub(r"[-_.]+", "-", name).lower()
    file = unquote(os.path.basename(urlsplit(url).path))
    return Wheel(plain, str(metadata["version"]), hashes["sha256"], size_of(url), file, url)


def size_of(url: str) -> int:
    """The size of what is at an address. Raises SpecError when the server does not say."""
    with answer_of(url, "HEAD") as answer:
        size = answer.headers["Content-Length"] or ""
    if not size.isdigit():
        raise SpecError(f"{os.path.basename(url)}: the server does not say how large it is")
    return int(size)


@functools.cache
def _pip() -> Sequence[str]:
    if importlib.util.find_spec("pip") is not None:
        return (sys.executable, "-m", "pip")
    for name in ("pip3", "pip"):
        found = shutil.which(name)
        if found:
            return (found,)
    raise SpecError(
        "Python packages can only be resolved with pip, which this machine does not have",
        hint="install pip, or run home.manager.update where it is; a switch with a complete lock needs no pip",
    )


def _refused(requirement: str, platform: str, output: str) -> str:
    lines = [line for line in output.splitlines() if line.startswith("ERROR: ")]
    if any("No matching distribution" in line or "Could not find a version" in line for line in lines):
        return f"{requirement} has no wheel for {platform}; it would have to be compiled: refused"
    return f"pip cannot resolve {requirement} for {platform}: {lines[-1][7:] if lines else output.strip()[-200:]}"
