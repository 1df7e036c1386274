# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Answers of the engine as plans: what the target knows of a run. The controller adds what only it knows."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from ..contract.answers import Answer, ProbeAnswer, SwitchAnswer
from ..contract.errors import ErrorKind
from ..contract.operations import Operation, OperationKind
from ..contract.outcomes import Failure
from .entries import Collision, Diff, File, Hook, Package, Setting, Variable
from .message import BACKUP, Choice, Message
from .plan import Owner, Plan, Recovered, StoreUsage, Undo
from .services import units_of

if TYPE_CHECKING:
    from typing import Dict, Iterator, List, Optional, Sequence, Tuple

    from ..contract.operations import Collision as Obstacle
    from ..contract.operations import LineDiff, PackageChange, SessionChange
    from ..contract.outcomes import Drift, HookRun
    from ..contract.settings import SettingChange

_FOUND = {"absent": "absent", "link": "link", "file": "file", "mode": "mode"}
# What a person sees of the folder of the generations itself is no file of the home.
_STORE = ("store/", "generations/", "packages/")


class ChoiceCommands:
    """How the reader can do things where this run was started: the commands that are put into choices.

    `backup` moves what is in the way aside; it is empty where nothing of the kind can be given.
    """

    def __init__(self, backup: str = "") -> None:
        self.backup = backup


def plan_of_switch(
    answer: SwitchAnswer, verb: str, home: Owner, check: bool, ways: ChoiceCommands | None = None
) -> Plan:
    """The plan of an answer to a switch, a rollback, an activation, a comparison or an uninstallation."""
    failed = answer.failed
    # A check that failed comes before anything is done.
    before = failed is not None and failed.kind == ErrorKind.CHECK
    stock = answer.stock
    return Plan(
        verb,
        home,
        outcome_of(answer, check),
        check,
        answer.previous,
        answer.previous if before else answer.generation,
        files=tuple(_files(answer.operations)),
        session=tuple(_variable(change) for change in answer.session),
        packages=tuple(_packages(answer.packages)),
        units=tuple(units_of(answer.services)) if answer.services is not None else (),
        settings=tuple(_setting(change) for change in answer.settings),
        hooks=tuple(_hook(run) for run in answer.hooks),
        collisions=tuple(collisions_of(answer.collisions, ways or ChoiceCommands())),
        warnings=_warnings(answer),
        errors=tuple(_problems(failed)),
        recovered=_recovered(answer),
        undo=Undo(answer.generation, _started(answer)) if failed is not None and failed.undone else None,
        stock=StoreUsage(stock.generations, stock.bytes) if stock is not None else None,
    )


def plan_of_probe(answer: ProbeAnswer, home: Owner, check: bool) -> Plan:
    """The plan of a probe that found nothing to do, or repaired something."""
    return Plan(
        "switch",
        home,
        "changed" if answer.repaired else "unchanged",
        check,
        answer.generation,
        answer.generation,
        files=tuple(_files([*answer.repaired, *answer.kept])),
        warnings=_warnings(answer),
        recovered=_recovered(answer),
    )


def plan_of_verification(
    answer: Answer,
    generation: Optional[int],
    drift: Sequence[Drift],
    repaired: Sequence[Operation],
    home: Owner,
    check: bool,
) -> Plan:
    """The plan of a verification: what is not as it was put there, and what was repaired."""
    files = [File(item.path, "repair", found=_FOUND.get(item.found, "content")) for item in repaired]
    known = {item.path for item in repaired}
    files += [File(item.path, "keep", note=item.detail) for item in drift if item.path not in known]
    outcome = ("would-change" if check else "changed") if answer.changed else "unchanged"
    return Plan(
        "verify",
        home,
        outcome,
        check,
        generation,
        generation,
        files=tuple(files),
        warnings=_warnings(answer),
        recovered=_recovered(answer),
    )


def plan_of_removal(answer: Answer, stock: StoreUsage, home: Owner, check: bool) -> Plan:
    """The plan of a removal of generations, with what it removed and freed."""
    outcome = ("would-change" if check else "changed") if answer.changed else "unchanged"
    return Plan(
        "expire",
        home,
        outcome,
        check,
        warnings=_warnings(answer),
        recovered=_recovered(answer),
        stock=stock,
    )


def _warnings(answer: Answer) -> Tuple[Message, ...]:
    return tuple(Message(text) for text in dict.fromkeys(answer.warnings))


def _recovered(answer: Answer) -> Optional[Recovered]:
    found = answer.recovered
    return Recovered(found.to, found.direction, found.started) if found is not None else None


def outcome_of(answer: SwitchAnswer, check: bool) -> str:
    """The outcome in a word."""
    if answer.collisions:
        return "refused"
    if answer.failed is not None:
        return "undone" if answer.failed.undone else "failed"
    if not answer.changed:
        return "unchanged"
    return "would-change" if check else "changed"


