# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The tutorial, executed: its commands in order, with the files that it shows, give the output that it shows.

In the document `...` stands for any lines. Dates, sizes and the name of the user are those of the run.
"""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from .conftest import USER

TUTORIAL = Path(__file__).resolve().parents[2] / "docs" / "tutorial.md"
BLOCK = re.compile(r"^```(console|yaml)\n(.*?)^```", re.DOTALL | re.MULTILINE)
# Sections that need a network, another account, or the collection's own installation.
ELSEWHERE = ("Install", "A program that is not there yet", "Another user, another host")
# What differs from run to run: each as the document has it, and any of its kind.
VARYING = (
    (r"\d{4}-\d\d-\d\d \d\d:\d\d", r"\d{4}-\d\d-\d\d \d\d:\d\d"),
    (r"\d+ [kM]?B\b", r"[\d.]+ [kM]?B"),
    (r"^lrwxrwxrwx.*\d\d:\d\d ", r"lrwxrwxrwx.*\d\d:\d\d "),
    (r" {2,}", " +"),
)


def sections() -> list[tuple[str, str]]:
    """The headings of the tutorial, each with its text."""
    parts = re.split(r"^## (.*)\n", TUTORIAL.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return list(zip(parts[1::2], parts[2::2], strict=True))


def pattern(line: str) -> re.Pattern[str]:
    """A line of the document, whatever varies in it."""
    spans = sorted((m.start(), m.end(), by) for what, by in VARYING for m in re.finditer(what, line))
    text, at = "", 0
    for start, end, by in spans:
        if start >= at:
            text += re.escape(line[at:start]) + by
            at = end
    return re.compile(text + re.escape(line[at:]))


def missing(shown: list[str], said: list[str]) -> str | None:
    """The first line that is shown and not said, in this order; lines that are said in between need a `...`."""
    at, free = 0, False
    for line in shown:
        if line.strip() == "..." or line.rstrip().endswith(', ...",'):
            free = True
            continue
        wanted = pattern(line)
        found = next((i for i in range(at, len(said)) if wanted.fullmatch(said[i])), None)
        if found is None or (found > at and not free):
            return f"{line!r}, instead of {said[at] if at < len(said) else 'the end'!r}"
        at, free = found + 1, False
    return None


class Reader:
    """Somebody who follows the tutorial."""

    def __init__(self, folder: Path) -> None:
        self.home = folder / "home"
        self.home.mkdir()
        self.folder = self.home
        (self.home / ".bashrc").write_text("# mine\n" * 113)
        (self.home / ".profile").write_text("# mine\n" * 27)
        self.spec = self.home / "dotfiles" / "users" / f"{USER}.yml"
        path = f"{self.home}/.local/bin:{os.environ['PATH']}"
        self.environment = {**os.environ, "HOME": str(self.home), "USER": USER, "PATH": path}

    def run(self, command: str, shown: list[str]) -> None:
        """Type a command, and compare what it says; what nothing is shown of only has to end well."""
        script = f"{command}\ncode=$?\npwd > {self.home}/.where\nexit $code"
        done = subprocess.run(
            ["bash", "-c", script],
            cwd=self.folder,
            env={**self.environment, "PWD": str(self.folder)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        self.folder = Path((self.home / ".where").read_text().strip())
        said = done.stdout.splitlines()
        while said and not said[-1]:
            said.pop()
        lost = missing([self.own(line) for line in shown], said)
        assert lost is None, f"{command}: {lost}\n{done.stdout}"
        assert shown or done.returncode == 0 or command.startswith("git config"), f"{command}\n{done.stdout}"

    def own(self, text: str) -> str:
        """What the document says of alice, for this run."""
        return re.sub(r"alice(?!@example)", USER, text.replace("/home/alice", str(self.home)))

    def type(self, block: str) -> None:
        """Type the commands of a block, each with the lines below it."""
        for part in re.split(r"^[$#] ", block, flags=re.MULTILINE)[1:]:
            command, *shown = part.splitlines()
            while shown and not shown[-1]:
                shown.pop()
            self.run(command.partition("   #")[0], shown)

    def write(self, block: str) -> None:
        """Put what is shown into the spec: a whole file instead of it, anything else at its end."""
        if block.startswith("---"):
            # The home of the run is not that of the account.
            self.spec.write_text(block.replace("home:\n", f"home:\n  homeDirectory: {self.home}\n", 1))
        else:
            self.spec.write_text(self.spec.read_text() + block)


def test_the_tutorial(tmp_path: Path) -> None:
    reader = Reader(tmp_path)
    for heading, text in sections():
        if heading in ELSEWHERE:
            continue
        for kind, block in BLOCK.findall(text):
            if heading == "When something is wrong":
                break
            if kind == "console":
                reader.type(block)
            else:
                reader.write(block)


@pytest.mark.parametrize(
    ("shown", "said", "ends"),
    [
        (["a", "b"], ["a", "b"], True),
        (["a", "...", "c"], ["a", "b", "c"], True),
        (["a", "c"], ["a", "b", "c"], False),
        (["a", "d"], ["a", "b"], False),
        (["  1  2026-11-25 18:46  x"], ["  1  2027-01-02 03:04    x"], True),
    ],
)
def test_what_is_shown_is_compared(shown: list[str], said: list[str], ends: bool) -> None:
    assert (missing(shown, said) is None) is ends
