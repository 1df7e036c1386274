# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Which programs are asked about a change, and what of their answers counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ansible_collections.home.manager.plugins.module_utils.engine.system.checks import daemons, validate
from ansible_collections.home.manager.plugins.module_utils.engine.system.checks.future import Future, FutureFile
from ansible_collections.home.manager.plugins.module_utils.engine.system.process import Done

if TYPE_CHECKING:
    from pathlib import Path


def future(*targets: str) -> Future:
    return Future([FutureFile(target, b"x", None, 0o644, 0, 0, "") for target in targets], {}, frozenset(targets))


def names(*targets: str) -> list[str]:
    return [daemon.name for daemon in daemons.concerned(future(*targets))]


@pytest.mark.parametrize(
    ("target", "name"),
    [
        ("nginx/conf.d/50-a.conf", "nginx"),
        ("fail2ban/jail.d/home-manager.local", "fail2ban"),
        ("cups/cupsd.conf", "cups"),
        ("chrony/chrony.conf", "chrony"),
        ("apt/apt.conf.d/60home-manager-upgrades", "apt"),
        ("docker/daemon.json", "docker"),
        ("home-manager/interactive.sh", "bash: home-manager/interactive.sh"),
    ],
)
def test_each_program_is_asked_about_its_own_files_alone(target: str, name: str) -> None:
    assert names(target) == [name]
    assert names("issue") == []


def test_who_has_no_file_of_ours_left_is_not_asked_but_sudo_is() -> None:
    files = [FutureFile.removed("fail2ban/jail.d/home-manager.local"), FutureFile.removed("sudoers.d/60-home-manager")]
    gone = Future(files, {}, frozenset({"issue"}))
    assert [daemon.name for daemon in daemons.concerned(gone)] == ["sudo as a whole"]
    kept = gone._replace(declared=frozenset({"fail2ban/jail.d/home-manager-sshd.local"}))
    assert [daemon.name for daemon in daemons.concerned(kept)] == ["sudo as a whole", "fail2ban"]


def test_a_cluster_of_postgresql_is_asked_once_and_only_where_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    changed = ["postgresql/15/main/conf.d/home-manager.conf", "postgresql/15/main/pg_hba.conf"]
    monkeypatch.setattr(daemons.queries, "exists", lambda _path: False)
    assert names(*changed) == []
    monkeypatch.setattr(daemons.queries, "exists", lambda _path: True)
    assert names(*changed) == ["postgresql"]


def answered(output: str, code: int, name: str, monkeypatch: pytest.MonkeyPatch) -> list[tuple[bool | None, str]]:
    (daemon,) = [daemon for daemon in daemons._DAEMONS if daemon.name == name]
    monkeypatch.setattr(validate, "run", lambda *_arguments: Done(code, output))
    return [(check.ok, check.message) for check in validate._asked(daemon, ())]


def test_noise_is_no_fault_and_an_option_that_is_not_there_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    missing = "reading config file x\nerror: stat of /x failed: No such file or directory"
    assert answered(missing, 1, "logrotate", monkeypatch) == [(True, "")]
    bad = "reading config file x\nerror: x:2 unknown option 'y' -- ignoring line"
    assert answered(bad, 1, "logrotate", monkeypatch)[0][1].endswith("'y' -- ignoring line")
    assert answered("unknown flag: --validate", 125, "docker", monkeypatch) == []
    assert answered("odd", 1, "fail2ban", monkeypatch) == [(False, "fail2ban rejects the new configuration: odd")]


@pytest.mark.programs("redis-server")
@pytest.mark.parametrize(
    ("line", "good"), [("maxmemory 64mb", True), ("maxmemory banana", False), ("nonsense 1", False)]
)
def test_redis_says_what_it_would_refuse_and_starts_nothing(line: str, good: bool, tmp_path: Path) -> None:
    import subprocess

    file = tmp_path / "redis.conf"
    file.write_text(f"port 0\ndir /nowhere\n{line}\n")
    command = ["sh", "-c", daemons._REDIS, "sh", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    assert (done.returncode == 0) is good
    assert good or line in done.stderr
