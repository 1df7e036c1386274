# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""After the rollback: the first home is back, and the second can still be chosen."""

from __future__ import annotations


def test_the_first_generation_is_current_again(home):
    assert home("alice").generation() == "1"
    assert home("alice").generations() == ["1", "2"]


def test_content_is_back(home):
    assert home("alice").git("init.defaultBranch") == "main"
    assert home("alice").file("notes/today.txt").content_string == "first\n"
    assert home("alice").run("ls notes") == "today.txt"


def test_backup_is_still_the_users(home):
    assert home("alice").run("cmp .bashrc.bak /etc/skel/.bashrc") == ""
