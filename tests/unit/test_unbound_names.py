# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A name that is unset on some path, as after an exception, is found before it is run: mypy looks for it in every plugin."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CODE = "possibly-undefined"
# As `folders.enter` once was: an error of the call that is not handled leaves the name unset.
PLANTED = """from __future__ import annotations

import os


def first(path: str) -> int:
    try:
        fd = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        print("absent")
    return fd
"""

pytestmark = pytest.mark.programs("mypy")


def found(arguments: list[str], folder: Path) -> list[str]:
    """The lines in which mypy, as it is configured here, finds such a name."""
    done = subprocess.run(arguments, cwd=folder, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode in (0, 1), done.stderr
    lines = done.stdout.splitlines()
    return [line for number, line in enumerate(lines) if CODE in line or CODE in "".join(lines[number : number + 2])]


@pytest.mark.slow
def test_a_planted_one_is_found(tmp_path: Path) -> None:
    (tmp_path / "planted.py").write_text(PLANTED)
    command = [sys.executable, "-m", "mypy", "--config-file", str(ROOT / "pyproject.toml"), "--no-pretty", "planted.py"]
    lines = found(command, tmp_path)
    assert [line for line in lines if line.startswith("planted.py:11:") and '"fd"' in line]


@pytest.mark.slow
def test_there_is_none_in_the_plugins() -> None:
    """`tests/mypy` covers both engines; here the plugins that Ansible loads are looked at as well."""
    folders = sorted(path.name for path in (ROOT / "plugins").iterdir() if path.is_dir() and "utils" not in path.name)
    packages = [f"ansible_collections.home.manager.plugins.{name}" for name in folders]
    options = [item for name in packages for item in ("-p", name)]
    lines = found([str(ROOT / "tests/mypy"), "--no-pretty", *options], ROOT)
    assert lines == []
