# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Where the files, hooks, errors and warnings of a home come from."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from ansible_collections.home.manager.plugins.module_utils.engine.contract.manifest import Origin
from ansible_collections.home.manager.plugins.plugin_utils.modules.spec_file import load_file
from ansible_collections.home.manager.plugins.plugin_utils.plan.deep_stack import with_deep_stack
from ansible_collections.home.manager.plugins.plugin_utils.plan.home import EvaluatedHome, Request, compiler
from ansible_collections.home.manager.plugins.plugin_utils.plan.manifest import SwitchBundle, build
from ansible_collections.home.manager.plugins.plugin_utils.syntax.errors import SpecErrors
from ansible_collections.home.manager.plugins.plugin_utils.syntax.position import Position
from ansible_collections.home.manager.plugins.plugin_utils.values import LIBRARY

USER = {"name": "alice", "home": "/home/alice", "uid": 1000, "gid": 1000, "shell": "/bin/bash"}
HOST = {"platform": "linux", "machine": "x86_64", "hostname": "laptop", "user": USER}
COMPILER = compiler()
ALICE = """
    home.stateVersion: "26.05"
    programs.zsh.enable: true
    programs.neovim: {enable: true, viAlias: true}
    services.gpg-agent: {enable: true, enableZshIntegration: true}
    imports: [one.yml, two.yml]
"""
LOOP = """
    config:
      - loop: [a, b]
        home.file."NAME/{{ item }}".text: x
      - home.file."NAME-set": {text: x}
        home.activation.NAME: "true"
"""


def built(folder: Path, **files: str) -> SwitchBundle:
    for name, text in files.items():
        (folder / f"{name}.yml").write_text(textwrap.dedent(text).lstrip("\n"))
    alice = str(folder / "alice.yml")
    request = Request([(load_file(alice), alice)], HOST, packages="/usr", read=load_file, compiler=COMPILER)
    return with_deep_stack(lambda: build(EvaluatedHome(request), Origin()))


def places(positions: tuple[Position, ...]) -> list[str]:
    """Positions as FILE:LINE:COLUMN; of a module of the library its name."""
    return [
        p.file.removeprefix(LIBRARY + "/") if p.file.startswith(LIBRARY) else f"{Path(p.file).name}:{p.line}:{p.column}"
        for p in positions
    ]


@pytest.fixture
def home(tmp_path: Path) -> SwitchBundle:
    return built(tmp_path, alice=ALICE, one=LOOP.replace("NAME", "one"), two=LOOP.replace("NAME", "two"))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("one/a", ["one.yml:3:5"]),
        ("one/b", ["one.yml:3:5"]),
        ("two/a", ["two.yml:3:5"]),
        ("two-set", ["two.yml:4:5"]),
        ("one", ["one.yml:5:5"]),
        ("two", ["two.yml:5:5"]),
        (".local/bin/vi", ["programs/neovim.yml", "alice.yml:3:19"]),
        (".gnupg/gpg-agent.conf", ["services/gpg-agent.yml", "alice.yml:4:22"]),
        (".zshrc", ["programs/zsh.yml", "alice.yml:2:1"]),
    ],
)
def test_every_value_has_its_own_origin(home: SwitchBundle, name: str, expected: list[str]) -> None:
    assert places(home.origins[""][name]) == expected


def test_the_manifest_names_the_users_own_line(home: SwitchBundle, tmp_path: Path) -> None:
    files = home.manifest.view.files
    assert files["two/b"].origin == f"{tmp_path}/two.yml:3:5"
    assert files[".local/bin/vi"].origin == f"{tmp_path}/alice.yml:3:19"


def test_a_line_more_in_the_spec_is_the_same_home(tmp_path: Path) -> None:
    spec = "home.stateVersion: '26.05'\nhome.file.x.text: x\n"
    before, after = built(tmp_path, alice=spec), built(tmp_path, alice=f"# a comment\n{spec}")
    assert before.manifest.view.files["x"].origin != after.manifest.view.files["x"].origin
    assert before.digest == after.digest


def test_a_module_that_a_module_enables_is_there_because_of_a_line_of_the_users(tmp_path: Path) -> None:
    own = """
        options: {my.shell: {type: bool, default: false}}
        config:
          - when: config.my.shell
            programs.bash.enable: true
    """
    home = built(tmp_path, alice="home.stateVersion: '26.05'\nimports: [own.yml]\nmy.shell: true\n", own=own)
    assert places(home.origins[""][".bashrc"]) == ["programs/bash.yml", "own.yml:4:5"]


def test_an_assertion_is_at_what_it_reads(tmp_path: Path) -> None:
    own = """
        options: {my: {a: {type: int, default: 1}, b: {type: int, default: 2}}}
        config:
          assertions:
            - {assertion: true, message: fine}
            - {assertion: "{{ cfg.a < cfg.b }}", message: a must be less than b}
    """
    with pytest.raises(SpecErrors) as caught:
        built(tmp_path, alice="home.stateVersion: '26.05'\nimports: [own.yml]\nmy.a: 3\n", own=own)
    (error,) = caught.value.errors
    assert error.message == "a must be less than b"
    assert places(tuple(error.positions)) == ["own.yml:5:7", "alice.yml:3:1"]


def test_a_warning_of_a_module_has_its_places_too(tmp_path: Path) -> None:
    home = built(tmp_path, alice="home.stateVersion: '26.05'\nwarnings: [mind the gap]\n")
    (warning,) = home.warnings
    assert places(tuple(warning.positions)) == ["alice.yml:2:12"]
