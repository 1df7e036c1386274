# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A program that answers from a table what the real one answered, for programs that this kind of machine does not have."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

_PROGRAM = """\
#!{python}
import fnmatch, json, os, sys
here = {here!r}
words = sys.argv[1:]
with open(here + "/asked", "a") as log:
    log.write(json.dumps(words) + "\\n")
for row in json.load(open(here + "/table")):
    said = row["arguments"]
    if len(said) != len(words) or not all(fnmatch.fnmatchcase(word, want) for word, want in zip(words, said)):
        continue
    for path, text in row.get("writes", {{}}).items():
        for index, word in enumerate(words):
            path = path.replace("{{%d}}" % index, word)
        path = os.path.expandvars(path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        if text.startswith("-> "):
            os.symlink(text[3:], path)
            continue
        with open(path, "w") as target:
            target.write(text)
        os.chmod(path, 0o755)
    sys.stdout.write(row.get("output", ""))
    sys.stderr.write(row.get("errors", ""))
    sys.exit(row.get("code", 0))
sys.exit("this is not in the transcript: " + json.dumps(words))
"""


class Transcript:
    """The program `name` in a folder. Its rows are `arguments` (patterns), `output`, `errors`, `code`, and files that it `writes`."""

    def __init__(self, folder: Path, name: str, rows: list[dict[str, Any]]) -> None:
        self.here = folder / f"{name}.transcript"
        self.here.mkdir(parents=True)
        self.path = folder / name
        self.tell(rows)
        self.path.write_text(_PROGRAM.format(python=sys.executable, here=str(self.here)))
        self.path.chmod(0o755)

    def tell(self, rows: list[dict[str, Any]]) -> None:
        """Answer by these rows from now on."""
        (self.here / "table").write_text(json.dumps(rows))

    def asked(self) -> list[list[str]]:
        """The arguments of every run."""
        log = self.here / "asked"
        return [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []
