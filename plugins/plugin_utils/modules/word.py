# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Words: configuration with a name, for what many modules do in the same way.

A word declares `blocks`, by the argument that brings each of them, and perhaps `arguments`, the names of further arguments::

    words:
      greet: {arguments: [who], blocks: {bash: {programs.bash.initExtra: "echo {{ value }} {{ given.who }}"}}}

In a block of configuration `greet: {who: me, bash: hello}` is then replaced by the blocks of the arguments given.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..syntax.errors import SpecError, did_you_mean, summary
from ..syntax.nodes import Mapping, position_of
from ..syntax.position import Position

FIELDS = ("arguments", "blocks")


class Word:
    """A named piece of configuration. `blocks` maps an argument to the block (or list of blocks) that it brings."""

    __slots__ = ("arguments", "blocks", "name")

    def __init__(self, name: str, blocks: Mapping, arguments: tuple[str, ...]) -> None:
        self.name = name
        self.blocks = blocks
        self.arguments = arguments

    @classmethod
    def of(cls, name: str, node: object, position: Position | None) -> Word:
        """The word that a declaration says. Raises SpecError."""
        blocks = node.get("blocks") if isinstance(node, Mapping) else None
        arguments = node.get("arguments", []) if isinstance(node, Mapping) else None
        unknown = [key for key in node if key not in FIELDS] if isinstance(node, Mapping) else []
        if (
            unknown
            or not isinstance(blocks, Mapping)
            or not isinstance(arguments, list)
            or not all(isinstance(argument, str) for argument in arguments)
        ):
            hint = did_you_mean(unknown[0], FIELDS) if unknown else ""
            raise SpecError(
                f"the word `{name}` must have `blocks`, a mapping of arguments to blocks, and may have `arguments`, a list of names",
                [position],
                hint=hint,
            )
        return cls(name, blocks, tuple(arguments))

    def call(self, node: object, position: Position | None) -> Mapping:
        """A use of the word, checked. Raises SpecError for an argument that the word lacks."""
        if not isinstance(node, Mapping):
            raise SpecError(f"`{self.name}` must be a mapping of arguments, not {summary(node)}", [position])
        known = [*self.blocks, *self.arguments]
        for argument in node:
            if argument not in known:
                hint = did_you_mean(argument, known) or f"known arguments: {', '.join(sorted(known))}"
                raise SpecError(f"`{self.name}` has no argument `{argument}`", [position_of(node, argument)], hint=hint)
        return node

    def brought(self, call: Mapping) -> Iterator[tuple[str, object]]:
        """The arguments of a call that bring a block, each with that block."""
        return ((argument, body) for argument, body in self.blocks.items() if argument in call)


class Vocabulary:
    """The named types and the words of a file, of what it imports, or of the library."""

    __slots__ = ("types", "words")

    def __init__(self, types: dict[str, object] | None = None, words: dict[str, Word] | None = None) -> None:
        self.types = types or {}
        self.words = words or {}

    @classmethod
    def of(cls, types: dict[str, object], words: dict[str, object]) -> Vocabulary:
        """What the `types` and `words` of a file say. Raises SpecError."""
        return cls(types, {name: Word.of(name, node, position_of(words, name)) for name, node in words.items()})

    def update(self, other: Vocabulary) -> None:
        """Take over what another file says; its names win."""
        self.types = {**self.types, **other.types}
        self.words = {**self.words, **other.words}
