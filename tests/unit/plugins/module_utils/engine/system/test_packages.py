# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Which packages come and go, by what dpkg and apt say of a host."""

from __future__ import annotations

from ansible_collections.home.manager.plugins.module_utils.engine.system.declaration import WantedPackage
from ansible_collections.home.manager.plugins.module_utils.engine.system.packages.dpkg import (
    parse_automatic,
    parse_needs,
    parse_status,
)
from ansible_collections.home.manager.plugins.module_utils.engine.system.packages.planner import (
    after_install,
    brought_since,
    plan_packages,
)
from ansible_collections.home.manager.plugins.module_utils.engine.system.records import PackageRows

STATUS = """\
Package: git
Status: install ok installed
Priority: optional
Version: 1:2.39.5-0+deb12u2

Package: vim
Status: deinstall ok config-files
Version: 2:9.0

Package: libjq1
Status: install ok half-configured
Version: 1.6

Package: dash
Essential: yes
Status: hold ok installed
Version: 0.5
"""
AUTOMATIC = "Package: git\nArchitecture: amd64\nAuto-Installed: 1\n\nPackage: dash\nAuto-Installed: 0\n"


def wanted(*names: str) -> list[WantedPackage]:
    return [WantedPackage(name.split("=")[0], name.partition("=")[2] or None, "x") for name in names]


def test_a_status_file_is_read_as_dpkg_means_it() -> None:
    found = parse_status(STATUS)
    assert [name for name, package in found.items() if package.installed] == ["git", "dash"]
    assert [name for name, package in found.items() if package.broken] == ["libjq1"]
    assert parse_automatic(AUTOMATIC) == {"git"}


def test_missing_ones_are_installed_and_automatic_ones_are_kept() -> None:
    plan = plan_packages(wanted("git", "vim", "dash"), PackageRows(), parse_status(STATUS), parse_automatic(AUTOMATIC))
    assert (plan.install, plan.mark, plan.release, plan.broken) == (["vim"], ["git"], [], ["libjq1"])


def test_another_version_is_installed() -> None:
    plan = plan_packages(wanted("git=1:2.0"), PackageRows(), parse_status(STATUS), set())
    assert plan.install == ["git=1:2.0"]


def test_only_what_we_installed_is_released() -> None:
    rows = PackageRows({"git": "wanted", "libjq1": "brought"}, ["dash"])
    plan = plan_packages([], rows, parse_status(STATUS), set())
    assert (plan.release, plan.unmark) == (["git"], ["dash"])
    assert plan_packages([], PackageRows(), parse_status(STATUS), set()).nothing


def test_dependencies_that_come_along_are_ours() -> None:
    plan = plan_packages(wanted("vim"), PackageRows(), parse_status(STATUS), set())
    rows = after_install(PackageRows(), plan, {"git"}, {"git", "vim", "vim-common"})
    assert rows.ours == {"vim": "wanted", "vim-common": "brought"}


def test_what_a_package_needs_is_read_with_alternatives() -> None:
    text = "Package: a\nDepends: b (>= 1), c | d:any\nPre-Depends: e\nRecommends: f\nSuggests: g\n\nPackage: b\n"
    assert parse_needs(text) == {"a": {"b", "c", "d", "e", "f"}, "b": set()}


def test_what_an_interrupted_transaction_brought_goes_once_nobody_wants_it() -> None:
    rows = brought_since(PackageRows(), ["dash"], ["dash", "git", "libjq1"], wanted("git"))
    assert rows.ours == {"git": "wanted", "libjq1": "brought"}
    assert plan_packages(wanted("git"), rows, parse_status(STATUS), set()).nothing
    assert plan_packages([], rows, parse_status(STATUS), set()).release == ["git"]
