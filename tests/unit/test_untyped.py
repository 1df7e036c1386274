# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""How many types are `Any`: the numbers may fall, and never rise.

`python tests/unit/test_untyped.py` prints them.
"""

from __future__ import annotations

import tokenize
from collections import Counter
from pathlib import Path

import pytest

PLUGINS = Path(__file__).resolve().parents[2] / "plugins"
ENGINE = PLUGINS / "module_utils" / "engine"
CONTROLLER = PLUGINS / "plugin_utils"
# Uses of `Any` in 1,000 lines. Lower a number when you have made it too high. `play/` is the door to Ansible, which has no types.
MOST = {
    (ENGINE, None): 2,
    (CONTROLLER, "play"): 50,
    (CONTROLLER, "expressions"): 12,
    (CONTROLLER, None): 5,
}


def uses(path: Path) -> int:
    """The uses of `Any` in a file, imports aside."""
    with path.open("rb") as file:
        tokens = list(tokenize.tokenize(file.readline))
    return sum(
        token.type == tokenize.NAME
        and token.string == "Any"
        and not token.line.lstrip().startswith(("from ", "import "))
        for token in tokens
    )


def density(root: Path, folder: str | None) -> float:
    """Uses of `Any` in 1,000 lines of one folder; None is all the folders that have no number of their own."""
    named = {name for above, name in MOST if above == root}
    count: Counter[str] = Counter()
    for path in root.rglob("*.py"):
        part = path.relative_to(root).parts[0]
        if part == folder if folder is not None else part not in named:
            count["uses"] += uses(path)
            count["lines"] += path.read_text(encoding="utf-8").count("\n")
    return 1000 * count["uses"] / count["lines"]


@pytest.mark.slow
@pytest.mark.parametrize(("root", "folder"), MOST, ids=lambda part: getattr(part, "name", part) or "rest")
def test_no_more_is_untyped_than_before(root: Path, folder: str | None) -> None:
    found = density(root, folder)
    assert found <= MOST[root, folder], (
        "give the values a type (`object` where anything goes, `Value` for the language's)"
    )
    assert found > MOST[root, folder] * 0.7 - 0.5, f"lower the number in MOST to {found:.1f}"


if __name__ == "__main__":
    for (root_, folder_), most in MOST.items():
        print(f"{root_.name}/{folder_ or ''}: {density(root_, folder_):.1f} in 1,000 lines, at most {most}")
