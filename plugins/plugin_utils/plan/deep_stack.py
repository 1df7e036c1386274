# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Room for deep evaluations: options read each other, and each step of that takes several of Python's frames."""

from __future__ import annotations

import gc
import sys
import threading
from collections.abc import Callable
from typing import TypeVar, cast

from ..expressions.limits import EvaluationThread

STACK = 512 * 1024 * 1024
RECURSION = 12_000
# An evaluation makes many objects that all stay until it is done: to look for garbage among them is a third of its time.
COLLECTED = (300_000, 20, 100)

Result = TypeVar("Result")


def with_deep_stack(compute: Callable[[], Result]) -> Result:
    """The result of `compute` in a thread whose stack lets options read each other deeply; exceptions pass through."""
    limit, size, collected = sys.getrecursionlimit(), threading.stack_size(), gc.get_threshold()
    gc.set_threshold(*COLLECTED)
    sys.setrecursionlimit(max(limit, RECURSION))
    threading.stack_size(STACK)
    try:
        return cast(Result, EvaluationThread(compute).result())
    finally:
        gc.set_threshold(*collected)
        threading.stack_size(size)
        sys.setrecursionlimit(limit)
