# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Atuin in Bash finds bash-preexec where the user has put it, and starts without it too."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from .test_library import answered

SPEC = {"spec": {"programs": {"bash": {"enable": True, "enableCompletion": False}, "atuin": {"enable": True}}}}


@pytest.mark.parametrize("installed", [True, False])
def test_bash_reads_bash_preexec_of_the_home(tmp_path, installed):
    program = tmp_path / "atuin"
    program.write_text("#!/bin/sh\necho 'echo started'\n")
    program.chmod(0o755)
    if installed:
        (tmp_path / ".bash-preexec.sh").write_text("echo preexec\n")
    text = answered(SPEC, Path(__file__))["files"][".bashrc"].replace("@atuin@/bin/atuin", str(program))
    (tmp_path / ".bashrc").write_text(text.partition("return\n")[2])
    environment = {"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"}
    call = ["bash", "--norc", "-c", "set -o emacs; . ~/.bashrc"]
    done = subprocess.run(call, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout == ("preexec\nstarted\n" if installed else "started\n")
    assert "rror" not in done.stderr
