# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A run of a system that has nothing to do evaluates nothing, and only where an evaluation would come to the same plan."""

from __future__ import annotations

import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml
from ansible.parsing.dataloader import DataLoader
from ansible.parsing.vault import VaultLib, VaultSecret, VaultSecretsContext
from ansible.template import Templar, trust_as_template

from ansible_collections.home.manager.plugins.module_utils.engine.contract.errors import EngineError, ErrorKind
from ansible_collections.home.manager.plugins.plugin_utils.play import facts as memory
from ansible_collections.home.manager.plugins.plugin_utils.play import system, system_evaluator
from ansible_collections.home.manager.plugins.plugin_utils.play.system_task import NAME
from ansible_collections.home.manager.plugins.plugin_utils.play.target import Target
from ansible_collections.home.manager.plugins.plugin_utils.report.system_result import SystemRefused

FACTS = {
    "platform": "linux",
    "machine": "x86_64",
    "hostname": "web1",
    "distribution": "debian",
    "distribution_version": "12",
    "service_manager": "systemd",
    "init": "systemd",
    "systemdBoot": False,
    "nix": False,
    "user": {"name": "root", "home": "/root", "uid": 0, "gid": 0, "shell": "/bin/bash"},
}
CONFIGURATION = """
imports: [users.yml]
environment.etc: {a.conf: {text: "{{ said | default('one') }}"}}
home-manager.users.alice: {imports: [alice.yml]}
"""
ALICE = """
home: {stateVersion: "26.05", file.name: {text: "{{ osConfig.networking.hostName }}"}}
"""


# Compiled once for all tests, by the library.
COMPILERS: dict[object, Any] = {}


def shared_compiler(*library: str, plugins: Any = None, real: Any = system_evaluator.compiler) -> Any:
    if library not in COMPILERS:
        COMPILERS[library] = real(*library, plugins=plugins)
    return COMPILERS[library]


class Play:
    """A project of one system with one home, and a host that answers as it is told to."""

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch) -> None:
        self.folder = folder / "project"
        self.folder.mkdir()
        self.patch = patch
        self.loader = DataLoader()
        self.variables: dict[str, Any] = {
            "inventory_hostname": "web1",
            "inventory_dir": str(self.folder),
            "inventory_file": str(self.folder / "inventory.yml"),
            "system_config": {"imports": ["configuration.yml"]},
        }
        self.arguments: dict[str, Any] = {}
        self.check = False
        self.questions: list[dict[str, Any]] = []
        self.there: tuple[str, dict[str, str]] | None = None  # the digests that the host has
        self.facts = FACTS
        self.evaluations = 0
        self.write("configuration.yml", CONFIGURATION)
        self.write("users.yml", "users.users.alice.isNormalUser: true\n")
        self.write("alice.yml", ALICE)
        patch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
        patch.setattr(Target, "send", lambda _target, request, _bundle=None, _engine=False: self._answer(request))
        evaluator = system_evaluator.SystemEvaluator
        patch.setattr(evaluator, "evaluated", self._counted(evaluator.evaluated))
        patch.setattr(system_evaluator, "compiler", shared_compiler)
        memory.remember("web1", NAME, FACTS)

    def write(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text)

    def _counted(self, evaluated: Any) -> Any:
        def count(run: Any, host: dict[str, Any]) -> Any:
            self.evaluations += 1
            return evaluated(run, host)

        return count

    def _answer(self, request: dict[str, Any]) -> dict[str, Any]:
        self.questions.append(request)
        if request["step"] == "switch":
            return {"changed": True, "generation": 2, "previous": 1, "operations": [], "homes": {}}
        homes = {user: home["digest"] for user, home in request["homes"].items()}
        return {
            "facts": self.facts,
            "generation": 1,
            "unchanged": self.there in (None, (request["digest"], homes)),
            "objects": [],
            "homes": {},
        }

    def run(self) -> dict[str, Any]:
        """The result of a play; what was evaluated and asked before is forgotten."""
        self.questions, self.evaluations = [], 0
        task = SimpleNamespace(args=dict(self.arguments), check_mode=self.check, diff=False)
        action = SimpleNamespace(
            _task=task,
            _loader=self.loader,
            _templar=Templar(loader=self.loader, variables=self.variables),
            _play_context=SimpleNamespace(connection="local"),
        )
        return system.switched(action, self.variables)

    def evaluates(self) -> bool:
        """Whether a play evaluates the system."""
        self.run()
        return self.evaluations > 0

    @property
    def records(self) -> list[Path]:
        return sorted((self.folder.parent / "cache" / "home.manager" / "plans").glob("*.json"))


