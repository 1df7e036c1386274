# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Answers of web servers: whole ones, and errors for people instead of all others."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from ansible_collections.home.manager.plugins.plugin_utils.packages.web import answer_of
from ansible_collections.home.manager.plugins.plugin_utils.syntax.errors import SpecError


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path == "/gone":
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header("Content-Length", "20" if self.path == "/cut" else "5")
        self.end_headers()
        self.wfile.write(b"whole")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Nothing is printed."""


@pytest.fixture(name="address")
def fixture_address() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_an_answer_is_read(address: str) -> None:
    with answer_of(f"{address}/whole") as answer:
        assert answer.read() == b"whole"


@pytest.mark.parametrize("path", ["/gone", "/cut"])
def test_an_answer_that_is_missing_or_cut_off_is_an_error(path: str, address: str) -> None:
    with pytest.raises(SpecError, match=f"{path} cannot be downloaded"), answer_of(address + path) as answer:
        answer.read()


def test_an_address_that_is_none_is_an_error() -> None:
    with pytest.raises(SpecError, match="cannot be downloaded"), answer_of("nowhere"):
        pass
