# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""From the text of an expression straight to a function of a scope.

Jinja makes Python source of an expression and compiles that, which takes longer than a whole evaluation. Here the common part of its
grammar is read, rule by rule as in `jinja2.parser`; what is not common, and every mistake, raises `Unsupported`, and is left to Jinja.
"""

from __future__ import annotations

from . import operations
from .environment import LanguageEnvironment
from .operations import Arguments, Evaluator
from .tokens import END, NAME, NUMBER, TEXT, Tokens, Unsupported, pieces_of, tokens_of

_CONSTANTS = {"true": True, "True": True, "false": False, "False": False, "none": None, "None": None}
_KEYWORDS = frozenset({"and", "or", "not", "in", "is", "if", "else"})
_COMPARISONS = frozenset({"==", "!=", "<", "<=", ">", ">="})
_FIRST_OF_ARGUMENT = frozenset({NAME, TEXT, NUMBER, "[", "{"})
DEEPEST = 50


def value_of(environment: LanguageEnvironment, source: str) -> Evaluator:
    """The evaluator of an expression without braces. Raises Unsupported."""
    return _whole(environment, tokens_of(source))


def text_of(environment: LanguageEnvironment, source: str) -> tuple[bool, Evaluator]:
    """Whether a text is a lone expression, whose value keeps its type, and its evaluator. Raises Unsupported."""
    pieces = [one if isinstance(one, str) else _whole(environment, one) for one in pieces_of(source)]
    if len(pieces) == 1 and not isinstance(pieces[0], str):
        return True, pieces[0]
    return False, operations.text(pieces)


def _whole(environment: LanguageEnvironment, tokens: Tokens) -> Evaluator:
    found = _Reader(environment, tokens).expression()
    if tokens.kind != END:
        raise Unsupported
    return found


class _Reader:
    """Reads the tokens of one expression; each method is a rule of the grammar."""

    def __init__(self, environment: LanguageEnvironment, tokens: Tokens) -> None:
        self.environment = environment
        self.tokens = tokens
        self.depth = 0

    def expression(self) -> Evaluator:
        self.depth += 1
        if self.depth > DEEPEST:
            raise Unsupported
        found = self.disjunction()
        while self.tokens.skip_word("if"):
            condition = self.disjunction()
            if not self.tokens.skip_word("else"):
                raise Unsupported
            found = operations.choice(condition, found, self.expression())
        self.depth -= 1
        return found

    def disjunction(self) -> Evaluator:
        found = self.conjunction()
        while self.tokens.skip_word("or"):
            found = operations.disjunction(found, self.conjunction())
        return found

    def conjunction(self) -> Evaluator:
        found = self.negation()
        while self.tokens.skip_word("and"):
            found = operations.conjunction(found, self.negation())
        return found

    def negation(self) -> Evaluator:
        count = 0
        while self.tokens.skip_word("not"):
            count += 1
        found = self.comparison()
        if count:
            found = operations.negation(found)
        return operations.negation(found) if count and count % 2 == 0 else found

    def comparison(self) -> Evaluator:
        tokens, first = self.tokens, self.sum()
        rest: list[tuple[str, Evaluator]] = []
        while True:
            if tokens.kind in _COMPARISONS:
                sign = str(tokens.take(tokens.kind))
            elif tokens.skip_word("in"):
                sign = "in"
            elif tokens.skip_word("not"):
                if not tokens.skip_word("in"):
                    raise Unsupported
                sign = "not in"
            else:
                break
            rest.append((sign, self.sum()))
        return operations.comparison(first, rest) if rest else first

    def sum(self) -> Evaluator:
        found = self.concatenation()
        while self.tokens.kind in ("+", "-"):
            sign = str(self.tokens.take(self.tokens.kind))
            found = operations.binary(sign, found, self.concatenation())
        return found

    def concatenation(self) -> Evaluator:
        parts = [self.product()]
        while self.tokens.skip("~"):
            parts.append(self.product())
        return operations.joined(parts) if len(parts) > 1 else parts[0]

    def product(self) -> Evaluator:
        found = self.power()
        while self.tokens.kind in ("*", "/", "//", "%"):
            sign = str(self.tokens.take(self.tokens.kind))
            found = operations.binary(sign, found, self.power())
        return found

    def power(self) -> Evaluator:
        found = self.unary()
        while self.tokens.skip("**"):
            found = operations.binary("**", found, self.unary())
        return found

    def unary(self, with_filters: bool = True) -> Evaluator:
        if self.tokens.skip("-"):
            found = operations.negative(self.unary(False))
        elif self.tokens.skip("+"):
            found = operations.positive(self.unary(False))
        else:
            found = self.primary()
        found = self.postfix(found)
        return self.filters(found) if with_filters else found

    def primary(self) -> Evaluator:
        tokens = self.tokens
        kind = tokens.kind
        if kind == NAME:
            word = str(tokens.take(NAME))
            if word in _CONSTANTS:
                return operations.constant(_CONSTANTS[word])
            if word in _KEYWORDS or word.startswith("__"):
                raise Unsupported
            return operations.path(self.environment, word, self.names())
        if kind == TEXT:
            text = str(tokens.take(TEXT))
            while tokens.kind == TEXT:
                text += str(tokens.take(TEXT))
            return operations.constant(text)
        if kind == NUMBER:
            return operations.constant(tokens.take(NUMBER))
        if tokens.skip("("):
            return self.parenthesis()
        if tokens.skip("["):
            return operations.listing(self.items("]"))
        if tokens.skip("{"):
            return self.mapping()
        raise Unsupported

    def parenthesis(self) -> Evaluator:
        """What is in parentheses: one expression, or a tuple."""
        if self.tokens.skip(")"):
            return operations.row(())
        first = self.expression()
        if self.tokens.skip(")"):
            return first
        self.tokens.take(",")
        return operations.row([first, *self.items(")")])

    def items(self, end: str) -> list[Evaluator]:
        """Expressions between commas, up to the closing bracket."""
        found: list[Evaluator] = []
        while not self.tokens.skip(end):
            found.append(self.expression())
            if not self.tokens.skip(","):
                self.tokens.take(end)
                break
        return found

    def mapping(self) -> Evaluator:
        pairs: list[tuple[Evaluator, Evaluator]] = []
        while not self.tokens.skip("}"):
            key = self.expression()
            self.tokens.take(":")
            pairs.append((key, self.expression()))
            if not self.tokens.skip(","):
                self.tokens.take("}")
                break
        return operations.mapping(pairs)

    def postfix(self, found: Evaluator) -> Evaluator:
        """Attributes, entries and calls of a value."""
        tokens = self.tokens
        while True:
            kind = tokens.kind
            if kind == ".":
                found = operations.attributes(found, self.names())
            elif kind == "[":
                found = self.subscript(found)
            elif kind == "(":
                found = operations.call(self.environment, found, self.arguments())
            else:
                return found

    def names(self) -> list[str]:
        """The names that follow a value, each after a dot."""
        found: list[str] = []
        while self.tokens.skip("."):
            found.append(str(self.tokens.take(NAME)))
        return found

    def subscript(self, value: Evaluator) -> Evaluator:
        tokens = self.tokens
        tokens.take("[")
        first = None if tokens.kind == ":" else self.expression()
        if first is not None and tokens.skip("]"):
            return operations.item(value, first)
        tokens.take(":")
        last = None if tokens.kind == "]" else self.expression()
        tokens.take("]")
        return operations.part(value, first, last)

    def filters(self, found: Evaluator) -> Evaluator:
        """Filters and tests of a value."""
        tokens = self.tokens
        while True:
            if tokens.skip("|"):
                word = self.dotted_name()
                arguments = self.arguments() if tokens.kind == "(" else Arguments()
                found = operations.filtered(self.environment, word, found, arguments)
            elif tokens.skip_word("is"):
                found = self.test(found)
            elif tokens.kind == "(":
                found = operations.call(self.environment, found, self.arguments())
            else:
                return found

    def test(self, value: Evaluator) -> Evaluator:
        tokens = self.tokens
        negated = tokens.skip_word("not")
        word = self.dotted_name()
        arguments = Arguments()
        if tokens.kind == "(":
            arguments = self.arguments()
        elif tokens.kind in _FIRST_OF_ARGUMENT and not any(map(tokens.is_word, ("else", "or", "and"))):
            arguments = Arguments((self.postfix(self.primary()),))
        found = operations.tested(self.environment, word, value, arguments)
        return operations.negation(found) if negated else found

    def dotted_name(self) -> str:
        word = str(self.tokens.take(NAME))
        while self.tokens.skip("."):
            word += f".{self.tokens.take(NAME)}"
        return word

    def arguments(self) -> Arguments:
        tokens = self.tokens
        tokens.take("(")
        positional: list[Evaluator] = []
        named: dict[str, Evaluator] = {}
        spread: Evaluator | None = None
        while not tokens.skip(")"):
            if spread is not None:
                raise Unsupported
            if tokens.skip("**"):
                spread = self.expression()
            elif tokens.kind == NAME and tokens.kinds[tokens.at + 1] == "=":
                word = str(tokens.take(NAME))
                tokens.take("=")
                if word in named:
                    raise Unsupported
                named[word] = self.expression()
            elif named:
                raise Unsupported
            else:
                positional.append(self.expression())
            if not tokens.skip(","):
                tokens.take(")")
                break
        return Arguments(tuple(positional), tuple(named.items()), spread)
