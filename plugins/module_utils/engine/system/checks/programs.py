# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Which programs are asked about a change, and with which commands."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ...disk import queries
from ..process import which
from ..program_check import filled

if TYPE_CHECKING:
    from typing import Dict, Iterable, List, Tuple

    from ..program_check import ProgramCheck
    from .future import Future


class Question(NamedTuple):
    """One command of a check."""

    check: ProgramCheck
    command: Tuple[str, ...]


def questions(checks: Iterable[ProgramCheck], future: Future) -> List[Question]:
    """The commands of the programs that are installed and whose files change, where some of these files are declared."""
    found: Dict[Tuple[str, ...], Question] = {}
    for check in checks:
        declared = check.always or any(check.match(target) for target in future.declared)
        if not declared or which(check.program) is None:
            continue
        for file in future.files:
            match = check.match(file.target)
            if match is None or (check.judges_one_file and file.content is None):
                continue
            path = f"/etc/{file.target}"
            if all(queries.exists(needed) for needed in filled(check.needs, match, path)):
                command = tuple(filled(check.command, match, path))
                found.setdefault(command, Question(check, command))
    return list(found.values())
