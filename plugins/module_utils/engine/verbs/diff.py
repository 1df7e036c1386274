# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Comparing two generations, or the home with the current one."""

from __future__ import annotations

import functools

from ..contract.answers import SwitchAnswer
from ..contract.entries import FileEntry, SymlinkEntry
from ..contract.errors import EngineError, ErrorKind
from ..contract.operations import LineDiff, Operation, OperationKind
from ..contract.parameter import NUMBERS, TEXT, internal, option
from ..contract.texts import changed_lines, text_of
from ..contract.value import Value
from ..state import layout
from ..state.ledger import Ledger
from ..switching.drift import path_drift
from ..switching.package_changes import package_changes
from ..switching.session import session_changes
from ..switching.settings import setting_changes
from .switching_verb import report_of_switch
from .verb import Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    import pwd
    from typing import Dict, List, Optional

    from ..contract.answers import Answer
    from ..contract.manifest import View
    from ..home.folder import HomeFolder
    from ..state.state import State
    from ..voice.answers import ChoiceCommands
    from ..voice.plan import Owner, Plan

_MOST = 2


class Diff(Verb):
    """See the module. `path` names one file."""

    name = "diff"
    title = "diff"
    summary = "show what differs in the home, or between two generations"
    writes = False
    answer = SwitchAnswer

    between: List[int] = option(
        NUMBERS,
        "The numbers of two generations to compare. With one number, it is compared with the current generation;"
        " without any, the home is compared with the current generation.",
        [],
    )
    path: Optional[str] = internal(TEXT)

    def run(self, home: HomeFolder, account: pwd.struct_passwd) -> SwitchAnswer:
        answer, state = SwitchAnswer(), home.require_state()
        current = state.current()
        if current is None:
            message = "no generation is current, so there is nothing to compare with"
            raise EngineError(message, ErrorKind.GENERATION)
        number = layout.parse_reference(current)[0]
        if len(self.between) > _MOST:
            raise EngineError("`between` takes at most two generations", ErrorKind.REQUEST)
        if self.between:
            first, second = [*self.between, number][:_MOST]
            self._compare(home, first, second, answer)
        else:
            answer.previous, answer.operations = number, _drifted(home, state, current)
        if self.path is not None:
            answer.operations = [operation for operation in answer.operations if operation.path == self.path]
            answer.session, answer.packages, answer.settings, answer.services = [], [], [], None
        answer.changed = bool(answer.operations or answer.session or answer.packages or answer.settings)
        return answer

    @classmethod
    def report(cls, answer: Answer, home: Owner, check: bool, ways: ChoiceCommands) -> Plan:
        return report_of_switch(answer, cls.title, home, check, ways)

    def _compare(self, home: HomeFolder, first: int, second: int, answer: SwitchAnswer) -> None:
        state = home.require_state()
        answer.previous, answer.generation = first, second
        old, new = (state.manifest(layout.reference(number)) for number in (first, second))
        answer.operations = _changes(state, old.view, new.view)
        before, after = (state.about(number).provenance for number in (first, second))
        if before is not None and after is not None and before.session is not None and after.session is not None:
            answer.session = session_changes(before.session, after.session)
        answer.packages = package_changes(old.view, new.view)
        answer.settings = setting_changes(old.view, new.view, functools.partial(_object, state))
        # The command imports this file for every other verb, too.
        from ..switching.unit_files import unit_changes

        answer.services = unit_changes(old.view, new.view, state.content, home.path)


class _PathContent(Value):
    """What a generation shows at a path: an object or a link, how, and whether it may be shown."""

    __slots__ = ("method", "mode", "object", "sensitive", "symlink")

    def __init__(self, object: Optional[str], symlink: Optional[str], sensitive: bool) -> None:  # noqa: A002
        self.object = object
        self.symlink = symlink
        self.sensitive = sensitive
        self.method = "link"
        self.mode: Optional[str] = None


def _files(view: View) -> Dict[str, _PathContent]:
    """Every file and link of a generation, those of folders linked whole too."""
    found: Dict[str, _PathContent] = {}
    for target, entry in view.files.items():
        if isinstance(entry, SymlinkEntry):
            found[target] = _PathContent(None, entry.to, entry.sensitive)
        elif isinstance(entry, FileEntry):
            found[target] = _PathContent(entry.object, None, entry.sensitive)
            found[target].method, found[target].mode = entry.method, entry.mode
        for path, leaf in entry.leaves().items():
            if path and (leaf.object is not None or leaf.symlink is not None):
                secret = entry.sensitive or leaf.sensitive
                found[f"{target}/{path}"] = _PathContent(leaf.object, leaf.symlink, secret)
    return found


def _changes(state: State, old: View, new: View) -> List[Operation]:
    before, after = _files(old), _files(new)
    operations = []
    for path in sorted({**before, **after}):
        first, second = before.get(path), after.get(path)
        if first == second:
            continue
        added, removed = first is None, second is None
        op = OperationKind.ADD if added else OperationKind.REMOVE if removed else OperationKind.CHANGE
        operation = Operation(op, path)
        operations.append(operation)
        if any(shown is not None and shown.sensitive for shown in (first, second)):
            operation.secret = True
        elif second is not None and second.symlink is not None:
            operation.what, operation.to = "link", second.symlink
        else:
            _compare(operation, _content(state, first), _content(state, second))
    return operations


def _content(state: State, shown: Optional[_PathContent]) -> Optional[bytes]:
    return _object(state, shown.object) if shown is not None and shown.object is not None else None


def _object(state: State, name: str) -> bytes:
    try:
        return state.content(name)
    except FileNotFoundError:
        message = f"the content of {name} is lost; `verify --repair` restores it"
        raise EngineError(message, ErrorKind.OBJECT) from None


def _compare(operation: Operation, before: Optional[bytes], after: Optional[bytes]) -> None:
    old, new = text_of(before), text_of(after)
    if old is None or new is None:
        operation.what = "binary"
        operation.diff = LineDiff(bytes=len(after if after is not None else before or b""))
        return
    operation.diff = LineDiff(*changed_lines(old, new))
    operation.diff.before = None if before is None else old
    operation.diff.after = None if after is None else new


def _drifted(home: HomeFolder, state: State, current: str) -> List[Operation]:
    """What is not in the home as the current generation has it."""
    ledger, files = Ledger.read(state, home.path), state.manifest(current).view.files
    operations = []
    for drift in path_drift(home, ledger):
        record, entry = ledger.record(drift.path), files.get(drift.path)
        op = OperationKind.REMOVE if drift.problem == "missing" else OperationKind.CHANGE
        operation = Operation(op, drift.path, drift.detail)
        operations.append(operation)
        if (entry is not None and entry.sensitive) or (record is not None and record.sensitive):
            operation.secret = True
        elif record is not None and record.object is not None and drift.problem == "changed" and record.kind == "copy":
            _compare(operation, _object(state, record.object), home.content(drift.path, record.follow))
        else:
            operation.note = drift.detail
    return operations


VERB = Diff
