# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The package managers that resolve, as programs."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from ansible_collections.home.manager.plugins.plugin_utils.packages.process import run
from ansible_collections.home.manager.plugins.plugin_utils.syntax.errors import SpecError


def test_a_program_runs_in_its_folder_with_its_variables_and_without_input(tmp_path: Path) -> None:
    program = "import os, sys; print(os.getcwd(), os.environ['A'], repr(sys.stdin.read())); sys.exit(3)"
    done = run([sys.executable, "-c", program], {"A": "b"}, str(tmp_path))
    assert (done.returncode, done.stdout) == (3, f"{tmp_path} b ''\n")


def test_a_program_that_takes_too_long_is_an_error_for_people() -> None:
    with pytest.raises(SpecError, match=r"did not end within 0\.2 seconds"):
        run([sys.executable, "-c", "import time; time.sleep(20)"], timeout=0.2)
