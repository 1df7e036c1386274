# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Real programs that read what a format wrote."""

from __future__ import annotations

import subprocess
from collections.abc import Callable

import pytest


@pytest.fixture(scope="session")
def program(find_program: Callable[[str], str]) -> Callable[..., str]:
    """``program(name, *arguments, stdin=text)``: its standard output; the test is skipped where the program is missing.

    A status other than 0 fails the test with what the program said.
    """

    def run(name: str, *arguments: str, stdin: str = "") -> str:
        done = subprocess.run([find_program(name), *arguments], input=stdin.encode(), capture_output=True, check=False)
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout.decode()

    return run
