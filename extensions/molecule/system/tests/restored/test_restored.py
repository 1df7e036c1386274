# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The first system again, as a new plan of its declaration."""

from __future__ import annotations

from typing import Any


def test_what_is_back(host: Any) -> None:
    assert host.package("tree").is_installed
    assert host.file("/etc/issue").content_string == "Declared\n"
    assert host.file("/run/hello").content_string == "one\n"
    assert host.file("/home/bob/.greeting").content_string.strip() == host.check_output("hostname")
    assert host.service("hello").is_running
    assert host.file("/etc/localtime").linked_to == "/usr/share/zoneinfo/Europe/Berlin"


def test_what_is_gone(host: Any) -> None:
    assert not host.user("dora").exists
    assert host.file("/home/dora").exists
    assert not host.package("jq").is_installed
