# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Which programs are asked about a change, and what of their answers counts: with the checks that the library declares."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
import yaml

from ansible_collections.home.manager.plugins.module_utils.engine.contract.errors import EngineError
from ansible_collections.home.manager.plugins.module_utils.engine.system.checks import programs, validate
from ansible_collections.home.manager.plugins.module_utils.engine.system.checks.future import Future, FutureFile
from ansible_collections.home.manager.plugins.module_utils.engine.system.process import Done
from ansible_collections.home.manager.plugins.module_utils.engine.system.program_check import ProgramCheck

LIBRARY = Path(__file__).resolve().parents[7] / "roles/system/modules/checks.yml"
DECLARED = yaml.safe_load(LIBRARY.read_text())["config"][1]["system.programChecks"]
CHECKS = {
    name: ProgramCheck.of({"name": name, "refusal": f"{name} rejects the new configuration", **check})
    for name, check in DECLARED.items()
}


@pytest.fixture(autouse=True)
def everything_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(programs, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(programs.queries, "exists", lambda _path: True)


def future(*targets: str) -> Future:
    return Future([FutureFile(target, b"x", None, 0o644, 0, 0, "") for target in targets], {}, frozenset(targets))


def names(changed: Future) -> list[str]:
    return [question.check.name for question in programs.questions(CHECKS.values(), changed)]


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("nginx/conf.d/50-a.conf", ["nginx"]),
        ("fail2ban/jail.d/home-manager.local", ["fail2ban"]),
        ("cups/cupsd.conf", ["cups"]),
        ("chrony/chrony.conf", ["chrony"]),
        ("apt/apt.conf.d/60home-manager-upgrades", ["apt"]),
        ("docker/daemon.json", ["docker"]),
        ("home-manager/interactive.sh", ["bash"]),
        ("home-manager/nftables.conf", ["nft"]),
        ("home-manager/redis-cache.conf", ["redis"]),
        ("sudoers.d/60-home-manager", ["sudo", "sudo-file"]),
        ("issue", []),
    ],
)
def test_each_program_is_asked_about_its_own_files_alone(target: str, expected: list[str]) -> None:
    assert names(future(target)) == expected


def test_who_has_no_declared_file_left_is_not_asked_but_sudo_is() -> None:
    files = [FutureFile.removed("fail2ban/jail.d/home-manager.local"), FutureFile.removed("sudoers.d/60-home-manager")]
    gone = Future(files, {}, frozenset({"issue"}))
    assert names(gone) == ["sudo"]
    assert names(gone._replace(declared=frozenset({"fail2ban/jail.d/home-manager-sshd.local"}))) == ["fail2ban", "sudo"]


def test_a_cluster_of_postgresql_is_asked_once_and_only_where_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    changed = future("postgresql/15/main/conf.d/home-manager.conf", "postgresql/15/main/pg_hba.conf")
    (question,) = programs.questions(CHECKS.values(), changed)
    assert question.command[4] == "/usr/lib/postgresql/15/bin/postgres"
    assert question.command[-1] == "config_file=/etc/postgresql/15/main/postgresql.conf"
    monkeypatch.setattr(programs.queries, "exists", lambda _path: False)
    assert names(changed) == []


def test_a_program_that_is_not_installed_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(programs, "which", lambda _name: None)
    assert names(future("nginx/nginx.conf")) == []


def test_a_file_is_judged_by_itself_where_there_is_no_future_etc(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(validate, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(validate, "run", lambda command, *_more: asked.append(" ".join(command[:3])) or Done(0, ""))
    found = validate.alone(future("home-manager/nftables.conf", "nginx/nginx.conf"), CHECKS.values())
    assert ([check.name for check in found], asked) == (["nft"], ["nft -c -f"])


def answered(output: str, code: int, name: str, monkeypatch: pytest.MonkeyPatch) -> list[tuple[bool | None, str]]:
    monkeypatch.setattr(validate, "run", lambda *_arguments: Done(code, output))
    question = programs.Question(CHECKS[name], CHECKS[name].command)
    return [(check.ok, check.message) for check in validate._judged(question)]


def test_noise_is_no_fault_and_an_option_that_is_not_there_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    missing = "reading config file x\nerror: stat of /x failed: No such file or directory"
    assert answered(missing, 1, "logrotate", monkeypatch) == [(True, "")]
    bad = "reading config file x\nerror: x:2 unknown option 'y' -- ignoring line"
    assert answered(bad, 1, "logrotate", monkeypatch)[0][1].endswith("'y' -- ignoring line")
    assert answered("unknown flag: --validate", 125, "docker", monkeypatch) == []
    assert answered("odd", 1, "fail2ban", monkeypatch) == [(False, "fail2ban rejects the new configuration: odd")]


@pytest.mark.parametrize("wrong", [{"files": 1}, {"command": []}, {"odd": 1}])
def test_a_check_that_is_not_well_formed_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(EngineError, match="the declaration of the system is malformed"):
        ProgramCheck.of({"name": "a", "files": "a", "command": ["true"], "refusal": "no", **wrong})


@pytest.mark.programs("redis-server")
@pytest.mark.parametrize(
    ("line", "good"), [("maxmemory 64mb", True), ("maxmemory banana", False), ("nonsense 1", False)]
)
def test_redis_says_what_it_would_refuse_and_starts_nothing(line: str, good: bool, tmp_path: Path) -> None:
    file = tmp_path / "redis.conf"
    file.write_text(f"port 0\ndir /nowhere\n{line}\n")
    command = [word.replace("{file}", str(file)) for word in CHECKS["redis"].command]
    done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    assert (done.returncode == 0) is good
    assert good or line in done.stderr
