# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Answers as lines for people."""

from __future__ import annotations

import time
from typing import Any, Iterator

_WORDS = {
    "add": "add",
    "change": "change",
    "remove": "remove",
    "adopt": "adopt",
    "backup": "back up",
    "keep": "keep",
    "repair": "repair",
}


def generation(item: dict[str, Any]) -> str:
    """One line about a generation."""
    made = time.strftime("%Y-%m-%d %H:%M", time.localtime(item["created"]))
    marks = [word for word in ("current", "failed") if item[word]]
    mark = f" ({', '.join(marks)})" if marks else ""
    special = f" with {', '.join(item['specialisations'])}" if item["specialisations"] else ""
    return f"{made} : id {item['generation']} -> {item['path']}{special}{mark}"


def answer(found: dict[str, Any], dry: bool, verbose: bool) -> Iterator[str]:
    """The lines about a switch or a removal."""
    for operation in found.get("operations") or []:
        detail = f": {operation['detail']}" if operation["detail"] else ""
        yield f"{'would ' if dry else ''}{_WORDS[operation['op']]} {operation['path']}{detail}"
    for collision in found.get("collisions") or []:
        yield f"in the way: {collision['path']}: {collision['reason']}"
    for hook in found.get("hooks") or []:
        if "rc" not in hook:
            yield f"would run {hook['name']}"
        elif verbose or hook["rc"] != 0:
            yield f"hook {hook['name']} (code {hook['rc']})"
            yield from (f"  {line}" for line in hook["output"].splitlines())
    if found.get("generation") is not None and not found.get("failed"):
        yield f"generation {found['generation']} {'would be' if dry else 'is'} current"
    elif not found.get("changed") and not found.get("failed"):
        yield "nothing to do"


def drift(found: dict[str, Any]) -> Iterator[str]:
    """The lines about a verification."""
    for item in found["drift"]:
        yield f"{item['problem']} {item['path']}: {item['detail']}"
    for item in found["repaired"]:
        yield f"repaired {item['path']}" + (f": {item['detail']}" if item["detail"] else "")
    yield from found["warnings"]
    if not found["drift"]:
        yield "everything is as it was put there"
