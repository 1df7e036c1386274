# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the host calls a package, and by which command it installs it."""

from __future__ import annotations

import pytest

from ansible_collections.home.manager.plugins.plugin_utils.packages.catalogue import Catalogue
from ansible_collections.home.manager.plugins.plugin_utils.report.host_packages import host_name, manager_of


@pytest.mark.parametrize(
    ("platform", "distribution", "manager"),
    [
        ("linux", "debian", "apt"),
        ("linux", "fedora", "dnf"),
        ("linux", "arch", "pacman"),
        ("linux", "gentoo", ""),
        ("darwin", "", "brew"),
    ],
)
def test_manager(platform: str, distribution: str, manager: str) -> None:
    assert manager_of({"platform": platform, "distribution": distribution}) == manager


def test_a_package_has_the_name_of_its_host() -> None:
    catalogue = Catalogue()
    assert host_name("fd", "apt", catalogue) == "fd-find"
    assert host_name("fd", "dnf", catalogue) == "fd-find"
    assert host_name("fd", "pacman", catalogue) == "fd"
    assert host_name("fd", "brew", catalogue) == "fd"
    assert host_name("nobody-knows-it", "apt", catalogue) == "nobody-knows-it"
    assert host_name("fd", "apt", None) == "fd"
