# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Secrets of the play: however a spec reaches one, it is in no output, no cache, and no file that others can read."""

from __future__ import annotations

import re
import subprocess
from typing import Any

import pytest

SECRET = "hunter2-hunter2"
PASSWORD = ("--vault-password-file", "password")
HEAD = 'home.stateVersion: "26.05"\n'


def vaulted_text(place: Any, text: str = SECRET, name: str = "token") -> str:
    """A vaulted variable, as `ansible-vault encrypt_string` writes it."""
    (place.folder / "password").write_text("open sesame\n")
    command = ["ansible-vault", "encrypt_string", *PASSWORD, "--name", name, text]
    return subprocess.run(command, cwd=place.folder, capture_output=True, text=True, check=True).stdout


def encrypt(place: Any, name: str) -> None:
    (place.folder / "password").write_text("open sesame\n")
    command = ["ansible-vault", "encrypt", *PASSWORD, name]
    subprocess.run(command, cwd=place.folder, capture_output=True, check=True)


def modes(place: Any) -> dict[str, int]:
    """The mode of every file of the home, outside of the state, that holds the secret."""
    found = {}
    for path in place.home.rglob("*"):
        if path.is_file() and ".local/state" not in str(path.relative_to(place.home)) and SECRET in path.read_text():
            found[path.name] = path.stat().st_mode & 0o777
    return found


WAYS = {
    "inline": "{{ token }}",
    "other": "{{ other }}",
    "whole": "{{ whole }}",
    "nested": "{{ nested.deep[0] }}",
    "of_host": "{{ hostvars['elsewhere'].far }}",
    "of_host_by_name": "{{ hostvars[inventory_hostname]['token'] }}",
    "through_host": "{{ through_host }}",
    "of_vars": "{{ vars['token'] }}",
    "special": "{{ given }}",
    "special_plain": "{{ inside.a }}",
    "fact": "{{ fact }}",
    "fact_mixed": "{{ mixed }}",
    "fact_of_host": "{{ hostvars[inventory_hostname].mixed }}",
    "registered": "{{ told.msg }}",
    "included": "{{ included }}",
    "format": "{{ '{}!'.format(token) }}",
    "filtered": "{{ token | upper | lower }}",
    "mapped": "{{ [token] | map('string') | first }}",
    "by_module_variable": "{{ kept }}",
    "by_lookup": "{{ lookup('vars', 'token') }}",
}
PLAYBOOK = """
- hosts: localhost
  gather_facts: false
  tasks:
    - ansible.builtin.include_vars: {file: included.yml}
    - ansible.builtin.set_fact: {fact: "{{ token }}", mixed: "a-{{ token }}-b"}
    - ansible.builtin.debug: {msg: "say {{ token }}"}
      register: told
      no_log: true
    - home.manager.home:
        user: USER
        special_args: {given: "{{ token }}", inside: {a: "x{{ mixed }}"}, harmless: "plain"}
"""


def test_however_a_secret_is_reached(project: Any) -> None:
    text = vaulted_text(project)
    project.inventory("imports: [user.yml]")
    inventory = (project.folder / "inventory.yml").read_text()
    (project.folder / "inventory.yml").write_text(inventory.replace("hosts: {", "hosts: {elsewhere: {}, ", 1))
    more = 'other: "{{ token }}"\nthrough_host: "{{ hostvars[\'elsewhere\'].far }}"\nnested: {deep: ["{{ token }}"]}\nopen: plain\n'
    project.write("group_vars/all/inline.yml", text + more)
    project.write("host_vars/elsewhere.yml", text.replace("token:", "far:"))
    project.write("group_vars/all/whole.yml", f"whole: {SECRET}\n")
    project.write("included.yml", f"included: {SECRET}\n")
    encrypt(project, "group_vars/all/whole.yml")
    encrypt(project, "included.yml")
    user = next(iter(re.findall(r"home_users:\s+(\S+):", inventory)))
    project.write("secrets.yml", PLAYBOOK.replace("USER", user))
    files = "".join(
        f'  {name}: {{text: "{value}\\n"}}\n' for name, value in {**WAYS, "kept_again": "{{ kept }}"}.items()
    )
    loop = '  - {loop: "{{ [token] }}", home.file.looped.text: "{{ item }}"}\n'
    loop += '  - {loop: "{{ {\'k\': token} }}", home.file.looped_mapping.text: "{{ item.value }}"}\n'
    night = '  - specialisation.night.configuration.home.file.night.text: "{{ token }}"\n'
    plain = "  open: {text: \"{{ open }} {{ harmless }} {{ hostvars['elsewhere'].open }}\\n\"}\n"
    spec = f'vars: {{kept: "{{{{ token }}}}"}}\nconfig:\n  - {HEAD}'
    spec += "  - home.file:\n" + "".join(f"    {line}\n" for line in (files + plain).splitlines()) + loop + night
    project.write("user.yml", spec)
    outputs = [project.play(*PASSWORD, "--check", "--diff", "-vvv", playbook="secrets.yml")]
    outputs.append(project.play(*PASSWORD, "--diff", "-vvv", playbook="secrets.yml"))
    found = modes(project)
    assert {name: mode for name, mode in found.items() if mode != 0o600} == {}
    assert set(found) == {*WAYS, "kept_again", "looped", "looped_mapping"}
    assert (project.home / "open").stat().st_mode & 0o777 == 0o444
    project.write("user.yml", spec.replace("\\n", " again\\n"))
    outputs.append(project.play(*PASSWORD, "--diff", "-vvv", playbook="secrets.yml"))
    for output in outputs:
        told = [
            line for line in output.splitlines() if SECRET in line and '"fact"' not in line and '"mixed"' not in line
        ]
        assert not [line for line in told if "ansible_facts" not in line and '"included"' not in line], told
    manifest = (project.home / ".local/state/home.manager/current/manifest.json").read_text()
    assert '"night":{"method":"link","object"' in manifest
    assert manifest.count('"sensitive":true') >= len(WAYS) + 4


