# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""pacman: scenarios with the real program in a root of its own, and with what it printed."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from ansible_collections.home.manager.plugins.module_utils.engine.contract.errors import EngineError
from ansible_collections.home.manager.plugins.module_utils.engine.system.packages import pacman
from ansible_collections.home.manager.plugins.module_utils.engine.system.packages.pacman import Pacman
from ansible_collections.home.manager.plugins.module_utils.engine.system.packages.planner import PackagePlan
from ansible_collections.home.manager.plugins.module_utils.engine.system.records import PackageRows

from .hosts import TRANSCRIPTS, Host, RealHost, RecordedHost, played, recording, wanted
from .made_up import HEIRS, PACKAGES, SECOND_TOP, pacman_repository
from .scenarios import Scenarios

CONFIGURATION = """\
[options]
Architecture = any x86_64
SigLevel = Never
LogFile = {folder}/pacman.log
CacheDir = {folder}/root/var/cache/pacman/pkg
[made-up]
Server = {address}
"""
LATER = {"top": SECOND_TOP, "heir": HEIRS[0]}


class RealPacman(RealHost):
    """pacman in a root of its own; the lists are read again as an upgrade of the whole host does."""

    by_hand = ("pacman", "--noconfirm", "-S")

    def publish(self, *names: str) -> None:
        pacman_repository(self.repository, [LATER[name] for name in names])
        self.others("pacman", "-Syy")


def _manager(folder: Path) -> Pacman:
    root = folder / "root"
    options = ["--root", str(root), "--dbpath", f"{root}/var/lib/pacman", "--config", f"{folder}/pacman.conf"]
    options += ["--hookdir", f"{folder}/hooks"]
    return Pacman(str(folder / "state"), "arch", options, str(root))


@pytest.fixture(scope="session")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pacman") / "made-up"
    folder.mkdir()
    pacman_repository(folder, PACKAGES[:-1])
    return folder


@pytest.fixture(params=["recorded", pytest.param("real", marks=pytest.mark.slow)])
def host(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, programs) -> Iterator[Host]:
    path = TRANSCRIPTS / "pacman" / f"{request.node.originalname}.json"
    for folder in ("root/var/lib/pacman/sync", "root/var/cache/pacman/pkg", "root/etc", "state"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "root/var/lib/pacman/sync/made-up.db").touch()
    if request.param == "recorded":
        found = RecordedHost(tmp_path, _manager(tmp_path), path)
        yield played(found, monkeypatch)
        assert found.left == []
        return
    programs.need("pacman", "repo-add", "bsdtar", "bash", "gettext")
    (tmp_path / "root/var/lib/pacman/sync/made-up.db").unlink()
    made = request.getfixturevalue("repository")
    (tmp_path / "made-up").mkdir()
    for file in made.iterdir():
        (tmp_path / "made-up" / file.name).write_bytes(file.read_bytes())
    real = RealPacman(tmp_path, _manager(tmp_path), tmp_path / "made-up")
    (tmp_path / "pacman.conf").write_text(CONFIGURATION.format(address=real.address, folder=tmp_path))
    real.others("pacman", "-Sy")
    yield played(real, monkeypatch)
    real.network(False)
    if recording():
        version = subprocess.run(["pacman", "--version"], capture_output=True, text=True, check=True).stdout.split()
        real.record(path, next((f"pacman {word[1:]}" for word in version if word.startswith("v")), "pacman"))


class TestPacman(Scenarios):
    """What Pacman does as every other one."""


def test_leftovers_of_others_keep_what_they_need(host: Host) -> None:
    host.switch("top")
    host.others("pacman", "--noconfirm", "-S", "--asdeps", "stray")
    host.switch()
    assert host.installed == {"stray", "leaf"}


def test_names_that_are_not_there_are_told_with_the_nearest(host: Host) -> None:
    message = host.refused("othre")
    assert message == 'environment.systemPackages: arch has no "othre". Did you mean "other"? Use its name on the host.'


def test_what_conflicts_is_only_removed_where_that_is_allowed(host: Host) -> None:
    host.install_by_hand("other")
    message = host.refused("rival")
    assert "would remove 1 package(s) that are not declared here: other (to install rival)" in message
    host.switch("rival", allowed=["other"])
    assert host.installed == {"rival"}
    assert "not declared here: rival (to install other)" in host.refused("other")


def test_a_package_of_the_same_name_as_what_was_replaced_comes(host: Host) -> None:
    host.publish("heir")
    host.switch("other")
    assert host.installed == {"other"}
    assert "not declared here: other (to install heir)" in host.refused("heir", "other")


def test_a_version_that_the_repository_left_comes_from_the_kept_archive(host: Host) -> None:
    host.switch("top=1.0")
    assert host.idle("top=1.0")
    assert host.idle("top=1.0-1")
    host.publish("top")
    host.switch("top=2.0")
    host.has("usr/share/top/version", "2.0\n")
    host.has("etc/top.conf", "default of 2.0\n")
    host.switch("top=1.0-1")
    host.has("usr/share/top/version", "1.0\n")
    assert host.rows.ours["top"] == "wanted"
    assert host.refused("top=9.9") == 'environment.systemPackages: arch does not have version 9.9 of "top".'


def test_an_undo_needs_no_network(host: Host) -> None:
    host.switch("top")
    host.switch()
    host.publish("top")
    host.network(False)
    host.switch("top")
    host.has("usr/share/top/version", "1.0\n")
    assert host.rows.ours == {"top": "wanted", "mid": "brought", "leaf": "brought"}
    assert host.manager.automatic() == {"mid", "leaf"}
    host.network(True)


def test_lists_that_are_older_than_the_mirror_take_a_whole_upgrade(host: Host) -> None:
    host.switch("other")
    host.network(False)
    assert 'Run "pacman -Syu" there first' in host.refused("leaf")


def test_a_file_of_configuration_that_was_changed_is_kept_by_an_upgrade(host: Host) -> None:
    host.switch("top")
    if host.real:
        (host.folder / "root/etc/top.conf").write_text("ours\n")
    host.publish("top")
    host.switch("top=2.0")
    host.has("etc/top.conf", "ours\n")
    host.has("etc/top.conf.pacnew", "default of 2.0\n")


def test_a_lock_is_told_and_removed_once_nobody_holds_it(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    lock = host.folder / "root/var/lib/pacman/db.lck"
    lock.touch()
    message = host.refused("other")
    assert f"{lock} exists. Try again when the program that created it has finished" in message
    monkeypatch.setattr(pacman, "_alpm_is_used", lambda: True)
    host.manager.repair()
    assert lock.exists()
    monkeypatch.setattr(pacman, "_alpm_is_used", lambda: False)
    host.manager.repair()
    host.switch("other")
    assert host.installed == {"other"}


def test_lists_that_were_never_read_are_told(tmp_path: Path) -> None:
    manager = Pacman(str(tmp_path), "arch", root=str(tmp_path))
    plan = PackagePlan(["top"], [], [], [], [])
    with pytest.raises(EngineError, match='never read: run "pacman -Syu"'):
        manager.simulate(plan, wanted("top"), [])


def test_nobody_is_asked_about_nothing() -> None:
    assert Pacman("/nowhere").plan([], PackageRows()).nothing
