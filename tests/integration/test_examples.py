# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The projects below examples/, each built by the real play, and what must stand in the files that come out."""

from __future__ import annotations

import json
import re
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.home.manager.plugins.plugin_utils.modules.spec_file import load_file
from ansible_collections.home.manager.plugins.plugin_utils.modules.spec_file import load_text as load
from ansible_collections.home.manager.plugins.plugin_utils.options.unread import check_unread
from ansible_collections.home.manager.plugins.plugin_utils.plan.deep_stack import with_deep_stack
from ansible_collections.home.manager.plugins.plugin_utils.plan.files import Files
from ansible_collections.home.manager.plugins.plugin_utils.plan.home import EvaluatedHome, Request

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
PROJECTS = sorted(path.name for path in EXAMPLES.iterdir() if path.is_dir())

# PROJECT/HOST/USER: file: lines that stand in it, in this order.
LINES: dict[str, dict[str, list[str]]] = {
    "first/localhost/alice": {
        ".config/git/config": ['defaultBranch = "main"', 'name = "Alice Example"'],
        ".config/git/ignore": ["*.swp", ".venv/"],
        ".config/screenrc": ["startup_message off"],
        ".inputrc": ["set completion-ignore-case on"],
        ".bashrc": ["alias -- gs='git status'", "alias -- ll='ls -l'"],
        "Notes/README.md": ["One file a day"],
    },
    "homes/standalone/yourname": {
        ".config/git/config": ['defaultBranch = "main"', "rebase = true", 'email = "you@example.com"'],
        ".bashrc": ["export EDITOR=vim", "alias -- gs='git status'", "alias -- ll='ls -l'"],
        ".vimrc": ["set number", "set relativenumber", "set tabstop=2", "set shiftwidth=2", "set expandtab"],
        ".local/bin/home-manager": [],
    },
    "homes/neovim/yourname": {
        ".config/git/config": ['email = "you@example.com"', 'name = "Your Name"'],
        ".config/nvim/init.lua": [],
    },
    "homes/desktop/yourname": {
        ".config/git/config": ['name = "Your Name"'],
        ".zshrc": [
            "plugins=(git docker kubectl)",
            'ZSH_THEME="robbyrussell"',
            "source $ZSH/oh-my-zsh.sh",
            "export GPG_TTY=$TTY",
            "zsh-syntax-highlighting.zsh",
        ],
        ".config/systemd/user/gpg-agent-ssh.socket": ["[Socket]", "FileDescriptorName=ssh", "S.gpg-agent.ssh"],
        ".config/systemd/user/gpg-agent.service": ["[Service]", "gpg-agent --supervised"],
    },
    "homes/platform/yourname": {},
    "homes/dotfiles/yourname": {
        ".config/foo/config.toml": ['key = "value"\n', "option = true\n"],
        ".config/bar/config.toml": ['key = "value"\n', "option = true\n"],
        ".config/alacritty/alacritty.yml": ["size: 12"],
        ".config/nvim/init.lua": ['require("options")'],
        ".config/nvim/lua/options.lua": ["vim.opt.number = true"],
        # What is added with !after stands behind all that programs.bash writes.
        ".bashrc": ["[[ $- == *i* ]] || return", "shopt -s histappend", "export PATH=$PATH:$HOME/.local/bin\n"],
    },
    "homes/xdg/yourname": {
        ".config/foo/config.yml": ["setting: value\n"],
        ".local/share/some-app/data.json": ['{"greeting": "hello"}'],
        ".config/user-dirs.dirs": [
            'XDG_DESKTOP_DIR="/home/yourname/Desktop"',
            'XDG_DOCUMENTS_DIR="/home/yourname/Documents"',
            'XDG_DOWNLOAD_DIR="/home/yourname/Downloads"',
            'XDG_MUSIC_DIR="/home/yourname/Music"',
            'XDG_PICTURES_DIR="/home/yourname/Pictures"',
            'XDG_VIDEOS_DIR="/home/yourname/Videos"',
        ],
    },
    "modular/localhost/yourname": {
        ".config/git/config": [
            'br = "branch"',
            'ci = "commit"',
            'co = "checkout"',
            'lg = "log --oneline --graph"',
            'unstage = "reset HEAD --"',
            'editor = "vim"',
            "[delta]",
            "navigate = true",
            "side-by-side = true",
            'diff = "/home/yourname/.local/state/home.manager/current/home-path/bin/delta"',
        ],
        ".config/git/ignore": [".venv/", "*.swp"],
        ".bashrc": ["HISTCONTROL=ignoredups", "alias -- ll='ls -l'"],
        ".config/nvim/init.lua": [],
    },
    "hosts/worklaptop/alice": {
        ".config/git/config": ['email = "alice@work.example"', 'name = "Alice Example"'],
        ".config/git/ignore": ["node_modules/"],
        ".inputrc": ["set completion-ignore-case on"],
    },
    "hosts/desktop/alice": {".config/git/config": ['email = "alice@example.org"', 'name = "Alice Example"']},
    "hosts/server/bob": {
        ".config/tmux/tmux.conf": ["history-limit", "50000"],
        ".vimrc": ["set number"],
    },
}
PACKAGES: dict[str, set[str]] = {
    "homes/standalone/yourname": {"htop", "ripgrep", "fd", "bat", "jq", "git"},
    "homes/neovim/yourname": {"ripgrep", "fd", "bat", "neovim-unwrapped"},
    "homes/desktop/yourname": {"firefox", "thunderbird", "vscode", "spotify", "zsh"},
    "homes/platform/yourname": {"alacritty"},
    "hosts/desktop/alice": {"firefox", "steam", "lutris"},
    "hosts/worklaptop/alice": {"jq", "gnumake"},
}
NOT_THERE: dict[str, set[str]] = {
    "hosts/desktop/alice": {".inputrc", ".config/git/ignore"},
    "hosts/server/bob": {".config/git/config"},
}


