# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""dnf: scenarios with the real program in a root of its own, and with what it printed."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from ansible_collections.home.manager.plugins.module_utils.engine.system.packages import foreign
from ansible_collections.home.manager.plugins.module_utils.engine.system.packages.dnf import Dnf
from ansible_collections.home.manager.plugins.module_utils.engine.system.process import Done
from ansible_collections.home.manager.plugins.module_utils.engine.system.records import PackageRows

from .hosts import TRANSCRIPTS, Host, RealHost, RecordedHost, played, recording
from .made_up import HEIRS, LONG, PACKAGES, SECOND_TOP, rpm_repository
from .scenarios import Scenarios

CONFIGURATION = """\
[main]
gpgcheck=0
plugins=0
metadata_expire=1
[made-up]
name=made-up
baseurl={address}
"""


@pytest.fixture(scope="session")
def repositories(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("rpm")
    rpm_repository(folder / "made-up", [*PACKAGES, SECOND_TOP])
    rpm_repository(folder / "heirs", HEIRS)
    return folder


class RealDnf(RealHost):
    """dnf in a root of its own."""

    by_hand = ("dnf", "-y", "install")

    def publish(self, *names: str) -> None:
        for name in names:
            for path in (self.folder / "held-back").glob(f"{name}-[0-9]*.rpm"):
                path.rename(self.repository / path.name)
        subprocess.run(["createrepo_c", "--quiet", str(self.repository)], check=True)


def _manager(folder: Path) -> Dnf:
    options = [
        f"--installroot={folder}/root",
        f"--config={folder}/dnf.conf",
        "--releasever=41",
        "--setopt=reposdir=/nowhere",
    ]
    return Dnf("fedora 41", options)


@pytest.fixture(params=["recorded", pytest.param("real", marks=pytest.mark.slow)])
def host(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, programs) -> Iterator[Host]:
    path = TRANSCRIPTS / "dnf" / f"{request.node.originalname}.json"
    if request.param == "recorded":
        found = RecordedHost(tmp_path, _manager(tmp_path), path)
        yield played(found, monkeypatch)
        assert found.left == []
        return
    programs.need("dnf", "rpm", "rpmbuild", "createrepo_c", "cp")
    made = request.getfixturevalue("repositories")
    repository = tmp_path / "made-up"
    repository.mkdir()
    for file in made.joinpath("made-up").glob("*.rpm"):
        (repository / file.name).write_bytes(file.read_bytes())
    held = tmp_path / "held-back"
    held.mkdir()
    for file in made.joinpath("heirs").glob("*.rpm"):
        (held / file.name).write_bytes(file.read_bytes())
    real = RealDnf(tmp_path, _manager(tmp_path), repository)
    (tmp_path / "dnf.conf").write_text(CONFIGURATION.format(address=real.address))
    (tmp_path / "root").mkdir()
    real.publish()
    yield played(real, monkeypatch)
    real.network(False)
    if recording():
        version = subprocess.run(["dnf", "--version"], capture_output=True, text=True, check=True).stdout.split("\n")[0]
        real.record(path, f"dnf {version}")


class TestDnf(Scenarios):
    """What Dnf does as every other one."""


def test_leftovers_of_others_keep_what_they_need(host: Host) -> None:
    host.switch("top")
    host.install_by_hand("stray")
    host.others("dnf", "-y", "mark", "remove", "stray")
    host.switch()
    assert host.installed == {"stray", "leaf"}


def test_a_version_is_pinned_left_alone_and_gone_back_to(host: Host) -> None:
    host.switch("top=1.0")
    host.has("usr/share/top/version", "1.0\n")
    assert host.idle("top=1.0")
    assert host.idle("top=1.0-1")
    assert host.idle("top")
    host.switch("top=2.0")
    host.has("usr/share/top/version", "2.0\n")
    host.switch("top=1.0-1")
    host.has("usr/share/top/version", "1.0\n")
    assert host.rows.ours["top"] == "wanted"
    assert host.refused("top=9.9") == 'environment.systemPackages: fedora 41 does not have version 9.9 of "top".'


def test_names_that_are_not_there_are_told_with_the_nearest(host: Host) -> None:
    message = host.refused("othre", "nowhere")
    assert message == (
        'environment.systemPackages: fedora 41 has no "othre". Did you mean "other"? Use its name on the host.\n'
        'environment.systemPackages: fedora 41 has no "nowhere". Use its name on the host.'
    )


def test_what_conflicts_is_only_removed_where_that_is_allowed(host: Host) -> None:
    host.install_by_hand("other")
    message = host.refused("rival")
    assert "would remove 1 package(s) that are not declared here: other (to install rival)" in message
    assert "home_system_allow_removal: [other]" in message
    host.switch("rival", allowed=["other"])
    assert host.installed == {"rival"}


def test_what_is_replaced_counts_as_removed(host: Host) -> None:
    host.install_by_hand("other", LONG)
    host.publish("heir", "long-heir")
    assert f"not declared here: {LONG}, other (to install heir, long-heir)" in host.refused("heir", "long-heir")
    host.switch("heir", "long-heir", allowed=["other", LONG])
    assert host.installed == {"heir", "long-heir"}


def test_a_name_that_was_replaced_is_told(host: Host) -> None:
    host.publish("heir")
    assert host.refused("other") == (
        'environment.systemPackages: fedora 41 has replaced "other" by "heir". Use that name.'
    )


def test_a_long_name_is_read_from_two_lines(host: Host) -> None:
    host.switch(LONG)
    assert host.rows.ours == {LONG: "wanted"}


def test_an_undo_needs_no_network(host: Host) -> None:
    host.switch("top=1.0")
    host.switch("top=2.0", "other")
    host.switch()
    host.network(False)
    host.switch("top=1.0", "other")
    host.has("usr/share/top/version", "1.0\n")
    host.network(True)
    assert host.idle("top=1.0", "other")


def test_what_was_never_fetched_cannot_come_without_network(host: Host) -> None:
    host.switch("top")
    host.network(False)
    assert "the packages cannot be fetched" in host.refused("other")


def test_a_file_of_configuration_that_was_changed_is_kept_by_an_upgrade(host: Host) -> None:
    host.switch("top=1.0")
    if host.real:
        (host.folder / "root/etc/top.conf").write_text("ours\n")
    host.switch("top=2.0")
    host.has("etc/top.conf", "ours\n")
    host.has("etc/top.conf.rpmnew", "default of 2.0\n")


# What no scenario makes

LOCKED = """\
Running transaction check
RPMDB already locked by 17886
  The application with PID 17886 is: dnf
    Memory :  54 M RSS (110 MB VSZ)
"""
FIFTH = """\
Updating and loading repositories:
Repositories loaded.
Package                                   Arch       Version                                    Repository                 Size
Upgrading:                                                                                                                     
 expat                                    x86_64     2.6.2-1.fc39                               updates               288.6 KiB
  replacing expat                         x86_64     2.6.0-1.fc39                               <unknown>             284.7 KiB
Installing:
 dnf5-plugins                             x86_64     0:5.4.3.0-2.fc44                           updates                 1.6 MiB
   replacing yum                          noarch     0:4.1-1.fc44                               <unknown>              12.0   B
Installing dependencies:
 tiny                                     noarch     1.0-1                                      fedora                 19.0   B
Removing unused dependencies:
 old                                      noarch     1.0-1                                      <unknown>              19.0   B

Transaction Summary:
 Installing:        2 packages
 Upgrading:         1 package
 Replacing:         2 packages

Operation aborted by the user.
"""  # noqa: W291


def _answering(monkeypatch: pytest.MonkeyPatch, *answers: Done) -> list[list[str]]:
    calls: list[list[str]] = []
    left = list(answers)

    def run(command: list[str], *_more: object, **_other: object) -> Done:
        calls.append(command)
        return left.pop(0) if len(left) > 1 else left[0]

    monkeypatch.setattr(foreign, "run", run)
    return calls


def test_a_transaction_of_others_is_waited_for_and_then_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(foreign.time, "sleep", lambda _seconds: None)
    _answering(monkeypatch, Done(200, LOCKED), Done(200, LOCKED), Done(0, "Complete!\n"))
    assert Dnf().add(["top"]).good
    monkeypatch.setattr(foreign, "_PATIENCE", 0.0)
    _answering(monkeypatch, Done(200, LOCKED))
    with pytest.raises(
        foreign.EngineError, match="another program has locked the packages of this host: RPMDB already locked by 17886"
    ):
        Dnf().add(["top"])


def test_the_table_of_version_5_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    found = Dnf().read_simulation(FIFTH)
    assert found.install == ["expat", "dnf5-plugins", "tiny"]
    assert found.remove == ["yum", "old"]


def test_version_5_marks_in_its_own_words(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = _answering(monkeypatch, Done(0, "dnf5 version 5.2.6.2\n"), Done(0, ""))
    assert Dnf().mark(["mid"], True).good
    assert calls[-1][-3:] == ["mark", "user", "mid"]


def test_an_answer_that_failed_is_not_an_empty_one(monkeypatch: pytest.MonkeyPatch) -> None:
    from ansible_collections.home.manager.plugins.module_utils.engine.system.packages import dnf

    monkeypatch.setattr(dnf, "run", lambda *_more, **_other: Done(1, "error: rpmdb open failed\n"))
    with pytest.raises(foreign.EngineError, match=r"dnf did not list the installed packages: .*rpmdb open failed"):
        Dnf().installed()


def test_two_versions_are_an_upgrade_that_was_interrupted(monkeypatch: pytest.MonkeyPatch) -> None:
    from ansible_collections.home.manager.plugins.module_utils.engine.system.packages import dnf

    both = "top 1.0-1\nkernel 6.1-1\ntop 2.0-1\nkernel 6.2-1\n"
    monkeypatch.setattr(dnf, "run", lambda *_more, **_other: Done(0, both))
    calls = _answering(monkeypatch, Done(0, "top\nkernel\n"))
    manager = Dnf()
    plan = manager.plan([], PackageRows({"top": "wanted"}))
    assert plan.broken == ["top"]
    with pytest.raises(foreign.EngineError, match=r'an upgrade of top was interrupted.*Run "dnf remove --duplicates"'):
        manager.check_whole(plan, False)
    manager.check_whole(plan, True)
    assert calls[-1][-2:] == ["remove", "--duplicates"]
    assert manager.plan([], PackageRows({"other": "wanted"})).broken == []


def test_nobody_is_asked_about_nothing() -> None:
    assert Dnf().plan([], PackageRows()).nothing
