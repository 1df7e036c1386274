# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Every module of the library, switched alone on a host that has none of the programs: no switch fails for want of one.

The host is this machine with the commands of a bare Debian; the home is a scratch folder. The engine runs in this process.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import zlib
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.home.manager.plugins.module_utils.engine.contract.canonical import canonical
from ansible_collections.home.manager.plugins.module_utils.engine.contract.manifest import Origin
from ansible_collections.home.manager.plugins.module_utils.engine.verbs.dispatch import handle
from ansible_collections.home.manager.plugins.plugin_utils.plan.deep_stack import with_deep_stack
from ansible_collections.home.manager.plugins.plugin_utils.plan.home import EvaluatedHome, Request
from ansible_collections.home.manager.plugins.plugin_utils.plan.manifest import SwitchBundle, build
from ansible_collections.home.manager.plugins.plugin_utils.syntax.errors import SpecErrors
from ansible_collections.home.manager.plugins.plugin_utils.syntax.wire import from_wire

from . import compilers
from .switchable import switchable

USER = pwd.getpwuid(os.geteuid()).pw_name
# Where no package is: what a bare host has is in other folders.
NOWHERE = "/nonexistent"


def plan(home: Path, wanted: dict[str, Any]) -> SwitchBundle:
    """The plan of a home with these definitions."""
    user = {"name": USER, "home": str(home), "uid": os.geteuid(), "gid": os.getegid(), "shell": "/bin/sh"}
    host = {"platform": "linux", "machine": "x86_64", "hostname": "h", "distribution": "debian", "user": user}
    roots = [(from_wire(value), "") for value in ({"home": {"stateVersion": "26.05"}}, wanted)]
    return build(EvaluatedHome(Request(roots, host, packages=NOWHERE, compiler=compilers.HOME)), Origin())


def switch(home: Path, wanted: dict[str, Any]) -> dict[str, Any]:
    """The engine's answer to a switch of a home with these definitions. Raises SpecErrors."""
    made = with_deep_stack(lambda: plan(home, wanted))
    contents = sorted(made.contents.items())
    header = {
        "version": 1,
        "manifest": made.manifest.json(),
        "objects": [[name, len(content)] for name, content in contents],
    }
    bundle = zlib.compress(canonical(header) + b"\n" + b"".join(content for _name, content in contents), 1)
    request = {"verb": "switch", "user": USER, "digest": made.digest, "hook_timeout": 20}
    answer: dict[str, Any] = handle(request, bundle=bundle)
    return answer


@pytest.fixture
def home(tmp_path: Path) -> Any:
    folder = tmp_path / "home"
    folder.mkdir()
    yield folder
    for path, _folders, _names in os.walk(folder):
        Path(path).chmod(0o700)
    shutil.rmtree(folder)


# Settings that make a module run a program in a switch.
MORE: list[dict[str, Any]] = [
    {"programs": {"ghostty": {"enable": True, "settings": {"theme": "dark"}}}},
    {"programs": {"kitty": {"enable": True, "settings": {"font_size": 12}}}},
    {"programs": {"bat": {"enable": True, "config": {"theme": "ansi"}}}},
    {"programs": {"fish": {"enable": True, "generateCompletions": True}}},
    {"programs": {"man": {"enable": True, "generateCaches": True}}},
    {"programs": {"vscode": {"enable": True, "profiles": {"default": {"userSettings": {"a": 1}}}}}},
    {"services": {"mako": {"enable": True, "settings": {"font": "monospace"}}}},
    {"dconf": {"enable": True, "settings": {"org/x": {"a": 1}}}},
    {"xfconf": {"settings": {"c": {"p": 1}}}},
    {"xresources": {"properties": {"a.b": 1}}},
    {"fonts": {"fontconfig": {"enable": True}}},
    {"gtk": {"enable": True}, "qt": {"enable": True}},
    {
        "xdg": {
            "mime": {"enable": True},
            "mimeApps": {"enable": True},
            "userDirs": {"enable": True, "createDirectories": True},
        }
    },
    {"xdg": {"desktopEntries": {"a": {"name": "A", "exec": "a"}}}},
    {"home": {"packages": ["htop"]}},
]


@pytest.mark.slow
@pytest.mark.parametrize("root", switchable())
def test_a_bare_host_can_be_switched_to_it(root: str, home: Path) -> None:
    wanted: dict[str, Any] = {"enable": True}
    for name in reversed(root.split(".")):
        wanted = {name: wanted}
    try:
        answer = switch(home, wanted)
    except SpecErrors:
        pytest.skip("it wants more than to be enabled")
    assert answer.get("failed") is None
    assert answer["collisions"] == []


@pytest.mark.slow
@pytest.mark.parametrize("wanted", MORE, ids=lambda wanted: next(iter(next(iter(wanted.values())))))
def test_a_bare_host_can_be_switched_to_settings(wanted: dict[str, Any], home: Path) -> None:
    answer = switch(home, wanted)
    assert answer.get("failed") is None
    assert answer["changed"]


@pytest.mark.slow
def test_a_hook_that_wants_its_program_is_found(home: Path) -> None:
    answer = switch(
        home,
        {
            "home": {
                "activation": {
                    "want": {"_type": "dagEntry", "data": "nowhere --to-be-found", "after": ["writeBoundary"]}
                }
            }
        },
    )
    assert answer["failed"]


@pytest.mark.slow
@pytest.mark.parametrize("alias", ["vi", "vim"])
def test_without_neovim_the_editor_of_the_host_starts(home: Path, tmp_path: Path, alias: str) -> None:
    switch(home, {"programs": {"neovim": {"enable": True, f"{alias}Alias": True}}})
    own, theirs = home / ".local/bin", tmp_path / "bin"
    theirs.mkdir()
    (theirs / alias).write_text('#!/bin/sh\necho "the host: $*"\n')
    (theirs / alias).chmod(0o755)
    start = {"PATH": f"{own}:{theirs}:/usr/bin:/bin"}
    done = subprocess.run([str(own / alias), "a b"], env=start, capture_output=True, text=True, check=True)
    assert done.stdout == "the host: a b\n"
    (theirs / alias).unlink()
    done = subprocess.run(
        [str(own / alias)], env={"PATH": f"{own}:{theirs}"}, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (127, "")
    assert done.stderr == f"{alias}: Neovim is not at {NOWHERE}/bin/nvim\n"
