# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Room for deep evaluations: options read each other, and each step of that takes several of Python's frames."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from typing import Any

from ..expressions.limits import TooLong, Watch, watched

STACK = 512 * 1024 * 1024
RECURSION = 12_000


def with_deep_stack(compute: Callable[[], Any]) -> Any:
    """The result of `compute` in a thread whose stack lets options read each other deeply; exceptions pass through."""
    outcome: list[Any] = []

    def run() -> None:
        try:
            outcome.extend([compute(), None])
        except BaseException as problem:
            outcome.extend([None, problem])
        finally:
            watch.over()

    limit, size = sys.getrecursionlimit(), threading.stack_size()
    sys.setrecursionlimit(max(limit, RECURSION))
    threading.stack_size(STACK)
    try:
        thread = threading.Thread(target=run, name="home.manager evaluation")
        watch = Watch(thread)
        with watched(watch):
            thread.start()
            watch.wait()
    finally:
        threading.stack_size(size)
        sys.setrecursionlimit(limit)
    if not outcome:
        raise TooLong
    if outcome[1] is not None:
        raise outcome[1]
    return outcome[0]
