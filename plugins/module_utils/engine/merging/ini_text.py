# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""An INI text edited in place: global keys, sections, keys, with or without spaces around `=`.

Sections and keys are case-sensitive. All sections of one name are one; a repeated key is a list.
A line indented deeper than the key above it continues that key's value, as Python's configparser reads it. What follows
`=` is the value to the end of the line: programs disagree about comments there, so none is assumed.
"""

from __future__ import annotations

import re
from typing import Dict, List, Optional, Tuple

from .document import Document
from .errors import MergeError
from .values import ABSENT, Path, named, same

HEADER = re.compile(r"[ \t]*\[(.*?)\][ \t]*(?:[#;].*)?$")
COLON = re.compile(r"[^\s=:]+:(?=[ \t]|$)")
GLOBAL = ""


class Entry:
    """A key with its span of whole lines; `value` is None for a key without a delimiter."""

    def __init__(self, start: int, end: int, indent: str, key: str, delimiter: str, value: Optional[str]) -> None:
        self.start = start
        self.end = end
        self.indent = indent
        self.key = key
        self.delimiter = delimiter
        self.value = value


class Section:
    """A header with the entries below it; the first section of a file has none and no name."""

    def __init__(self, name: str, start: int, end: int, headed: bool) -> None:
        self.name = name
        self.start = start
        self.end = end
        self.headed = headed
        self.entries: List[Entry] = []

    @property
    def tail(self) -> int:
        """Where a new entry goes."""
        return self.entries[-1].end if self.entries else self.end


def parse_key(line: str) -> Tuple[str, str, str, Optional[str]]:
    """Indentation, key, delimiter with its spaces, and value of a line without its line end."""
    body = line.lstrip(" \t")
    indent = line[: len(line) - len(body)]
    colon = COLON.match(body)
    at = colon.end() - 1 if colon else body.find("=")
    if at < 0:
        at = body.find(":")
    if at < 0:
        return indent, body.rstrip(), "", None
    key, value = body[:at].rstrip(), body[at + 1 :].lstrip(" \t")
    delimiter = body[len(key) : len(body) - len(value)]
    return indent, key, delimiter, value.rstrip()


class IniDocument(Document):
    """An INI file."""

    def read(self) -> None:
        start = 1 if self.text.startswith("\ufeff") else 0
        self.sections = [Section(GLOBAL, start, start, False)]
        self.entry: Optional[Entry] = None
        self.lines: List[Tuple[int, int]] = []
        while start < len(self.text):
            end = self.line_end(start)
            self.lines.append((start, end))
            self.read_line(start, end)
            start = end

    def read_line(self, start: int, end: int) -> None:
        """Take one line in."""
        line = self.text[start:end].rstrip("\r\n")
        body = line.strip(" \t")
        if not body or body[0] in "#;":
            return
        indent = len(line) - len(line.lstrip(" \t"))
        if self.entry is not None and indent > len(self.entry.indent):
            self.entry.end = end
            self.entry.value = "{}\n{}".format(self.entry.value or "", body)
            return
        if body[0] == "[":
            header = HEADER.match(line)
            if not header:
                raise MergeError("a section header without ']'", self.line_of(start))
            self.sections.append(Section(header.group(1), start, end, True))
            self.entry = None
            return
        self.entry = Entry(start, end, *parse_key(line))
        self.sections[-1].entries.append(self.entry)

    def named(self, path: Path) -> List[Section]:
        """The sections that have a key of this path."""
        if len(path) > 1:
            return [section for section in self.sections if section.headed and section.name == path[0]]
        return self.sections[:1]

    def entries(self, path: Path) -> List[Entry]:
        """All entries of a path, in order."""
        return [entry for section in self.named(path) for entry in section.entries if entry.key == path[-1]]

    def tree(self) -> Dict[str, object]:
        raise NotImplementedError("a key and a section may have the same name")

    def leaves(self) -> Dict[Path, object]:
        found: Dict[Path, object] = {}
        for section in self.sections:
            for entry in section.entries:
                path = (section.name, entry.key) if section.headed else (entry.key,)
                found[path] = self.get(path)
        return found

    def get(self, path: Path) -> object:
        if len(path) > 2:
            return ABSENT
        values = [entry.value for entry in self.entries(path)]
        return ABSENT if not values else values[0] if len(values) == 1 else values

    def mapping(self, path: Path) -> Optional[Dict[str, object]]:
        if len(path) != 1:
            return None
        sections = self.named((*path, ""))
        keys = {entry.key for section in sections for entry in section.entries}
        return {key: self.get((*path, key)) for key in keys} if sections else None

    def obstacle(self, path: Path) -> object:
        return ABSENT

    def holds(self, path: Path, value: object) -> bool:
        if isinstance(value, dict):
            return same(self.mapping(path), value, True)
        found = [entry.value for entry in self.entries(path)]
        return found == [None if one is None else one.strip(" \t") for one in words(path, value)]

    def is_blank(self) -> bool:
        return not self.text.strip("\ufeff \t\r\n")

    def source(self, path: Path) -> Optional[str]:
        return "".join(self.text[entry.start : entry.end] for entry in self.entries(path)) or None

    def put(self, path: Path, value: object, source: Optional[str] = None) -> None:
        if len(path) > 2 or (len(path) == 2 and isinstance(value, dict)):
            raise MergeError(f"{named(path)}: an INI file has sections and keys, nothing deeper")
        if isinstance(value, dict):
            self.add_section(path[0])
            return
        present = self.entries(path)
        lines = self.lines_of(path, value, present) if source is None else [self.whole(source)]
        if not present:
            if lines:
                self.insert(path, lines)
            return
        edits = [(entry.start, entry.end, "") for entry in present]
        for number, line in enumerate(lines[: len(edits)]):
            edits[number] = (edits[number][0], edits[number][1], line)
        start, end, last = edits[-1]
        edits[-1] = (start, end, last + "".join(lines[len(edits) :]))
        if not self.text.endswith("\n") and end == len(self.text) and len(lines) <= len(edits):
            edits[-1] = (start, end, edits[-1][2].rstrip("\r\n"))
        elif not self.text[:start].endswith("\n") and start:
            edits[-1] = (start, end, self.newline + edits[-1][2])
        self.apply(*edits)

    def lines_of(self, path: Path, value: object, present: List[Entry]) -> List[str]:
        """The lines that write `value`, in the style of those that are there; lines that already have it stay."""
        texts = words(path, value)
        lines = []
        for number, text in enumerate(texts):
            if number < len(present) and present[number].value == text:
                lines.append(self.whole(self.text[present[number].start : present[number].end]))
                continue
            model = present[min(number, len(present) - 1)] if present else self.model(path)
            if text is None:
                line = model.indent + path[-1]
            else:
                line = model.indent + path[-1] + (model.delimiter or "=") + text
            if "\n" in line or "\r" in line or parse_key(line)[1] != path[-1] or path[-1][:1] in ("", "#", ";", "["):
                raise MergeError(f"{named(path)}: this key cannot be written in an INI file")
            lines.append(line + self.newline)
        return lines

    def whole(self, text: str) -> str:
        """Lines with the line end that the last one of a file may lack."""
        return text if text.endswith("\n") else text + self.newline

    def model(self, path: Path) -> Entry:
        """An entry whose style a new one follows: of the section, else of any other."""
        near = [entry for section in self.named(path) for entry in section.entries]
        far = [entry for section in self.sections if section.headed == (len(path) > 1) for entry in section.entries]
        for entry in list(reversed(near)) + list(reversed(far)):
            if entry.value is not None:
                sign = entry.delimiter.strip(" \t")
                before, after = ("" if part == "" else " " for part in entry.delimiter.split(sign))
                delimiter = before + sign + after
                return Entry(0, 0, near[-1].indent if near else entry.indent, "", delimiter, "")
        return Entry(0, 0, near[-1].indent if near else "", "", "=", "")

    def insert(self, path: Path, lines: List[str]) -> None:
        """Write new lines at the end of their section, which is made when there is none."""
        if len(path) > 1 and not self.named(path):
            self.add_section(path[0])
        section = self.named(path)[-1]
        new = "".join(lines)
        at = section.tail
        if not section.headed and not section.entries and len(self.sections) > 1:
            at = self.before_header()
            new += self.newline
        elif not section.headed and not section.entries:
            at = len(self.text)
        if at and not self.text[:at].endswith(("\n", "\ufeff")):
            new = self.newline + new
        self.apply((at, at, new))

    def before_header(self) -> int:
        """Where global keys go before the first section: above the comments that belong to its header."""
        at = self.sections[1].start
        for start, end in reversed(self.lines):
            if end == at and self.text[start:end].strip()[:1] in ("#", ";"):
                at = start
        return at

    def add_section(self, name: str) -> None:
        """Write a header at the end of the file, after an empty line."""
        line = f"[{name}]"
        header = HEADER.match(line)
        if not header or header.group(1) != name or "\n" in name or "\r" in name:
            raise MergeError(f"{name!r} cannot be the name of a section in an INI file")
        text = self.text.lstrip("\ufeff")
        before = "" if not text or text.endswith("\n") else self.newline
        if text.strip() and not text.endswith(("\n\n", "\n\r\n")):
            before += self.newline
        self.apply((len(self.text), len(self.text), before + line + self.newline))

    def remove(self, path: Path) -> None:
        self.apply(*[(entry.start, entry.end, "") for entry in self.entries(path)])

    def remove_mapping(self, path: Path) -> None:
        """Take out the headers of an empty section, with the empty line above that would be left at the end."""
        edits = []
        for section in self.named((*path, "")):
            start = section.start
            if section.end == len(self.text):
                for low, high in self.lines:
                    if high == start and not self.text[low:high].strip():
                        start = low
                        break
            edits.append((start, section.end, ""))
        self.apply(*edits)


def words(path: Path, value: object) -> List[Optional[str]]:
    """The values that a declared one writes, one a line; None is a key alone."""
    return [word(path, one) for one in value] if isinstance(value, list) else [word(path, value)]


def word(path: Path, value: object) -> Optional[str]:
    """One value as it is written on its line."""
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (dict, list)):
        raise MergeError(f"{named(path)}: an INI value is a scalar or a list of scalars")
    text = str(value)
    if "\n" in text or "\r" in text:
        raise MergeError(f"{named(path)}: an INI value has no line breaks")
    return text
