# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a person reads of real plays, with our own callback and with Ansible's: the wanted outputs, word for word."""

from __future__ import annotations

import json
import os
import pwd
import re
import subprocess
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

USER = pwd.getpwuid(os.geteuid()).pw_name
BASHRC = "# ~/.bashrc\n# mine\n# three\n# four\n"


class Project:
    """A project of one user whose home is a scratch folder, with our callback."""

    def __init__(self, folder: Path) -> None:
        self.home = folder / "home"
        self.folder = folder / "project"
        for path in (self.home, self.folder / "users"):
            path.mkdir(parents=True)
        self.write("ansible.cfg", "[defaults]\ninventory = inventory.yml\nstdout_callback = home.manager.plan\n")
        self.write("home.yml", "- hosts: all\n  gather_facts: false\n  roles: [home.manager.home]\n")
        self.inventory("localhost")

    def inventory(self, *hosts: str) -> None:
        """An inventory in which the user has a home on each of these hosts."""
        lines = [
            f"    {host}: {{ansible_connection: local, ansible_python_interpreter: /usr/bin/python3}}" for host in hosts
        ]
        users = f"  vars:\n    home_users: {{{USER}: {{imports: [users/alice.yml]}}}}\n"
        self.write("inventory.yml", "all:\n  hosts:\n" + "\n".join(lines) + "\n" + users)

    def write(self, name: str, text: str) -> None:
        (self.folder / name).write_text(textwrap.dedent(text))

    def spec(self, text: str) -> None:
        """The user's spec; home and state version are said."""
        home = f'home: {{stateVersion: "26.05", homeDirectory: "{self.home}"}}\n'
        self.write("users/alice.yml", home + textwrap.dedent(text))

    def run(self, *arguments: str, code: int = 0, **environment: str) -> str:
        """The output of `ansible-playbook`, with the user called alice."""
        given = {**os.environ, "HOME": str(self.home), "NO_COLOR": "1", **environment}
        command = ["ansible-playbook", *arguments]
        done = subprocess.run(command, cwd=self.folder, env=given, capture_output=True, text=True, check=False)
        output = done.stdout + done.stderr
        assert done.returncode == code, output
        assert "Traceback" not in output
        return output.replace(f"{USER}@", "alice@").replace(f"error: {USER} on ", "error: alice on ")


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    made = Project(tmp_path)
    yield made
    subprocess.run(["chmod", "-R", "u+w", str(tmp_path)], check=False)


FIRST = """
home.file: {.config/greeting: {text: "hello\\n"}, .bashrc.d/secret: {text: "{{ lookup('env', 'TOKEN') }}"}}
home.sessionVariables.EDITOR: vim
programs.bash.enable: true
"""


def wanted(text: str) -> str:
    return textwrap.dedent(text).lstrip("\n")


