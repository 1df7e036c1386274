# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Spec files: YAML text, whose live texts are expressions, as nodes."""

from __future__ import annotations

import functools
import hashlib
import os

from .. import inputs
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
def _parsed(path: str, _stamp: inputs.Signature, name: str) -> tuple[object, bytes]:
    """The nodes of a file, and the SHA-256 of its bytes."""
    content = read_file(path, LARGEST_SPEC).content
    text = content.decode("utf-8").replace("\r\n", "\n").replace("\r", "\n")
    return load_text(text, name, os.path.dirname(path)), hashlib.sha256(content).digest()


def load_file(path: str, name: str | None = None) -> object:
    """The nodes of a spec file, parsed once for each of its versions. Raises SpecError."""
    try:
        check_inside(path)
        state = os.stat(path)
        node, digest = _parsed(path, inputs.signature(state), name or path)
        inputs.read(path, state, digest)
        return node
    except OSError as problem:
        error = SpecError(f"{path} cannot be read: {problem.strerror}")
        raise error.with_details("unreadable", whole=True) from None
    except UnicodeDecodeError as problem:
        before = bytes(problem.object)[: int(problem.start)]
        position = Position(name or path, before.count(b"\n") + 1, len(before) - before.rfind(b"\n"))
        raise SpecError(f"{path} is not UTF-8 text", [position]).with_details("unreadable", whole=True) from None
