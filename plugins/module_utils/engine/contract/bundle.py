# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A bundle (and a pack): one zlib stream of a line of JSON and the contents of objects, one after the other."""

from __future__ import annotations

import json

from .errors import EngineError, ErrorKind
from .manifest import Manifest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Dict, Iterable, Iterator, List, Optional, Protocol, Tuple, Union

    from .value import JsonObject

    class Readable(Protocol):
        """What bytes can be read of, so many at a time."""

        def read(self, count: int) -> bytes: ...


VERSION = 1
LEVEL = 1
_CHUNK = 1 << 16
_LONGEST_HEADER = 1 << 28


class Bundle:
    """A bundle being read. `objects` (ID and size in bytes, in stream order) is known at once."""

    def __init__(self, source: Readable) -> None:
        import zlib

        self._source = source
        self._stream = zlib.decompressobj()
        self._broken = zlib.error
        self._held = bytearray()
        self._read = False
        header = self._header()
        # As JSON: that of a home is read by `manifest`, a system has its own.
        self.value = header.get("manifest")
        self.objects = _listed(header.get("objects"))

    def manifest(self) -> Manifest:
        """The manifest of a home, checked. EngineError `manifest`, `target`; a pack may hold none."""
        return Manifest.of(self.value)

    def contents(self) -> Iterator[Tuple[str, bytes]]:
        """Each object's ID and content, in stream order; can be gone through once.

        EngineError `bundle` when it is cut short.
        """
        if self._read:
            raise ValueError("the contents of a bundle can be read once")
        self._read = True
        for name, size in self.objects:
            while len(self._held) < size and self._fill():
                pass
            if len(self._held) < size:
                raise _broken("it ends within %s" % name)
            content = bytes(self._held[:size])
            del self._held[:size]
            yield name, content
        while not self._held and self._fill():
            pass
        if self._held or not self._stream.eof:
            raise _broken("it is truncated or has trailing data")

    def _header(self) -> Dict[str, object]:
        while True:
            end = self._held.find(b"\n")
            if end >= 0:
                break
            if len(self._held) > _LONGEST_HEADER or not self._fill():
                raise _broken("it has no header")
        try:
            header = json.loads(self._held[:end].decode("utf-8", "surrogateescape"))
        except ValueError:
            raise _broken("its header is not JSON") from None
        del self._held[: end + 1]
        if not isinstance(header, dict) or header.get("version") != VERSION:
            raise _broken("its version is not %d" % VERSION)
        return header

    def _fill(self) -> bool:
        """Decompress one more piece; False at the end of the stream."""
        while not self._stream.eof:
            # Unconsumed input waits in the decompressor because the output of one step is bounded.
            chunk = self._stream.unconsumed_tail or self._source.read(_CHUNK)
            try:
                piece = self._stream.decompress(chunk, 16 * _CHUNK)
            except self._broken:
                raise _broken("it is not a zlib stream") from None
            if piece:
                self._held += piece
                return True
            if not chunk:
                return False
        return False


def write_bundle(manifest: Optional[JsonObject], objects: Iterable[Tuple[str, bytes]]) -> bytes:
    """The bundle of a manifest (None: a pack of contents alone) with these objects (ID, content), in this order."""
    from zlib import compressobj

    listed = list(objects)
    sizes = [[name, len(content)] for name, content in listed]
    header = {"version": VERSION, "manifest": manifest, "objects": sizes}
    stream = compressobj(LEVEL)
    text = json.dumps(header, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    pieces = [stream.compress(text.encode("utf-8", "surrogateescape") + b"\n")]
    pieces += [stream.compress(content) for _name, content in listed]
    pieces.append(stream.flush())
    return b"".join(pieces)


def read_bundle(data_or_file: Union[bytes, Readable]) -> Bundle:
    """The bundle in these bytes, or in this open binary file (read as its contents are asked for).

    EngineError `bundle`.
    """
    if isinstance(data_or_file, (bytes, bytearray, memoryview)):
        from io import BytesIO

        return Bundle(BytesIO(data_or_file))
    return Bundle(data_or_file)


def _listed(objects: object) -> List[Tuple[str, int]]:
    found: List[Tuple[str, int]] = []
    for item in objects if isinstance(objects, list) else [None]:
        if not isinstance(item, list) or len(item) != 2 or not isinstance(item[0], str) or not isinstance(item[1], int):
            raise _broken("its header does not list the objects")
        found.append((item[0], item[1]))
    return found


def _broken(why: str) -> EngineError:
    return EngineError("the bundle cannot be read: " + why, ErrorKind.BUNDLE)
