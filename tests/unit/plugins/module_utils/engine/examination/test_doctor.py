# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What the doctor finds in a home that is well, and in one that is not."""

from __future__ import annotations

import os
import pwd
from typing import TYPE_CHECKING, Any

import pytest

from ansible_collections.home.manager.plugins.module_utils.engine.contract.provenance import Session
from ansible_collections.home.manager.plugins.module_utils.engine.contract.services import ServicePolicy
from ansible_collections.home.manager.plugins.module_utils.engine.examination import of_home, of_machine
from ansible_collections.home.manager.plugins.module_utils.engine.examination.examined_home import ExaminedHome, Skipped
from ansible_collections.home.manager.plugins.module_utils.engine.home.folder import HomeFolder
from ansible_collections.home.manager.plugins.module_utils.engine.state.state import State

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

EDITED = "~/.inputrc does not match generation 1"


class Known(ExaminedHome):
    """An examined home whose session, the units and the environment of a login shell are given."""

    session = Session()
    policy = ServicePolicy("systemd")
    environment: dict[str, str]

    def login(self) -> dict[str, str]:
        return self.environment


@pytest.fixture
def examined(sandbox: Any) -> Iterator[Known]:
    sandbox.switch({".inputrc": "x"})
    home = HomeFolder(str(sandbox.home), str(sandbox.state), State.open(str(sandbox.state), create=False))
    found = Known(home, pwd.getpwuid(os.geteuid()))
    found.environment = {}
    yield found
    home.close()


def findings_of(sandbox: Any, *checks: str) -> list[tuple[str, str]]:
    """State and text of what some checks found."""
    answer = sandbox.ask("doctor")
    return [(item["state"], item["text"]) for item in answer["findings"] if item["check"] in checks]


@pytest.mark.slow
def test_a_home_that_is_well(sandbox: Any) -> None:
    sandbox.switch({".inputrc": "x"})
    assert findings_of(sandbox, "generation", "files", "state", "folders", "python") == [("ok", "")] * 5


@pytest.mark.slow
def test_a_home_without_generations(sandbox: Any) -> None:
    assert findings_of(sandbox, "generation") == [("warning", "this home has no generation yet")]
    assert findings_of(sandbox, "files", "manager") == [("skipped", "there is no generation")] * 2
    assert not sandbox.state.exists()


@pytest.mark.slow
def test_files_that_differ(sandbox: Any) -> None:
    sandbox.switch({".inputrc": "x", ".a": "a"})
    (sandbox.home / ".inputrc").unlink()
    sandbox.write(".inputrc", "mine")
    (sandbox.home / ".a").unlink()
    first, second = sorted(findings_of(sandbox, "files"))
    assert first == ("error", "~/.a is gone")
    assert second[1].startswith(EDITED)


@pytest.mark.slow
def test_many_files_that_differ_are_counted(sandbox: Any) -> None:
    sandbox.switch({f".f{number}": "x" for number in range(8)})
    for number in range(8):
        (sandbox.home / f".f{number}").unlink()
    assert findings_of(sandbox, "files")[-1] == ("error", "3 more files differ")
    assert len(findings_of(sandbox, "files")) == 6


@pytest.mark.slow
def test_a_state_that_others_can_read(sandbox: Any) -> None:
    sandbox.switch({".inputrc": "x"})
    sandbox.state.chmod(0o755)
    ((state, text),) = findings_of(sandbox, "state")
    assert (state, text.endswith("can be read by others")) == ("error", True)


@pytest.mark.slow
def test_a_folder_that_cannot_be_written(sandbox: Any) -> None:
    sandbox.switch({".config/a": "x"})
    (sandbox.home / ".config").chmod(0o500)
    assert findings_of(sandbox, "folders") == [("error", "~/.config cannot be written by its owner")]
    (sandbox.home / ".config").chmod(0o700)


def program(folder: Path, name: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return path


def test_a_program_of_the_system_that_hides_the_homes_own(examined: Known, tmp_path: Path) -> None:
    # Not in the home of the sandbox: where that lies in memory, nothing may be executable.
    own, other = program(tmp_path / "own", "vim").parent, program(tmp_path / "usr", "vim")
    examined.session = Session(path=[str(own)])
    examined.environment = {"PATH": f"{own}:{other.parent}"}
    assert list(of_home.path(examined)) == []
    examined.environment = {"PATH": f"{other.parent}:{own}"}
    (found,) = of_home.path(examined)
    assert found.text == f"{other.parent} comes before {own} in PATH, so `vim` is {other}"
    examined.session = Session(path=["~/.local/bin"])
    assert [item.text for item in of_home.path(examined)] == ["~/.local/bin is not in PATH of a login shell"]


def test_session_variables_of_a_login_shell(examined: Known) -> None:
    examined.session = Session({"EDITOR": "vim", "LESS": "-R", "X": "$Y"})
    examined.environment = {"EDITOR": "nano"}
    missing, other = of_home.session(examined)
    assert missing.text == "a login shell lacks LESS"
    assert other.text == "EDITOR is `nano` in a login shell, and `vim` in the spec"
    examined.environment = {"EDITOR": "vim", "LESS": "-R"}
    assert list(of_home.session(examined)) == []


def test_folders_of_xdg(examined: Known, sandbox: Any) -> None:
    examined.session = Session({"XDG_CONFIG_HOME": "~/.config"})
    examined.environment = {"XDG_CONFIG_HOME": f"{sandbox.home}/cfg"}
    (found,) = of_home.xdg(examined)
    assert found.text == "XDG_CONFIG_HOME is ~/cfg in a login shell, and ~/.config in the spec"


def test_lingering(examined: Known, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(of_machine, "lingers", lambda _user: False)
    assert [item.state for item in of_machine.linger(examined)] == ["warning"]
    examined.policy = ServicePolicy("systemd", linger=True)
    assert [item.state for item in of_machine.linger(examined)] == ["error"]
    monkeypatch.setattr(of_machine, "lingers", lambda _user: True)
    assert list(of_machine.linger(examined)) == []


@pytest.mark.parametrize(
    ("version", "states"), [("2.16.3", ["error"]), ("2.19.1", []), ("3.0.0", []), ("none", ["warning"])]
)
def test_the_core_that_the_command_calls(
    examined: Known, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str, states: list[str]
) -> None:
    path = program(tmp_path, "ansible-playbook")
    path.write_text(f"#!/bin/sh\necho 'ansible-playbook [core {version}]'\n")
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    found = list(of_machine.core(examined))
    assert [item.state for item in found] == states
    if states == ["error"]:
        assert found[0].text == f"home.manager needs ansible-core 2.19 or newer; this is {version} ({path})"


def test_a_machine_without_ansible(examined: Known, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(Skipped, match="not installed here"):
        list(of_machine.core(examined))


def test_a_login_shell_is_asked_for_its_environment(sandbox: Any, tmp_path: Path) -> None:
    sandbox.write(".profile", "echo noise\nexport FROM_PROFILE=yes\n")
    account = pwd.getpwuid(os.geteuid())
    fields = (*account[:5], str(sandbox.home), "/bin/sh")
    examined = ExaminedHome(HomeFolder(str(sandbox.home), str(sandbox.state), None), pwd.struct_passwd(fields))
    assert examined.login()["FROM_PROFILE"] == "yes"
    fields = (*account[:5], str(sandbox.home), "/usr/sbin/nologin")
    with pytest.raises(Skipped, match="nologin is not a shell that can be queried"):
        ExaminedHome(HomeFolder(str(sandbox.home), str(sandbox.state), None), pwd.struct_passwd(fields)).login()
