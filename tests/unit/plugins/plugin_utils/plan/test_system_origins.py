# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Which lines of a specification the words of a host are about."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from ansible_collections.home.manager.plugins.plugin_utils.modules.spec_file import load_text
from ansible_collections.home.manager.plugins.plugin_utils.plan.deep_stack import with_deep_stack
from ansible_collections.home.manager.plugins.plugin_utils.plan.home import compiler
from ansible_collections.home.manager.plugins.plugin_utils.plan.system import LIBRARY, System, SystemRequest
from ansible_collections.home.manager.plugins.plugin_utils.plan.system_manifest import build_system
from ansible_collections.home.manager.plugins.plugin_utils.plan.system_origins import SystemOrigins

USER = {"name": "root", "home": "/root", "uid": 0, "gid": 0, "shell": "/bin/bash"}
HOST = {"platform": "linux", "machine": "x86_64", "hostname": "web1", "distribution": "debian", "user": USER}
COMPILER = compiler(LIBRARY)
SPEC = """\
services.openssh:
  enable: true
  settings:
    PermitRotLogin: "no"
    AllowUsers: [bob]
  extraConfig: |
    Foo bar
security.sudo.extraConfig: this is no rule
environment.systemPackages: [git, nope]
environment.etc.fstab.text: x
users.users.bob: {isNormalUser: true, uid: 1500}
systemd.services.web.script: x
networking.firewall: {enable: true, extraInputRules: bla bla}
"""


def lines_about(words: str) -> list[int]:
    """The lines that a message is about; `{FILE: TEXT}` in it becomes the number of the line of that text."""

    def compute() -> list[int]:
        system = System(
            SystemRequest([(load_text(textwrap.dedent(SPEC), "c.yml", "/"), "c.yml")], HOST, compiler=COMPILER)
        )
        plan = build_system(system, {}, {})
        texts = {target: plan.text(target) for target in plan.targets}
        message = words
        if "{" in words:
            file, text = words[words.index("{") + 1 : words.index("}")].split(": ")
            content = next(texts[target].decode() for target in texts if target.endswith(file)).splitlines()
            number = next(n for n, line in enumerate(content, 1) if text in line)
            message = words[: words.index("{")] + str(number) + words[words.index("}") + 1 :]
        origins = SystemOrigins(system, texts, {})
        return [position.line for position in origins.of(message) if position.file == "c.yml"]

    return with_deep_stack(compute)  # type: ignore[no-any-return]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "line"),
    [
        (
            "sshd_config.d/10-home-manager.conf line {10-home-manager.conf: Rot}: Bad configuration option: PermitRotLogin",
            4,
        ),
        ('This switch would lock you out of web1: "deploy" is not in AllowUsers.', 5),
        ("/etc/ssh/sshd_config.d/10-home-manager.conf: line {10-home-manager.conf: Foo}", 2),
        ("/etc/ssh/sshd_config.d/10-home-manager.conf line {10-home-manager.conf: Foo}: bad", 6),
        ("/etc/sudoers.d/60-home-manager:3:12: syntax error", 8),
        ('"bob" could no longer use sudo', 8),
        ('debian 12 has no "nope". Name it as the host does', 9),
        ("/etc/fstab exists", 10),
        ("users.users.bob.uid is 1500, but bob has 1001 on web1", 11),
        ('"bob" would have no account', 11),
        ("/etc/systemd/system/web.service:3: Unknown key", 12),
        ("/etc/home-manager/nftables.conf:{nftables.conf: bla}:3-5: Error: syntax error", 13),
    ],
)
def test_a_message_leads_to_the_line_that_caused_it(words: str, line: int) -> None:
    assert lines_about(words)[:1] == [line]


def test_a_message_about_nothing_declared_has_no_place() -> None:
    assert lines_about("the disk is full") == []


def test_a_line_more_is_the_same_system(tmp_path: Path) -> None:
    def digest(text: str) -> str:
        system = System(
            SystemRequest([(load_text(text, str(tmp_path / "c.yml"), "/"), "c.yml")], HOST, compiler=COMPILER)
        )
        return build_system(system, {}, {}).digest

    assert with_deep_stack(lambda: digest(SPEC)) == with_deep_stack(lambda: digest("\n# a remark\n" + SPEC))
