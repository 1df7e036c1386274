# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Members of JSON objects are checked where they are read."""

from __future__ import annotations

import pytest

from ansible_collections.home.manager.plugins.module_utils.engine.contract.errors import EngineError, ErrorKind
from ansible_collections.home.manager.plugins.module_utils.engine.contract.members import Members


def members(**values: object) -> Members:
    return Members(values, "the request", ErrorKind.REQUEST)


def test_only_an_object_has_members() -> None:
    with pytest.raises(EngineError, match="the request: expected an object, got a list") as problem:
        Members([], "the request", ErrorKind.REQUEST)
    assert problem.value.kind == ErrorKind.REQUEST


@pytest.mark.parametrize(
    ("read", "good", "bad", "missing"),
    [
        ("text", "x", 1, None),
        ("optional_text", "x", 1, "None"),
        ("flag", True, 1, "False"),
        ("optional_flag", False, "no", "None"),
        ("number", 3, True, None),
        ("optional_number", 3, 3.5, "None"),
        ("optional_real", 3.5, True, "None"),
        ("mapping", {"a": 1}, [], "{}"),
        ("sequence", [1], {}, "[]"),
        ("texts", ["x"], ["x", 1], "[]"),
        ("numbers", [1], [True], "[]"),
    ],
)
def test_types(read: str, good: object, bad: object, missing: str | None) -> None:
    assert getattr(members(x=good), read)("x") == good
    with pytest.raises(EngineError, match="`x` must"):
        getattr(members(x=bad), read)("x")
    if missing is None:
        with pytest.raises(EngineError, match="got nothing"):
            getattr(members(), read)("x")
    else:
        assert repr(getattr(members(x=None), read)("x")) == missing


def test_a_choice_names_what_is_allowed() -> None:
    assert members(x="a").choice("x", ("a", "b")) == "a"
    assert members().choice("x", ("a", "b"), "b") == "b"
    with pytest.raises(EngineError, match="must be one of a, b, got 'c'"):
        members(x="c").choice("x", ("a", "b"))


def test_what_nobody_takes_is_an_error() -> None:
    found = members(a=1, c=2, b=3)
    assert found.take("a") == 1
    assert sorted(found.names()) == ["b", "c"]
    with pytest.raises(EngineError, match="unknown member `b`"):
        found.end()
    assert found.rest() == {"b": 3, "c": 2}
    found.end()
