# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Installing through the host's package manager: by transcripts of apt, dnf, pacman, apk and brew."""

from __future__ import annotations

import os

import pytest

from ansible_collections.home.manager.plugins.module_utils.engine.contract.errors import EngineError
from ansible_collections.home.manager.plugins.module_utils.engine.contract.operations import PackageChange
from ansible_collections.home.manager.plugins.module_utils.engine.contract.package import Package
from ansible_collections.home.manager.plugins.module_utils.engine.packages import host_paths, host_supply, program
from ansible_collections.home.manager.plugins.module_utils.engine.packages.managers.dnf import Dnf

from .transcript import Transcript

APT_INSTALL = ["-q", "-y", "-o", "DPkg::Lock::Timeout=60", "--no-remove"]
FORCE = ["-o", "Dpkg::Options::=--force-confold"]
APT = """\
Reading package lists...
Inst libnl-3-200 (3.7.0-0.2+b1 Debian:12.12/oldstable [amd64])
Inst libc6 [2.36-9+deb12u9] (2.36-9+deb12u13 Debian:12.12/oldstable [amd64])
Inst htop (3.2.2-2 Debian:12.12/oldstable [amd64])
Conf libnl-3-200 (3.7.0-0.2+b1 Debian:12.12/oldstable [amd64])
Conf htop (3.2.2-2 Debian:12.12/oldstable [amd64])
"""
DNF = """\
Last metadata expiration check: 0:01:10 ago on Tue Nov 25 10:00:00 2025.
Dependencies resolved.
================================================================================
 Package           Arch          Version                  Repository       Size
================================================================================
Installing:
 htop              x86_64        3.3.0-5.fc41             fedora          201 k
Installing dependencies:
 hwloc-libs        x86_64        2.11.1-1.fc41            fedora          2.1 M

Transaction Summary
================================================================================
Install  2 Packages

Total download size: 2.3 M
Installed size: 4.0 M
Operation aborted.
"""
APK = """\
(1/2) Installing ncurses-terminfo-base (6.5_p20241006-r3)
(2/2) Installing htop (3.3.0-r0)
OK: 12 MiB in 17 packages
"""
BREW = """\
==> Would install 1 formula:
htop
==> Would install 1 dependency for htop:
ncurses
"""
# Manager: program, arguments and end of a simulation, arguments of the installation, version, and the number of others.
MANAGERS = {
    "apt": ("apt-get", [*APT_INSTALL, "--simulate", "install", "--"], 0, APT, [*APT_INSTALL, *FORCE, "install", "--"], "3.2.2-2", 2),
    "dnf": ("dnf", ["--assumeno", "install", "--"], 1, DNF, ["-y", "install", "--"], "3.3.0-5.fc41", 1),
    "pacman": (
        "pacman",
        ["-S", "--needed", "--noconfirm", "--print", "--print-format", "%n %v", "--"],
        0,
        "libnl 3.11.0-1\nhtop 3.3.0-3\n",
        ["-S", "--needed", "--noconfirm", "--noprogressbar", "--"],
        "3.3.0-3",
        1,
    ),
    "apk": ("apk", ["--no-progress", "add", "--simulate"], 0, APK, ["--no-progress", "add"], "3.3.0-r0", 1),
    "brew": ("brew", ["install", "--formula", "--dry-run"], 0, BREW, ["install", "--formula"], "", 1),
}  # fmt: skip
UNKNOWN = {
    "apt": (100, "", "E: Unable to locate package htop\n"),
    "dnf": (1, "", "No match for argument: htop\nError: Unable to find a match: htop\n"),
    "pacman": (1, "", "error: target not found: htop\n"),
    "apk": (1, "", "ERROR: unable to select packages:\n  htop (no such package):\n    required by: world[htop]\n"),
    "brew": (1, "", 'Warning: No available formula with the name "htop".\n'),
}


class Manifest:
    """A manifest with one package that only the host can bring."""

    def __init__(self) -> None:
        self.package = Package("htop")
        self.package.commands, self.package.shown = {"htop": "htop"}, True

    def views(self):
        return [self]

    @property
    def packages(self):
        return [self.package]


