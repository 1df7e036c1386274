# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The assertions and the warnings of modules, with the positions of what they are about."""

from __future__ import annotations

from ..options.definition import Definition
from ..options.evaluation import Evaluation
from ..options.provenance import Positions, Provenance
from ..syntax.errors import SpecError, SpecWarning
from ..syntax.position import Position
from ..syntax.secrets import HIDDEN, SECRETS
from ..values import Value


def failed_assertions(evaluation: Evaluation, prefix: str = "") -> list[SpecError]:
    """An error for each assertion that does not hold."""
    assertions = evaluation.attempt(lambda: list(evaluation.get("assertions")), [])

    def holds(assertion: Value) -> bool:
        return evaluation.attempt(lambda: assertion["assertion"], True) is True

    def message(assertion: Value, number: int) -> str:
        with evaluation.visiting(("assertions", str(number)), None) as frame:
            return _shown(str(assertion["message"]), frame.secret)

    failed = [number for number, assertion in enumerate(assertions) if not holds(assertion)]
    if not failed:
        return []
    provenance = Provenance(evaluation)
    definitions = evaluation.attempt(lambda: _paired(assertions, provenance.elements("assertions")), {})
    found = []
    for number in failed:
        text = evaluation.attempt(lambda n=number: message(assertions[n], n), None)  # type: ignore[misc]
        if text is None:  # An error by itself.
            continue
        positions = provenance.condition(definitions[number]) if number in definitions else ()
        if len(positions) < 2:  # Only the assertion itself, which nobody reads that did not write the module.
            positions = (*positions, *provenance.named(text))
        found.append(SpecError(prefix + text, positions).with_details("assertion", whole=True))
    return found


def _paired(values: list[Value], definitions: list[Definition]) -> dict[int, Definition]:
    """The definition of each value, by its place in the list.

    A condition can read an option whose module is only loaded then, and which adds definitions that the values do not have. So they
    are told by their positions; several of one position are in the same order.
    """
    at: dict[Position | None, list[Definition]] = {}
    for definition in definitions:
        at.setdefault(definition.position, []).append(definition)
    found: dict[int, Definition] = {}
    for number, value in enumerate(values):
        same = at.get(next(iter(value.node.instance.positions), None), [])
        if same:
            found[number] = same.pop(0)
    return found


def module_warnings(evaluation: Evaluation) -> list[SpecWarning]:
    """The warnings of the modules, each once."""

    def read() -> list[str]:
        with evaluation.visiting(("warnings",), None) as frame:
            texts = [str(text) for text in evaluation.get("warnings")]
        # Which of them it is that holds a secret is known by its text; where none does, it may be any.
        return [_shown(text, frame.secret and not any(map(SECRETS.within, texts))) for text in texts]

    texts = evaluation.attempt(read, [])
    if not texts:
        return []
    provenance = Provenance(evaluation)
    definitions = evaluation.attempt(lambda: provenance.elements("warnings"), [])
    warned: dict[str, Positions] = {}
    for number, text in enumerate(texts):
        origin = provenance.of(definitions[number]) if number < len(definitions) else ()
        # A module that every home has is used because of no line; what it warns of is in its words.
        warned.setdefault(text, (*origin, *(provenance.named(text) if len(origin) < 2 else ())))
    found = [SpecWarning(text, positions) for text, positions in warned.items()]
    for warning in found:
        warning.with_details("module", whole=True)
    return found


def _shown(text: str, secret: bool) -> str:
    """A message without secrets; one that read a secret and does not hold it as it is, is hidden whole."""
    concealed = SECRETS.concealed(text)
    return HIDDEN if secret and concealed == text else concealed
