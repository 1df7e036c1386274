# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Real plays against a scratch home on this machine, as a user runs them."""

from __future__ import annotations

import json
import os
import pwd
import re
import subprocess
from typing import Any

import pytest

USER = pwd.getpwuid(os.getuid()).pw_name

FIRST = """
home.stateVersion: "26.05"
home.file:
  plain.txt: {text: "one\\n"}
  gone/later.txt: {text: "soon gone\\n"}
  run.sh: {text: "#!/bin/sh\\necho hi\\n", executable: true}
xdg.configFile."app/settings.toml".toml: {name: "{{ config.home.username }}"}
"""
SECOND = FIRST.replace("one", "two").replace('  gone/later.txt: {text: "soon gone\\n"}\n', "")


def test_a_life_of_a_home(project: Any) -> None:
    project.write("user.yml", FIRST)
    preview = project.play("--check", "--diff")
    assert "+one" in preview
    assert "changed=1" in preview
    assert not list(project.home.iterdir()), "a preview writes nothing"
    assert "changed=1" in project.play()
    assert project.read("plain.txt") == "one\n"
    assert project.read(".config/app/settings.toml") == f'name = "{USER}"\n'
    assert subprocess.run([project.home / "run.sh"], capture_output=True, text=True, check=True).stdout == "hi\n"
    assert "changed=0" in project.play()
    assert "changed=0" in project.play("--check", "--diff")
    project.write("user.yml", SECOND)
    assert "      -one\n      +two" in project.play("--check", "--diff")
    assert project.read("plain.txt") == "one\n"
    project.play()
    assert project.read("plain.txt") == "two\n"
    assert not (project.home / "gone").exists(), "an emptied folder goes with its last file"
    assert "   2  " in project.play(playbook="home.manager.generations")
    project.play(playbook="home.manager.rollback")
    assert project.read("plain.txt") == "one\n"
    assert project.read("gone/later.txt") == "soon gone\n"
    project.play("-e", "home_keep=1", playbook="home.manager.expire")
    project.play("-e", "home_confirm=yes", playbook="home.manager.uninstall")
    left = [p for p in project.home.rglob("*") if not p.is_dir()]
    assert left == [], "nothing of it is left"


def test_playbooks_activate_verify_and_remove_generations(project: Any) -> None:
    project.write("user.yml", FIRST)
    project.play()
    project.write("user.yml", SECOND)
    project.play()
    assert "changed=1" in project.play("-e", "home_generation=1", playbook="home.manager.activate")
    assert project.read("plain.txt") == "one\n"
    assert "changed=0" in project.play(playbook="home.manager.activate")
    (project.home / "plain.txt").unlink()
    assert "generation 1: 1 file differs; ~/plain.txt: it is gone" in project.play(playbook="home.manager.verify")
    assert not (project.home / "plain.txt").exists()
    assert "changed=1" in project.play("-e", "home_repair=yes", playbook="home.manager.verify")
    assert project.read("plain.txt") == "one\n"
    assert "there is no generation 3" in project.play(
        "-e", "home_generations=2,3", playbook="home.manager.remove", fails=True
    )
    project.play("-e", "home_generations=2", playbook="home.manager.remove")
    generations = project.home / ".local/state/home.manager/generations"
    assert [path.name for path in generations.iterdir()] == ["1"]


def test_collisions_are_told_together_and_backed_up(project: Any) -> None:
    project.write("user.yml", FIRST)
    for name in ("plain.txt", "run.sh"):
        (project.home / name).write_text("mine\n")
    output = project.play(fails=True)
    assert "~/plain.txt" in output
    assert "~/run.sh" in output
    assert "2 files of yours are in the way: ~/plain.txt, ~/run.sh" in output
    assert "ansible-playbook home.yml -e home_backup_extension=bak" in output
    assert output.count("are in the way") == 1
    assert {p.name for p in project.home.iterdir()} - {".local"} == {"plain.txt", "run.sh"}
    assert project.read("plain.txt") == "mine\n"
    project.play("-e", "home_backup_extension=bak")
    assert project.read("plain.txt") == "one\n"
    assert project.read("plain.txt.bak") == "mine\n"
    project.play("-e", "home_confirm=yes", playbook="home.manager.uninstall")
    assert project.read("plain.txt") == "mine\n", "backups come back"


