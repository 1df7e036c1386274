# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""A small Debian archive on the local disk, signed by a key that is made for it."""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest

from ansible_collections.home.manager.plugins.plugin_utils.packages.sources import PackageSources


def tar_of(members: list[tuple[str, bytes, int]]) -> bytes:
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w:xz") as archive:
        for name, content, mode in members:
            item = tarfile.TarInfo(name)
            item.mode, item.size = mode, len(content)
            archive.addfile(item, io.BytesIO(content))
    return held.getvalue()


def deb_of(control: str, members: list[tuple[str, bytes, int]]) -> bytes:
    parts = [
        ("debian-binary", b"2.0\n"),
        ("control.tar.xz", tar_of([("./control", control.encode(), 0o644)])),
        ("data.tar.xz", tar_of(members)),
    ]
    made = b"!<arch>\n"
    for name, content in parts:
        made += f"{name:<16}{0:<12}{0:<6}{0:<6}{100644:<8}{len(content):<10}`\n".encode() + content
        made += b"\n" * (len(content) % 2)
    return made


class Archive:
    """`top` holds one mirror with both suites; `keys` the public key in a folder of its own."""

    def __init__(self, top: Path) -> None:
        self.top = top
        self.keys = top / "keys"
        self.keys.mkdir()
        # The socket of gpg's agent lies below its home, and may not have a long path.
        self.gnupg = Path("/tmp") / f"hm-gpg-{os.getpid()}-{hashlib.sha256(str(top).encode()).hexdigest()[:8]}"
        self.gnupg.mkdir(mode=0o700)
        self.packages: dict[str, list[str]] = {"amd64": [], "arm64": []}
        self.gpg("--quick-generate-key", "--passphrase", "", "test", "ed25519", "sign", "never")
        (self.keys / "test.asc").write_bytes(self.gpg("--armor", "--export"))

    def gpg(self, *arguments: str) -> bytes:
        command = ["gpg", "--homedir", str(self.gnupg), "--batch", "--yes", "--pinentry-mode", "loopback", *arguments]
        return subprocess.run(command, capture_output=True, check=True).stdout

    def close(self) -> None:
        subprocess.run(["gpgconf", "--homedir", str(self.gnupg), "--kill", "all"], check=False)
        shutil.rmtree(self.gnupg, ignore_errors=True)

    def add(
        self, name: str, version: str, depends: str = "", source: str = "", members: tuple[str, ...] = ("usr/bin/",)
    ) -> None:
        for arch in self.packages:
            control = f"Package: {name}\nVersion: {version}\nArchitecture: {arch}\nMaintainer: x\nDescription: x\n"
            control += f"Depends: {depends}\n" if depends else ""
            control += f"Source: {source}\n" if source else ""
            files = [(f"./{folder}{name}", f"#!/bin/sh\necho {name} {version}\n".encode(), 0o755) for folder in members]
            content = deb_of(control, files)
            path = self.top / "pool" / f"{name}_{version}_{arch}.deb"
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(content)
            sha256 = hashlib.sha256(content).hexdigest()
            control += f"Filename: pool/{path.name}\nSize: {len(content)}\nSHA256: {sha256}\n"
            self.packages[arch] = [text for text in self.packages[arch] if f"Package: {name}\n" not in text] + [control]

    def publish(self) -> None:
        for suite, full in (("trixie", True), ("trixie-security", False)):
            top = self.top / "dists" / suite
            lines = [
                f"Origin: Debian\nSuite: {suite}\nCodename: {suite}\nArchitectures: amd64 arm64\nComponents: main\n"
            ]
            lines.append("Date: Tue, 25 Nov 2025 00:00:00 UTC\nSHA256:\n")
            for arch, texts in self.packages.items():
                folder = top / "main" / f"binary-{arch}"
                folder.mkdir(parents=True, exist_ok=True)
                content = gzip.compress("\n".join(texts if full else []).encode(), mtime=0)
                (folder / "Packages.gz").write_bytes(content)
                sha256 = hashlib.sha256(content).hexdigest()
                lines.append(f" {sha256} {len(content)} main/binary-{arch}/Packages.gz\n")
                plain = gzip.decompress(content)
                lines.append(f" {hashlib.sha256(plain).hexdigest()} {len(plain)} main/binary-{arch}/Packages\n")
            (top / "Release").write_text("".join(lines))
            self.gpg("--clearsign", "--output", str(top / "InRelease"), str(top / "Release"))

    def sources(self) -> PackageSources:
        address = f"file://{self.top}"
        return PackageSources({"debian": (address,), "debian-security": (address,), "pypi": ("file:///nowhere",)})


@pytest.fixture
def archive(tmp_path):
    (tmp_path / "mirror").mkdir()
    made = Archive(tmp_path / "mirror")
    yield made
    made.close()
