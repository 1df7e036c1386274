# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""An expression of a spec: its source, its position, and its value in a scope.

Only `{{ }}` is live in YAML text. A lone `{{ e }}` keeps the type of its value; anything longer is a string, into which only
strings, integers, paths and packages can be interpolated. A condition (`when`) is an expression without the braces.
"""

from __future__ import annotations

import jinja2

from ..syntax.errors import SpecError
from ..syntax.position import Position
from ..syntax.secrets import SECRETS
from .limits import LimitError
from .scope import Scope


class Expression:
    """A live text of a spec; `bare` says that the source has no braces, as in `when`."""

    __slots__ = ("bare", "position", "source")

    def __init__(self, source: str, position: Position | None = None, bare: bool = False) -> None:
        self.source = source
        self.position = position
        self.bare = bare

    def __repr__(self) -> str:
        return f"Expression({self.source!r})"

    def evaluate(self, scope: Scope) -> object:
        """The value in `scope`. Raises SpecError with this expression's position."""
        try:
            return scope.language.evaluator(self.source, self.bare)(scope)
        except SpecError as error:
            if isinstance(error, LimitError):
                error.within(self.shown)
            if not error.positions and self.position:
                error.positions.append(self.position)
            raise
        except RecursionError:
            raise SpecError("nested too deeply to be evaluated", [self.position]) from None
        except Exception as problem:
            raise self.failure(problem) from None

    def failure(self, problem: Exception) -> SpecError:
        """A failure inside Jinja or a filter as an error of the spec."""
        text = str(problem) or type(problem).__name__
        hint = ""
        quoted = text
        if isinstance(problem, jinja2.TemplateSyntaxError):
            text = f"invalid expression: {problem.message}"
            hint = "write `!unsafe` before the text if `{{` should be taken literally"
        elif not isinstance(problem, jinja2.TemplateError):
            text = f"{type(problem).__name__}: {text}"
        error = SpecError(f"{text} (in `{self.shown}`)", [self.position], hint=hint)
        error.quoted = SECRETS.concealed(quoted)
        return error

    @property
    def shown(self) -> str:
        """The source as an error shows it."""
        return (self.source if len(self.source) <= 80 else self.source[:79] + "…").strip()
