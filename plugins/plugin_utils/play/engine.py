# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The target's engine as this controller has it: its version, its sources, and the launcher as a program of its own.

All three are kept in the user's cache, with the stamp of the sources that they were made from: reading and parsing these takes longer
than a run with nothing to do, and so does compressing them.
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

# The folder of the sources.
FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "module_utils", "engine")


Documented = TypeVar("Documented", ast.ClassDef, ast.FunctionDef)


class Engine(NamedTuple):
    """`version` is a hash of the sources, `launcher` the text that starts the engine on a target."""

    version: str
    launcher: str


class _Bare(ast.NodeTransformer):
    """Removes docstrings, annotations and imports of other parts.

    The text is sent and compiled in every command, and compiles a third faster without them.
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
    """The engine, from the cache in `folder` (default: the user's) if that was made from the same sources."""
    cache = PrivateFolder(folder or cache_folder("engine"))
    # The launcher is also what this file makes of it.
    known = stamp(os.path.normpath(FOLDER), os.path.abspath(__file__))
    if cache.usable():
        try:
            kept = json.loads(cache.read("engine.json") or b"null")
            if kept["stamp"] == json.loads(json.dumps(known)):
                return Engine(str(kept["version"]), str(kept["launcher"]))
        except (OSError, ValueError, TypeError, KeyError):
            pass  # the cache is missing or malformed: it is created again
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
            pass  # the cache is missing: it is created again
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
