# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The home-manager command, run as it lies in a home: one file, Python alone, no Ansible."""

from __future__ import annotations

import json
import os
import re
import subprocess

import pytest

from ansible_collections.home.manager.plugins.module_utils.engine import modules
from ansible_collections.home.manager.plugins.module_utils.engine.archive import archive, sources
from ansible_collections.home.manager.plugins.module_utils.engine.contract.age import parse_age
from ansible_collections.home.manager.plugins.module_utils.engine.contract.errors import EngineError
from ansible_collections.home.manager.plugins.module_utils.engine.modules import SOURCES, packed, version_of

PYTHON = "/usr/bin/python3"


class Installed:
    """A home with two generations, the command in it, and nothing else on the path."""

    def __init__(self, sandbox, tools):
        self.sandbox = sandbox
        self.program = {"text": archive(), "stored": "0555"}
        # The sandbox may lie where nothing may be executed.
        self.tools = tools
        for text in "12":
            self.switch({"a": text})

    def switch(self, spec, **more):
        return self.sandbox.switch({".local/bin/home-manager": self.program, **spec}, **more)

    def run(self, *arguments, stdin="", code=0, cwd=None, **environment):
        command = [PYTHON, "-I", str(self.sandbox.home / ".local/bin/home-manager"), *arguments]
        done = subprocess.run(
            command,
            input=stdin,
            check=False,
            capture_output=True,
            text=True,
            cwd=cwd,
            env={"PATH": str(self.tools), "HOME": "/nonexistent", "LANG": "C.UTF-8", **environment},
        )
        assert done.returncode == code, done.stderr + done.stdout
        assert "Traceback" not in done.stderr
        return done.stdout + done.stderr


@pytest.fixture
def installed(sandbox, tmp_path):
    return Installed(sandbox, tmp_path)


def test_the_archive_depends_on_its_sources_alone():
    assert archive() == archive()


MAIN = "def main(arguments):\n    print('the kept engine')\n    return 0\n"


def _engine(installed, main=MAIN):
    """The engine as the launcher leaves it; `main` is the text of its command as it was compiled, to know it by."""
    files = sources()
    folder = installed.sandbox.state / "engine" / version_of(files)
    folder.mkdir(mode=0o700, parents=True)
    (folder / SOURCES).write_bytes(packed(files))
    (folder / SOURCES).chmod(0o600)
    if main:
        # By the Python that runs the command.
        here = os.path.dirname(os.path.dirname(modules.__file__))
        program = (
            f"import sys; sys.path.insert(0, {here!r}); from engine.modules import Modules; import marshal\n"
            f"found = Modules({folder.name!r}, None, {str(folder)!r}); code = compile(sys.argv[1], 'main.py', 'exec')\n"
            f"found._code['engine.command.main'] = False, marshal.dumps(code); found.grown = True; found.write_code({str(folder)!r})\n"
        )
        subprocess.run([PYTHON, "-I", "-c", program, main], check=True)
    return folder


@pytest.mark.slow
def test_it_runs_the_engine_that_the_home_keeps_where_it_is_the_same(installed):
    folder = _engine(installed)
    assert installed.run("generations") == "the kept engine\n"
    folder.rename(folder.parent / ("0" * 32))
    assert "2 generations" in installed.run("generations")


@pytest.mark.slow
def test_the_kept_engine_answers_as_the_archive_does_and_keeps_its_bytecode(installed):
    before = installed.run("--json", "generations")
    folder = _engine(installed, main="")
    assert installed.run("--json", "generations") == before
    (code,) = folder.glob("code-*")
    written = code.stat()
    assert installed.run("--json", "generations") == before
    assert code.stat().st_ino == written.st_ino, "it compiled nothing new"


@pytest.mark.slow
def test_a_kept_engine_that_is_damaged_is_not_used(installed):
    (_engine(installed, main="") / SOURCES).write_bytes(b"")
    assert "2 generations" in installed.run("generations")


@pytest.mark.slow
@pytest.mark.parametrize("part", [".", SOURCES])
def test_it_runs_no_engine_that_others_can_write(installed, part):
    folder = _engine(installed)
    (folder / part).chmod(0o770)
    assert "2 generations" in installed.run("generations")


