# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Real programs, asked what they understood of the files rendered for them; each also has to refuse a spoilt file.

A row of `CHECKS` names the program, a spec (of `programs` and `services`), the file in question, a command in which
`FILE` stands for that file and `HOME` for the home folder, what its output must hold, and lines that it must not accept.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.home.manager.plugins.plugin_utils.plan.files import Files
from ansible_collections.home.manager.plugins.plugin_utils.plan.home import Home, Request, with_deep_stack
from ansible_collections.home.manager.plugins.plugin_utils.spec.wire import from_wire

ON: dict[str, Any] = {"enable": True}


@dataclass(frozen=True)
class Check:
    """One file for one program. `refusal` is how it says that it refuses: an exit status, or a part of its output."""

    program: str
    spec: dict[str, Any]
    file: str
    command: list[str]
    says: list[str]
    spoil: str
    refusal: int | str
    environment: dict[str, str] = field(default_factory=dict)


GIT = {
    **ON,
    "settings": {"user": {"name": 'A "B" \\ C'}, "url": {"ssh://git@host/": {"insteadOf": ["a:", "b:"]}}},
    "hooks": {"pre-commit": "/usr/bin/true"},
    "includes": [{"contents": {"core": {"pager": "less -R\t"}}}],
    "signing": {"format": "ssh", "key": "~/.ssh/id.pub", "signByDefault": True},
    "lfs": ON,
}
SSH = {
    **ON,
    "enableDefaultConfig": True,
    "extraConfig": "LogLevel ERROR",
    "settings": {
        "github": {"HostName": "github.com", "User": "git", "IdentityFile": ["~/.ssh/a", "~/.ssh/b"]},
        "Host *.corp": {
            "ProxyJump": ["a.corp", "b.corp"],
            "SetEnv": {"A": 'x "y" \\'},
            "LocalForward": [{"bind": {"port": 8080}, "host": {"address": "10.0.0.1", "port": 80}}],
            "RemoteForward": [{"bind": {"port": 1080}, "host": {"address": None}}, "9001 10.0.0.3:91"],
            "DynamicForward": {"address": "/run/user/1000/proxy"},
            "Ciphers": ["aes256-ctr", "aes128-ctr"],
        },
    },
}
MPV = {
    **ON,
    "config": {"force-window": True, "volume": 70, "speed": 1.5, "title": "a % b # c", "glsl-shaders": ["/a", "/b"]},
    "defaultProfiles": ["gpu-hq"],
    "profiles": {"fast": {"vo": "null"}},
}
CHECKS = [
    Check(
        "git",
        {"programs": {"git": GIT, "delta": {**ON, "enableGitIntegration": True, "options": {"side-by-side": True}}}},
        ".config/git/config",
        ["git", "config", "--includes", "--list", "-f", "FILE"],
        [
            'user.name=A "B" \\ C',
            "url.ssh://git@host/.insteadof=b:",
            "core.pager=less -R\t",
            "commit.gpgsign=true",
            "filter.lfs.required=true",
            "delta.side-by-side=true",
        ],
        "[core\n",
        128,
    ),
    Check(
        "ssh",
        {"programs": {"ssh": SSH}},
        ".ssh/config",
        ["ssh", "-G", "-F", "FILE", "x.corp"],
        [
            'setenv A=x "y" \\',
            "localforward [localhost]:8080 [10.0.0.1]:80",
            "remoteforward [localhost]:1080 [socks]:0",
            "dynamicforward /run/user/1000/proxy",
            "proxyjump a.corp,b.corp",
            "ciphers aes256-ctr,aes128-ctr",
            "loglevel ERROR",
        ],
        "  NoSuchSetting yes\n",
        255,
    ),
    Check(
        "hg",
        {
            "programs": {
                "mercurial": {**ON, "userName": "A", "userEmail": "a@b", "ignores": ["*~"], "aliases": {"s": "status"}}
            }
        },
        ".config/hg/hgrc",
        ["hg", "config"],
        ["alias.s=status", "ui.username=A <a@b>"],
        "no section, no value\n",
        255,
        {"HGRCPATH": "FILE"},
    ),
    Check(
        "gpg",
        {"programs": {"gpg": {**ON, "settings": {"no-comments": False, "keyserver": ["hkps://a.example"]}}}},
        ".gnupg/gpg.conf",
        ["gpg", "--homedir", "HOME/.gnupg", "--gpgconf-test"],
        [],
        "no-such-option\n",
        "invalid option",
    ),
    Check(
        "gpg-agent",
        {"services": {"gpg-agent": {**ON, "enableSshSupport": True, "maxCacheTtl": 60, "noAllowExternalCache": True}}},
        ".gnupg/gpg-agent.conf",
        ["gpg-agent", "--homedir", "HOME/.gnupg", "--gpgconf-test"],
        [],
        "no-such-option\n",
        "invalid option",
    ),
    Check(
        "batcat",
        {
            "programs": {
                "bat": {**ON, "config": {"theme": "TwoDark", "map-syntax": ["*.x:Java Properties"], "plain": True}}
            }
        },
        ".config/bat/config",
        ["batcat", "--color=always", "FILE"],
        ["theme"],
        "--no-such-option\n",
        2,
        {"BAT_CONFIG_PATH": "FILE"},
    ),
    Check(
        "rg",
        {"programs": {"ripgrep": {**ON, "arguments": ["--smart-case", "--colors=line:style:bold", "--count"]}}},
        ".config/ripgrep/ripgreprc",
        ["rg", "SMART|smart", "FILE"],
        ["1\n"],
        "--no-such-option\n",
        2,
        {"RIPGREP_CONFIG_PATH": "FILE"},
    ),
    Check(
        "newsboat",
        {
            "programs": {
                "newsboat": {
                    **ON,
                    "urls": [{"url": "http://127.0.0.1:1/feed", "tags": ["one"], "title": "A"}],
                    "queries": {"unread": 'unread = "yes"'},
                    "extraConfig": "bind-key j down",
                }
            }
        },
        ".config/newsboat/config",
        ["newsboat", "-C", "FILE", "-u", "HOME/.config/newsboat/urls", "-c", "HOME/cache.db", "-x", "print-unread"],
        ["0 unread articles"],
        "no-such-setting yes\n",
        1,
    ),
    Check(
        "mpv",
        {"programs": {"mpv": MPV}},
        ".config/mpv/mpv.conf",
        ["mpv", "--no-config", "--include=FILE", "--vo=null", "--ao=null", "--idle=no", "--show-profile=fast"],
        ["vo=null"],
        "[default]\nno-such-option=1\n",
        "Error parsing option",
    ),
    Check(
        "systemd-analyze",
        {"services": {"ssh-agent": {**ON, "defaultMaximumIdentityLifetime": 60}}},
        ".config/systemd/user/ssh-agent.service",
        ["systemd-analyze", "--user", "verify", "FILE"],
        [],
        "[Service]\nType=no-such-type\n",
        "user/ssh-agent.service:",
        {"XDG_RUNTIME_DIR": "HOME"},
    ),
    Check(
        "systemd-analyze",
        {"services": {"syncthing": {**ON, "settings": {"options": {"urAccepted": -1}}}}},
        ".config/systemd/user/syncthing.service",
        ["systemd-analyze", "--user", "verify", "FILE"],
        [],
        "[Service]\nRestart=sometimes\n",
        "user/syncthing.service:",
        {"XDG_RUNTIME_DIR": "HOME"},
    ),
    Check(
        "systemd-analyze",
        {"services": {"gpg-agent": {**ON, "enableExtraSocket": True}}},
        ".config/systemd/user/gpg-agent-extra.socket",
        ["systemd-analyze", "--user", "verify", "FILE"],
        [],
        "[Socket]\nSocketMode=no-mode\n",
        "user/gpg-agent-extra.socket:",
        {"XDG_RUNTIME_DIR": "HOME"},
    ),
    Check(
        "systemd-analyze",
        {"programs": {"git": {**ON, "maintenance": {**ON, "timers": {"hourly": "*-*-* 1..23:53:00"}}}}},
        ".config/systemd/user/git-maintenance@hourly.timer",
        ["systemd-analyze", "--user", "verify", "FILE"],
        [],
        "[Timer]\nOnCalendar=sometimes\n",
        "user/git-maintenance@hourly.timer:",
        {"XDG_RUNTIME_DIR": "HOME"},
    ),
]


