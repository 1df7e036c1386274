# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The files of all behaviours of systems, read by the programs that they are for."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from fnmatch import fnmatch
from functools import cache
from pathlib import Path

import pytest

from ansible_collections.home.manager.plugins.plugin_utils.modules.spec_file import load_file
from ansible_collections.home.manager.plugins.plugin_utils.plan.deep_stack import with_deep_stack

from .system_behaviours import CASES, HERE, answered

pytestmark = pytest.mark.slow

# Program, its arguments before the file, and the files below /etc that it reads.
READERS = [
    (
        "bash",
        ["-n"],
        ["profile.d/*", "home-manager/interactive.sh", "home-manager/bashrc", "home-manager/user-units/*"],
    ),
    ("dash", ["-n"], ["profile.d/*"]),
    ("zsh", ["-n"], ["home-manager/zshrc", "home-manager/zprofile", "home-manager/zshenv"]),
    ("fish", ["--no-execute"], ["fish/conf.d/*"]),
    ("git", ["config", "--list", "--file"], ["gitconfig"]),
]


@cache
def texts() -> dict[str, dict[str, str]]:
    """The files below /etc of each behaviour that is not refused, by the behaviour's name."""
    found = {}
    for path in CASES:
        case = load_file(str(path))
        if "refused" not in case:
            found[str(path.relative_to(HERE))] = with_deep_stack(
                lambda case=case, path=path: answered(case, path)["files"]
            )
    return found


def matching(patterns: list[str]) -> dict[str, str]:
    """Each different text of such a file, with a behaviour that has it."""
    return {
        text: f"{behaviour}: {target}"
        for behaviour, files in texts().items()
        for target, text in files.items()
        if any(fnmatch(target, pattern) for pattern in patterns)
    }


@pytest.mark.parametrize(("program", "arguments", "patterns"), READERS, ids=[reader[0] for reader in READERS])
def test_programs_read_their_files(
    program: str, arguments: list[str], patterns: list[str], tmp_path: Path, find_program: Callable[[str], str]
) -> None:
    command = [find_program(program), *arguments]
    found = matching(patterns)
    assert found, "no behaviour has such a file"
    file = tmp_path / "file"
    for text, behaviour in found.items():
        file.write_text(text)
        done = subprocess.run([*command, file], capture_output=True, text=True, check=False)
        assert (behaviour, done.returncode, done.stderr) == (behaviour, 0, "")


def test_systemd_creates_what_tmpfiles_settings_say(tmp_path: Path, find_program: Callable[[str], str]) -> None:
    settings = tmp_path / "20-notes.conf"
    settings.write_text(texts()["tmpfiles/settings.yml"]["tmpfiles.d/20-notes.conf"])
    root = tmp_path / "root"
    (root / "srv").mkdir(parents=True)
    command = [find_program("systemd-tmpfiles"), f"--root={root}", "--create", settings]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    notes = root / "srv" / "my notes"
    assert (notes / "text").read_text() == "one two\nthree\\"
    assert (notes / "link").readlink() == Path("/srv/my files")
