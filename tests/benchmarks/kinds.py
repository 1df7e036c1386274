# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Homes of other kinds than files and programs, which must cost no more: packages that the home brings."""

from __future__ import annotations

import io
import tarfile

from scratch import Scratch

PACKAGES = 5


def packages(scratch: Scratch, name: str) -> None:
    """A home with packages, downloaded from archives in the folder."""
    names = [f"tool{number}" for number in range(PACKAGES)]
    lines = ['home.stateVersion: "26.05"', f"home.packages: [{', '.join(names)}]", "home.packageCatalogue:"]
    for tool in names:
        _archive(scratch, tool)
        url = f"{scratch.folder}/{tool}-{{version}}.tar.gz"
        lines.append(
            f"  {tool}: {{archive: {{url: '{url}', version: '1.0', map: {{bin/{tool}: '*/{tool}'}}}}, commands: [{tool}]}}"
        )
    (scratch.folder / "packages.yml").write_text("\n".join(lines) + "\n")
    scratch.hosts(name, ["packages"], "packages.yml", "home_project: .")


def _archive(scratch: Scratch, tool: str) -> None:
    text = f"#!/bin/sh\necho {tool}\n".encode()
    with tarfile.open(scratch.folder / f"{tool}-1.0.tar.gz", "w:gz") as packed:
        item = tarfile.TarInfo(f"{tool}-1.0/{tool}")
        item.size, item.mode = len(text), 0o755
        packed.addfile(item, io.BytesIO(text))


KINDS = {f"{PACKAGES} packages": packages}
