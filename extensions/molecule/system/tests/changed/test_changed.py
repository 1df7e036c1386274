# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The changed system."""

from __future__ import annotations

from typing import Any


def test_what_came(host: Any) -> None:
    assert host.user("dora").exists
    assert host.package("jq").is_installed
    assert host.file("/run/hello").content_string == "two\n"
    assert host.file("/home/bob/.greeting").content_string == "changed\n"


def test_what_went(host: Any) -> None:
    assert not host.package("tree").is_installed
    assert host.package("git").is_installed
    assert "Debian" in host.file("/etc/issue").content_string
    assert not host.file("/etc/issue.distrib").exists
    assert host.file("/etc/localtime").linked_to != "/usr/share/zoneinfo/Europe/Berlin"
