# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Spec files: YAML text, whose live texts are expressions, as nodes."""

from __future__ import annotations

import functools
import os

from ..expressions.expression import Expression
from ..expressions.source_file import LARGEST_SPEC, check_inside, read_file
from ..syntax import yaml_text
from ..syntax.errors import SpecError
from ..syntax.position import Position


def load_text(text: str, name: str, base: str | None = None) -> object:
    """The nodes of a spec's text; None for an empty one.

    `name` is how errors call the file; `base` the folder that its relative paths start from. Raises SpecError.
    """
    return yaml_text.load(text, name, base, live=Expression)


@functools.lru_cache(maxsize=4096)
def _parsed(path: str, _stamp: tuple[int, int], name: str) -> object:
    text = read_file(path, LARGEST_SPEC).content.decode("utf-8")
    return load_text(text.replace("\r\n", "\n").replace("\r", "\n"), name, os.path.dirname(path))


def load_file(path: str, name: str | None = None) -> object:
    """The nodes of a spec file, parsed once for each of its versions. Raises SpecError."""
    try:
        check_inside(path)
        state = os.stat(path)
        return _parsed(path, (state.st_mtime_ns, state.st_size), name or path)
    except (OSError, UnicodeError) as problem:
        reason = problem.strerror if isinstance(problem, OSError) else "not UTF-8 text"
        raise SpecError(f"cannot be read: {reason}", [Position(name or path)]) from None