def cached(place: Any) -> str:
    folder = place.caller / ".cache/home.manager"
    return "".join(path.read_bytes().decode("latin-1") for path in folder.rglob("*") if path.is_file())


def test_nothing_of_a_vaulted_spec_is_cached(project: Any) -> None:
    # What is compiled by Jinja is kept: a slice with a step, for one.
    project.write(
        "user.yml", f'imports: [secret.yml]\n{HEAD}home.file.plain.text: "in-the-cache {{{{ [1][::1][0] }}}}"\n'
    )
    project.write(
        "secret.yml",
        """
        options: {mine.word: {type: str, default: "{{ 'hunter2-' ~ 'default' }}"}}
        vars: {part: "{{ 'hunter2-' ~ 'vars' }}"}
        config:
          - when: "'hunter2-when' != cfg_word | default('x')"
            loop: "{{ ['hunter2-loop'] }}"
            home.file:
              "a-{{ 'hunter2-key' }}": {text: "hunter2-text {{ part }} {{ item }} {{ config.mine.word }} {{ [2][::1][0] }}"}
        """,
    )
    encrypt(project, "secret.yml")
    project.play(*PASSWORD)
    text = project.read("a-hunter2-key")
    assert text == "hunter2-text hunter2-vars hunter2-loop hunter2-default 2"
    assert "in-the-cache" in cached(project)
    assert "hunter2" not in cached(project)
    old = project.caller / ".cache/home.manager/expressions-2-old"
    old.write_text("hunter2")
    project.write("user.yml", f'imports: [secret.yml]\n{HEAD}home.file.plain.text: "anew {{{{ [2][::1][0] }}}}"\n')
    project.play(*PASSWORD)
    assert not old.exists(), "the cache of an earlier version may hold secrets"


HOOKS = """
home.activation.tell: "echo told-{{ token }}; echo {{ token }} >&2"
home.file.a: {text: "{{ token }}", onChange: "echo changed-{{ token }}"}
home.file.b: {text: "b", onChange: "echo of-b"}
"""


def test_the_output_of_sensitive_hooks_stays_on_the_target(project: Any) -> None:
    project.write("group_vars/all.yml", vaulted_text(project))
    project.write("user.yml", HEAD + HOOKS)
    assert SECRET not in project.play(*PASSWORD, "-vvv")
    project.write("user.yml", HEAD + HOOKS.replace("{text: ", "{text: more-").replace('more-"', '"more-'))
    assert SECRET not in project.play(*PASSWORD, "-vvv")
    output = project.play("-vvv", playbook="home.manager.rollback")
    assert SECRET not in output
    assert "told-" not in output
    assert "of-b" in output
    project.write(
        "user.yml",
        HEAD + HOOKS.replace("echo told", "exit 3; echo told").replace("exit 3", "echo why-{{ token }}; exit 3"),
    )
    failing = project.play(*PASSWORD, "-vvv", fails=True)
    assert SECRET not in failing
    assert "failed with status 3" in failing