def test_errors_name_their_places(project: Any) -> None:
    project.write("user.yml", 'home.stateVersion: "26.05"\nhome.fil: {}\nprograms.gti.enable: true\nhome.uid: x\n')
    output = project.play(fails=True)
    assert "user.yml:2:1" in output
    assert "did you mean `file`" in output
    assert "user.yml:3:1" in output
    assert "did you mean `programs.git`" in output
    assert "user.yml:4:1" in output
    assert not (project.home / ".local").exists()


def test_the_inventory_may_hold_the_spec(project: Any) -> None:
    module = """
    home.stateVersion: "26.05"
    home.file:
      a.txt: {text: "{{ greeting }} {{ config.home.username }}\\n"}
    home.sessionVariables.EDITOR: "{{ 'vim' | home.manager.force }}"
    """
    project.inventory(module, 'greeting: \'{{ ["hel", "lo"] | join }}\'')
    project.play()
    assert project.read("a.txt") == f"hello {USER}\n"
    variables = project.home / ".local/state/home.manager/current/home-path/etc/profile.d/hm-session-vars.sh"
    assert 'export EDITOR="vim"' in variables.read_text()


def test_secrets_stay_secret(project: Any) -> None:
    (project.folder / "password").write_text("open sesame\n")
    vault = [
        "ansible-vault",
        "encrypt_string",
        "--vault-password-file",
        "password",
        "--name",
        "token",
        "hunter2-hunter2",
    ]
    done = subprocess.run(vault, cwd=project.folder, capture_output=True, text=True, check=True)
    project.write("group_vars/all.yml", done.stdout)
    project.write(
        "user.yml",
        'home.stateVersion: "26.05"\nhome.file.secret.txt.text: "token={{ token }}\\n"\n'.replace(
            "secret.txt", '"secret.txt"'
        ),
    )
    arguments = ("--vault-password-file", "password", "--diff", "-vvv")
    output = project.play(*arguments)
    assert project.read("secret.txt") == "token=hunter2-hunter2\n"
    assert "hunter2" not in output
    real = (project.home / "secret.txt").resolve()
    assert real.stat().st_mode & 0o077 == 0
    project.write("user.yml", 'home.stateVersion: "26.05"\nhome.file."secret.txt".text: "token={{ token }}!\\n"\n')
    assert "hunter2" not in project.play(*arguments)
    assert "changed=0" in project.play(*arguments)
    project.play("--vault-password-file", "password", playbook="home.manager.build")
    built = "".join(p.read_text() for p in (project.folder / "result").rglob("*") if p.is_file())
    assert "hunter2" not in built


def test_a_vaulted_spec_file(project: Any) -> None:
    (project.folder / "password").write_text("open sesame\n")
    project.write("user.yml", 'imports: [secret.yml]\nhome.stateVersion: "26.05"\n')
    project.write(
        "secret.yml", 'home.file."token.txt": {text: "hunter2-hunter2\\n", executable: false}\nxdg.enable: true\n'
    )
    command = ["ansible-vault", "encrypt", "--vault-password-file", "password", "secret.yml"]
    subprocess.run(command, cwd=project.folder, capture_output=True, check=True)
    output = project.play("--vault-password-file", "password", "--diff", "-vvv")
    assert project.read("token.txt") == "hunter2-hunter2\n"
    assert "hunter2" not in output
    assert (project.home / "token.txt").resolve().stat().st_mode & 0o077 == 0


