# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a target refused, as it is printed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible.parsing.dataloader import DataLoader

from ansible_collections.home.manager.plugins.module_utils.engine.contract.errors import EngineError, ErrorKind
from ansible_collections.home.manager.plugins.module_utils.engine.voice.messages import text_of
from ansible_collections.home.manager.plugins.plugin_utils.play.refusals import refusal_of
from ansible_collections.home.manager.plugins.plugin_utils.report.task_result import lookup_error
from ansible_collections.home.manager.plugins.plugin_utils.syntax.position import Position

NO_PYTHON = EngineError("no response from the target (exit code 127): not found", ErrorKind.CONNECTION, rc=127)


@pytest.fixture
def variables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The variables of a host that names an interpreter, as Ansible reads them."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "web.yml").write_text("ansible_python_interpreter: /usr/bin/python4\nhome_users:\n  alise: {}\n")
    return DataLoader().load_from_file(str(tmp_path / "web.yml"))


def test_an_interpreter_that_does_not_exist_is_told_with_what_names_it(variables: Any) -> None:
    assert text_of(refusal_of(NO_PYTHON, "web", variables)).splitlines() == [
        "web has no /usr/bin/python4",
        "  web.yml:1:29 sets ansible_python_interpreter",
    ]


def test_a_host_without_python() -> None:
    found = text_of(refusal_of(NO_PYTHON, "web", {}))
    assert found.splitlines()[0] == "web has no python3"
    assert "`ansible_python_interpreter`" in found


def test_a_python_that_is_too_old() -> None:
    error = EngineError("SyntaxError: future feature annotations is not defined", ErrorKind.CONNECTION, rc=1)
    assert "older than 3.8" in text_of(refusal_of(error, "web", {}))


def test_a_user_that_does_not_exist_is_told_with_its_place(variables: Any, tmp_path: Path) -> None:
    error = EngineError("there is no user alise on this machine", ErrorKind.USER)
    assert text_of(refusal_of(error, "web", variables, Position(str(tmp_path / "web.yml"), 3, 3))).splitlines() == [
        "there is no user alise on web",
        "  web.yml:3:3",
        "   3 |   alise: {}",
        "     |   ^^^^^",
    ]


def test_another_user_is_told_to_become_root() -> None:
    error = EngineError("this runs as bob", ErrorKind.ACCOUNT)
    assert text_of(refusal_of(error, "web", {})).splitlines()[1].startswith("  run as root:  ansible-playbook")


def test_anything_else_is_told_as_it_is() -> None:
    assert text_of(refusal_of(EngineError("no", ErrorKind.SPACE), "web", {})) == "no"
    assert text_of(refusal_of(EngineError("gone", ErrorKind.CONNECTION, rc=1), "web", {})) == "gone"


def test_what_the_lookup_of_users_refuses_is_told_without_its_name() -> None:
    told = lookup_error({"msg": "The lookup plugin 'home.manager.users' failed: web has no `home_users`\n  more"})
    assert [line.text for line in told] == ["error: web has no `home_users`", "  more"]
    assert lookup_error({"msg": "something else"}) == []
