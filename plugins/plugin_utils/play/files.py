# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Reads spec files and sources, and decrypts them with the play's vault secrets."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from typing import Any

from ansible.errors import AnsibleError

from ..expressions.expression import Expression
from ..expressions.source_file import LARGEST_SPEC, check_inside, confined, read_file
from ..modules.spec_file import load_file, load_text
from ..syntax.nodes import Mapping, Sequence
from ..syntax.position import Position
from ..syntax.secrets import SECRETS
from ..values import LIBRARY
from .datatags import encrypted_file
from .decryption import no_vault_password

# Keys whose values are not tainted, because they only say how other values are used.
_STRUCTURE = ("when", "imports", "disabledModules", "options")


class _Tainted(Expression):
    """A text from a vaulted spec file: used like any other, never shown."""

    __slots__ = ("inner",)

    def __init__(self, inner: object, position: Position | None) -> None:
        super().__init__("<vaulted>", position)
        self.inner = inner

    def evaluate(self, scope: Any) -> Any:
        scope.language.taint()
        if isinstance(self.inner, Expression):
            SECRETS.add(self.inner.source)
            value = self.inner.evaluate(scope)
        else:
            value = self.inner
        SECRETS.add(value)
        return value


def reader(loader: Any) -> Callable[[str], Any]:
    """A reader of spec files that decrypts those that are vaulted; `loader` is the play's data loader."""

    def read(path: str) -> Any:
        check_inside(path)
        if not encrypted_file(path):
            return load_file(path)
        read_file(path, LARGEST_SPEC)  # records the encrypted file as an input
        try:
            text = loader.get_text_file_contents(path)
        except AnsibleError as problem:
            raise no_vault_password("this file is encrypted", [Position(path)], problem=str(problem)) from None
        node = load_text(str(text), path, os.path.dirname(path))
        SECRETS.add_file_texts(_texts(node))
        return _tainted(node)

    return read


# A restricted spec may read this besides the project: the library's modules, templates and packages.
COLLECTION = os.path.normpath(os.path.join(LIBRARY, "..", "..", ".."))


def reading(project: str, restricted: bool) -> contextlib.AbstractContextManager[None]:
    """While this lasts, a restricted spec can read nothing outside of the project."""
    return confined((project, COLLECTION)) if restricted else contextlib.nullcontext()


def decrypter(loader: Any) -> Callable[[str], bytes]:
    """A function of the path of a vaulted file to its plain content; `loader` is the play's data loader."""

    def decrypt(path: str) -> bytes:
        try:
            plain = loader.get_real_file(path, decrypt=True)
        except AnsibleError as problem:
            what = f"the file `{path}` is encrypted"
            raise no_vault_password(what, [], os.path.basename(path), str(problem)) from None
        try:
            with open(plain, "rb") as file:
                return file.read()
        finally:
            loader.cleanup_tmp_file(plain)

    return decrypt


def _texts(node: Any) -> Iterator[str]:
    """Every key and text of some nodes."""
    if isinstance(node, dict):
        for key in node:
            yield str(key)
            yield from _texts(node[key])
    elif isinstance(node, list):
        for item in node:
            yield from _texts(item)
    elif isinstance(node, Expression):
        yield node.source
    elif isinstance(node, str):
        yield node


def _tainted(node: Any) -> Any:
    """The nodes of a vaulted file, with every text and number marked; keys, booleans and what is in `_STRUCTURE` are not."""
    if isinstance(node, Mapping):
        for key in list(node):
            if key in _STRUCTURE:
                continue
            if (key != "_type" and node.get("_type") not in ("override", "order")) or key == "content":
                node[key] = _tainted(node[key])
        return node
    if isinstance(node, Sequence):
        node[:] = [_tainted(item) for item in node]
        return node
    if isinstance(node, (str, Expression)) or (isinstance(node, (int, float)) and not isinstance(node, bool)):
        return _Tainted(node, getattr(node, "position", None))
    return node