def test_a_file_that_the_user_replaced_is_kept(project: Any) -> None:
    project.write("user.yml", FIRST)
    project.play()
    (project.home / "plain.txt").unlink()
    (project.home / "plain.txt").write_text("mine now\n")
    project.write("user.yml", FIRST.replace('  plain.txt: {text: "one\\n"}\n', ""))
    output = project.play("--diff")
    assert "! file  ~/plain.txt  kept: you changed it" in output
    assert "-mine now" not in output
    assert project.read("plain.txt") == "mine now\n"


def test_a_build_touches_no_target(project: Any) -> None:
    project.write("user.yml", FIRST)
    project.play(playbook="home.manager.build")
    result = project.folder / "result" / "localhost" / USER
    assert (result / "home-files" / "plain.txt").read_text() == "one\n"
    assert json.loads((result / "manifest.json").read_text())["user"] == USER
    assert not list(project.home.iterdir())
    assert "changed=0" in project.play(playbook="home.manager.build")


def test_specialisations(project: Any) -> None:
    project.write(
        "user.yml", FIRST + '\nspecialisation.night.configuration: {home.file."plain.txt".text: !force "dark\\n"}\n'
    )
    project.play()
    assert project.read("plain.txt") == "one\n"
    project.play("-e", "home_specialisation=night")
    assert project.read("plain.txt") == "dark\n"
    assert project.current == "generations/1/specialisation/night"
    assert "changed=0" in project.play("-e", "home_specialisation=night")
    project.play()
    assert project.read("plain.txt") == "one\n"


def test_a_failing_hook_puts_the_old_home_back(project: Any) -> None:
    project.write("user.yml", FIRST)
    project.play()
    project.write(
        "user.yml", SECOND + 'home.activation.bad: !entry_after {after: [writeBoundary], data: "echo broken; exit 3"}\n'
    )
    output = project.play(fails=True)
    assert "bad" in output
    assert "broken" in output
    assert project.read("plain.txt") == "one\n"
    project.play("-e", "home_on_failure=keep", fails=True)
    assert project.read("plain.txt") == "two\n"
    assert "failed" in project.play(playbook="home.manager.generations")
    project.write("user.yml", SECOND)
    project.play()
    assert "changed=0" in project.play()


def test_an_edge_to_nothing_is_an_error(project: Any) -> None:
    project.write("user.yml", FIRST + "home.activation.a: !entry_after {after: [writeBoundry], data: 'true'}\n")
    assert "did you mean `writeBoundary`" in project.play(fails=True)


def test_the_command_in_the_home(project: Any) -> None:
    project.write("user.yml", FIRST + "programs.home-manager.enable: true\n")
    project.play()
    project.write("user.yml", SECOND + "programs.home-manager.enable: true\n")
    project.play()
    command = ["/usr/bin/python3", str(project.home / ".local/bin/home-manager")]
    environment = {"HOME": str(project.home), "PATH": "/usr/bin:/bin"}

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([*command, *arguments], env=environment, capture_output=True, text=True, check=False)

    assert run("generations").stdout.startswith("   2  ")
    assert run("switch", "--rollback").returncode == 0
    assert project.read("plain.txt") == "one\n"
    assert run("switch", "--generation", "2").returncode == 0
    assert project.read("plain.txt") == "two\n"
    switch = run("switch")
    assert switch.returncode != 0
    assert "ansible" in switch.stderr
    assert run("uninstall", "-y").returncode == 0
    assert not (project.home / "plain.txt").exists()


def test_facts_of_a_host_that_was_never_asked(project: Any) -> None:
    uid = pwd.getpwnam(USER).pw_uid
    project.write(
        "user.yml",
        FIRST.replace("home.file:", 'home.file:\n  facts.txt: {text: "{{ host.user.uid }} {{ host.platform }}\\n"}'),
    )
    project.play()
    assert project.read("facts.txt") == f"{uid} linux\n"
    subprocess.run(["rm", "-r", str(project.caller / ".cache")], check=True)
    assert "changed=0" in project.play(), "what is forgotten is learned again"