def test_a_home_from_its_first_preview_to_a_rollback(project: Project) -> None:
    project.spec(FIRST)
    (project.home / ".bashrc").write_text(BASHRC)
    preview = project.run("home.yml", "--check", "--diff", code=2, TOKEN="hunter2")
    assert "hunter2" not in preview
    assert preview.startswith(
        wanted(
            """
            alice@localhost: preview of generation 1, nothing is written

              + file      ~/.bash_profile
                  +# Login shells read what every session reads, and what interactive shells read.
                  +[[ -f ~/.profile ]] && . ~/.profile
                  +
                  +[[ -f ~/.bashrc ]] && . ~/.bashrc
              + file      ~/.bashrc.d/secret  secret, not shown
              + file      ~/.config/greeting
                  +hello
            """
        )
    )
    assert re.search(
        r"""
  ! file      ~/\.bashrc           in the way: your file, 4 lines
      -# ~/\.bashrc
      -# mine
      -# three
      \.\.\. 1 more line would be removed, \d+ added \(-v shows all\)
  \+ variable  EDITOR=vim
""",
        preview,
    )
    refusal = wanted(
        """
        error: 1 file of yours is in the way: ~/.bashrc

          To move it aside and use the new one (uninstall restores it):
            ansible-playbook home.yml -e home_backup_extension=bak
          To keep your lines in the new ~/.bashrc:
            mkdir -p files && mv ~/.bashrc files/bashrc
            # in users/alice.yml
            vars: {old_bashrc: !path ../files/bashrc}
            programs.bash.bashrcExtra: "{{ old_bashrc | content }}"

        """
    )
    assert preview.endswith("\n" + refusal + "alice@localhost  would not be switched: 1 file in the way\n")
    assert project.run("home.yml", code=2, TOKEN="hunter2") == (
        "alice@localhost: not switched\n\n  ! file  ~/.bashrc  in the way: your file, 4 lines\n\n"
        + refusal
        + "alice@localhost  not switched, nothing changed: 1 file in the way\n"
    )
    assert project.run("home.yml", "-e", "home_backup_extension=bak", TOKEN="hunter2") == wanted(
        """
        alice@localhost: generation 1

          > file      ~/.bashrc           moved to ~/.bashrc.bak
          + file      ~/.bash_profile
          + file      ~/.bashrc
          + file      ~/.bashrc.d/secret  secret, not shown
          + file      ~/.config/greeting
          + file      ~/.profile
          + variable  EDITOR=vim
          = package   bashInteractive  the host's own

        note: open a new login shell for EDITOR

        alice@localhost  generation 1: files +5 >1, variables +1
        """
    )
    up_to_date = "alice@localhost  up to date, generation 1\n"
    assert project.run("home.yml", TOKEN="hunter2") == up_to_date
    assert project.run("home.yml", "--check", "--diff", TOKEN="hunter2") == up_to_date
    project.spec(FIRST.replace("hello", "good day").replace("vim", "nvim"))
    assert project.run("home.yml", TOKEN="hunter2") == wanted(
        """
        alice@localhost: generation 2

          ~ file      ~/.config/greeting  1 line changed
          ~ variable  EDITOR=nvim         was vim

        note: open a new login shell for EDITOR

        alice@localhost  generation 2: files ~1, variables ~1
        """
    )
    assert project.run("home.manager.rollback", "--diff") == wanted(
        """
        alice@localhost: back to generation 1, from 2

          ~ file      ~/.config/greeting
              @@ 1 @@
              -good day
              +hello
          ~ variable  EDITOR=vim  was nvim

        note: open a new login shell for EDITOR
        note: the spec still says generation 2; the next switch restores it

        alice@localhost  generation 1: files ~1, variables ~1
        """
    )
    table = project.run("home.manager.generations").splitlines()
    assert re.fullmatch(r"   2  \S+ \S+  files ~1, variables ~1 +by \w+", table[1])
    assert re.fullmatch(r"   1  \S+ \S+  files \+5 >1, variables \+1 +by \w+  current", table[2])
    assert "  ~ file      ~/.config/greeting\n" in project.run("home.manager.diff", "-e", "home_from=2")
    question = "error: this removes the home of alice@localhost; add -e home_confirm=yes to do it\n"
    assert project.run("home.manager.uninstall", code=2).endswith(question)
    assert project.run("home.manager.uninstall", "-e", "home_confirm=yes").endswith("  uninstalled: files -5 >1\n")
    assert (project.home / ".bashrc").read_text() == BASHRC


MISTAKE = "programs.git:\n  enable: true\n  setings: {}\n"
TOLD = """\
`programs.git` has no option `setings`
  users/alice.yml:4:3
   3 |   enable: true
   4 |   setings: {}
     |   ^^^^^^^ did you mean `settings`?
"""


def test_a_typo_is_told_once_with_either_callback(project: Project) -> None:
    project.spec(MISTAKE)
    last = "\nalice@localhost  not switched, nothing changed: 1 error\n"
    assert project.run("home.yml", code=2) == f"error: {TOLD}{last}"
    output = project.run("home.yml", code=2, ANSIBLE_STDOUT_CALLBACK="ansible.builtin.default")
    assert f"[ERROR]: Task failed: {TOLD}" in output
    assert output.count("did you mean") == 1
    assert "Origin:" not in output
    (failed,) = [line for line in output.splitlines() if line.startswith("failed: ")]
    assert (
        json.loads(failed.partition(" => ")[2])["msg"] == "`programs.git` has no option `setings` (users/alice.yml:4:3)"
    )


