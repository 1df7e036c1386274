# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Options whose own names hold dots: in a freeform submodule the whole key is looked for first."""

from __future__ import annotations

from typing import Any

import pytest

DECLARED = """
options:
  x:
    type: submodule
    default: {}
    freeformType: attrsOf (attrsOf int)
    options:
      '"com.a".b': {type: nullOr str, default: null}
"""


@pytest.mark.parametrize("said", ["x: {com.a: {b: v}}", "x: {com.a: {b: v}, com.c: {d: 1}}", 'x."com.a".b: v'])
def test_the_declared_name_is_found(evaluate: Any, said: str) -> None:
    assert evaluate(DECLARED, said).get("x")["com.a"]["b"] == "v"


def test_other_names_stay_whole(evaluate: Any) -> None:
    assert evaluate(DECLARED, "x: {com.c: {d: 1}}").get("x")["com.c"]["d"] == 1
