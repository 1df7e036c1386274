# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What must hold of every merge, whatever the format; each format's tests bring texts and an independent parser."""

from __future__ import annotations

import copy
import json
import math
from typing import TYPE_CHECKING, Any

from ansible_collections.home.manager.plugins.module_utils.engine.merging.merged import merge, unmerge

if TYPE_CHECKING:
    from collections.abc import Callable

Tree = dict[str, Any]
Path = tuple[str, ...]


def leaves(tree: Tree, above: Path = ()) -> dict[Path, Any]:
    """Each leaf of a tree by its path; an empty mapping is a leaf."""
    found: dict[Path, Any] = {}
    for key, value in tree.items():
        if isinstance(value, dict) and value:
            found.update(leaves(value, (*above, key)))
        else:
            found[(*above, key)] = value
    return found


def overlaid(tree: Tree, declared: Tree) -> Tree:
    """The tree that a merge has to give: mappings merge, everything else is replaced."""
    result = copy.deepcopy(tree)
    for key, value in declared.items():
        below = result.get(key)
        if isinstance(value, dict):
            result[key] = overlaid(below if isinstance(below, dict) else {}, value)
        else:
            result[key] = copy.deepcopy(value)
    return result


def as_read_back(record: Tree) -> Tree:
    """The record as the ledger gives it back: through JSON."""
    return json.loads(json.dumps(record))


def hold(name: str, text: str, declared: Tree, later: Tree, parse: Callable[[str], Tree], comment: str) -> None:
    """All properties of one merge, of a second one after it, and of taking them out."""
    before = parse(text)
    first = merge(name, text, declared, None)
    record = as_read_back(first.record)
    assert parse(first.text) == overlaid(before, declared)

    again = merge(name, first.text, declared, record)
    assert again.text == first.text
    assert again.record == first.record
    assert merge(name, first.text, declared, None).text == first.text
    assert unmerge(name, first.text, record) == text

    second = merge(name, first.text, later, record)
    assert second.text == merge(name, text, later, None).text
    assert unmerge(name, second.text, as_read_back(second.record)) == text

    # Somebody else wrote to the file: what is taken back is taken back key by key.
    foreign = first.text + comment
    assert comment.strip() in unmerge(name, foreign, record).splitlines()
    assert parse(unmerge(name, foreign, record)) == before
    changed = merge(name, foreign, later, record)
    assert parse(changed.text) == overlaid(before, later)
    assert merge(name, changed.text, later, as_read_back(changed.record)).text == changed.text
    assert parse(unmerge(name, changed.text, as_read_back(changed.record))) == before


def equal(left: Any, right: Any) -> bool:
    """Equal with types, where nan equals itself."""
    if isinstance(left, float) and isinstance(right, float):
        return left == right or (math.isnan(left) and math.isnan(right))
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(equal(left[key], right[key]) for key in left)
    if isinstance(left, (list, tuple)) and isinstance(right, (list, tuple)):
        return len(left) == len(right) and all(map(equal, left, right))
    return type(left) is type(right) and bool(left == right)
