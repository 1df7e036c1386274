# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""How a program is asked about its own files below /etc, as the library declares it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from .well_formed import members_of, refuse

if TYPE_CHECKING:
    from typing import List, Match, Sequence, Tuple

    from ..contract.value import JsonObject

_FILE = "{file}"


class ProgramCheck(NamedTuple):
    """One check. `files` matches the paths below /etc that concern the program, and `command` judges them.

    In `command` and in `needs`, the files without which nothing is asked, `{file}` is the path of a file that changes and `{1}` a group of
    `files`. `noise` matches the lines that say nothing of a fault. With `always` it also counts when none of the files is declared.
    """

    name: str
    files: str
    command: Tuple[str, ...]
    needs: Tuple[str, ...]
    refusal: str
    noise: str
    always: bool

    @classmethod
    def of(cls, value: object) -> ProgramCheck:
        """EngineError `manifest` when it is not well formed. Patterns are not compiled: every switch reads them, and few need them."""
        members = members_of(value, "a check by a program")
        found = cls(
            name=members.text("name"),
            files=members.text("files"),
            command=tuple(members.texts("command")),
            needs=tuple(members.texts("needs")),
            refusal=members.text("refusal"),
            noise=members.text("noise", ""),
            always=members.flag("always"),
        )
        members.end()
        if not found.command:
            raise refuse(f"the check {found.name} has no command")
        return found

    def json(self) -> JsonObject:
        """As `of` takes it."""
        return {name: list(item) if isinstance(item, tuple) else item for name, item in self._asdict().items()}

    @property
    def program(self) -> str:
        """The program that is asked."""
        return self.command[0]

    @property
    def judges_one_file(self) -> bool:
        """Whether a file is judged by itself, wherever it lies."""
        return any(_FILE in word for word in self.command)

    def match(self, target: str) -> Match[str] | None:
        """The match of a path below /etc that concerns the program."""
        return re.fullmatch(self.files, target)

    def is_noise(self, line: str) -> bool:
        """Whether a line of the program's output says nothing of a fault."""
        return bool(self.noise) and re.search(self.noise, line) is not None


def filled(words: Sequence[str], match: Match[str], path: str) -> List[str]:
    """The words of a command about a file, which is at `path`."""
    found = [word.replace(_FILE, path) for word in words]
    for number, group in enumerate(match.groups(), 1):
        found = [word.replace("{%d}" % number, group or "") for word in found]
    return found
