# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Mistakes in specs, word for word as they are printed: one message each, with its source, carets and remedy."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from ansible_collections.home.manager.plugins.module_utils.engine.contract.manifest import Origin
from ansible_collections.home.manager.plugins.module_utils.engine.voice.messages import message_lines
from ansible_collections.home.manager.plugins.plugin_utils.modules.spec_file import load_file
from ansible_collections.home.manager.plugins.plugin_utils.plan.deep_stack import with_deep_stack
from ansible_collections.home.manager.plugins.plugin_utils.plan.home import LIBRARY, EvaluatedHome, Request
from ansible_collections.home.manager.plugins.plugin_utils.plan.manifest import build
from ansible_collections.home.manager.plugins.plugin_utils.report.source import Sources
from ansible_collections.home.manager.plugins.plugin_utils.report.spec_messages import message, messages
from ansible_collections.home.manager.plugins.plugin_utils.syntax.errors import SpecErrors
from ansible_collections.home.manager.plugins.plugin_utils.syntax.nodes import Mapping, Sequence
from ansible_collections.home.manager.plugins.plugin_utils.syntax.position import Position

USER = {"name": "alice", "home": "/home/alice", "uid": 1000, "gid": 1000, "shell": "/bin/bash"}
HOST = {"platform": "linux", "machine": "x86_64", "hostname": "laptop", "user": USER}


def evaluated(folder: Path, **files: str) -> tuple[str, str]:
    """What is printed of the errors of a spec, and of its warnings. `alice` is the user's own file."""
    for name, text in files.items():
        path = folder / ("users/alice.yml" if name == "alice" else f"modules/{name}.yml")
        path.parent.mkdir(exist_ok=True)
        path.write_text(textwrap.dedent(text).lstrip("\n"))
    inventory = folder / "inventory.yml"
    imports = Sequence(["users/alice.yml"])
    imports.positions = [Position(str(inventory), 5, 30)]
    root = Mapping({"imports": imports})
    root.positions["imports"] = Position(str(inventory), 5, 20)

    def compute() -> tuple[str, str]:
        home = EvaluatedHome(Request([(root, str(inventory))], HOST, packages="/usr", read=load_file))
        plan = build(home, Origin())
        sources = Sources(LIBRARY, home.evaluation.collector.importers, str(folder))
        return "", printed([message(warning, sources) for warning in plan.warnings], "warning")

    try:
        found: tuple[str, str] = with_deep_stack(compute)
    except SpecErrors as errors:
        return printed(messages(errors, Sources(LIBRARY, errors.importers, str(folder))), "error"), ""
    return found


def printed(found: object, word: str) -> str:
    return "\n".join(line.text for item in found for line in message_lines(item, word)) + "\n"  # type: ignore[attr-defined]


STATE = 'home.stateVersion: "26.05"\n'
MISTAKES = {
    "unknown option": (
        "programs.git:\n  enable: true\n  setings: {}\n",
        """
        error: `programs.git` has no option `setings`
          users/alice.yml:4:3
           3 |   enable: true
           4 |   setings: {}
             |   ^^^^^^^ did you mean `settings`?
        """,
    ),
    "unknown option, nothing like it": (
        "programs.git.wibble: 1\n",
        """
        error: `programs.git` has no option `wibble`
          users/alice.yml:2:1
           1 | home.stateVersion: "26.05"
           2 | programs.git.wibble: 1
             | ^^^^^^^^^^^^^^^^^^^ no such option
          home-manager option programs.git  lists what there is
        """,
    ),
    "no module": (
        "programs.zzyzx.enable: true\n",
        """
        error: there is no module for zzyzx yet
          users/alice.yml:2:1
           1 | home.stateVersion: "26.05"
           2 | programs.zzyzx.enable: true
             | ^^^^^^^^^^^^^^^^^^^^^
          write its files with `home.file`, and list it in `home.packages`: [zzyzx]
        """,
    ),
    "a list for a string": (
        "home:\n  sessionVariables: {EDITOR: [vim]}\n",
        """
        error: `home.sessionVariables.EDITOR` must be a string, a number or a boolean, not a list
          users/alice.yml:3:30
           3 |   sessionVariables: {EDITOR: [vim]}
             |                              ^^^^^ a list of 1
          write  EDITOR: vim
        """,
    ),
    "a quoted boolean": (
        'programs.git.enable: "true"\n',
        """
        error: `programs.git.enable` must be a boolean, not the string 'true'
          users/alice.yml:2:22
           2 | programs.git.enable: "true"
             |                      ^^^^^^ write true, without quotes
        """,
    ),
    "a string for a list": (
        'programs.git.ignores: "*.swp"\n',
        """
        error: `programs.git.ignores` must be a list of strings, not the string '*.swp'
          users/alice.yml:2:23
           2 | programs.git.ignores: "*.swp"
             |                       ^^^^^^^ write ["*.swp"]
        """,
    ),
    "an entry of a list": (
        "programs.bash.historyControl: [ignoreboth, ignordups]\n",
        """
        error: entry 2 of `programs.bash.historyControl` must be one of "erasedups", "ignoredups", "ignorespace", "ignoreboth", not the string 'ignordups'
          users/alice.yml:2:44
           2 | programs.bash.historyControl: [ignoreboth, ignordups]
             |                                            ^^^^^^^^^ did you mean `ignoredups`, `ignorespace`?
        """,
    ),
    "a tab": (
        "home.file:\n\t.x.text: hello\n",
        """
        error: a tab cannot indent YAML
          users/alice.yml:3:1
           2 | home.file:
           3 | <TAB>.x.text: hello
             | ^^^^^ indent with spaces
        """,
    ),
    "an indicator": (
        "programs.git:\n  ignores: [*.swp]\n",
        """
        error: a value cannot begin with `*`
          users/alice.yml:3:13
           2 | programs.git:
           3 |   ignores: [*.swp]
             |             ^^^^^ quote it: "*.swp"
        """,
    ),
    "a missing file": (
        "home.file:\n  .config/screenrc: {source: ../files/screenrc}\n",
        """
        error: the file `files/screenrc` does not exist
          users/alice.yml:3:30
           3 |   .config/screenrc: {source: ../files/screenrc}
             |                              ^^^^^^^^^^^^^^^^^ did you mean `screen.rc`?
        """,
    ),
    "an unknown name": (
        'home.file.x.text: "a {{ mail_adress }}"\n',
        """
        error: there is no `mail_adress` here
          users/alice.yml:2:25
           2 | home.file.x.text: "a {{ mail_adress }}"
             |                         ^^^^^^^^^^^
        """,
    ),
    "a file that is a text": (
        "home.file:\n  .x: hello\n",
        """
        error: `home.file.".x"` must be a mapping of options, not the string 'hello'
          users/alice.yml:3:7
           3 |   .x: hello
             |       ^^^^^ write {text: ...}
        """,
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_told_word_for_word(tmp_path: Path, name: str) -> None:
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "screen.rc").touch()
    spec, text = MISTAKES[name]
    assert evaluated(tmp_path, alice=STATE + spec) == (textwrap.dedent(text).lstrip("\n"), "")


def test_a_number_for_a_string(tmp_path: Path) -> None:
    assert evaluated(tmp_path, alice="home:\n  stateVersion: 26.05\n")[0] == textwrap.dedent(
        """\
        error: `home.stateVersion` must be a string, not the number 26.05
          users/alice.yml:2:17
           2 |   stateVersion: 26.05
             |                 ^^^^^ write "26.05"
        """
    )


def test_two_values_are_told_with_the_users_own_first_and_the_import_of_the_other(tmp_path: Path) -> None:
    alice = STATE + "imports:\n  - ../modules/shell.yml\nprograms.bash:\n  historyFile: ~/.history\n"
    shell = "programs.bash:\n  historyFile: ~/.bash_history\n"
    assert evaluated(tmp_path, alice=alice, shell=shell)[0] == textwrap.dedent(
        """\
        error: `programs.bash.historyFile` has two values
          users/alice.yml:5:16
           5 |   historyFile: ~/.history
             |                ^^^^^^^^^^ this one
          modules/shell.yml:2:16, imported by users/alice.yml:3:5
           2 |   historyFile: ~/.bash_history
             |                ^^^^^^^^^^^^^^^ and this one
          Remove one, or write `!force` before the one that counts, or `!default` before the other.
        """
    )


def test_a_cycle_is_told_in_the_order_of_its_chain(tmp_path: Path) -> None:
    alice = STATE + (
        'home.sessionVariables:\n  A: "{{ config.home.sessionVariables.B }}"\n'
        '  B: "{{ config.home.sessionVariables.A }}"\n'
    )
    assert evaluated(tmp_path, alice=alice)[0] == textwrap.dedent(
        """\
        error: `home.sessionVariables.A` needs its own value
          users/alice.yml:3:6
           3 |   A: "{{ config.home.sessionVariables.B }}"
             |      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ needs B
          users/alice.yml:4:6
           4 |   B: "{{ config.home.sessionVariables.A }}"
             |      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ needs A
        """
    )


def test_a_file_that_cannot_be_read_silences_what_follows_from_it(tmp_path: Path) -> None:
    alice = "imports: [../modules/base.yml]\nprograms.git.enable: 1\n"
    found = evaluated(tmp_path, alice=alice, base="home:\n\tstateVersion: x\n")[0]
    assert "a tab cannot indent YAML" in found
    assert "`programs.git.enable` must be a boolean" in found
    assert "home.stateVersion" not in found


def test_a_warning_has_its_place_too(tmp_path: Path) -> None:
    alice = STATE + "programs.git:\n  enable: true\n  userName: Alice Example\n"
    assert evaluated(tmp_path, alice=alice)[1] == textwrap.dedent(
        """\
        warning: `programs.git.userName` is now `programs.git.settings.user.name`
          users/alice.yml:4:3
           4 |   userName: Alice Example
             |   ^^^^^^^^
        """
    )


def test_nothing_of_a_vaulted_file_is_shown(tmp_path: Path) -> None:
    path = tmp_path / "secret.yml"
    path.write_text("$ANSIBLE_VAULT;1.1;AES256\n3132\n")
    place = Sources(LIBRARY, folder=str(tmp_path)).place(Position(str(path), 2, 1))
    assert place.source == ""
    assert (place.file, place.line) == ("secret.yml", 2)
