# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Session variables and search paths, in real shells: after a switch has changed them, and after /etc/profile has reset PATH."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest

FIRST = """
home.stateVersion: "26.05"
home.sessionVariables: {EDITOR: one, GREETING: "a 'b' $HOME"}
home.sessionPath: [$HOME/.local/bin]
home.sessionSearchVariables.MANPATH: [$HOME/man]
programs.bash.enable: true
programs.zsh: {enable: true, sessionVariables.OF_ZSH: one}
programs.fish.enable: true
programs.fish.generateCompletions: false
"""
SECOND = (
    FIRST.replace("EDITOR: one", "EDITOR: two, LATER: $EDITOR")
    .replace("OF_ZSH: one", "OF_ZSH: two")
    .replace("[$HOME/.local/bin]", "[$HOME/bin, $HOME/.local/bin]")
)
# What a login gets before any file of the home is read.
PATH = "/usr/local/bin:/usr/bin:/bin"
SHELLS = {
    "bash, a login shell": ["bash", "--noprofile", "-c", ". ~/.bash_profile; env -0"],
    "bash, a login shell behind /etc/profile": ["bash", "-l", "-c", "env -0"],
    "bash, a nested shell": ["bash", "-i", "-c", "env -0"],
    "dash, a login shell": ["dash", "-l", "-c", "env -0"],
    "zsh, a login shell": ["zsh", "-l", "-c", "env -0"],
    "zsh, a nested shell": ["zsh", "-c", "env -0"],
    "fish, a login shell": ["fish", "-l", "-c", "env -0"],
    "fish, a nested shell": ["fish", "-c", "env -0"],
}


class Session:
    """A home that was switched, and what its shells see."""

    def __init__(self, project: Any) -> None:
        self.project = project
        self.home: Path = project.home

    def switch(self, spec: str) -> None:
        self.project.write("user.yml", spec)
        self.project.play()

    def environment(self, command: list[str], before: dict[str, str] | None = None) -> dict[str, str]:
        """The environment in a shell that starts with that of `before`."""
        start = before if before is not None else {"HOME": str(self.home), "PATH": PATH, "TERM": "dumb"}
        done = subprocess.run(command, env=start, cwd=self.home, capture_output=True, text=True, check=True)
        return dict(entry.split("=", 1) for entry in done.stdout.split("\0") if "=" in entry)

    def folders(self, environment: dict[str, str]) -> list[str]:
        """The folders of PATH in the home, relative to it, but for that of the profile; each folder must come once."""
        folders = environment["PATH"].split(":")
        assert len(folders) == len(set(folders))
        return [
            str(Path(f).relative_to(self.home))
            for f in folders
            if f.startswith(f"{self.home}/") and "/.local/state/" not in f
        ]


@pytest.fixture
def session(project: Any) -> Session:
    return Session(project)


@pytest.mark.programs("zsh", "fish", "dash")
def test_a_change_reaches_every_shell(session: Session) -> None:
    session.switch(FIRST)
    old = {}
    for name, command in SHELLS.items():
        old[name] = session.environment(command)
        assert old[name]["EDITOR"] == "one", name
        assert old[name]["GREETING"] == f"a 'b' {session.home}", name
        assert session.folders(old[name]) == [".local/bin"], name
        assert old[name]["MANPATH"] == f"{session.home}/man", name
    session.switch(SECOND)
    for before, environment in old.items():
        for name, command in SHELLS.items():
            now = session.environment(command, environment)
            assert now["EDITOR"] == "two", f"{name}, in a session of {before}"
            assert now["LATER"] == "two", f"{name}, in a session of {before}"
            assert session.folders(now) == ["bin", ".local/bin"], f"{name}, in a session of {before}"
            assert now["MANPATH"] == f"{session.home}/man", name
            if name.startswith("zsh"):
                assert now["OF_ZSH"] == "two", f"{name}, in a session of {before}"


