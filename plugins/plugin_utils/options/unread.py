# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The end of an evaluation: all that a user defined is checked, whether or not anything read it."""

from __future__ import annotations

from functools import partial

from ..expressions.lazy import DEEPEST
from ..syntax.errors import SpecError, SpecWarning
from ..syntax.keys import joined
from .evaluation import Evaluation
from .node import Group, Node
from .priority import discharge
from .schema import Declaration


def check_unread(evaluation: Evaluation) -> None:
    """Check what nobody has read: every option that a module of the user defines, old names, removed ones."""
    Unread(evaluation).check()


class Unread:
    """One evaluation's options, each read for its errors alone."""

    def __init__(self, evaluation: Evaluation) -> None:
        self.evaluation = evaluation
        self.attempt = evaluation.attempt

    def check(self) -> None:
        self.attempt(partial(self._finish, self.evaluation.home.root))
        old: dict[int, bool] = {}
        for instance in list(self.evaluation.home.submodules):
            schema = instance.root.schema
            # Asked once of those that share their options, such as all files of a home.
            if id(schema) not in old:
                old[id(schema)] = schema.has_old_names()
            if old[id(schema)]:
                self.attempt(partial(self._old_names, instance.root))

    def _old_names(self, node: Node) -> None:
        node.settle()
        for child in list(node.children.values()):
            declaration = child.schema.declaration
            if declaration is None:
                self._old_names(child)
            elif child.assignments and declaration.hidden:
                self.attempt(partial(self._old_name, child, declaration))

    def _finish(self, node: Node) -> None:
        self.attempt(node.settle)
        for child in list(node.children.values()):
            declaration = child.schema.declaration
            if declaration is None:
                self._finish(child)
            elif child.assignments:
                self._finish_option(child, declaration)

    def _finish_option(self, node: Node, declaration: Declaration) -> None:
        users = [e for e in node.assignments if e.rank[:1] == (1,)]
        if declaration.hidden:
            self.attempt(partial(self._old_name, node, declaration))
        elif users:
            self.attempt(partial(self._check_option, node, 0))

    def _check(self, value: object, depth: int) -> None:
        """Compute everything that is defined below a value, for its errors alone."""
        if depth > DEEPEST:
            raise SpecError("infinite recursion: the value contains itself")
        if isinstance(value, Group):
            self._check_group(value.node, depth)
        elif isinstance(value, dict):
            for key in value:
                self.attempt(partial(self._check_entry, value, key, depth + 1))
        elif isinstance(value, list):
            for item in value:
                if not self._shipped(item):
                    self._check(item, depth + 1)

    def _shipped(self, item: object) -> bool:
        """Whether an element of a list is the library's: the message of an assertion that holds, say, need not have a value."""
        if not isinstance(item, Group):
            return False
        positions = item.node.instance.positions
        folder = f"{self.evaluation.library.folder}/"
        return bool(positions) and all(
            position is not None and position.file.startswith(folder) for position in positions
        )

    def _check_entry(self, value: dict[str, object], key: str, depth: int) -> None:
        self._check(value[key], depth)

    def _check_option(self, node: Node, depth: int) -> None:
        self._check(node.read(), depth)

    def _check_group(self, node: Node, depth: int) -> None:
        node.settle()
        for child in list(node.children.values()):
            if child.schema.declaration is None:
                self._check_group(child, depth + 1)
            elif child.assignments:
                self.attempt(partial(self._check_option, child, depth + 1))
        if node.freeform:
            self._check(node.extra(), depth + 1)

    def _old_name(self, node: Node, declaration: Declaration) -> None:
        definitions = [d for e in node.assignments for d in discharge(e.definitions())]
        if not definitions:
            return
        if declaration.removed is not None:
            raise SpecError(
                f"has been removed. {declaration.removed}".rstrip(),
                [d.position for d in definitions],
                path=node.dotted,
            )
        if not declaration.alias:
            target = joined(declaration.renamed_to or declaration.changed_to)
            warning = SpecWarning(f"is now `{target}`", [d.position for d in definitions], path=node.dotted)
            warning.with_details("renamed")
            self.evaluation.warn(warning)
