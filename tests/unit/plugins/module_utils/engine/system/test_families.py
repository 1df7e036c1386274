# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""dnf and pacman by what they printed: `top` needs `mid`, which needs `leaf`.

The recordings of dnf 4.14 and pacman 6.0 are those of the programs themselves, with a repository of three packages in a root of its
own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from ansible_collections.home.manager.plugins.module_utils.engine.contract.errors import EngineError
from ansible_collections.home.manager.plugins.module_utils.engine.system.declaration import WantedPackage
from ansible_collections.home.manager.plugins.module_utils.engine.system.packages import families, foreign
from ansible_collections.home.manager.plugins.module_utils.engine.system.packages.families import Dnf, Pacman
from ansible_collections.home.manager.plugins.module_utils.engine.system.process import Done
from ansible_collections.home.manager.plugins.module_utils.engine.system.records import PackageRows

RPM = r"rpm -qa --queryformat %{NAME} %{VERSION}-%{RELEASE}\n"
UNNEEDED = r"dnf -q -C repoquery --unneeded --qf %{name}\n"
USERS = r"dnf -q -C repoquery --userinstalled --qf %{name}\n"
DNF_TABLE = """\
Dependencies resolved.
================================================================================
 Package          Architecture       Version             Repository        Size
================================================================================
Installing:
 top              noarch             1.0-1               test             5.4 k
Installing dependencies:
 leaf             noarch             1.0-1               test             5.4 k
 mid              noarch             1.0-1               test             5.4 k

Transaction Summary
================================================================================
Install  3 Packages

Total size: 16 k
Installed size: 0  \nOperation aborted.
"""
DNF_REMOVING = DNF_TABLE.replace(
    "\nTransaction", "\nRemoving dependent packages:\n other            noarch  1.0-1  @test  0  \n\nTransaction"
)
DNF_UNKNOWN = "No match for argument: nope\nError: Unable to find a match: nope\n"
PACMAN_BROKEN = """\
error: failed retrieving file 'top-1.0-1-any.pkg.tar.zst' from mirror : The requested URL returned error: 404
warning: failed to retrieve some files
error: failed to commit transaction (failed to retrieve some files)
"""


class Transcript:
    """Programs that print what was recorded; `said` gives the answers in their order, the last for ever."""

    def __init__(self, said: Mapping[str, Sequence[tuple[int, str]]]) -> None:
        self.left = {command: list(answers) for command, answers in said.items()}
        self.calls: list[str] = []

    def run(self, command: Sequence[str], *_more: object, **_other: object) -> Done:
        text = " ".join(command)
        self.calls.append(text)
        if text not in self.left:
            raise AssertionError(f"not recorded: {text}")
        answers = self.left[text]
        return Done(*(answers.pop(0) if len(answers) > 1 else answers[0]))


@pytest.fixture
def recorded(monkeypatch: pytest.MonkeyPatch):
    def play(said: Mapping[str, Sequence[tuple[int, str]]]) -> Transcript:
        found = Transcript(said)
        monkeypatch.setattr(foreign, "run", found.run)
        monkeypatch.setattr(families, "run", found.run)
        return found

    return play


WANTED = [WantedPackage("top", None, "environment.systemPackages")]
NOPE = [WantedPackage("nope", None, "environment.systemPackages")]
OURS = PackageRows({"top": "wanted", "mid": "brought", "leaf": "brought"})
ALL = "leaf 1.0-1\nmid 1.0-1\ntop 1.0-1\n"


def test_dnf_installs_and_keeps_what_came_along(recorded) -> None:
    said = recorded(
        {
            RPM: [(0, ""), (0, ""), (0, ""), (0, ALL)],
            USERS: [(0, "")],
            "dnf --assumeno install top": [(1, DNF_TABLE)],
            "dnf -y --downloadonly install top": [(0, "Complete!\n")],
            "dnf -y install top": [(0, "Complete!\n")],
        }
    )
    manager = Dnf("fedora 40")
    plan = manager.plan(WANTED, PackageRows())
    assert plan.install == ["top"]
    assert manager.simulate(plan, WANTED, []).install == ["top", "leaf", "mid"]
    manager.download(plan)
    assert manager.install(plan, PackageRows()).ours == OURS.ours
    assert said.calls[-2] == "dnf -y install top"


