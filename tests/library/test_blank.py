# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Every module of the library in a home with a blank in its path: shells, systemd and ssh read each path in it as one word."""

from __future__ import annotations

import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.home.manager.plugins.plugin_utils.plan.deep_stack import with_deep_stack
from ansible_collections.home.manager.plugins.plugin_utils.plan.files import Files
from ansible_collections.home.manager.plugins.plugin_utils.plan.home import EvaluatedHome, Request
from ansible_collections.home.manager.plugins.plugin_utils.plan.manifest import Builder
from ansible_collections.home.manager.plugins.plugin_utils.syntax.wire import from_wire

from . import compilers
from .switchable import switchable

HOME = "/home/a b"
USER = {"name": "alice", "home": HOME, "uid": 1000, "gid": 1000, "shell": "/bin/bash"}
HOST = {"platform": "linux", "machine": "x86_64", "hostname": "h", "user": USER}
SHELLS = {"programs": {name: {"enable": True} for name in ("bash", "zsh", "fish")}}
# A word that ends where the blank is: somebody forgot the quotes.
CUT = re.compile(r"(.*[=:@])?/home/a")
# Lines that read their words as a shell does.
SHELL_FILES = re.compile(
    r"\.(bashrc|bash_profile|profile|bash_logout|xprofile|xsession|z(shrc|shenv|profile|login|logout))$|\.(sh|bash|zsh|fish)$"
)
UNIT_LINES = re.compile(r"^(?:Exec\w+|Environment)=[-@:+!]*(.*)$", re.MULTILINE)


def rendered(root: str) -> dict[str, str]:
    """The texts of a home that enables one thing and all shells, by target; those of the store by their names."""
    wanted: Any = {"enable": True}
    for name in reversed(root.split(".")):
        wanted = {name: wanted}
    roots = [(from_wire(value), "") for value in ({"home": {"stateVersion": "26.05"}}, SHELLS, wanted)]
    home = EvaluatedHome(Request(roots, HOST, packages="/usr", compiler=compilers.HOME))
    builder = Builder(home)
    view = builder.view()
    texts = {name: builder.contents[name].decode(errors="replace") for name in view.objects}
    for target, file in Files(home.evaluation).collect().items():
        if file.leaf is not None and file.leaf.link is None:
            texts[target] = file.leaf.read()[0].decode(errors="replace")
    return texts


def shell_words(text: str) -> Iterator[list[str]]:
    """The words of each line that stands for itself; lines of a longer construct are left out."""
    for line in text.splitlines():
        try:
            yield shlex.split(line, comments=True)
        except ValueError:
            continue


def cut(texts: dict[str, str]) -> list[str]:
    """The places where a path in the home is cut at its blank."""
    found = []
    for name, text in texts.items():
        lines = list(shell_words(text)) if SHELL_FILES.search(name) or text.startswith("#!") else []
        if name.endswith((".service", ".socket", ".timer")):
            lines += [shlex.split(line) for line in UNIT_LINES.findall(text)]
        if name.endswith(".ssh/config") or (name.endswith("-config") and "\nHost " in text):
            lines += list(shell_words(text))
        found += [f"{name}: {' '.join(words)}" for words in lines if any(CUT.fullmatch(word) for word in words)]
    return found


@pytest.mark.slow
@pytest.mark.parametrize("root", switchable())
def test_no_path_is_cut_at_its_blank(root: str) -> None:
    assert cut(with_deep_stack(lambda: rendered(root))) == []


def test_a_path_without_quotes_is_found() -> None:
    assert cut({".bashrc": f"source {HOME}/x\n"}) == [f".bashrc: source {HOME}/x"]
    assert cut({"x.service": f"[Service]\nExecStart={HOME}/x\n"})
    assert cut({".bashrc": f"source '{HOME}/x'\nPATH=\"{HOME}/bin:$PATH\"\n"}) == []


@pytest.mark.programs("bash", "zsh", "fish")
def test_the_shells_read_their_files(tmp_path: Path) -> None:
    home = tmp_path / "a b"
    home.mkdir()
    spec = {"home": {"stateVersion": "26.05", "sessionVariables": {"SAID": "$HOME/x y"}, "homeDirectory": str(home)}}
    host = {**HOST, "user": {**USER, "home": str(home)}}
    roots = [(from_wire(value), "") for value in (spec, SHELLS)]

    def write() -> None:
        made = EvaluatedHome(Request(roots, host, packages="/usr", compiler=compilers.HOME))
        for target, file in Files(made.evaluation).collect().items():
            if file.leaf is not None and file.leaf.link is None:
                (home / target).parent.mkdir(parents=True, exist_ok=True)
                (home / target).write_bytes(file.leaf.read()[0])
        builder = Builder(made)
        for name, leaf in builder.view().profile.items():
            if leaf.object is not None:
                place = home / ".local/state/home.manager/current/home-path" / name
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(builder.contents[leaf.object])

    with_deep_stack(write)
    for shell in ("bash", "zsh", "fish"):
        start = {"HOME": str(home), "PATH": "/usr/bin:/bin", "TERM": "dumb"}
        done = subprocess.run(
            [shell, "-l", "-c", 'echo "$SAID"'], env=start, capture_output=True, text=True, check=True
        )
        assert done.stdout == f"{home}/x y\n", shell
        assert done.stderr == ""
