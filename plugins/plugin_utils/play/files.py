# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Spec files and sources read with the play's vault secrets."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from ansible.errors import AnsibleError

from ..expressions.expression import Expression
from ..modules.spec_file import load_file, load_text
from ..syntax.errors import SpecError
from ..syntax.nodes import Mapping, Sequence
from ..syntax.position import Position
from .datatags import encrypted_file


class _Tainted(Expression):
    """A text out of a vaulted spec file: used like any other, never shown."""

    __slots__ = ("inner",)

    def __init__(self, inner: object, position: Position | None) -> None:
        super().__init__("<vaulted>", position)
        self.inner = inner

    def evaluate(self, scope: Any) -> Any:
        scope.language.taint()
        return self.inner.evaluate(scope) if isinstance(self.inner, Expression) else self.inner


def reader(loader: Any) -> Callable[[str], Any]:
    """A reader of spec files that decrypts those that are vaulted; `loader` is the play's data loader."""

    def read(path: str) -> Any:
        if not encrypted_file(path):
            return load_file(path)
        try:
            text = loader.get_text_file_contents(path)
        except AnsibleError as problem:
            raise SpecError(f"cannot be decrypted: {problem}", [Position(path)]) from None
        return _tainted(load_text(str(text), path, os.path.dirname(path)))

    return read


def decrypter(loader: Any) -> Callable[[str], bytes]:
    """A function of the path of a vaulted file to its plain content; `loader` is the play's data loader."""

    def decrypt(path: str) -> bytes:
        try:
            plain = loader.get_real_file(path, decrypt=True)
        except AnsibleError as problem:
            raise SpecError(f"cannot be decrypted: {problem}", [Position(path)]) from None
        try:
            with open(plain, "rb") as file:
                return file.read()
        finally:
            loader.cleanup_tmp_file(plain)

    return decrypt


def _tainted(node: object) -> object:
    """The nodes of a vaulted file, with every text and number marked; keys and booleans are structure."""
    if isinstance(node, Mapping):
        for key in list(node):
            if (key != "_type" and node.get("_type") not in ("override", "order")) or key == "content":
                node[key] = _tainted(node[key])
        return node
    if isinstance(node, Sequence):
        node[:] = [_tainted(item) for item in node]
        return node
    if isinstance(node, (str, Expression)) or (isinstance(node, (int, float)) and not isinstance(node, bool)):
        return _Tainted(node, getattr(node, "position", None))
    return node