@pytest.fixture(scope="session")
def built(tmp_path_factory):
    """A project's result folder; each project is built once a run."""

    @cache
    def build(project: str) -> Path:
        result = tmp_path_factory.mktemp(project)
        call = ["ansible-playbook", "home.manager.build", "-e", json.dumps({"home_result": str(result)})]
        done = subprocess.run(call, cwd=EXAMPLES / project, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        # A home may use deprecated options and old defaults, as the published ones here do; nothing else may be warned of.
        warnings = [line for line in done.stderr.splitlines() if "WARNING" in line]
        assert all(re.match(r"\[WARNING\]: \S+@\S+: `(programs|xdg)\.", line) for line in warnings), done.stderr
        return result

    return build


@pytest.mark.parametrize("project", PROJECTS)
def test_every_home_of_every_project_is_looked_at(built, project):
    found = {f"{project}/{home.relative_to(built(project))}" for home in built(project).glob("*/*")}
    assert found == {home for home in LINES if home.startswith(project + "/")}


@pytest.mark.parametrize("home", LINES)
def test_files_say_what_the_spec_does(built, home):
    project, _slash, rest = home.partition("/")
    folder = built(project) / rest
    for name, lines in LINES[home].items():
        text = (folder / "home-files" / name).read_text(encoding="utf-8", errors="replace")
        at = 0
        for line in lines:
            assert line in text[at:], f"{name}: {line!r}"
            at = text.index(line, at) + len(line)
    assert not [name for name in NOT_THERE.get(home, ()) if (folder / "home-files" / name).exists()]
    manifest = json.loads((folder / "manifest.json").read_text())
    names = {item if isinstance(item, str) else item["name"] for item in manifest["packages"]}
    assert PACKAGES.get(home, set()) <= names


def test_one_spec_for_two_platforms():
    spec = EXAMPLES / "homes" / "users" / "platform.yml"
    node = load_file(str(spec))

    def on(platform: str, home: str) -> tuple[set[str], set[str], list[str]]:
        host = {"platform": platform, "machine": "aarch64", "hostname": "h", "user": {"name": "me", "home": home}}
        made = EvaluatedHome(Request([(node, str(spec))], host))
        files = set(Files(made.evaluation).collect())
        return files, {package.name for package in made.evaluation.get("home.packages")}, made.failed_assertions()

    files, packages, refused = with_deep_stack(lambda: on("darwin", "/Users/me"))
    assert "Library/Application Support/iTerm2/DynamicProfiles/home.json" in files
    assert ("iterm2" in packages, "alacritty" in packages, refused) == (True, False, [])
    files, packages, refused = with_deep_stack(lambda: on("linux", "/home/me"))
    assert not [name for name in files if "iTerm2" in name]
    assert ("iterm2" in packages, "alacritty" in packages, refused) == (False, True, [])


def test_names_of_older_home_manager_lead_to_the_same_files():
    """The document behind these examples says `userName`, `extraConfig`, `aliases` and `delta` inside git."""
    old = """
    programs.git:
      enable: true
      userName: Your Name
      userEmail: you@example.com
      aliases: {co: checkout, br: branch, ci: commit, st: status, unstage: reset HEAD --, lg: log --oneline --graph}
      extraConfig: {init: {defaultBranch: main}, pull: {rebase: true}, core: {editor: vim}}
      delta: {enable: true, options: {navigate: true, side-by-side: true}}
    home.stateVersion: "24.05"
    """

    def git(node: Any, file: str) -> tuple[str, list[str]]:
        host = {"platform": "linux", "machine": "x86_64", "hostname": "h", "user": {"name": "me", "home": "/home/me"}}
        made = EvaluatedHome(Request([(node, file)], host))
        leaf = Files(made.evaluation).collect()[".config/git/config"].leaf
        assert leaf is not None
        text = leaf.read()[0].decode()
        check_unread(made.evaluation)
        made.refuse()
        return text, made.warnings()

    new = EXAMPLES / "modular" / "users" / "yourname.yml"
    text, warnings = with_deep_stack(lambda: git(load(old, "old.yml"), "old.yml"))
    assert text == with_deep_stack(lambda: git(load_file(str(new)), str(new)))[0]
    for name in ("userName", "userEmail", "aliases", "extraConfig", "delta.enable", "delta.options"):
        assert any(f"programs.git.{name}" in str(warning) for warning in warnings), name