def test_a_limit_to_one_user(project: Any) -> None:
    project.write("user.yml", FIRST)
    wrong = USER[:-1] + "x"
    output = project.play("-e", f"home_user={wrong}", fails=True)
    assert f"no host has a home for `{wrong}` (home_user); there is {USER}" in output
    assert not list(project.home.iterdir())
    assert "changed=1" in project.play("-e", f"home_user={USER}")


HOSTS = """
all:
  hosts:
    with: {{ansible_connection: local, home_users: {{{user}: {{home.homeDirectory: {home}, imports: [user.yml]}}}}}}
    without: {{ansible_connection: local, {without}}}
"""


def test_one_user_of_several_hosts(project: Any) -> None:
    project.write("user.yml", FIRST)
    project.write("inventory.yml", HOSTS.format(user=USER, home=project.home, without="home_users: {bob: {}}"))
    output = project.play("-e", f"home_user={USER}")
    assert re.search(r"with +: .*changed=1", output)
    assert re.search(r"without +: .*changed=0 .*failed=0", output)


@pytest.mark.parametrize("playbook", ["home.yml", "home.manager.generations", "home.manager.build"])
def test_a_host_says_whose_homes_it_has(project: Any, playbook: str) -> None:
    project.write("user.yml", FIRST)
    expected = "`home_users` of without must be a mapping of user names to specs"
    for users, message in (
        ("x: 1", "without has no `home_users`"),
        ("home_users: [alice]", f"{expected}, not a list"),
        ("home_users: alice", f"{expected}, not a string"),
    ):
        project.write("inventory.yml", HOSTS.format(user=USER, home=project.home, without=users))
        output = project.play(playbook=playbook, fails=True)
        assert message in output
        assert re.search(r"without +: .*unreachable=0 +failed=1", output)
        assert re.search(r"with +: .*failed=0", output)
    project.write("inventory.yml", HOSTS.format(user=USER, home=project.home, without="home_users: {}"))
    assert re.search(r"without +: .*failed=0", project.play(playbook=playbook))


def test_a_secret_among_merged_keys(project: Any) -> None:
    project.inventory(
        """
home.stateVersion: "26.05"
home.file.settings: {method: merge, json: {deep: {token: "{{ lookup('env', 'TOKEN') }}"}}}
"""
    )
    output = project.play("--diff", "-vvv", environment={"TOKEN": "hunter2"})
    assert "hunter2" not in output
    assert "hunter2" in project.read("settings")
    assert (project.home / "settings").stat().st_mode & 0o777 == 0o600


def test_the_state_cannot_be_replaced(project: Any) -> None:
    project.inventory(
        """
home.stateVersion: "26.05"
home.file:
  .local: {text: x, force: true}
  .local/state/home.manager/current: {text: x, force: true}
  a: {text: x}
  a/b: {text: y}
"""
    )
    output = project.play(fails=True)
    assert output.count("~/.local/state/home.manager holds the generations of this home") >= 2
    assert '`home.file."a/b"` is below `a`' in output
    assert sorted(os.listdir(project.home)) == []


def test_an_error_inside_a_template_names_its_line(project: Any) -> None:
    project.write("user.yml", "home.file: {a: {template: t.j2}, b: {template: u.j2}}")
    project.write("t.j2", "one\ntwo {% include 'part.j2' %}\n")
    project.write("part.j2", "\n\n{{ nope }}\n")
    project.write("u.j2", "one\n{{ 1 / 0 }}\n")
    output = project.play(fails=True)
    assert "`nope` is not defined here\n  part.j2:3:4\n   3 | {{ nope }}\n     |    ^^^^\n  user.yml:1:" in output
    assert "division by zero" in output
    assert "\n  u.j2:2:1\n   2 | {{ 1 / 0 }}\n" in output


