# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# pylint: disable=unidiomatic-typecheck; an exact type is the cheapest question, and these are asked for every value
"""Resolution: nodes with expressions in them to values, in a scope."""

from __future__ import annotations

from functools import partial
from typing import Any

from ..syntax.errors import SpecError, did_you_mean, summary
from ..syntax.keys import LiteralKey, TemplateKey
from ..syntax.nodes import Mapping, Sequence, position_of
from ..syntax.position import Position
from ..values import OMIT, GVariant, OutOfStore, Package, Path, Raw
from .closure import Closure
from .conditions import all_hold, mark_holds
from .expression import Expression
from .lazy import EntryThunk
from .scope import Scope
from .thunk import Thunk

RAW_KINDS = {"lua-inline", "nushell-inline", "literal"}
VALUE_KINDS = RAW_KINDS | {"package", "path", "gvariant", "outOfStore", "template", "function"}


def resolve(value: Any, scope: Scope) -> Any:
    """The value with every expression evaluated, at all depths; entries that are `omit` are left out."""
    kind = type(value)
    if isinstance(value, Expression):
        return value.evaluate(scope)
    if kind is Closure:
        return resolve(value.value, value.scope)
    if kind is Mapping:
        return _resolve_mapping(value, scope)
    if kind is Sequence:
        items = (resolve(item, scope) for item in value)
        return [item for item in items if item is not OMIT]
    if kind is EntryThunk:
        return value.get()
    if kind is dict and "_type" in value:
        return constructed(value, scope)
    return value


def _resolve_mapping(value: Mapping, scope: Scope) -> object:
    if "_type" in value:
        if value["_type"] == "each":
            return resolve(computed_each(value, scope), scope)
        if value["_type"] == "if":
            return resolve(value["content"], scope) if mark_holds(value, scope) else OMIT
        if value["_type"] not in VALUE_KINDS:  # marks of priority and order are data here: what reads it resolves them
            return {k: resolve(v, scope) if k in ("content", "data") else v for k, v in value.items()}
        return constructed(value, scope)
    result: dict[str, object] = {}
    for key, item in value.items():
        found = resolve(item, scope)
        if found is not OMIT:
            result[key_text(key, scope, value.position_of(key))] = found
    return result


def key_text(key: str, scope: Scope, position: Position | None) -> str:
    """A key with its template evaluated. Raises SpecError when that gives no text."""
    if type(key) is TemplateKey or ("{{" in key and type(key) is str):
        text = Expression(str(key), position).evaluate(scope)
        if isinstance(text, bool) or not isinstance(text, (str, int)):
            raise SpecError(f"a key must be a string, but `{key}` is {summary(text)}", [position])
        return str(text)
    return str(key) if type(key) is LiteralKey else key


def constructed(mark: dict[str, object], scope: Scope) -> object:
    """The value that a record with `_type` describes; a record whose kind belongs to a type of option stays unchanged."""
    kind = mark["_type"]
    position = position_of(mark)
    if kind == "package":
        return _package(mark, scope, position)
    if kind == "path":
        return Path(_text(mark, "path", scope, position))
    if kind in RAW_KINDS:
        return Raw(str(kind), _text(mark, "expr" if "expr" in mark else "value", scope, position))
    if kind == "gvariant":
        return GVariant(_text(mark, "type", scope, position), resolve(mark.get("value"), scope))
    if kind == "outOfStore":
        return OutOfStore(_text(mark, "path", scope, position))
    if kind == "template":
        return scope.language.render(_text(mark, "path", scope, position), scope, position)
    if kind == "function":
        if "result" in mark:
            return mark["result"]
        raise SpecError("functions of the Nix language are not supported", [position])
    return mark


def _text(mark: dict[str, object], field: str, scope: Scope, position: Position | None) -> str:
    value = resolve(mark.get(field), scope)
    if not isinstance(value, str):
        value = str(value) if hasattr(value, "path") else value
    if not isinstance(value, str):
        raise SpecError(f"`{field}` of `{mark['_type']}` must be a string, not {summary(value)}", [position])
    return value


def _package(mark: dict[str, object], scope: Scope, position: Position | None) -> Package:
    known = {"mainProgram": "main_program", "version": "version", "outPath": "out"}
    fields = {ours: resolve(mark.get(theirs), scope) for theirs, ours in known.items()}
    for field in fields.values():
        if field is not None and not isinstance(field, str):
            raise SpecError(f"the fields of a package must be strings, not {summary(field)}", [position])
    return scope.language.package(_text(mark, "name", scope, position), **fields)


_EACH = ("loop", "loop_var", "when", "vars", "key", "value")


def _check_each(mark: dict[str, object], position: Position | None) -> None:
    for name in mark:
        if name != "_type" and name not in _EACH:
            hint = did_you_mean(name, _EACH)
            error = SpecError(f"`!each` has no field `{name}`", [position_of(mark, name)], hint=hint)
            raise error.with_details("field", whole=True, advice=[] if hint else ["it has " + ", ".join(_EACH)])
    for name in ("loop", "value"):
        if name not in mark:
            raise SpecError(f"`!each` needs `{name}`", [position]).with_details("field", whole=True)


def computed_each(mark: dict[str, object], scope: Scope) -> Mapping | Sequence:
    """The mapping (with `key`) or list that `!each` describes; its entries keep the scope of their turn."""
    position = position_of(mark)
    _check_each(mark, position)
    keyed, loop_var = "key" in mark, mark.get("loop_var", "item")
    if not isinstance(loop_var, str):
        raise SpecError(f"`loop_var` must be a name, not {summary(loop_var)}", [position_of(mark, "loop_var")])
    mapping, sequence = Mapping(None, position, verbatim=True), Sequence(None, position)
    for item in loop_items(mark["loop"], scope, position_of(mark, "loop") or position):
        turn = iteration_scope(scope, {loop_var: item}, mark.get("vars"))
        if "when" in mark and not all_hold(mark["when"], turn, position_of(mark, "when")):
            continue
        bound = Closure(mark["value"], turn, position_of(mark, "value"))
        if not keyed:
            sequence.append(bound)
            sequence.positions.append(bound.position or Position(""))
            continue
        key = resolve(mark["key"], turn)
        if not isinstance(key, str):
            raise SpecError(f"a key must be a string, not {summary(key)}", [position_of(mark, "key")])
        if key in mapping:
            raise SpecError(f"`!each` produces the key `{key}` twice", [position_of(mark, "key")])
        mapping[key] = bound
    return mapping if keyed else sequence


def loop_items(node: object, scope: Scope, position: Position | None) -> list[object]:
    """The items of a loop: the elements of a list, or a mapping's entries as `key` and `value`."""
    before = scope.language.taints()
    value = resolve(node, scope)
    items: list[Any] | None = None
    if isinstance(value, dict):
        items = [{"key": key, "value": value[key]} for key in sorted(value)]
    elif isinstance(value, (list, tuple, range)):
        items = list(value)
    if items is not None:
        return items if scope.language.taints() == before else [Thunk.of_secret(item) for item in items]
    error = SpecError(f"a loop must be a list or a mapping, not {summary(value)}", [position_of(node) or position])
    raise error.with_details("loop", at_value=True, whole=True)


def iteration_scope(
    outer: Scope, names: dict[str, object], variables: Any, guard: list[Expression] | None = None
) -> Scope:
    """A scope below `outer` with `names` and lazily the block's `vars`."""
    scope = Scope(outer, dict(names), guard)
    if variables:
        for name, node in variables.items():
            scope.names[name] = Thunk(partial(resolve, node, scope))
    return scope
