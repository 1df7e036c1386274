# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""An expression of a spec: its source, where it stands, and its value in a scope.

Only `{{ }}` is live in YAML text. A lone `{{ e }}` keeps the type of its value; anything longer is a string, into which only
strings, integers, paths and packages may be put. A condition (`when`) is an expression without the braces.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import jinja2

from ..syntax.errors import SpecError
from ..syntax.position import Position

if TYPE_CHECKING:
    from .scope import Scope

Evaluator = Callable[["Scope"], Any]

_DOTTED = re.compile(r"([A-Za-z_]\w*)((?:\.[A-Za-z_]\w*)*)")
_LONE_DOTTED = re.compile(r"\{\{ *([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*) *\}\}")
_HYPHENATED = re.compile(
    r"(?<![\w.'\"\]])((?:cfg|config|osConfig|options|pkgs|this|outer|item)(?:\.\w+)*\.[A-Za-z]\w*(?:-[A-Za-z]\w*)+)"
)
_STRINGS = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"")
_CONSTANTS = {"null", "Null", "true", "false", "none", "True", "False", "None", "not"}

_compiled: dict[tuple[str, bool], Evaluator] = {}


class Expression:
    """A live text of a spec; `bare` says that the source stands without braces, as in `when`."""

    __slots__ = ("bare", "position", "source")

    def __init__(self, source: str, position: Position | None = None, bare: bool = False) -> None:
        self.source = source
        self.position = position
        self.bare = bare

    def __repr__(self) -> str:
        return f"Expression({self.source!r})"

    def evaluate(self, scope: Scope) -> Any:
        """The value in `scope`. Raises SpecError with this expression's position."""
        run = _compiled.get((self.source, self.bare))
        try:
            if run is None:
                run = _compiled[self.source, self.bare] = _compile(self.source, self.bare)
            return run(scope)
        except SpecError as error:
            if not error.positions and self.position:
                error.positions.append(self.position)
            raise
        except RecursionError:
            raise SpecError("nested too deeply to evaluate", [self.position]) from None
        except Exception as problem:
            raise self.failure(problem) from None

    def failure(self, problem: Exception) -> SpecError:
        """A failure inside Jinja or a filter as an error of the spec."""
        text = str(problem) or type(problem).__name__
        hint = ""
        if isinstance(problem, jinja2.TemplateSyntaxError):
            text = f"not an expression: {problem.message}"
            hint = "write `!unsafe` before the text if `{{` is meant literally"
        elif not isinstance(problem, jinja2.TemplateError):
            text = f"{type(problem).__name__}: {text}"
        source = self.source if len(self.source) <= 80 else self.source[:79] + "…"
        return SpecError(f"{text} (in `{source.strip()}`)", [self.position], hint=hint)


def _compile(source: str, bare: bool) -> Evaluator:
    lone = _LONE_DOTTED.fullmatch(source)
    dotted = _DOTTED.fullmatch(source.strip()) if bare else (_DOTTED.fullmatch(lone[1]) if lone else None)
    if dotted and dotted[1] not in _CONSTANTS:
        return _path_reader(dotted[1], tuple(dotted[2].split(".")[1:]))
    _refuse_hyphens(source)
    from .environment import compile_bare, compile_text

    return compile_bare(source) if bare else compile_text(source)


def _path_reader(first: str, rest: tuple[str, ...]) -> Evaluator:
    """A plain `a.b.c` needs no template engine: nearly all conditions and values of the library are such."""
    from .environment import attribute, defined

    def read(scope: Scope) -> Any:
        value = scope.lookup(first)
        for name in rest:
            value = attribute(value, name)
        return defined(value)

    return read


def _refuse_hyphens(source: str) -> None:
    found = _HYPHENATED.search(_STRINGS.sub("''", source))
    if found:
        head, _dot, last = found[1].rpartition(".")
        raise SpecError(f"`{found[1]}` is a subtraction in an expression", hint=f"write `{head}['{last}']`")
