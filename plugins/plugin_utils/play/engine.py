# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The target's engine as this controller has it: its version, its sources, and the launcher as a program of its own.

All three are kept in the user's cache by the stamp of the sources: to read and parse these costs more than a target with nothing to
do, and to compress them as much again.
"""

from __future__ import annotations

import ast
import functools
import json
import os
from typing import NamedTuple, TypeVar

from ...module_utils.engine.archive import sources
from ...module_utils.engine.modules import packed, version_of
from ..cache_folder import cache_folder
from .private_folder import PrivateFolder
from .stamp import stamp

# Where the sources lie.
FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "module_utils", "engine")


Documented = TypeVar("Documented", ast.ClassDef, ast.FunctionDef)


class Engine(NamedTuple):
    """`version` is a hash of the sources, `launcher` the text that starts the engine on a target."""

    version: str
    launcher: str


class _Bare(ast.NodeTransformer):
    """Leaves out what only readers need, for the text is sent and compiled in every command, and imports of other parts.

    To compile it takes a third less time without.
    """

    def visit_Module(self, node: ast.Module) -> ast.Module:
        node.body = node.body[1:]
        self.generic_visit(node)
        return node

    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.ImportFrom | None:
        return None if node.level or node.module == "__future__" else node

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.ClassDef:
        return self._without_docstring(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        return self._without_docstring(node)

    def visit_If(self, node: ast.If) -> ast.AST | None:
        if ast.unparse(node.test) == "TYPE_CHECKING":
            return None
        return self.generic_visit(node)

    def visit_arg(self, node: ast.arg) -> ast.arg:
        node.annotation = None
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.Assign | None:
        if node.value is None:
            return None
        plain = ast.Assign([node.target], self.visit(node.value))
        return ast.fix_missing_locations(ast.copy_location(plain, node))

    def _without_docstring(self, node: Documented) -> Documented:
        if ast.get_docstring(node) is not None:
            node.body = node.body[1:] or [ast.Pass()]
        if isinstance(node, ast.FunctionDef):
            node.returns = None
        self.generic_visit(node)
        return node


@functools.cache
def engine(folder: str | None = None) -> Engine:
    """The engine, from the cache in `folder` (default: the user's) if its sources are those that this was made from."""
    cache = PrivateFolder(folder or cache_folder("engine"))
    known = stamp(os.path.normpath(FOLDER))
    if cache.usable():
        try:
            kept = json.loads(cache.read("engine.json") or b"null")
            if kept["stamp"] == json.loads(json.dumps(known)):
                return Engine(str(kept["version"]), str(kept["launcher"]))
        except (OSError, ValueError, TypeError, KeyError):
            pass  # nothing is kept, or something else: it is created again
    made = _made()
    if cache.usable():
        cache.write("engine.json", json.dumps({"stamp": known, **made._asdict()}).encode())
    return made


@functools.cache
def packed_sources(folder: str | None = None) -> bytes:
    """The engine's sources as they are shipped, from the cache as `engine`."""
    cache = PrivateFolder(folder or cache_folder("engine"))
    head = engine(folder).version.encode() + b"\n"
    if cache.usable():
        try:
            kept = cache.read("sources") or b""
            if kept.startswith(head):
                return kept[len(head) :]
        except OSError:
            pass  # nothing is kept: it is created again
    made = packed(sources())
    if cache.usable():
        cache.write("sources", head + made)
    return made


def _made() -> Engine:
    files = sources()
    parts = [ast.parse(files[f"engine/{name}.py"]) for name in ("modules", "second_python", "launcher")]
    trees = [ast.unparse(_Bare().visit(part)) for part in parts]
    text = "\n".join(["from __future__ import annotations", *trees, "main(sys.argv[1:])"])
    return Engine(version_of(files), text)