@pytest.fixture(name="play")
def fixture_play(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Play:
    """A play whose plan is kept."""
    play = Play(tmp_path, monkeypatch)
    assert play.evaluates()
    assert not play.evaluates()
    return play


def test_a_run_with_nothing_to_do_asks_once_with_the_same_question(play: Play) -> None:
    play.arguments["plan_cache"] = False
    evaluated = play.run()
    (asked,) = play.questions
    play.arguments["plan_cache"] = True
    kept = play.run()
    assert play.questions == [asked]
    assert list(asked["homes"]) == ["alice"]
    assert play.evaluations == 0
    assert kept == evaluated
    assert (kept["changed"], kept["generation"], kept["msg"]) == (False, 1, "web1: nothing to do")


@pytest.mark.slow
@pytest.mark.parametrize("name", ["configuration.yml", "users.yml", "alice.yml"])
def test_a_file_that_changes_is_evaluated(name: str, play: Play) -> None:
    path = play.folder / name
    path.write_text(path.read_text() + "\n# another line\n")
    assert play.evaluates()
    assert not play.evaluates()


def test_a_file_that_is_rewritten_with_the_same_content_is_not_evaluated(play: Play) -> None:
    path = play.folder / "alice.yml"
    text = path.read_text()
    path.unlink()
    path.write_text(text)
    assert not play.evaluates()


@pytest.mark.parametrize("name", ["said", "unread"])
def test_variables_that_were_read_count(name: str, play: Play) -> None:
    play.variables[name] = "two"
    assert play.evaluates() == (name == "said")


@pytest.mark.slow
def test_a_folder_that_is_imported_counts_with_its_names(play: Play) -> None:
    (play.folder / "more").mkdir()
    (play.folder / "more" / "default.yml").write_text("time.timeZone: UTC\n")
    play.write("users.yml", "{imports: [more], users.users.alice.isNormalUser: true}\n")
    assert play.evaluates()
    assert not play.evaluates()
    (play.folder / "more" / "default.yml").write_text("time.timeZone: Europe/Berlin\n")
    assert play.evaluates()


@pytest.mark.slow
def test_a_source_and_a_template_count(play: Play) -> None:
    play.write("motd.j2", "one")
    play.write("issue", "one")
    play.write(
        "users.yml", "{users.users.alice.isNormalUser: true, environment.etc: {b.template: motd.j2, c.source: issue}}\n"
    )
    assert play.evaluates()
    for name in ("motd.j2", "issue"):
        assert not play.evaluates()
        play.write(name, "two")
        assert play.evaluates()


@pytest.mark.slow
def test_the_inventory_and_the_arguments_count(play: Play) -> None:
    play.variables["system_config"] = {"imports": ["configuration.yml"], "time.timeZone": "UTC"}
    assert play.evaluates()
    assert not play.evaluates()
    play.arguments["special_args"] = {"role": "web"}
    assert play.evaluates()
    play.variables["system_config"] = {"imports": ["configuration.yml"]}
    play.arguments = {"specialisation": "night"}
    play.write(
        "users.yml",
        "{users.users.alice.isNormalUser: true, specialisation.night.configuration: {time.timeZone: Asia/Tokyo}}\n",
    )
    assert play.evaluates()
    assert not play.evaluates()
    play.arguments = {}
    assert play.evaluates()


@pytest.mark.slow
def test_a_configuration_that_is_a_variable_counts_by_its_value(play: Play) -> None:
    play.arguments["config"] = trust_as_template("{{ other }}")
    play.variables["other"] = {"imports": ["configuration.yml"]}
    assert play.evaluates()
    assert not play.evaluates()
    play.variables["other"] = {"imports": ["configuration.yml"], "time.timeZone": "UTC"}
    assert play.evaluates()


@pytest.mark.slow
def test_facts_of_the_host_count(play: Play) -> None:
    play.facts = {**FACTS, "hostname": "web2"}
    assert play.evaluates()
    assert len(play.questions) == 2  # what was kept, then what the facts come to
    assert not play.evaluates()


def test_every_question_waits_for_another_switch_as_long_as_is_asked(play: Play) -> None:
    play.arguments["lock_timeout"] = 3
    play.there = ("another", {})
    play.run()
    assert [question["lock_timeout"] for question in play.questions] == [3, 3]


def test_a_host_that_is_not_as_planned_is_switched_after_one_question(play: Play) -> None:
    play.there = ("another", {})
    result = play.run()
    assert result["changed"]
    assert [question["step"] for question in play.questions] == ["probe", "switch"]
    assert play.evaluations == 1


@pytest.mark.slow
@pytest.mark.parametrize("action", ["boot", "test", "dry-activate"])
def test_all_actions_that_switch_share_a_plan(action: str, play: Play) -> None:
    play.arguments["action"] = action
    assert not play.evaluates()
    play.check = True
    assert not play.evaluates()


@pytest.mark.slow
def test_a_preview_keeps_the_plan_too(play: Play) -> None:
    play.write("users.yml", "{users.users.alice.isNormalUser: true, time.timeZone: UTC}\n")
    play.check = True
    assert play.evaluates()
    play.check = False
    assert not play.evaluates()


@pytest.mark.slow
@pytest.mark.parametrize("text", ["{{ lookup('pipe', 'date') }}", "{{ ['a', 'b'] | random }}"])
def test_what_may_be_another_value_next_time_is_not_kept(text: str, play: Play) -> None:
    play.write("users.yml", yaml.safe_dump({"users.users.alice.isNormalUser": True, "environment.etc.b.text": text}))
    assert play.evaluates()
    assert play.evaluates()


def test_neither_contents_nor_values_are_in_a_record(play: Play) -> None:
    play.variables["said"] = "a very remarkable value"
    play.write("issue", "a very remarkable text")
    play.write("users.yml", "{users.users.alice.isNormalUser: true, environment.etc.c.source: issue}\n")
    assert play.evaluates()
    assert not play.evaluates()
    (record,) = play.records
    assert "remarkable" not in record.read_text()
    assert record.stat().st_mode & 0o777 == 0o600
    assert record.parent.stat().st_mode & 0o777 == 0o700


@pytest.mark.slow
def test_warnings_are_told_again_but_not_kept_where_a_secret_was_read(play: Play) -> None:
    warned = '{users.users.alice: {isNormalUser: true, hashedPassword: "%s"}}\n'
    play.write("users.yml", warned % "plain")
    first = play.run()
    again = play.run()
    assert play.evaluations == 0
    assert again["warnings"] == first["warnings"]
    assert "The password hash of users.users.alice" in again["warnings"][0]
    play.write("users.yml", warned % "{{ lookup('env', 'HOME') }}")
    assert play.evaluates()
    assert play.evaluates()


@pytest.mark.slow
def test_a_vaulted_file_is_nobody_s_hit_who_has_no_password(play: Play) -> None:
    secret = VaultSecret(b"password")
    play.loader.set_vault_secrets([("default", secret)])
    play.patch.setattr(VaultSecretsContext, "_current", VaultSecretsContext([("default", secret)]))
    play.write("users.yml", "imports: [secret.yml]\n")
    (play.folder / "secret.yml").write_bytes(VaultLib().encrypt("users.users.alice.isNormalUser: true\n", secret))
    assert play.evaluates()
    assert not play.evaluates()
    play.loader = DataLoader()
    play.patch.setattr(VaultSecretsContext, "_current", VaultSecretsContext([]))
    with pytest.raises(SystemRefused, match="no vault password was given"):
        play.run()


@pytest.mark.slow
@pytest.mark.parametrize("content", ["", "{", "[1]", '{"version": 99}', '{"version": 1, "identity": 3}'])
def test_a_damaged_record_is_no_record(content: str, play: Play) -> None:
    (record,) = play.records
    record.write_text(content)
    assert play.evaluates()
    assert not play.evaluates()


def test_it_can_be_turned_off(play: Play) -> None:
    play.arguments["plan_cache"] = False
    shutil.rmtree(play.records[0].parent)
    assert play.evaluates()
    assert play.evaluates()
    assert play.records == []


@pytest.mark.slow
def test_what_the_host_refuses_is_told_with_the_lines_of_the_specification(play: Play) -> None:
    def refuse(_target: Target, _request: dict[str, Any], _bundle: object = None, _engine: bool = False) -> None:
        raise EngineError('there is no user "alice"', ErrorKind.ACCOUNTS)

    play.patch.setattr(Target, "send", refuse)
    with pytest.raises(SystemRefused, match=r"users\.yml:1"):
        play.run()
    assert play.evaluations == 1


@pytest.mark.slow
def test_a_specialisation_that_is_not_there_is_refused_with_those_that_are(play: Play) -> None:
    play.arguments = {"specialisation": "nigth"}
    play.write("users.yml", "{specialisation: {day: {configuration: {}}, night: {configuration: {}}}}\n")
    with pytest.raises(SystemRefused, match="the system has day, night"):
        play.run()


@pytest.mark.slow
def test_files_of_specialisations_that_nobody_asks_for_count(play: Play) -> None:
    play.write(
        "users.yml",
        "{users.users.alice.isNormalUser: true, specialisation.night.configuration: {imports: [night.yml]}}\n",
    )
    play.write("night.yml", "warnings: [dark]\n")
    first = play.run()
    assert any("specialisation.night: dark" in warning for warning in first["warnings"])
    assert not play.evaluates()
    assert play.run()["warnings"] == first["warnings"]
    play.write("night.yml", "time.timeZne: UTC\n")
    with pytest.raises(SystemRefused, match=r"specialisation.night: `time` has no option `timeZne`"):
        play.run()


@pytest.mark.slow
def test_what_is_wrong_is_refused_and_not_kept(play: Play) -> None:
    play.write("users.yml", "{users.users.alice.isNormalUser: true, time.timeZne: UTC}\n")
    for _time in range(2):
        with pytest.raises(SystemRefused, match="has no option `timeZne`"):
            play.run()
