# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Real shells, started interactively on what is written for them: they come up without a message."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.home.manager.plugins.plugin_utils.plan.files import Files
from ansible_collections.home.manager.plugins.plugin_utils.plan.home import Home, Request, with_deep_stack
from ansible_collections.home.manager.plugins.plugin_utils.spec.wire import from_wire

ON: dict[str, Any] = {"enable": True}
SPEC: dict[str, Any] = {
    "home": {"stateVersion": "26.05", "sessionVariables": {"GREETING": "a b"}, "shellAliases": {"hello": "echo"}},
    "programs": {
        "bash": {**ON, "enableVteIntegration": True, "historyFile": "$HOME/state/history", "historyIgnore": ["ls *"]},
        "zsh": {
            **ON,
            "antidote": ON,
            "autosuggestion": ON,
            "enableVteIntegration": True,
            "historySubstringSearch": ON,
            "localVariables": {"WORDS": ["one", "two three"], "QUOTED": 'say "`x`" \\y'},
            "oh-my-zsh": {**ON, "plugins": ["git"], "theme": "agnoster"},
            "siteFunctions": {"shout": "print -r -- ${(U)1}"},
            "syntaxHighlighting": {**ON, "styles": {"comment": "fg=blue"}},
            "zplug": ON,
            "zsh-abbr": {**ON, "abbreviations": {"g": "git"}},
        },
        "fish": {
            **ON,
            "functions": {
                "shout": "string upper $argv\necho 'two\n lines'",
                "seen": {"body": "true", "onVariable": "X"},
            },
            "shellAbbrs": {"gco": "git checkout", "-C": {"position": "anywhere", "expansion": "--color"}},
        },
        "readline": {**ON, "variables": {"expand-tilde": True}},
        "dircolors": {**ON, "settings": {"OTHER_WRITABLE": "30;46"}},
        "starship": ON,
        "oh-my-posh": {**ON, "useTheme": "space"},
        "direnv": {**ON, "silent": True},
        "fzf": {**ON, "defaultOptions": ["--border"], "historyWidget": {"fish": {"options": ["--exact"]}}},
        "zoxide": ON,
        "atuin": ON,
        "eza": {**ON, "icons": "auto"},
        "mise": ON,
    },
}
QUESTIONS = {
    "bash": 'echo "[$GREETING]" "$HISTIGNORE"; alias hello; bind -v | grep tilde',
    "zsh": 'print -r -- "[$GREETING]" $WORDS[2] $QUOTED; shout loud; alias hello',
    "fish": 'echo "[$GREETING]"; shout loud; abbr --query gco; and echo gco; functions -q seen; and echo seen',
}
ANSWERS = {
    "bash": "[a b] ls *\nalias hello='echo'\nset expand-tilde on\n",
    "zsh": '[a b] two three say "`x`" \\y\nLOUD\nhello=echo\n',
    "fish": "[a b]\nLOUD\ntwo\n lines\ngco\nseen\n",
}


def rendered(folder: Path, packages: str) -> None:
    """Write the spec's files into a home folder; `packages` is where all packages are."""
    user = {"name": "alice", "home": str(folder), "uid": 1000}
    host = {"platform": "linux", "machine": "x86_64", "hostname": "h", "user": user}
    home = Home(Request([(from_wire(SPEC), "")], host))

    def write(path: Path, content: bytes) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(re.sub(rb"@[A-Za-z0-9_.+-]+@/", packages.encode() + b"/", content))

    for target, file in Files(home.evaluation).collect().items():
        if file.leaf is not None and file.leaf.link is None:
            write(folder / target, file.leaf.read()[0])
    profile = Path(str(home.evaluation.get("home.profileDirectory")))
    for target, entry in home.evaluation.get("home.profileFile").items():
        write(profile / target, entry["text"].encode())
    for name, (content, _mode) in home.store.contents.items():
        write(profile.parents[1] / "store" / name, content)
    home.evaluation.finish()
    assert not home.evaluation.errors
    assert not home.failed_assertions()


@pytest.mark.parametrize("packages", ["/usr", "/nowhere"])
@pytest.mark.parametrize("shell", sorted(QUESTIONS))
def test_a_shell_comes_up_in_silence(shell: str, packages: str, tmp_path: Path) -> None:
    program = shutil.which(shell)
    if program is None:
        pytest.skip(f"{shell} is not here")
    with_deep_stack(lambda: rendered(tmp_path, packages))
    environment = {"HOME": str(tmp_path), "TERM": "xterm", "PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}
    command = shlex.join([program, "-lic", QUESTIONS[shell]])
    done = subprocess.run(
        ["script", "-qec", command, "/dev/null"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stdout.replace("\r", "").removesuffix("logout\n") == ANSWERS[shell]
    assert done.stderr == ""
