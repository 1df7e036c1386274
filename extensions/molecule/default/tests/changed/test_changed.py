# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""After a change of alice's spec: bob's home is as it was."""

from __future__ import annotations


def test_the_second_generation_is_current(home):
    assert home("alice").generations() == ["1", "2"]
    assert home("alice").generation() == "2"
    assert home("bob").generations() == ["1"]


def test_content_has_changed(home):
    assert home("alice").git("init.defaultBranch") == "trunk"
    assert home("bob").git("init.defaultBranch") == "main"


def test_a_file_has_come_and_one_has_gone(home):
    assert home("alice").file("notes/tomorrow.txt").content_string == "second\n"
    assert home("alice").run("ls notes") == "tomorrow.txt"
