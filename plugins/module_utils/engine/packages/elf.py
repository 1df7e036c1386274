# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the loader of an ELF file reads: interpreter, needed libraries and search path. Both byte orders and sizes."""

from __future__ import annotations

import struct
from typing import BinaryIO, List, NamedTuple, Optional, Tuple

MAGIC = b"\x7fELF"
_PT_LOAD, _PT_DYNAMIC, _PT_INTERP = 1, 2, 3
_DT_NEEDED, _DT_STRTAB, _DT_STRSZ, _DT_RPATH, _DT_RUNPATH = 1, 5, 10, 15, 29
_LARGEST = 1 << 22


class Elf(NamedTuple):
    """What the loader reads of an ELF file.

    `interpreter` is None for libraries and static programs; `search` is the RPATH or RUNPATH, None when there is none.
    """

    interpreter: Optional[str]
    needed: Tuple[str, ...]
    search: Optional[str]


class _Segment(NamedTuple):
    kind: int
    offset: int
    address: int
    size: int


def read(source: BinaryIO) -> Optional[Elf]:
    """The facts of an open file; None when it is no ELF file, or a damaged one (which nobody can patch)."""
    head = source.read(64)
    if head[:4] != MAGIC or len(head) < 52:
        return None
    try:
        return _read(source, head)
    except (struct.error, ValueError, IndexError):
        return None


def _read(source: BinaryIO, head: bytes) -> Elf:
    wide, order = head[4] == 2, "<" if head[5] == 1 else ">"
    segments = _segments(source, head, wide, order)
    interpreter = None
    needed: List[str] = []
    search: Optional[str] = None
    for segment in segments:
        if segment.kind == _PT_INTERP:
            interpreter = _part(source, segment.offset, segment.size).split(b"\0")[0].decode("utf-8", "surrogateescape")
        elif segment.kind == _PT_DYNAMIC:
            needed, search = _dynamic(source, segment, segments, wide, order)
    return Elf(interpreter, tuple(needed), search)


def _segments(source: BinaryIO, head: bytes, wide: bool, order: str) -> List[_Segment]:
    if wide:
        (start,) = struct.unpack_from(order + "Q", head, 32)
        size, count = struct.unpack_from(order + "HH", head, 54)
    else:
        (start,) = struct.unpack_from(order + "I", head, 28)
        size, count = struct.unpack_from(order + "HH", head, 42)
    table = _part(source, start, size * count)
    found = []
    for index in range(count):
        at = index * size
        if wide:
            kind, _flags, offset, address, _physical, length = struct.unpack_from(order + "IIQQQQ", table, at)
        else:
            kind, offset, address, _physical, length = struct.unpack_from(order + "IIIII", table, at)
        found.append(_Segment(kind, offset, address, length))
    return found


def _dynamic(
    source: BinaryIO, dynamic: _Segment, segments: List[_Segment], wide: bool, order: str
) -> Tuple[List[str], Optional[str]]:
    form = struct.Struct(order + ("qQ" if wide else "iI"))
    table = _part(source, dynamic.offset, dynamic.size)
    entries = [form.unpack_from(table, at) for at in range(0, len(table) - form.size + 1, form.size)]
    values = dict(reversed(entries))
    if _DT_STRTAB not in values:
        return [], None
    strings = _part(source, _offset(values[_DT_STRTAB], segments), values.get(_DT_STRSZ, 0))

    def text(at: int) -> str:
        return strings[at : strings.index(b"\0", at)].decode("utf-8", "surrogateescape")

    needed = [text(value) for tag, value in entries if tag == _DT_NEEDED]
    for tag in (_DT_RUNPATH, _DT_RPATH):
        if tag in values:
            return needed, text(values[tag])
    return needed, None


def _offset(address: int, segments: List[_Segment]) -> int:
    for segment in segments:
        if segment.kind == _PT_LOAD and segment.address <= address < segment.address + segment.size:
            return address - segment.address + segment.offset
    raise ValueError(address)


def _part(source: BinaryIO, offset: int, size: int) -> bytes:
    if size > _LARGEST:
        raise ValueError(size)
    source.seek(offset)
    content = source.read(size)
    if len(content) != size:
        raise ValueError(offset)
    return content
