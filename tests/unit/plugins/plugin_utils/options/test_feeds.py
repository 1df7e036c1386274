# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""An option that feeds another one gives it a definition of its own priority and order."""

from __future__ import annotations

from typing import Any

import pytest

DECLARED = """
options:
  x:
    type: submodule
    default: {}
    options:
      text: {type: nullOr lines, default: null}
      upper: {type: nullOr str, default: null, feeds: text, value: value | upper}
"""


@pytest.mark.parametrize(
    ("said", "text"),
    [
        (["x: {text: a, upper: b}"], "a\nB"),
        (["x: {text: a, upper: !before b}"], "B\na"),
        (["x: {text: a, upper: !force b}"], "B"),
        (["x: {text: a, upper: !default b}"], "a"),
        (["x: {text: !force a, upper: b}"], "a"),
        (["x: {upper: '{{ omit }}'}"], None),
        (["x: {text: a}"], "a"),
    ],
)
def test_priority_and_order_are_carried(evaluate: Any, said: list[str], text: str | None) -> None:
    assert evaluate(DECLARED, *said).get("x")["text"] == text