@pytest.mark.slow
@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
@pytest.mark.parametrize("part", [".", SOURCES])
def test_it_runs_no_engine_of_another_user(installed, part):
    folder = _engine(installed)
    os.chown(folder / part, 12345, 12345)
    assert "2 generations" in installed.run("generations")


@pytest.mark.slow
def test_it_finds_its_own_state_and_lists(installed):
    lines = installed.run("generations").splitlines()
    assert re.fullmatch(r"   2  \d{4}-\d\d-\d\d \d\d:\d\d  files ~1 +current", lines[0])
    assert re.fullmatch(r"   1  \d{4}-\d\d-\d\d \d\d:\d\d  files \+2", lines[1])
    assert lines[2].startswith("2 generations, ")
    found = json.loads(installed.run("--json", "generations"))
    assert [item["number"] for item in found["generations"]] == [2, 1]


@pytest.mark.slow
def test_rollback_and_back(installed):
    preview = installed.run("-n", "--diff", "switch", "--rollback")
    assert "preview of generation 1, back from 2, nothing is written\n" in preview
    assert "  ~ file  ~/a\n      @@ 1 @@\n      -2\n      +1\n" in preview
    assert installed.sandbox.read("a") == "2"
    told = installed.run("switch", "--rollback")
    assert ": back to generation 1, from 2\n" in told
    assert "note: the spec still says generation 2; the next switch restores it\n" in told
    assert told.endswith("  generation 1: files ~1\n")
    assert installed.sandbox.read("a") == "1"
    assert installed.run("switch", "--generation", "2").endswith("  generation 2: files ~1\n")
    assert installed.run("switch", "--generation", "2").endswith("  up to date, generation 2\n")
    assert "error: there is no generation 7\n" in installed.run("switch", "--generation", "7", code=1)


@pytest.mark.slow
def test_a_plan_as_json_is_one_line_and_nothing_else(installed):
    (installed.sandbox.home / "a").unlink()
    (installed.sandbox.home / "a").write_text("mine")
    text = installed.run("switch", "--rollback", "--json", code=1)
    assert text.count("\n") == 1
    plan = json.loads(text)
    assert (plan["verb"], plan["outcome"], plan["from"], plan["to"]) == ("rollback", "refused", 2, 1)
    (collision,) = plan["collisions"]
    assert (collision["path"], collision["kind"], collision["lines"]) == ("a", "file", 1)
    assert collision["choices"][0]["command"].endswith("-b bak")


@pytest.mark.slow
def test_differences_of_generations_and_of_the_home(installed):
    assert "  ~ file  ~/a\n      @@ 1 @@\n      -1\n      +2\n" in installed.run("diff", "1", "2")
    assert "generation 2 -> 1\n" in installed.run("diff", "2", "1")
    installed.run("diff", "1", "--exit-code", code=1)
    assert "no difference" in installed.run("diff", "2", "--exit-code")
    assert "no difference" in installed.run("diff")
    (installed.sandbox.home / "a").unlink()
    assert "  - file  ~/a  it is gone\n" in installed.run("diff")
    assert "there is no generation 9" in installed.run("diff", "9", code=1)


@pytest.mark.slow
def test_a_kept_edit_is_shown_and_dropped(installed):
    copied = {"text": "one\n", "method": "copy", "mode": "0644"}
    home = str(installed.sandbox.home)
    installed.switch({"a": "3", "c": copied})
    installed.sandbox.write("c", "mine\n")
    assert "      -one\n      +mine\n" in installed.run("diff", f"{home}/c", "--home", home)
    told = installed.run("switch", "--generation", "3")
    assert re.search(r"  ! file  ~/c  kept: you changed it since \d{4}-\d\d-\d\d\n", told)
    assert "      to drop it           home-manager switch --overwrite ~/c\n" in told
    assert told.endswith("  up to date, generation 3; 1 file kept as you changed it\n")
    assert "is not a file that was kept as you edited it" in installed.run(
        "switch", "--overwrite", f"{home}/a", "--home", home, code=2
    )
    installed.run("switch", "--overwrite", f"{home}/c", "--home", home)
    assert installed.sandbox.read("c") == "one\n"


@pytest.mark.slow
def test_specialisations(installed):
    installed.switch(
        {"a": "day"}, specialisations={"night": {".local/bin/home-manager": installed.program, "a": "night"}}
    )
    installed.run("switch", "-c", "night")
    assert installed.sandbox.read("a") == "night"
    assert "no specialisation noon" in installed.run("switch", "--specialisation", "noon", code=1)
    installed.run("switch", "--base")
    assert installed.sandbox.read("a") == "day"