def _files(operations: Sequence[Operation]) -> List[File]:
    """The files of operations; what was removed and gives its place back is two of them."""
    found: Dict[Tuple[str, str], File] = {}
    for item in operations:
        path, op = item.path, item.op.value
        if path.startswith(_STORE) or path + "/" in _STORE:
            continue
        found[path, op] = _file(item)
        if item.restores:
            found[item.restores, "restore"] = File(item.restores, "restore", to=path)
    for (path, op), file in list(found.items()):
        # What took the place of a file that was moved aside is new.
        if op == "change" and (path, "backup") in found:
            found[path, op] = file._replace(op="add", diff=_as_new(file.diff))
    return list(found.values())


def _as_new(diff: Diff | None) -> Diff | None:
    return None if diff is None else diff._replace(removed=0, before=None, added=len((diff.after or "").splitlines()))


def _file(item: Operation) -> File:
    return File(
        item.path,
        item.op.value,
        item.method,
        item.what,
        item.secret,
        item.found,
        item.to,
        item.since,
        item.number,
        item.note,
        diff=_diff(item.diff),
        choices=_settling(item) if item.op == OperationKind.KEEP else (),
    )


def _diff(diff: Optional[LineDiff]) -> Optional[Diff]:
    return Diff(diff.added, diff.removed, diff.bytes, diff.before, diff.after) if diff is not None else None


def _settling(item: Operation) -> Tuple[Choice, ...]:
    """The ways to settle a kept file; one that is no longer declared has only one."""
    if not item.since:
        return ()
    if item.note:
        return (Choice("to drop it", f"rm ~/{shlex.quote(item.path)}", code="remove"),)
    return (
        Choice("to see your change", f"home-manager diff ~/{item.path}", code="diff"),
        Choice("to keep it", spec="copy it into the spec, then switch", code="keep"),
        Choice("to drop it", f"home-manager switch --overwrite ~/{item.path}", code="overwrite"),
    )


def _variable(change: SessionChange) -> Variable:
    return Variable(change.name, change.op, change.kind, change.old, change.new, change.before, change.secret)


def _packages(changes: Sequence[PackageChange]) -> Iterator[Package]:
    """The packages that come and go; of what the host brings itself, only that it is used from now on."""
    for change in changes:
        package = Package(change.name, change.op, change.old, change.new, change.provider)
        if change.provider != "host":
            old = "" if change.old == "host" else change.old
            yield package._replace(from_=old, download=change.download, trust=change.trust, note=change.note)
        elif change.op == "add":
            yield package._replace(op="same", to="")


def _setting(change: SettingChange) -> Setting:
    return Setting(change.path, change.key, change.op, change.store, change.old, change.new)


def _hook(run: HookRun) -> Hook:
    return Hook(run.name, run.event, run.rc, run.seconds, "" if run.secret else run.output, run.secret)


def _problems(failed: Optional[Failure]) -> List[Message]:
    """The errors of a switch that failed otherwise than by a hook or by what is in the way."""
    if failed is None or failed.kind != ErrorKind.LINK:
        return []
    return [Message(f"~/{problem}", code="link") for problem in failed.problems]


def _started(answer: SwitchAnswer) -> Tuple[str, ...]:
    """The hooks that ran before the one that failed."""
    before = []
    for run in answer.hooks:
        if run.rc:
            break
        if run.rc is not None and run.event != "check":
            before.append(run.name)
    return tuple(before)


def collisions_of(found: Sequence[Obstacle], ways: ChoiceCommands) -> List[Collision]:
    """Everything in the way, a folder above several files once, each with the choices that help for its kind."""
    collisions: Dict[str, Collision] = {}
    for item in found:
        path = item.parent or item.path
        if path in collisions:
            continue
        collisions[path] = Collision(
            path,
            item.kind,
            item.to,
            item.lines,
            item.bytes,
            item.number,
            tuple(item.names),
            item.made,
            item.secret,
            _diff(item.diff),
            _choices(path, item, ways),
        )
    return list(collisions.values())


def _choices(path: str, item: Obstacle, ways: ChoiceCommands) -> Tuple[Choice, ...]:
    kind = item.kind
    things = {
        "file": "the file",
        "folder": "the folder",
        "link": "the link",
        "special": "it",
        "parent-file": "the file",
    }
    what = things.get(kind)
    if kind == "foreign":
        return (Choice("see docs/how-to/from-nix.md: two tools cannot manage the same file"),)
    if kind == "parent-link":
        return (
            Choice("it is replaced by a folder", f"rm ~/{path}"),
            Choice("if this is intended", f"home.followLinks: [{path}]", option="home.followLinks"),
        )
    if kind == "denied":
        if item.made:
            return (Choice("make it yours", f'sudo chown "$USER" ~/{path}'),)
        return (Choice("let yourself in", f"chmod u+rwx ~/{path}"),)
    if what is None:
        return ()
    found = [Choice(f"moves {what} aside", ways.backup, code=BACKUP)] if ways.backup else []
    if kind == "link":
        found.insert(0, Choice(f"removes the link; {item.to} stays", f"rm ~/{path}"))
    return tuple(found)