@pytest.fixture
def host(tmp_path, monkeypatch):
    """A host with a folder of programs, on which this process is root."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setattr(host_paths, "FOLDERS", (str(folder),))
    monkeypatch.setattr(host_supply.os, "geteuid", lambda: 0)
    monkeypatch.setattr(host_supply.Installation, "_owner", lambda _self: 0)
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("name", MANAGERS)
def test_manager_installs_what_is_missing(host, name):
    command, simulate, code, output, install, version, others = MANAGERS[name]
    rows = [
        {"arguments": [*simulate, "htop-there"], "code": code, "output": output.replace("htop", "htop-there")},
        {"arguments": [*install, "htop-there"], "writes": {str(host / "htop"): "#!/bin/sh\n"}},
    ]
    transcript = Transcript(host, command, rows)
    names = {"htop": {name: "htop-there"}}

    would = host_supply.supply(Manifest(), names, check=True)
    assert would == [host_supply.Supplied("htop", name, version, others)]
    assert transcript.asked() == [[*simulate, "htop-there"]]
    assert not (host / "htop").exists()

    assert host_supply.supply(Manifest(), names, check=False) == would
    assert transcript.asked()[-1] == [*install, "htop-there"]
    assert (host / "htop").exists()
    # What is there is not asked for.
    count = len(transcript.asked())
    assert host_supply.supply(Manifest(), names, check=False) == []
    assert len(transcript.asked()) == count


@pytest.mark.slow
@pytest.mark.parametrize("name", MANAGERS)
def test_unknown_package_is_named_and_nothing_is_installed(host, name):
    command, simulate, *_rest = MANAGERS[name]
    code, output, errors = UNKNOWN[name]
    rows = [{"arguments": [*simulate, "htop"], "code": code, "output": output, "errors": errors}]
    rows += [{"arguments": words} for words in (["-q", "update"], ["--no-progress", "update"])]
    Transcript(host, command, rows)
    with pytest.raises(EngineError, match=f"{name} has no package htop") as caught:
        host_supply.supply(Manifest(), {"htop": {}}, check=False)
    assert f"{{NAME: {{system: {{{name}: ...}}}}}}" in caught.value.message


def test_lists_are_read_again_before_a_package_is_unknown(host):
    _command, simulate, _code, _output, _install, *_rest = MANAGERS["apt"]
    transcript = Transcript(
        host, "apt-get", [{"arguments": [*simulate, "htop"], "code": 100, "errors": UNKNOWN["apt"][2]}]
    )
    told = transcript.here / "table"
    later = told.read_text().replace('"code": 100', '"code": 0').replace(UNKNOWN["apt"][2].strip(), "")
    transcript.tell([
        {"arguments": [*simulate, "htop"], "code": 100, "errors": UNKNOWN["apt"][2]},
        {"arguments": ["-q", "update"], "writes": {str(told): later}},
    ])  # fmt: skip
    assert host_supply.supply(Manifest(), {"htop": {}}, check=True)[0].manager == "apt"
    assert [words[-1] for words in transcript.asked()] == ["htop", "update", "htop"]


def test_user_without_root_is_told_the_command(host, monkeypatch):
    command, simulate, code, output, *_rest = MANAGERS["apt"]
    transcript = Transcript(host, command, [{"arguments": [*simulate, "htop"], "code": code, "output": output}])
    monkeypatch.setattr(host_supply.os, "geteuid", lambda: 1000)
    with pytest.raises(EngineError, match=r"become: true.*`sudo apt-get install htop`"):
        host_supply.supply(Manifest(), {"htop": {}}, check=False)
    assert len(transcript.asked()) == 1


def test_names_cannot_be_options_and_a_host_without_a_manager_says_so(host):
    with pytest.raises(EngineError, match=r"no supported package manager \(apt, dnf, pacman, apk, brew\)"):
        host_supply.supply(Manifest(), {"htop": {}}, check=False)
    transcript = Transcript(host, "apt-get", [])
    with pytest.raises(EngineError, match="'-oX=Y' is not a valid package name for apt"):
        host_supply.supply(Manifest(), {"htop": {"apt": "-oX=Y"}}, check=False)
    assert transcript.asked() == []


def test_packages_that_would_have_to_be_removed_stop_the_installation(host):
    simulate = MANAGERS["apt"][1]
    said = "E: Packages need to be removed but remove is disabled.\n"
    Transcript(host, "apt-get", [
        {"arguments": [*simulate, "htop"], "code": 100, "errors": said},
        {"arguments": ["-q", "update"]},
    ])  # fmt: skip
    with pytest.raises(EngineError, match="Packages need to be removed"):
        host_supply.supply(Manifest(), {"htop": {}}, check=False)


def test_change_says_who_installed_it():
    changes = [PackageChange("htop", "lack")]
    host_supply.Supplied("htop", "apt", "3.2.2-2", 2).enter(changes, check=True)
    host_supply.Supplied("jq", "apt", "1.6", 0).enter(changes, check=False)
    assert [(item.name, item.op, item.note) for item in changes[1:]] == [("jq", "add", "installed on the host by apt")]
    change = changes[0]
    assert (change.op, change.provider, change.new) == ("add", "apt", "3.2.2-2")
    assert change.note == "would be installed on the host by apt, with 2 more"


@pytest.mark.slow
@pytest.mark.programs("apt-get")
def test_real_apt_knows_the_options(tmp_path):
    """A simulation with the real program: unprivileged, and of a package that is always there."""
    real = next(f"/usr/bin/{name}" for name in ("apt-get",) if os.path.exists(f"/usr/bin/{name}"))
    from ansible_collections.home.manager.plugins.module_utils.engine.packages.managers.apt import Apt

    done = program.run([real, *Apt.simulate, "nothing-is-called-this"])
    assert Apt().missing(done.output + done.errors) == ["nothing-is-called-this"]


DNF_REPLACING = DNF.replace("201 k\n", "201 k\n     replacing  atop.x86_64 2.0-1.fc41\n")
DNF_5 = """\
Updating and loading repositories:
Repositories loaded.
Package            Arch   Version       Repository      Size
Installing:
 htop              x86_64 0:3.3.0-5.fc41 fedora     414.7 KiB
Installing dependencies:
 tiny              noarch 1.0-1         fedora       19.0   B
Upgrading:
 hwloc-libs        x86_64 2.11.1-1.fc41 fedora        2.9 MiB
   replacing hwloc-libs x86_64 2.10-1.fc41 <unknown>  2.9 MiB

Transaction Summary:
 Installing:        2 packages
 Upgrading:         1 package
 Replacing:         1 package

Operation aborted by the user.
"""


def test_what_another_package_replaces_is_not_removed_unasked(host):
    rows = [{"arguments": ["--assumeno", "install", "--", "htop-there"], "code": 1, "output": DNF_REPLACING}]
    Transcript(host, "dnf", rows)
    with pytest.raises(EngineError, match="dnf would remove atop to install htop-there"):
        host_supply.supply(Manifest(), {"htop": {"dnf": "htop-there"}}, check=False)


def test_the_table_of_dnf_5_is_read():
    found = Dnf().coming(DNF_5, ())
    assert [item.name for item in found] == ["htop", "tiny", "hwloc-libs"]
    assert Dnf().going(DNF_5) == []
