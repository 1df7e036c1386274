# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Small file systems of a test's own, and images of them."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def needs_root() -> None:
    """Skip, with the reason, unless file systems can be mounted."""
    if os.geteuid() != 0:
        pytest.skip("only root may mount a file system")
    if shutil.which("mount") is None:
        pytest.skip("there is no mount")


@contextlib.contextmanager
def mounted(where: Path, *arguments: str) -> Iterator[Path]:
    """A file system mounted at `where`, which is made, and taken away again."""
    where.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(["mount", *arguments, str(where)], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        pytest.skip(f"mount {' '.join(arguments)}: {done.stderr.strip()}")
    try:
        yield where
    finally:
        subprocess.run(["umount", "--lazy", str(where)], check=True)


@contextlib.contextmanager
def tmpfs(where: Path, size: str, inodes: int) -> Iterator[Path]:
    """A small file system in memory."""
    needs_root()
    with mounted(where, "-t", "tmpfs", "-o", f"size={size},nr_inodes={inodes},mode=0755", "tmpfs") as root:
        yield root


def new_image(path: Path, size: int) -> None:
    """An ext4 image of this many bytes. Its journal is small, so that it takes part in what is copied."""
    needs_root()
    if shutil.which("mkfs.ext4") is None:
        pytest.skip("there is no mkfs.ext4")
    with path.open("wb") as image:
        image.truncate(size)
    command = ["mkfs.ext4", "-q", "-F", "-b", "1024", "-J", "size=1", "-E", "lazy_itable_init=0,nodiscard", str(path)]
    subprocess.run(command, check=True)


@contextlib.contextmanager
def looped(image: Path, where: Path, options: str = "") -> Iterator[Path]:
    """An image mounted through a loop device."""
    with mounted(where, "-o", "loop" + (f",{options}" if options else ""), str(image)) as root:
        yield root
