# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Lines that are added to files of the host which read no folder. Everything else in those files stays. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..operation import Operation

if TYPE_CHECKING:
    from typing import Dict, List, Mapping, Sequence, Tuple


def with_lines(content: str, wanted: Sequence[str], ours: Sequence[str]) -> Tuple[str, List[str]]:
    """The content with the wanted lines, and those of them that are ours (which were not there by themselves).

    Lines that were ours and are no longer wanted go.
    """
    lines = content.split("\n")
    ended = lines[-1] == ""
    if ended:
        lines.pop()
    kept = [line for line in lines if line not in ours or line in wanted]
    added = [line for line in wanted if line not in kept]
    mine = [line for line in wanted if line in ours or line in added]
    kept += added
    return "\n".join(kept) + ("\n" if kept and (ended or added) else ""), mine


def plan_lines(
    wanted: Mapping[str, Sequence[str]], ours: Mapping[str, Sequence[str]], contents: Mapping[str, str | None]
) -> Tuple[Dict[str, str], Dict[str, List[str]], List[Operation]]:
    """The files to write, the lines that are ours afterwards, and what is reported. A file that is not there is not made for removals."""
    files: Dict[str, str] = {}
    mine: Dict[str, List[str]] = {}
    operations: List[Operation] = []
    for target in sorted({*wanted, *ours}):
        content = contents.get(target)
        if content is None and not wanted.get(target):
            continue
        text, own = with_lines(content or "", wanted.get(target, ()), ours.get(target, ()))
        if own:
            mine[target] = own
        if text != content:
            files[target] = text
            count = len(set(text.split("\n")) ^ set((content or "").split("\n")))
            operations.append(Operation("etc", "change", f"/etc/{target}", f"{count} line(s), the rest stays"))
    return files, mine, operations
