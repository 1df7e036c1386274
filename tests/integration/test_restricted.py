# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Specs of somebody else's: `home_restricted` keeps them from lookups, variables, and files outside of the project."""

from __future__ import annotations

from typing import Any

import pytest

HEAD = 'home.stateVersion: "26.05"\n'
RESTRICTED = ("-e", '{"home_restricted": true}')


def test_what_an_ordinary_spec_does_works(project: Any) -> None:
    project.write(
        "modules/own.yml",
        """
        options: {mine.names: {type: listOf str, default: []}}
        config: [{loop: "{{ config.mine.names }}", home.file: {"own-{{ item }}": {text: "{{ item | upper }}\\n"}}}]
        """,
    )
    project.write("files/plain.txt", "plain\n")
    project.write("templates/greeting.j2", "{% include 'part.j2' %}{{ greeting }} {{ host.user.name }}\n")
    project.write("templates/part.j2", "part ")
    project.write(
        "users/alice.yml",
        HEAD
        + """
imports: [../modules/own.yml]
mine.names: [a, b]
programs.git: {enable: true, settings.user.name: Alice}
programs.bash.enable: true
home.file:
  plain: {source: ../files/plain.txt}
  folder: {source: ../files}
  hashed: {text: "{{ 'x' | hash('sha1') }} {{ 'eA==' | b64decode }} {{ '1.2' is version('1.1', '>') }}" }
  greeting: {template: ../templates/greeting.j2}
""".replace("{{ '1.2' is version('1.1', '>') }}", "{{ ('1.2' is version('1.1', '>')) | to_json }}"),
    )
    project.inventory("imports: [users/alice.yml]")
    arguments = ("-e", '{"home_restricted": true, "home_extra_special_args": {"greeting": "hello"}}')
    project.play(*arguments)
    assert project.read("own-b") == "B\n"
    assert project.read("folder/plain.txt") == "plain\n"
    assert project.read("greeting").startswith("part hello ")
    assert project.read("hashed") == "11f6ad8ec52a2984abaafd7c3b516503785c2072 x true\n"
    assert "changed=0" in project.play(*arguments)


LOOKUP = "this spec is restricted"
OUTSIDE = "is outside of the project"
FORBIDDEN = {
    "a lookup": ("home.file.a.text: \"{{ lookup('env', 'HOME') }}\"", LOOKUP),
    "a query": ("home.file.a.text: \"{{ query('file', '/etc/passwd') | first }}\"", LOOKUP),
    "a short query": ("home.file.a.text: \"{{ q('pipe', 'id') | first }}\"", LOOKUP),
    "a lookup by a name": ('home.file.a.text: "{{ lookup }}"', LOOKUP),
    "a variable": ('home.file.a.text: "{{ password }}"', LOOKUP),
    "all variables": ("home.file.a.text: \"{{ vars['password'] }}\"", LOOKUP),
    "the variables of a host": ("home.file.a.text: \"{{ hostvars['localhost'].password }}\"", LOOKUP),
    "a filter that reads files": ("home.file.a.text: \"{{ '/etc/*' | fileglob | first }}\"", LOOKUP),
    "a filter that reads the environment": ("home.file.a.text: \"{{ '$HOME' | expandvars }}\"", LOOKUP),
    "a test that reads files": ("home.file.a.text: \"{{ ('/etc/shadow' is file) | to_json }}\"", LOOKUP),
    "a source": ("home.file.a.source: /etc/passwd", OUTSIDE),
    "a path": ("home.file.a.source: !path /etc/passwd", OUTSIDE),
    "a relative path": ("home.file.a.source: ../outside.txt", OUTSIDE),
    "a folder": ("home.file.a.source: !path /etc", OUTSIDE),
    "a link that leads out": ("home.file.a.source: link.txt", OUTSIDE),
    "a folder that is a link": ("home.file.a: {source: linked, recursive: true}", OUTSIDE),
    "the content of a path": ('vars: {p: !path /etc/passwd}\nconfig: {home.file.a.text: "{{ p | content }}"}', OUTSIDE),
    "a path put into text": ('vars: {p: !path /etc/passwd}\nconfig: {home.file.a.text: "x{{ p }}"}', OUTSIDE),
    "a stored path": ('vars: {p: !path /etc/passwd}\nconfig: {home.file.a.text: "{{ p | stored }}"}', OUTSIDE),
    "an import": ("imports: [/etc/passwd]", OUTSIDE),
    "an import that is not there": ("imports: [/etc/not-there]", OUTSIDE),
    "an import of the home": ("imports: [~/secret.yml]", OUTSIDE),
    "a template": ("home.file.a.template: /etc/passwd", OUTSIDE),
    "a template that includes": ("home.file.a.template: including.j2", OUTSIDE),
    "a template that imports": ("home.file.a.template: importing.j2", OUTSIDE),
}


@pytest.mark.parametrize(("spec", "message"), FORBIDDEN.values(), ids=list(FORBIDDEN))
def test_what_a_restricted_spec_cannot_do(project: Any, spec: str, message: str) -> None:
    project.write("group_vars/all.yml", "password: canary\n")
    (project.folder.parent / "outside.txt").write_text("canary\n")
    (project.folder / "link.txt").symlink_to("/etc/passwd")
    (project.folder / "linked").symlink_to("/etc")
    project.write("including.j2", "{% include '/etc/passwd' %}")
    project.write("importing.j2", "{% import '../outside.txt' as m %}{{ m }}")
    project.write("user.yml", spec + "\n" if "config:" in spec else HEAD + spec + "\n")
    output = project.play(*RESTRICTED, fails=True)
    assert message in output.replace("\n", " ")
    assert "canary" not in output
    assert "root:x:0" not in output
    assert not (project.home / "a").exists()


def test_an_open_spec_may(project: Any) -> None:
    project.write("group_vars/all.yml", "password: canary\n")
    project.write(
        "user.yml",
        HEAD
        + "home.file.a.text: \"{{ lookup('env', 'TOKEN') }} {{ password }}\"\nhome.file.b.source: !path /etc/hostname\n",
    )
    project.play("-e", '{"home_restricted": false}', environment={"TOKEN": "t"})
    assert project.read("a") == "t canary"
