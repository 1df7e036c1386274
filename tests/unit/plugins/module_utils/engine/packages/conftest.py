# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Small Debian packages made on the spot, a depot, and a server that can fail in the ways that servers fail."""

from __future__ import annotations

import hashlib
import http.server
import io
import os
import tarfile
import threading
from typing import TYPE_CHECKING, Any

import pytest

from ansible_collections.home.manager.plugins.module_utils.engine.disk import filesystem
from ansible_collections.home.manager.plugins.module_utils.engine.packages.depot import Depot
from ansible_collections.home.manager.plugins.module_utils.engine.packages.recipe import Artefact, Recipe

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def tar_of(members: list[Any], kind: str = "w:xz") -> bytes:
    """A tar file of `(name, content or None for a folder, mode)` and of finished TarInfo objects."""
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode=kind) as archive:
        for member in members:
            if isinstance(member, tarfile.TarInfo):
                archive.addfile(member)
                continue
            name, content, mode = member
            item = tarfile.TarInfo(name)
            item.mode = mode
            if content is None:
                item.type = tarfile.DIRTYPE
                archive.addfile(item)
            else:
                item.size = len(content)
                archive.addfile(item, io.BytesIO(content))
    return held.getvalue()


def link_of(name: str, text: str, kind: bytes = tarfile.SYMTYPE) -> tarfile.TarInfo:
    item = tarfile.TarInfo(name)
    item.type, item.linkname = kind, text
    return item


def deb_of(members: list[Any]) -> bytes:
    """A .deb file with these data members, and a maintainer script that must never run."""
    script = tar_of([("./postinst", b"#!/bin/sh\ntouch /tmp/home-manager-postinst-ran\n", 0o755)], "w:xz")
    parts = [("debian-binary", b"2.0\n"), ("control.tar.xz", script), ("data.tar.xz", tar_of(members))]
    made = b"!<arch>\n"
    for name, content in parts:
        made += f"{name:<16}{0:<12}{0:<6}{0:<6}{100644:<8}{len(content):<10}`\n".encode() + content
        made += b"\n" * (len(content) % 2)
    return made


def recipe_of(name: str, artefacts: list[Artefact], **more: Any) -> Recipe:
    value = {"realiser": 1, "provider": "deb", "name": name, "version": "1.0", "platform": "x86_64-linux"}
    value["artefacts"] = [item.json() for item in artefacts]  # type: ignore[assignment]
    return Recipe.of({**value, **more})


class Server(http.server.ThreadingHTTPServer):
    """Serves `files`; `ranges` says whether it knows ranges, `cut` after how many bytes it dies, once a file."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.files: dict[str, bytes] = {}
        self.ranges = True
        self.cut: int | None = None
        self.cut_paths: set[str] = set()
        self.asked: list[tuple[str, str]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def put(self, name: str, content: bytes, own: bool = True) -> Artefact:
        self.files["/" + name] = content
        return Artefact(hashlib.sha256(content).hexdigest(), len(content), name, (f"test:{name}",), own)


class _Handler(http.server.BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        span = self.headers.get("Range", "")
        self.server.asked.append((self.path, span))
        content = self.server.files.get(self.path)
        if content is None:
            self.send_error(404)
            return
        start = int(span[6:].rstrip("-")) if span and self.server.ranges else 0
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        self.send_header("Content-Length", str(len(content) - start))
        self.end_headers()
        body = content[start:]
        if self.server.cut is not None and self.path not in self.server.cut_paths:
            self.server.cut_paths.add(self.path)
            body = body[: self.server.cut]
        self.wfile.write(body)

    def log_message(self, *_told: Any) -> None:  # type: ignore[override]
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    thread = threading.Thread(target=made.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield made
    made.shutdown()
    made.server_close()


@pytest.fixture
def depot(tmp_path: Path) -> Iterator[Depot]:
    path = tmp_path / "state"
    path.mkdir(mode=0o700)
    fd = filesystem.open_folder(str(path))
    made = Depot(str(path), fd)
    made.prepare()
    yield made
    os.close(fd)


@pytest.fixture(autouse=True)
def _no_observer() -> Iterator[None]:
    yield
    filesystem.observer = None
