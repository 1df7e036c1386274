# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""After the first switch, and a second with nothing to do."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(("user", "name"), [("alice", "Alice Example"), ("bob", "Bob Example")])
def test_git_reads_its_configuration(home, user, name):
    assert home(user).git("user.name") == name
    assert home(user).git("init.defaultBranch") == "main"
    assert home(user).file(".config/git/config").is_symlink


@pytest.mark.parametrize("user", ["alice", "bob"])
def test_one_generation_which_is_the_users_own(home, user):
    assert home(user).generations() == ["1"]
    assert home(user).generation() == "1"
    assert home(user).foreign() == ""


def test_shell_starts_with_what_the_spec_says(home):
    assert home("alice").run("bash -ic 'alias ll'") == "alias ll='ls -l'"
    assert home("alice").run("bash -lc 'echo $EDITOR'") == "vim"


def test_files_in_the_way_are_backed_up(home):
    assert home("alice").file(".bashrc").is_symlink
    assert home("alice").run("cmp .bashrc.bak /etc/skel/.bashrc") == ""
    assert not home("bob").file(".bashrc").is_symlink
    assert not home("bob").file(".bashrc.bak").exists


def test_source_keeps_its_executable_bit(home):
    assert home("alice").run("./bin/greet") == "hello from alice"


def test_copy_is_a_file_with_the_mode_asked_for(home):
    settings = home("bob").file("settings.json")
    assert settings.is_file
    assert not settings.is_symlink
    assert settings.mode == 0o600
    assert settings.content_string == "{}\n"
