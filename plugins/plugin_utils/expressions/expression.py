# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""An expression of a spec: its source, its position, and its value in a scope.

Only `{{ }}` is live in YAML text. A lone `{{ e }}` keeps the type of its value; anything longer is a string, into which only
strings, integers, paths and packages can be interpolated. A condition (`when`) is an expression without the braces.
"""

from __future__ import annotations

import re

import jinja2
from jinja2.filters import FILTERS
from jinja2.tests import TESTS

from ..syntax.errors import SpecError, did_you_mean
from ..syntax.position import Position
from ..syntax.secrets import SECRETS
from .attributes import LITERALLY, NAMELESS
from .limits import LimitError
from .scope import Scope

_NO_PLUGIN = re.compile(r"No (filter|test) named '(\w+)'")


def _syntax(problem: str, expression: Expression) -> tuple[str, str]:
    """What is wrong with the syntax of an expression, and a remedy."""
    named = _NO_PLUGIN.match(problem)
    if named is not None:
        kind, name = named[1], named[2]
        return f"there is no {kind} `{name}`", did_you_mean(name, FILTERS if kind == "filter" else TESTS)
    if expression.bare and re.search(r"[^=!<>]=[^=]", expression.source):
        return "is not a valid condition", "compare with `==`"
    return f"is not a valid {'condition' if expression.bare else 'expression'}: {problem.rstrip('.')}", ""


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
                error.within(self.source_text)
            if not error.positions and error.message.startswith(NAMELESS):
                self._name_owner(error)
            if not error.positions and self.position:
                error.positions.append(self.position)
                error.at_value = error.at_value or self.bare  # a condition's position is that of its key
            raise
        except RecursionError:
            raise SpecError("nested too deeply to be evaluated", [self.position]) from None
        except Exception as problem:
            raise self.failure(problem) from None

    def _name_owner(self, error: SpecError) -> None:
        """Say which mapping it is that lacks a name."""
        found = re.search(rf"([A-Za-z_][\w.]*)\.{re.escape(error.word)}\b", self.source) if error.word else None
        if found is None:
            return
        error.message = error.message.replace(NAMELESS, f"`{found[1]}`", 1)
        if found[1] == "ansible_facts" and not error.hint:
            error.hint = "facts of the host are in `host`, such as `host.distribution`"

    def failure(self, problem: Exception) -> SpecError:
        """A failure inside Jinja or a filter as an error of the spec."""
        quoted = str(problem) or type(problem).__name__
        advice: list[str] = []
        hint = ""
        if isinstance(problem, jinja2.TemplateSyntaxError):
            text, hint = _syntax(str(problem.message), self)
            if not self.bare and not hint:
                advice = [LITERALLY]
        elif isinstance(problem, TypeError):
            text, hint = f"cannot be computed: {quoted}", "convert one of them first, with `string` or `int`"
        else:
            text = f"cannot be computed: {quoted}"
        text = f"`{self.source_text}` {text}" if self.bare else f"{text} (in `{self.source_text}`)"
        error = SpecError(text, [self.position], hint=hint)
        error.quoted = SECRETS.concealed(quoted)
        return error.with_details("expression", at_value=self.bare, whole=self.bare, advice=advice)

    @property
    def source_text(self) -> str:
        """The source as an error shows it."""
        return (self.source if len(self.source) <= 80 else self.source[:79] + "…").strip()
