# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What every package manager is to do, whichever commands it takes: each manager's tests inherit this, with a fixture `host` of their own."""

from __future__ import annotations

from .hosts import Host


class Scenarios:
    """Scenarios with the packages of `made_up`."""

    def test_packages_come_and_go_with_what_they_brought(self, host: Host) -> None:
        host.switch("top", "other")
        assert host.installed == {"leaf", "mid", "top", "other"}
        assert host.rows.ours == {"top": "wanted", "other": "wanted", "mid": "brought", "leaf": "brought"}
        assert host.idle("top", "other")
        host.switch("other")
        assert host.installed == {"other"}
        host.switch()
        assert (host.installed, host.rows.ours, host.rows.marked) == (set(), {}, [])
        host.has("usr/share/top/version", None)

    def test_what_somebody_installed_is_not_ours_and_stays(self, host: Host) -> None:
        host.install_by_hand("other", "stray")
        host.switch("top", "other")
        assert set(host.rows.ours) == {"top", "mid"}
        host.switch()
        assert host.installed == {"other", "stray", "leaf"}

    def test_a_package_that_came_along_is_kept_by_a_mark_that_goes_back(self, host: Host) -> None:
        host.install_by_hand("stray")
        host.switch("leaf")
        assert (host.rows.ours, host.rows.marked) == ({}, ["leaf"])
        assert host.idle("leaf")
        host.switch()
        assert (host.installed, host.rows.marked) == ({"stray", "leaf"}, [])
        assert "leaf" in host.manager.automatic()

    def test_a_name_that_another_package_provides_is_that_package(self, host: Host) -> None:
        host.switch("oldname")
        assert host.rows.ours == {"newer-name": "wanted"}
        assert host.idle("oldname")
        host.switch()
        assert host.installed == set()
