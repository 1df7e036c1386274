# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The merge itself, the same for every format: withdraw what is no longer declared, set what is, verify the result."""

from __future__ import annotations

from typing import Dict, List, Optional, Set, Type

from .document import Document
from .errors import MergeError
from .ini_text import IniDocument
from .json_text import JsonDocument
from .record import Container, Leaf, PreviousValue, Record
from .toml_text import TomlDocument
from .values import ABSENT, Path, leaves, named, plain, same
from .yaml_text import YamlDocument

FORMATS: Dict[str, Type[Document]] = {
    "json": JsonDocument,
    "ini": IniDocument,
    "toml": TomlDocument,
    "yaml": YamlDocument,
}


class Merged:
    """The result of a merge: the file's new `text`, and the `record` (JSON-able) to hand in as `previous` next time."""

    def __init__(self, text: str, record: Dict[str, object]) -> None:
        self.text = text
        self.record = record


def merge(format: str, text: str, declared: Dict[str, object], previous: Optional[Dict[str, object]]) -> Merged:  # noqa: A002
    """Set the declared keys in `text` (empty when the file is missing) and withdraw what only `previous` declared.

    A value that somebody changed since the last merge is set again when it is declared (and is then what was there
    before), and left alone when it is withdrawn. An empty mapping declares that a mapping is there, whatever it holds.
    Raises MergeError when the text is malformed or cannot take a key safely.
    """
    if format not in FORMATS:
        raise MergeError("unknown format {} (known: {})".format(format, ", ".join(sorted(FORMATS))))
    former = Record.load(format, previous)
    original = former.original(text)
    if original is not None and previous is not None and former.holds(declared):
        return Merged(text, previous)
    if original is not None:
        text, former = original, Record(format)
    try:
        merger = Merger(FORMATS[format](text), former)
        return merger.run(declared)
    except RecursionError:
        raise MergeError("the values are nested too deeply") from None


def unmerge(format: str, text: str, record: Dict[str, object]) -> str:  # noqa: A002
    """`text` without everything that was set according to `record`. Raises MergeError as `merge` does."""
    return merge(format, text, {}, record).text


class Merger:
    """One merge of declared leaves into one document."""

    def __init__(self, document: Document, former: Record) -> None:
        self.document = document
        self.former = former
        self.record = Record(former.format)
        self.record.blank = former.blank
        if former.empty and not document.text.strip("\ufeff \t\r\n"):
            self.record.blank = document.text
        self.touched: Set[Path] = set()
        self.standing = {made.path for made in former.containers if document.mapping(made.path) is not None}

    def run(self, declared: Dict[str, object]) -> Merged:
        """Withdraw, set and check."""
        before = self.document.leaves()
        wanted = dict(leaves(declared))
        known: Dict[Path, Leaf] = {}
        for leaf in reversed(self.former.leaves):
            if leaf.path in wanted and isinstance(wanted[leaf.path], dict) == isinstance(leaf.value, dict):
                known[leaf.path] = leaf
            else:
                self.withdraw(leaf)
        self.release(wanted)
        for path, value in wanted.items():
            self.declare(path, value, known.get(path))
        if not wanted and self.record.blank is not None and self.document.is_blank():
            self.document.apply((0, len(self.document.text), self.record.blank))
        self.check(before, wanted)
        if self.former.empty:
            self.record.seal(self.document)
        return Merged(self.document.text, self.record.dump())

    def withdraw(self, leaf: Leaf) -> None:
        """Restore the former state of a leaf, unless somebody has changed it since."""
        if not self.document.holds(leaf.path, leaf.value):
            return
        if isinstance(leaf.value, dict) and isinstance(leaf.before.value, dict):
            return
        self.touched.add(leaf.path)
        if not leaf.before.absent:
            self.restore(leaf.path, leaf.before)
        elif isinstance(leaf.value, dict):
            self.document.remove_mapping(leaf.path)
        elif self.document.get(leaf.path) is not ABSENT:
            self.document.remove(leaf.path)

    def restore(self, path: Path, before: PreviousValue) -> None:
        """Write a former value again, as it was written."""
        self.document.put(path, before.value, before.source)

    def release(self, wanted: Dict[Path, object]) -> None:
        """Remove the mappings we made that are empty and no longer needed; keep those still needed in the record."""
        needed: Set[Path] = {path[:depth] for path in wanted for depth in range(1, len(path))}
        for made in reversed(self.former.containers):
            if made.path in needed:
                self.record.containers.insert(0, made)
            elif made.path in self.standing and not self.document.mapping(made.path):
                self.give_back(made)

    def give_back(self, made: Container) -> None:
        """Put back what was there before we made a mapping that is empty now, or that went with its last key."""
        empty = self.document.mapping(made.path) is not None
        self.touched.add(made.path)
        if not made.before.absent and (empty or self.document.get(made.path) is ABSENT):
            self.restore(made.path, made.before)
        elif empty:
            self.document.remove_mapping(made.path)

    def declare(self, path: Path, value: object, known: Optional[Leaf]) -> None:
        """Set a leaf and remember what was there before it was ours."""
        ours = known is not None and (self.document.holds(path, known.value) or self.document.satisfied(path, value))
        if known is not None and ours:
            before = known.before
        else:
            before = self.present(path, value)
        self.record.leaves.append(Leaf(path, plain(value), before))
        if self.document.satisfied(path, value):
            return
        self.touched.add(path)
        self.clear_way(path)
        self.document.put(path, value)

    def present(self, path: Path, value: object) -> PreviousValue:
        """The value at a path now."""
        found: object = self.document.mapping(path) if isinstance(value, dict) else None
        if found is None:
            found = self.document.obstacle(path) if isinstance(value, dict) else self.document.get(path)
        return PreviousValue() if found is ABSENT else PreviousValue(found, self.document.source(path))

    def clear_way(self, path: Path) -> None:
        """Note the mappings that have to be made above a path, and take out what is in their place."""
        for depth in range(1, len(path)):
            above = path[:depth]
            if self.document.mapping(above) is not None:
                continue
            obstacle = self.document.obstacle(above)
            made = Container(above, PreviousValue())
            if obstacle is not ABSENT:
                made.before = PreviousValue(obstacle, self.document.source(above))
                self.document.remove(above)
                self.touched.add(above)
            known = [one for one in self.record.containers if one.path == above]
            if not known:
                self.record.containers.append(made)
            elif not made.before.absent:
                known[0].before = made.before

    def check(self, before: Dict[Path, object], wanted: Dict[Path, object]) -> None:
        """Verify that the declared values are there and that nothing else changed; MergeError otherwise."""
        for path, value in wanted.items():
            if not self.document.satisfied(path, value):
                raise MergeError(f"{named(path)} cannot be written so that it reads as declared")
        after = self.document.leaves()
        around = {path[:depth] for path in self.touched for depth in range(1, len(path) + 1)}
        changed: List[Path] = []
        for path in set(before) | set(after):
            if path in around or any(path[:depth] in self.touched for depth in range(1, len(path))):
                continue
            if path not in before or path not in after or not same(before[path], after[path], True):
                changed.append(path)
        if changed:
            raise MergeError("the edit would also change {}".format(", ".join(named(one) for one in sorted(changed))))