@pytest.mark.slow
def test_packages_are_sorted_whatever_their_case(installed):
    installed.switch({}, packages=["zsh", "Bat", "aria2"])
    assert installed.run("packages").splitlines() == ["aria2", "Bat", "zsh"]


@pytest.mark.slow
def test_expire_and_remove(installed):
    installed.switch({"a": "3"})
    assert "no generation is old enough to be removed" in installed.run("expire-generations", "-30 days")
    assert "in use" in installed.run("remove-generations", "3", code=1)
    assert "1 generation would be removed: 1\n" in installed.run("-n", "remove-generations", "1")
    installed.run("remove-generations", "1")
    assert "1 generation removed: 2\n" in installed.run("expire", "--keep", "1")
    assert len(installed.run("generations").splitlines()) == 2
    assert "1 generation (1-2 expired)" in installed.run("generations")
    assert "give TIME or --keep" in installed.run("expire-generations", code=2)
    assert "not an age" in installed.run("expire-generations", "soon", code=1)


@pytest.mark.slow
def test_verify(installed):
    assert "everything matches generation 2" in installed.run("verify")
    (installed.sandbox.home / "a").unlink()
    told = installed.run("verify", code=1)
    assert "  ! file  ~/a  it is gone\n" in told
    assert told.endswith("  generation 2: 1 file differs\n")
    assert "  ~ file  ~/a  restored, it was missing\n" in installed.run("verify", "--repair")


@pytest.mark.slow
def test_uninstall_asks(installed):
    told = installed.run("uninstall", stdin="n\n", code=1)
    assert "  - file  2 files and links\n  - data  2 generations, " in told
    assert "Take all this away? [y/N] " in told
    assert "nothing changed\n" in told
    assert installed.sandbox.read("a") == "2"
    assert "would be uninstalled, nothing is written" in installed.run("uninstall", "-n")
    installed.run("uninstall", stdin="y\n")
    assert installed.sandbox.tree() == {}
    assert not installed.sandbox.state.exists()


@pytest.mark.slow
def test_help_and_version(installed):
    text = installed.run("help")
    for word in ("generations", "switch", "expire", "uninstall", "verify", "packages"):
        assert f"\n  {word} " in text
    assert text == installed.run("--help")
    assert re.fullmatch(r"\d+\.\d+\.\d+\n", installed.run("--version"))
    assert installed.run(code=2) == text
    assert installed.run("swich", code=2) == "error: unknown command `swich`; did you mean `switch`?\n"
    assert "--overwrite PATH" in installed.run("help", "switch")
    assert "nothing to instantiate" in installed.run("instantiate", code=2)


@pytest.mark.slow
def test_a_new_spec_needs_ansible_and_says_so(installed):
    assert "does not record which project" in installed.run("switch", code=1)
    project = installed.sandbox.base / "project"
    origin = {"host": "here", "project": str(project), "playbook": "home.yml", "inventory": "inventory.yml"}
    installed.switch({}, origin=origin)
    assert "is not on this machine" in installed.run("build", code=1)
    project.mkdir()
    for command in (["switch"], ["build"], ["option", "programs.git.enable"], ["news"]):
        assert "is not installed here" in installed.run(*command, code=1)