MISTAKES = {
    "a wrong type": 'home.file.a.executable: "{{ token }}"',
    "a wrong integer": 'home.uid: "{{ token }}"',
    "an assertion": 'assertions: [{assertion: false, message: "the token {{ token }} is bad"}]',
    "an assertion about what became of it": 'assertions: [{assertion: false, message: "the token {{ token | upper }} is bad"}]',
    "a filter": 'home.file.a.text: "{{ token | int(base=99) }}{{ token.nothing }}"',
    "an operator": 'home.file.a.text: "{{ token - 1 }}"',
    "a Python error": "home.file.a.text: \"{{ {'a': 1}[token] }}\"",
    "a name of a filter": 'home.file.a.text: "{{ dict(a=1) | items2dict(key_name=token) }}"',
    "an attribute": 'home.file.a.text: "{{ config[token] }}"',
    "a source": 'home.file.a.source: "{{ token }}"',
    "a path": 'home.file.a.source: "/nothing/{{ token }}"',
    "a mode": 'home.file.a: {text: x, mode: "{{ token }}"}',
    "a conflict": 'home.homeDirectory: "/{{ token }}"',
    "a condition": "config: [{when: token, home.file.a.text: x}]",
    "a number": 'home.file.a: {text: x, mode: "{{ pin | int }}"}',
    "a lookup": "home.file.a.text: \"{{ lookup('file', token) }}\"",
    "a template": 'home.file.a: {template: "{{ token }}.j2"}',
    "an import": 'imports: ["{{ token }}.yml"]',
    "a target": 'home.file.a: {text: x, target: "b/{{ token }}"}',
    "a key": 'home.file: {"{{ token }}.conf": {text: x}}',
    "the name of a hook": 'home.activation: {"x{{ token }}": "true"}',
}


@pytest.mark.parametrize("mistake", MISTAKES.values(), ids=list(MISTAKES))
def test_no_error_quotes_a_secret(project: Any, mistake: str) -> None:
    project.write("group_vars/all.yml", vaulted_text(project) + vaulted_text(project, "4711", "pin"))
    project.write("user.yml", mistake + "\n" if mistake.startswith("config") else HEAD + mistake + "\n")
    output = project.play(*PASSWORD, "-vvv", fails=True)
    assert not re.search("hunter2|4711", output, re.IGNORECASE), output


def test_what_is_named_by_a_secret_is_not_shown(project: Any) -> None:
    project.write("group_vars/all.yml", vaulted_text(project) + vaulted_text(project, "4711", "pin"))
    session = 'home.sessionVariables: {"X_{{ pin }}": x}\nhome.sessionPath: ["/a/{{ token }}"]\n'
    link = "home.file.a.source: \"{{ ('/x/' ~ token) | path_value }}\"\n"
    project.write("user.yml", HEAD + session + link)
    for arguments in (["--check"], []):
        output = project.play(
            *PASSWORD, "--diff", "-v", *arguments, environment={"ANSIBLE_STDOUT_CALLBACK": "home.manager.plan"}
        )
        assert SECRET not in output
        assert "4711" not in output
        assert "~/a" in output


def test_warnings_show_no_secrets(project: Any) -> None:
    project.write("group_vars/all.yml", vaulted_text(project))
    project.write("user.yml", HEAD + 'warnings: ["mind {{ token }}", "all is well"]\n')
    output = project.play(*PASSWORD)
    assert "mind (secret)" in output
    assert "all is well" in output
    project.write("user.yml", HEAD + 'warnings: ["mind {{ token | upper }}"]\n')
    output = project.play(*PASSWORD)
    assert "HUNTER2" not in output
    assert "(secret)" in output


def test_a_long_secret_of_several_lines(project: Any) -> None:
    key = "-----BEGIN KEY-----\n" + "\n".join(f"{n:02}abcdefghijklmnopqrstuvwxyz0123456789" for n in range(9))
    project.write("group_vars/all.yml", vaulted_text(project, key, "key"))
    project.write("user.yml", HEAD + 'home.uid: "{{ key }}"\nassertions: [{assertion: false, message: "{{ key }}"}]\n')
    output = project.play(*PASSWORD, fails=True)
    assert "(secret)" in output
    assert "BEGIN KEY" not in output
    assert "abcdefghij" not in output


def test_a_secret_is_no_reason_to_hide_the_rest(project: Any) -> None:
    project.write("group_vars/all.yml", vaulted_text(project))
    project.write("user.yml", HEAD + 'home.file.a.text: "{{ token }}"\nhome.file.b.executable: "maybe"\n')
    output = project.play(*PASSWORD, fails=True)
    assert "maybe" in output
    assert "user.yml:3" in output
