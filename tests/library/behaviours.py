# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What behaviour files of homes and of systems have in common (docs/module-authors.md says the form)."""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

from ansible_collections.home.manager.plugins.plugin_utils.modules.spec_file import load_file
from ansible_collections.home.manager.plugins.plugin_utils.plan.deep_stack import with_deep_stack

Answer = dict[str, Any]


def evaluated(
    path: Path, words: Collection[str], answered: Callable[[Any, Path], Answer]
) -> tuple[Any, Answer] | tuple[None, None]:
    """A behaviour and the answer to its spec; nothing for one that is refused, as it says."""
    case: Any = load_file(str(path))
    assert set(case) <= set(words), "a word that no behaviour has"
    assert len(case) > 1, "a behaviour has a spec and something that is expected of it"
    got = with_deep_stack(lambda: answered(case, path))
    if "refused" in case:
        assert case["refused"] in "\n".join(got["refused"])
        return None, None
    assert got["refused"] == []
    return case, got


def check_warnings(found: list[str], case: Any) -> None:
    """The warnings are those that a behaviour expects, and none that it forbids."""
    assert [part for part in case.get("warnings", []) if not any(part in warning for warning in found)] == [], found
    assert [warning for warning in found if any(part in warning for part in case.get("silent", []))] == []
