# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""After a run in check mode: nothing is written on the target, not even a folder."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize("user", ["alice", "bob"])
def test_home_holds_what_useradd_put_there(home, user):
    found = home(user).run("find . -mindepth 1 ! -path './.ansible*' | sort").split()
    assert found == ["./.bash_logout", "./.bashrc", "./.profile"]
