# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Limits of an evaluation: how large a value may become, and how much processor time an expression may take.

A regular expression can run for years without giving any other Python code a turn. Only the main thread can interrupt one, by a
signal, and an evaluation runs in a thread of its own. So an
`EvaluationThread` has regular expressions and foreign filters run on the main thread, under a timer.
"""

from __future__ import annotations

import ctypes
import functools
import queue
import re
import signal
import threading
import time
from collections.abc import Callable
from types import FrameType
from typing import NamedTuple

from ..syntax.errors import SpecError
from ..values import Value

# Processor seconds of this process, so that a busy machine makes no difference. Thirty programs evaluate in 0.15 s.
EVALUATION_SECONDS = 60.0
FUNCTION_SECONDS = 5.0
LARGEST_TEXT = 64 * 1024 * 1024
MOST_ITEMS = 1_000_000
MOST_BITS = 100_000

_TICK = 0.25


class LimitError(SpecError):
    """An expression that was stopped; `expression` is its source, where it is known."""

    expression = ""

    def within(self, source: str) -> None:
        """Name the expression in the message. Only the first call counts, which is that of the innermost expression."""
        if not self.expression:
            self.expression = source
            self.message = f"{self.message} (in `{source}`)"


class TooLong(LimitError):
    """More processor time than an expression may take."""

    def __init__(self, seconds: float = EVALUATION_SECONDS) -> None:
        super().__init__(
            f"this took more than {seconds:g} seconds of CPU time and was stopped",
            hint="check for a long loop or a regular expression with too much backtracking",
        )


class TooLarge(LimitError):
    """A value that would be larger than any home needs."""


class _Call(NamedTuple):
    """A call that the main thread makes for the evaluation."""

    function: Callable[[], object]
    reply: queue.SimpleQueue[tuple[object, BaseException | None]]


class Watchdog:
    """Waits on the main thread for an evaluation in another one, makes its calls, and stops it when its time is over."""

    def __init__(self, thread: threading.Thread) -> None:
        self.thread = thread
        self.calls: queue.SimpleQueue[_Call | None] = queue.SimpleQueue()

    def over(self) -> None:
        """To be called by the evaluation as its last act."""
        self.calls.put(None)

    def wait(self) -> None:
        """Return when the evaluation is over."""
        began = time.process_time()
        while True:
            try:
                pending = self.calls.get(timeout=_TICK)
            except queue.Empty:
                if not self.thread.is_alive():
                    break
                if time.process_time() - began > EVALUATION_SECONDS:
                    _interrupt(self.thread)
                continue
            if pending is None:
                break
            try:
                pending.reply.put((_timed(pending.function), None))
            except BaseException as problem:
                pending.reply.put((None, problem))
        self.thread.join()

    def call(self, function: Callable[[], object]) -> object:
        """The result of a function, called on the main thread."""
        reply: queue.SimpleQueue[tuple[object, BaseException | None]] = queue.SimpleQueue()
        self.calls.put(_Call(function, reply))
        result, problem = reply.get()
        if problem is not None:
            raise problem
        return result


def _interrupt(thread: threading.Thread) -> None:
    """Raise TooLong in another thread, at its next instruction."""
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident or 0), ctypes.py_object(TooLong))


def _timed(function: Callable[[], Value]) -> Value:
    """The result of a function that is called on the main thread. Raises TooLong.

    The timer counts processor time: the clock's own timer is Ansible's, for a task's `timeout`.
    """

    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise TooLong(FUNCTION_SECONDS)

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, FUNCTION_SECONDS)
    try:
        return function()
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


class EvaluationThread(threading.Thread):
    """The thread of one evaluation; `watchdog` is what the thread that started it waits with."""

    def __init__(self, compute: Callable[[], object]) -> None:
        super().__init__(name="home.manager evaluation")
        self.compute = compute
        self.watchdog = Watchdog(self)
        self.outcome: tuple[object, BaseException | None] | None = None

    def run(self) -> None:
        try:
            self.outcome = (self.compute(), None)
        except BaseException as problem:
            self.outcome = (None, problem)
        finally:
            self.watchdog.over()

    def result(self) -> object:
        """Start, wait for the end, and return the result; exceptions pass through. Raises TooLong."""
        self.start()
        self.watchdog.wait()
        if self.outcome is None:
            raise TooLong
        value, problem = self.outcome
        if problem is not None:
            raise problem
        return value


def limited(function: Callable[..., Value], *arguments: Value, **options: Value) -> Value:
    """The result of a function of plain data that may never return by itself. Raises TooLong."""
    call = functools.partial(function, *arguments, **options)
    thread = threading.current_thread()
    if isinstance(thread, EvaluationThread):
        return thread.watchdog.call(call)
    return _timed(call) if thread is threading.main_thread() else call()


@functools.lru_cache(maxsize=1024)
def compiled(pattern: str) -> re.Pattern[str]:
    """A regular expression. Raises SpecError when it is none."""
    try:
        return re.compile(pattern)
    except (re.error, RecursionError, OverflowError) as problem:
        raise SpecError(f"invalid regular expression `{pattern}`: {problem}") from None


@functools.lru_cache(maxsize=1024)
def _quick(pattern: str) -> bool:
    """Whether a regular expression has so little choice that its time is bounded by the length of the text."""
    repeats, choices = sum(map(pattern.count, "*+{")), pattern.count("?") + pattern.count("|")
    return (repeats == 0 and choices <= 8) or (repeats == 1 and choices == 0)


def matched(method: str, pattern: str, text: str) -> re.Match[str] | None:
    """What `re.search`, `re.match` or `re.fullmatch` finds. Raises SpecError or TooLong."""
    function = getattr(compiled(pattern), method)
    found: re.Match[str] | None
    found = function(text) if _quick(pattern) and len(text) <= 10_000 else limited(function, text)
    return found


def substituted(pattern: str, replacement: str, text: str, count: int = 0) -> str:
    """The text with the matches of a regular expression replaced. Raises SpecError or TooLong."""
    expression = compiled(pattern)
    most = (len(text) + 1) * max(1, len(replacement)) * (1 + replacement.count("\\") * len(text))
    if _quick(pattern) and len(text) <= 10_000 and most <= LARGEST_TEXT:
        return expression.sub(replacement, text, count=count)
    size = len(text)

    def put(found: re.Match[str]) -> str:
        nonlocal size
        new = found.expand(replacement) if "\\" in replacement else replacement
        size += len(new) - len(found[0])
        check_size(size)
        return new

    result: str = limited(expression.sub, put if most > LARGEST_TEXT else replacement, text, count=count)
    return result


def check_size(size: int, largest: int = LARGEST_TEXT, what: str = "characters") -> None:
    """Raises TooLarge for a value of more than `largest` characters or items."""
    if size > largest:
        raise TooLarge(f"the value would have {size:,} {what}; at most {largest:,} are allowed")