def test_ansibles_own_callback_shows_the_plan_as_a_diff(project: Project) -> None:
    project.spec('home.file.a.text: "hello\\n"\n')
    output = project.run("home.yml", "--diff", ANSIBLE_STDOUT_CALLBACK="ansible.builtin.default")
    assert "  + file  ~/a\n      +hello\n" in output
    assert "alice@localhost  generation 1: files +1\n" in output


def test_plans_for_machines_are_lines_of_json_and_nothing_else(project: Project) -> None:
    project.inventory("one", "two")
    project.spec('home.file.a.text: "hello\\n"\n')
    lines = project.run("home.yml", "--check", "-f", "1", HOME_PLAN_FORMAT="json").splitlines()
    plans = [json.loads(line) for line in lines]
    assert [plan["home"]["host"] for plan in plans] == ["one", "two"]
    assert {plan["outcome"] for plan in plans} == {"would-change"}
    assert [file["path"] for file in plans[0]["files"]] == ["a"]


def test_homes_with_the_same_plan_are_one_block(project: Project) -> None:
    # Hosts of one machine share its home, so only one of them changes anything.
    project.inventory("one", "two", "three")
    project.spec('home.file.a.text: "hello\\n"\n')
    assert project.run("home.yml", "--check") == wanted(
        """
        alice@one, two and three (3 homes): preview, nothing is written

          + file  ~/a

        alice@one    would be generation 1: files +1
        alice@two    would be generation 1: files +1
        alice@three  would be generation 1: files +1

        3 homes: 3 would change
        """
    )
    project.spec(MISTAKE)
    assert project.run("home.yml", code=2) == (
        f"error: alice on one, two and three: {TOLD}\n"
        + wanted(
            """
            alice@one    not switched, nothing changed: 1 error
            alice@two    not switched, nothing changed: 1 error
            alice@three  not switched, nothing changed: 1 error

            3 homes: 3 not switched
            to try again:  ansible-playbook home.yml --limit one,two,three
            """
        )
    )


def test_a_host_that_cannot_be_reached_is_told_once(project: Project) -> None:
    project.spec("{}")
    project.write(
        "inventory.yml",
        "all:\n  hosts:\n    web7: {ansible_host: 127.0.0.1, ansible_port: 1}\n"
        "  vars:\n    home_users: {alice: {imports: [users/alice.yml]}, bob: {imports: [users/alice.yml]}}\n",
    )
    client = project.folder / "ssh"
    client.write_text("#!/bin/sh\necho 'ssh: connect to host 127.0.0.1 port 1: Connection refused' >&2\nexit 255\n")
    client.chmod(0o755)
    assert project.run("home.yml", code=4, ANSIBLE_SSH_EXECUTABLE=str(client)) == wanted(
        """
        error: web7 cannot be reached: connect to host 127.0.0.1 port 1: Connection refused

        alice@web7  unreachable, nothing changed
        bob@web7    unreachable, nothing changed

        2 homes: 2 unreachable
        to try again:  ansible-playbook home.yml --limit web7
        """
    )


def test_other_tasks_are_told_when_they_change_or_fail(project: Project) -> None:
    project.spec("{}")
    project.write(
        "home.yml",
        """
        - hosts: all
          gather_facts: false
          tasks:
            - {name: Nothing, ansible.builtin.command: "true", changed_when: false}
            - {name: Something, ansible.builtin.command: "true"}
            - {name: Words, ansible.builtin.debug: {msg: hello}}
            - {name: Trouble, ansible.builtin.command: "false"}
        """,
    )
    output = project.run("home.yml", code=2)
    assert output.startswith("localhost: Something: changed\n\nlocalhost: hello\n")
    assert "TASK [Trouble]" in output
    assert "non-zero return code" in output


def test_more_verbose_than_once_is_ansibles_own_output(project: Project) -> None:
    project.spec('home.file.a.text: "hello\\n"\n')
    output = project.run("home.yml", "-vv")
    assert "PLAY RECAP" in output
    assert "TASK [home.manager.home : Switch the homes]" in output