@pytest.mark.slow
def test_a_new_spec_is_switched_by_the_project_playbook(installed):
    project = installed.sandbox.base / "project"
    (project / "users").mkdir(parents=True)
    origin = {"host": "here", "project": str(project), "playbook": "home.yml", "inventory": "inventory.yml"}
    installed.switch({}, origin=origin)
    program = installed.tools / "ansible-playbook"
    program.write_text('#!/bin/sh\necho "$PWD $*"\nexit 4\n')
    program.chmod(0o755)
    user = installed.sandbox.user
    start = f"{project} home.yml -i inventory.yml --limit here -e home_user={user}"
    assert installed.run("switch", code=4) == start + "\n"
    told = installed.run("-n", "--diff", "switch", "-b", "bak", code=4)
    assert told == start + " -e home_backup_extension=bak --check --diff\n"
    assert installed.run("build", "-v", code=4) == start.replace("home.yml", "home.manager.build", 1) + "\n"
    other = installed.sandbox.base / "other"
    other.mkdir()
    assert installed.run("switch", "-f", str(other), code=4) == (f"{other} home.yml --limit here -e home_user={user}\n")
    assert "error: there is no folder /nowhere\n" in installed.run("switch", "--project", "/nowhere", code=1)
    program.write_text('#!/bin/sh\nPATH=/usr/bin:/bin\nenv | grep -E "^(ANSIBLE|HOME_PLAN)" | sort\n')
    vault = ("--vault-password-file", "word", "--ask-vault-pass")
    for given in (
        ("switch", "--json", "-v", "--color", "never", *vault),
        (*vault, "-v", "--json", "--color", "never", "switch"),
    ):
        assert installed.run(*given, cwd=other).splitlines() == [
            "ANSIBLE_ASK_VAULT_PASS=1",
            "ANSIBLE_NOCOLOR=1",
            "ANSIBLE_STDOUT_CALLBACK=home.manager.plan",
            f"ANSIBLE_VAULT_PASSWORD_FILE={other}/word",
            "ANSIBLE_VERBOSITY=1",
            "HOME_PLAN_FORMAT=json",
        ]
    program.write_text('#!/bin/sh\necho "$PWD $*"\nexit 4\n')
    assert "option=programs.git" in installed.run("option", "programs.git.", code=4)
    assert installed.run("option", code=4).endswith(" -e option=.\n")
    assert "VISUAL" in installed.run("edit", code=1)
    (project / "users" / f"{user}.yml").touch()
    assert installed.run("edit", EDITOR="/bin/echo -n") == f"users/{user}.yml"
    assert "the editor `no-vim -x` is not installed" in installed.run("edit", code=1, EDITOR="no-vim -x")
    assert "is not installed" in installed.run("edit", code=1, EDITOR="vim '")


@pytest.mark.slow
def test_a_project_that_moved_is_found_from_inside(installed):
    old, new = installed.sandbox.base / "old", installed.sandbox.base / "new"
    (new / "users").mkdir(parents=True)
    origin = {"host": "here", "project": str(old), "playbook": "home.yml", "inventory": str(old / "inventory.yml")}
    installed.switch({}, origin=origin)
    program = installed.tools / "ansible-playbook"
    program.write_text('#!/bin/sh\necho "$PWD $*"\n')
    program.chmod(0o755)
    told = f"the project {old} is not on this machine; change to the project's folder, or use --project"
    assert told in installed.run("switch", code=1, cwd=new)
    (new / "home.yml").touch()
    end = f"--limit here -e home_user={installed.sandbox.user}\n"
    assert installed.run("switch", cwd=new / "users").splitlines(keepends=True)[0] == f"{new} home.yml {end}"
    (new / "inventory.yml").touch()
    said = installed.run("switch", cwd=new / "users")
    assert f"{new} home.yml -i {new}/inventory.yml {end}" in said
    assert f"the project {old} no longer exists; using {new}" in said


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("30d", 30 * 86400),
        ("-30 days", 30 * 86400),
        ("2 weeks ago", 14 * 86400),
        ("12h", 12 * 3600),
        ("1 month", 30 * 86400),
        ("yesterday", 86400),
        ("now", 0),
        ("@1700000000", 1_000),
    ],
)
def test_ages(text, expected):
    assert parse_age(text, 1_700_001_000.0) == expected


def test_dates_are_local():
    import time

    day = time.strftime("%Y-%m-%d", time.localtime(1_700_000_000))
    assert 0 <= 1_700_000_000 - (1_700_100_000 - parse_age(day, 1_700_100_000.0)) <= 86400


@pytest.mark.parametrize("text", ["", "soon", "2999-01-01", "3 parsecs", "-", "99"])
def test_ages_that_are_none(text):
    with pytest.raises(EngineError):
        parse_age(text)


@pytest.mark.slow
def test_the_command_runs_on_the_oldest_python(installed):
    old = "/root/.pyenv/versions/3.8.18/bin/python"
    if not os.path.exists(old):
        pytest.skip("no Python 3.8 here")
    done = subprocess.run(
        [old, "-I", str(installed.sandbox.home / ".local/bin/home-manager"), "switch", "--rollback"],
        check=False,
        capture_output=True,
        text=True,
        env={"PATH": "/usr/bin:/bin"},
    )
    assert done.returncode == 0, done.stderr
    assert installed.sandbox.read("a") == "1"