SECRETS = """
home.stateVersion: "26.05"
home.sessionVariables.TOKEN: "{{ lookup('env', 'TOKEN') }}"
home.activation.tell: "run --silence echo {{ lookup('env', 'TOKEN') }}"
home.file:
  whole: {source: vaulted.txt}
  below: {source: folder, recursive: true}
  folder: {source: folder}
  near: {text: "{{ lookup('file', 'near.txt') }}"}
  told: {text: "{{ lookup('env', 'TOKEN') }}", onChange: "true {{ lookup('env', 'TOKEN') }}"}
"""


def test_where_secrets_go(project: Any) -> None:
    (project.folder / "password").write_text("open sesame\n")
    project.inventory("imports: [users/user.yml]")
    project.write("users/user.yml", SECRETS)
    project.write("users/near.txt", "hunter2\n")
    for name in ("users/vaulted.txt", "users/folder/vaulted.txt"):
        project.write(name, "hunter2\n")
        vault = ["ansible-vault", "encrypt", "--vault-password-file", "password", name]
        subprocess.run(vault, cwd=project.folder, check=True, capture_output=True)
    for playbook in ("home.manager.build", "home.yml"):
        arguments = ("--diff", "-vvv", "--vault-password-file", "password")
        output = project.play(*arguments, playbook=playbook, environment={"TOKEN": "hunter2"})
        assert "hunter2" not in output
    for name in ("whole", "below/vaulted.txt", "folder/vaulted.txt", "near", "told"):
        assert project.read(name).strip() == "hunter2"
        assert (project.home / name).stat().st_mode & 0o777 == 0o600
    for path in (project.folder / "result").rglob("*"):
        assert not path.is_file() or "hunter2" not in path.read_text()
    holding = [p for p in project.home.rglob("*") if p.is_file() and b"hunter2" in p.read_bytes()]
    assert holding
    assert not [str(p) for p in holding if p.stat().st_mode & 0o077]


HOOKS = """
home.stateVersion: "26.05"
home.file:
  "two\\nlines": {text: "FIRST", onChange: ":"}
  copied: {text: x, method: copy}
home.activation.tell: "echo because; echo last; test FIRST = good"
"""


def test_a_preview_tells_the_hooks_and_a_failure_its_reason(project: Any) -> None:
    project.write("user.yml", HOOKS.replace("FIRST", "good"))
    preview = project.play("--check", "--diff")
    for line in ("+ file  ~/copied", "+ file  ~/two\\nlines", "> hook  two\\nlines", "> hook  tell"):
        assert f"\n  {line}\n" in preview
    assert not list(project.home.iterdir())
    project.play()
    project.write("user.yml", HOOKS.replace("FIRST", "bad"))
    output = project.play(fails=True)
    assert (
        "the hook `tell` failed with status 1\n  user.yml:6:1\n      because\n      last\n  Everything is as before, generation 1."
        in output
    )
    assert project.read("two\nlines") == "good"


def test_what_is_known_inside_an_option(project: Any) -> None:
    project.inventory(
        """
home.stateVersion: "26.05"
home.file: {a: {text: hello}, b: {text: "{{ lookup('env', 'TOKEN') }}"}}
specialisation.night.configuration.home.file.c.text: x
"""
    )

    def told(option: str, fails: bool = False) -> str:
        arguments = ("-e", f"option={option}")
        return project.play(*arguments, fails=fails, playbook="home.manager.option", environment={"TOKEN": "hunter2"})

    assert 'value    \\"hello\\"' in told("home.file.a.text")
    assert "type     null or text" in told("home.file.a.text")
    assert "(secret)" in told("home.file.b.text")
    assert "hunter2" not in told("home.file")
    assert "inventory.yml:" in told("specialisation")
    assert "did you mean `text`?" in told("home.file.a.txt", fails=True)