def rendered(spec: dict[str, Any], folder: Path) -> None:
    """Write the spec's files, and the generated ones that they name, into a home folder; packages are in /usr."""
    user = {"name": "alice", "home": str(folder), "uid": 1000}
    host = {"platform": "linux", "machine": "x86_64", "hostname": "h", "user": user}
    home = Home(Request([(from_wire({"home": {"stateVersion": "26.05"}, **spec}), "")], host))
    files = {target: file.leaf for target, file in Files(home.evaluation).collect().items()}
    contents = {
        folder / target: leaf.read()[0] for target, leaf in files.items() if leaf is not None and leaf.link is None
    }
    store = Path(str(home.evaluation.get("home.profileDirectory"))).parents[1] / "store"
    contents.update({store / name: content for name, (content, _mode) in home.store.contents.items()})
    for path, content in contents.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(re.sub(rb"@[A-Za-z0-9_.+-]+@/", b"/usr/", content))
        path.chmod(0o755 if path.parent == store else 0o644)
    home.evaluation.finish()
    assert not home.evaluation.errors
    assert not home.failed_assertions()


def asked(check: Check, folder: Path) -> tuple[int, str]:
    """The exit status and the output of the program about the file."""

    def filled(text: str) -> str:
        return text.replace("FILE", str(folder / check.file)).replace("HOME", str(folder))

    environment = {"HOME": str(folder), "PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "TERM": "xterm"}
    environment.update({name: filled(value) for name, value in check.environment.items()})
    command = [filled(word) for word in check.command]
    done = subprocess.run(
        command,
        env=environment,
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    return done.returncode, done.stdout + done.stderr


def refused(check: Check, status: int, output: str) -> bool:
    return status == check.refusal if isinstance(check.refusal, int) else check.refusal in output


@pytest.mark.parametrize("check", CHECKS, ids=lambda c: f"{c.program}-{Path(c.file).name}")
def test_a_program_reads_its_file_and_refuses_a_spoilt_one(check: Check, tmp_path: Path) -> None:
    if shutil.which(check.program) is None:
        pytest.skip(f"{check.program} is not here")
    with_deep_stack(lambda: rendered(check.spec, tmp_path))
    (tmp_path / ".gnupg").mkdir(exist_ok=True)
    (tmp_path / ".gnupg").chmod(0o700)
    status, output = asked(check, tmp_path)
    assert not refused(check, status, output), output
    for part in check.says:
        assert part in output
    with (tmp_path / check.file).open("a") as file:
        file.write("\n" + check.spoil)
    status, output = asked(check, tmp_path)
    assert refused(check, status, output), output