@pytest.mark.programs("zsh", "fish", "dash")
def test_what_the_user_sets_in_a_session_stays(session: Session) -> None:
    session.switch(FIRST)
    for name, command in SHELLS.items():
        inside = {**session.environment(command), "EDITOR": "mine"}
        inside["PATH"] = "/opt/mine:" + inside["PATH"]
        for nested, shell in SHELLS.items():
            if "nested" in nested:
                now = session.environment(shell, inside)
                assert now["EDITOR"] == "mine", f"{nested} in {name}"
                assert now["PATH"] == inside["PATH"], f"{nested} in {name}"


def test_a_login_shell_finds_path_again_that_etc_profile_has_reset(session: Session) -> None:
    session.switch(FIRST)
    inside = session.environment(SHELLS["bash, a login shell"])
    reset = {**inside, "PATH": PATH}
    for name in ("bash, a login shell", "bash, a nested shell"):
        assert session.folders(session.environment(SHELLS[name], reset)) == [".local/bin"]


def test_a_path_of_the_variables_itself_has_each_folder_once(session: Session) -> None:
    spec = FIRST.replace("EDITOR: one", "EDITOR: one, PATH: '$HOME/own:$PATH', FOLDERS: '/a${FOLDERS:+:}$FOLDERS'")
    session.switch(spec)
    inside = session.environment(SHELLS["bash, a login shell"])
    assert session.folders(inside) == [".local/bin", "own"]
    assert inside["FOLDERS"] == "/a"
    session.switch(spec.replace("EDITOR: one", "EDITOR: two"))
    again = session.environment(SHELLS["bash, a login shell"], {**inside, "FOLDERS": "/b:/a"})
    assert (again["EDITOR"], again["FOLDERS"]) == ("two", "/a:/b")
    for start in (inside, {**inside, "PATH": PATH}):
        assert sorted(session.folders(session.environment(SHELLS["bash, a login shell"], start))) == [
            ".local/bin",
            "own",
        ]


@pytest.mark.programs("tmux")
@pytest.mark.parametrize("shell", ["/bin/bash", "/usr/bin/zsh", "/usr/bin/fish"])
def test_a_pane_of_a_running_tmux_has_what_the_switch_changed(session: Session, shell: str, find_program: Any) -> None:
    find_program(Path(shell).name)
    session.switch(FIRST)
    before = {**session.environment(SHELLS["bash, a login shell"]), "SHELL": shell, "TERM": "screen"}
    tmux = [find_program("tmux"), "-S", str(session.home / "tmux"), "-f", "/dev/null"]

    def ask(*words: str) -> str:
        done = subprocess.run([*tmux, *words], env=before, cwd=session.home, capture_output=True, text=True, check=True)
        return done.stdout

    ask("new-session", "-d", "-x", "200", "-y", "50")
    try:
        session.switch(SECOND)
        ask("new-window", "-n", "later")
        ask(
            "send-keys",
            "-t",
            "later",
            f"env -0 > {session.home}/said; {tmux[0]} -S {session.home}/tmux wait-for -S said",
            "Enter",
        )
        ask("wait-for", "said")
    finally:
        ask("kill-server")
    said = dict(entry.split("=", 1) for entry in (session.home / "said").read_text().split("\0") if "=" in entry)
    assert said["EDITOR"] == "two"
    assert session.folders(said) == ["bin", ".local/bin"]


@pytest.mark.programs("fish")
def test_plugins_of_fish_have_the_session(session: Session) -> None:
    conf = session.project.folder / "grc" / "conf.d"
    conf.mkdir(parents=True)
    (conf / "grc.fish").write_text(
        "set -gx SEEN $EDITOR; set -gx FOUND (contains $HOME/.local/bin $PATH; echo $status)\n"
    )
    session.switch(FIRST + "programs.fish.plugins: [{name: grc, src: grc}]\n")
    for name in ("fish, a login shell", "fish, a nested shell"):
        found = session.environment(SHELLS[name])
        assert (found["SEEN"], found["FOUND"]) == ("one", "0"), name
