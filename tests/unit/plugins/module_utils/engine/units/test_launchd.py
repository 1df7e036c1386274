# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Agents of macOS against a launchctl that records its arguments and answers from a table."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest

from ansible_collections.home.manager.plugins.module_utils.engine.units import launchd
from ansible_collections.home.manager.plugins.module_utils.engine.units.launchd import Agent, Launchd

GONE = (3, "Boot-out failed: 3: No such process")
UNABLE = (125, "Boot-out failed: 125: Domain does not support specified action")
REFUSED = (5, "Boot-out failed: 5: Input/output error")
BROKEN = (5, "Bootstrap failed: 5: Input/output error")
FINE = (0, "")


class FakeLaunchctl:
    """`loaded`: targets such as gui/501/org.a; `domains` that are there; answers of the two verbs."""

    def __init__(self, loaded=(), domains=("gui/501", "user/501"), bootout=FINE, bootstrap=FINE) -> None:
        self.loaded, self.domains = set(loaded), set(domains)
        self.bootout, self.bootstrap = bootout, list(bootstrap) if isinstance(bootstrap, list) else [bootstrap]
        self.calls: list[list[str]] = []

    def __call__(self, words: list[str]) -> tuple[int, str]:
        assert words[0] == "/bin/launchctl"
        verb, *rest = words[1:]
        if verb == "print":
            return (0, "") if rest[0] in self.loaded | self.domains else (113, "Could not find service")
        self.calls.append(words[1:])
        if verb == "bootout":
            if self.bootout[0] == 0:
                self.loaded.discard(rest[-1])
            return self.bootout
        return self.bootstrap.pop(0) if len(self.bootstrap) > 1 else self.bootstrap[0]


def agent(tmp_path: Path, text: str = "1", domain: str = "gui") -> Agent:
    path = tmp_path / "org.a.plist"
    return Agent("org.a", domain, text, str(path), f"/state/generations/1/{path.name}")


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch):
    monkeypatch.setattr(launchd, "PAUSE", 0)


def switched(fake: FakeLaunchctl, old: Agent | None, new: Agent | None, release: int = 26) -> Launchd:
    found = Launchd(501, release, fake)
    found.act({old.label: old} if old else {}, {new.label: new} if new else {})
    return found


def out(domain: str, release: int) -> list[str]:
    return ["bootout", *(["--wait"] if release >= 26 else []), f"{domain}/501/org.a"]


def into(domain: str, path: str) -> list[str]:
    return ["bootstrap", f"{domain}/501", path]


@pytest.mark.parametrize("release", [15, 26])
def test_a_new_agent_is_bootstrapped(tmp_path, release):
    new, fake = agent(tmp_path), FakeLaunchctl()
    assert switched(fake, None, new, release).start == ["org.a"]
    assert fake.calls == [into("gui", new.path)]


def test_a_new_agent_whose_label_is_loaded_already_takes_its_place(tmp_path):
    new, fake = agent(tmp_path), FakeLaunchctl(["gui/501/org.a"])
    switched(fake, None, new)
    assert fake.calls == [out("gui", 26), into("gui", new.path)]


def test_an_unchanged_one_starts_no_process(tmp_path):
    fake = FakeLaunchctl(["gui/501/org.a"])
    fake.domains.clear()
    found = switched(fake, agent(tmp_path), agent(tmp_path))
    assert fake.calls == []
    assert not found.warnings


@pytest.mark.parametrize(("release", "loaded", "answer"), list(product([15, 26], [True, False], [FINE, GONE, UNABLE])))
def test_a_changed_one_is_booted_out_and_bootstrapped(tmp_path, release, loaded, answer):
    old, new = agent(tmp_path), agent(tmp_path, "2")
    fake = FakeLaunchctl(["gui/501/org.a"] if loaded else [], bootout=answer)
    found = switched(fake, old, new, release)
    assert fake.calls == [*([out("gui", release)] if loaded else []), into("gui", new.path)]
    assert found.restart == ["org.a"]
    assert not found.warnings


def test_a_boot_out_that_is_refused_is_said_and_the_rest_is_tried(tmp_path):
    fake = FakeLaunchctl(["gui/501/org.a"], bootout=REFUSED)
    found = switched(fake, agent(tmp_path), agent(tmp_path, "2"))
    assert found.warnings == [f"org.a could not be stopped (launchctl bootout: {REFUSED[1]})"]
    assert len(fake.calls) == 2


@pytest.mark.parametrize("release", [15, 26])
def test_a_changed_domain_is_left_and_entered(tmp_path, release):
    old, new = agent(tmp_path), agent(tmp_path, domain="user")
    fake = FakeLaunchctl(["gui/501/org.a", "user/501/org.a"])
    switched(fake, old, new, release)
    assert fake.calls == [out("gui", release), out("user", release), into("user", new.path)]


def test_when_the_new_one_is_refused_the_old_one_runs_on(tmp_path):
    old, new = agent(tmp_path), agent(tmp_path, "2")
    fake = FakeLaunchctl(["gui/501/org.a"], bootstrap=[BROKEN, FINE])
    found = switched(fake, old, new)
    assert fake.calls[1:] == [into("gui", new.path), into("gui", old.kept)]
    assert found.failures[0].message == (
        f"org.a was not started (launchctl bootstrap: {BROKEN[1]}); the agent that ran before was started again"
    )


def test_when_there_is_no_old_one_that_is_all(tmp_path):
    found = switched(FakeLaunchctl(bootstrap=BROKEN), None, agent(tmp_path))
    assert found.failures[0].message == f"org.a was not started (launchctl bootstrap: {BROKEN[1]})"


@pytest.mark.parametrize("release", [15, 26])
def test_a_removed_one_is_booted_out(tmp_path, release):
    fake = FakeLaunchctl(["gui/501/org.a"])
    assert switched(fake, agent(tmp_path), None, release).stop == ["org.a"]
    assert fake.calls == [out("gui", release)]


def test_a_removed_one_whose_file_was_edited_runs_on(tmp_path):
    old, fake = agent(tmp_path), FakeLaunchctl(["gui/501/org.a"])
    Path(old.path).write_text("edited", encoding="utf-8")
    found = switched(fake, old, None)
    assert fake.calls == []
    assert found.keep == {"org.a": "its file was edited"}


def test_without_a_graphical_session_the_files_are_in_place_and_that_is_said(tmp_path):
    fake = FakeLaunchctl(domains=["user/501"])
    found = switched(fake, None, agent(tmp_path))
    assert fake.calls == []
    assert found.start == []
    assert found.warnings == ["nobody is logged in graphically: org.a is in place and will start at the next login"]