def test_dnf_removes_exactly_what_is_ours(recorded) -> None:
    said = recorded(
        {
            RPM: [(0, ALL + "kept 1-1\n"), (0, ALL + "kept 1-1\n"), (0, "kept 1-1\n")],
            USERS: [(0, "top\n\nkept\n")],
            "dnf --version": [(0, "4.14.0\n")],
            "dnf -y mark remove top": [(0, "top-1.0-1.noarch unmarked as user installed.\n")],
            UNNEEDED: [(0, "leaf\n\nmid\n\ntop\n\nstray\n"), (0, "stray\n")],
            "dnf -y --setopt=clean_requirements_on_remove=False remove leaf mid top": [(0, "Complete!\n")],
        }
    )
    manager = Dnf("fedora 40")
    plan = manager.plan([], OURS)
    assert plan.release == ["top"]
    assert manager.release(plan, OURS).ours == {}
    assert not any("stray" in call for call in said.calls)


def test_dnf_5_marks_in_its_own_words(recorded) -> None:
    said = recorded({"dnf --version": [(0, "dnf5 version 5.2.6.2\n")], "dnf -y mark user mid": [(0, "")]})
    assert Dnf().mark(["mid"], True).good
    assert said.calls[-1] == "dnf -y mark user mid"


def test_dnf_tells_what_it_does_not_have(recorded) -> None:
    recorded({RPM: [(0, "")], USERS: [(0, "")], "dnf --assumeno install nope": [(1, DNF_UNKNOWN)]})
    manager = Dnf("fedora 40")
    with pytest.raises(EngineError, match=r'environment\.systemPackages: fedora 40 has no "nope"'):
        manager.simulate(manager.plan(NOPE, PackageRows()), NOPE, [])


def test_a_removal_that_nobody_allowed_is_refused(recorded) -> None:
    recorded({RPM: [(0, "other 1.0-1\n")], USERS: [(0, "other\n")], "dnf --assumeno install top": [(1, DNF_REMOVING)]})
    manager = Dnf("fedora 40")
    plan = manager.plan(WANTED, PackageRows())
    with pytest.raises(EngineError, match=r"would remove 1 package.*other"):
        manager.simulate(plan, WANTED, [])
    assert manager.simulate(plan, WANTED, ["other"]).remove == ["other"]


def test_pacman_installs_and_removes_leaf_by_leaf(recorded) -> None:
    said = recorded(
        {
            "pacman -Q": [(0, ""), (0, ""), (0, ALL), (0, ALL), (0, "")],
            "pacman -Qdq": [(1, ""), (0, "leaf\nmid\n")],
            "pacman -S --needed --print --print-format %n top": [(0, "leaf\nmid\ntop\n")],
            "pacman --noconfirm -S --needed top": [(0, "installing top...\n")],
            "pacman -D --asdeps top": [(0, "top: install reason has been set to 'installed as dependency'\n")],
            "pacman -Qdtq": [(0, "top\n"), (0, "mid\n"), (0, "leaf\n"), (1, "")],
            "pacman --noconfirm -R top": [(0, "removing top...\n")],
            "pacman --noconfirm -R mid": [(0, "removing mid...\n")],
            "pacman --noconfirm -R leaf": [(0, "removing leaf...\n")],
        }
    )
    manager = Pacman("arch")
    plan = manager.plan(WANTED, PackageRows())
    assert manager.simulate(plan, WANTED, []).install == ["leaf", "mid", "top"]
    assert manager.install(plan, PackageRows()).ours == OURS.ours
    assert manager.release(manager.plan([], OURS), OURS).ours == {}
    assert [call for call in said.calls if " -R " in call] == [
        f"pacman --noconfirm -R {n}" for n in ("top", "mid", "leaf")
    ]


def test_pacman_upgrades_no_part_of_a_system(recorded) -> None:
    recorded(
        {"pacman -Q": [(0, "")], "pacman -Qdq": [(1, "")], "pacman --noconfirm -S --needed top": [(1, PACMAN_BROKEN)]}
    )
    manager = Pacman("arch")
    with pytest.raises(EngineError, match='Run "pacman -Syu" there first'):
        manager.install(manager.plan(WANTED, PackageRows()), PackageRows())
    with pytest.raises(EngineError, match="hold one version"):
        manager.named("top=2.0")


def test_nobody_is_asked_about_nothing(recorded) -> None:
    said = recorded({})
    assert Dnf().plan([], PackageRows()).nothing
    assert said.calls == []
