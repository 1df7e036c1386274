# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Answers of the engine as plans: what the target knows of a run. The controller adds what only it knows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Iterator, Mapping

from .entries import Collision, Diff, File, Hook, Package, Variable
from .generations import Generation, Generations
from .message import Choice, Message
from .obstacles import BACKUP
from .plan import Owner, Plan, Recovered, Stock, Undo

if TYPE_CHECKING:
    from typing import Sequence

    Answer = Mapping[str, Any]

_FOUND = {"absent": "absent", "link": "link", "file": "file", "mode": "mode"}
# What a person sees of the folder of the generations itself is no file of the home.
_STORE = ("store/", "generations/", "packages/")


class Ways:
    """How the reader can do things where this run was started: the commands that are put into choices.

    `backup` moves what is in the way aside; it is empty where nothing of the kind can be given.
    """

    def __init__(self, backup: str = "") -> None:
        self.backup = backup


def plan_of_answer(answer: Answer, verb: str, home: Owner, check: bool, ways: Ways | None = None) -> Plan:
    """The plan of an answer to a switch, a rollback, an activation, a removal or an uninstallation."""
    ways = ways or Ways()
    failed = answer.get("failed") or {}
    outcome = outcome_of(answer, check)
    files = tuple(_files([*(answer.get("operations") or []), *(answer.get("kept") or [])]))
    # A check that failed comes before anything is done.
    goal = answer.get("previous" if failed.get("kind") == "check" else "generation")
    return Plan(
        verb,
        home,
        outcome,
        check,
        answer.get("previous"),
        goal,
        files=files,
        session=tuple(Variable.of(item) for item in answer.get("session") or []),
        packages=tuple(_packages(answer.get("packages") or [])),
        hooks=tuple(_hook(item) for item in answer.get("hooks") or []),
        collisions=tuple(collisions_of(answer.get("collisions") or [], ways)),
        warnings=_warnings(answer),
        errors=tuple(_problems(failed)),
        recovered=Recovered.of(answer["recovered"]) if answer.get("recovered") else None,
        undo=Undo(answer.get("generation"), _started(answer)) if failed.get("undone") else None,
        stock=_stock(answer),
    )


def plan_of_probe(answer: Answer, home: Owner, check: bool) -> Plan:
    """The plan of a probe that found nothing to do, or put something back."""
    number = (answer.get("current") or {}).get("generation")
    repaired = answer.get("repaired") or []
    files = tuple(_files([*repaired, *(answer.get("kept") or [])]))
    return Plan(
        "switch",
        home,
        "changed" if repaired else "unchanged",
        check,
        number,
        number,
        files=files,
        warnings=_warnings(answer),
        recovered=Recovered.of(answer["recovered"]) if answer.get("recovered") else None,
    )


def plan_of_verify(answer: Answer, home: Owner, check: bool) -> Plan:
    """The plan of a verification: what is not as it was put there, and what was put back."""
    repaired = {str(item["path"]): item for item in answer.get("repaired") or []}
    files = [
        File(path, "repair", found=_FOUND.get(str(item.get("found")), "content")) for path, item in repaired.items()
    ]
    for item in answer.get("drift") or []:
        if item["path"] not in repaired:
            files.append(File(str(item["path"]), "keep", note=str(item["detail"])))
    number = answer.get("generation")
    outcome = ("would-change" if check else "changed") if answer.get("changed") else "unchanged"
    warnings = _warnings(answer)
    return Plan("verify", home, outcome, check, number, number, files=tuple(files), warnings=warnings)


def generations_of(answer: Answer, home: str = "") -> Generations:
    """The list of generations that an answer holds."""
    return Generations(tuple(_generation(item) for item in answer.get("generations") or []), answer.get("bytes"), home)


def _generation(item: Answer) -> Generation:
    commit = item.get("commit") or {}
    return Generation(
        int(item["generation"]),
        float(item.get("created") or 0),
        item.get("counts"),
        str(commit.get("id") or ""),
        bool(commit.get("dirty")),
        str(item.get("by") or ""),
        "unknown" if item.get("failed") else "",
        bool(item.get("current")),
        str(item.get("specialisation") or ""),
        item.get("files"),
    )


def _packages(found: Sequence[Answer]) -> Iterator[Package]:
    """The packages that come and go; of what the host brings itself, only that it is used from now on."""
    for item in found:
        package = Package.of(item)
        if package.provider != "host":
            yield package._replace(from_="" if package.from_ == "host" else package.from_)
        elif package.op == "add":
            yield package._replace(op="same", to="")


def _warnings(answer: Answer) -> tuple[Message, ...]:
    texts: dict[str, None] = dict.fromkeys(answer.get("warnings") or [])
    return tuple(Message(text) for text in texts)


def outcome_of(answer: Answer, check: bool) -> str:
    """The outcome in a word."""
    failed = answer.get("failed") or {}
    if failed.get("kind") == "collision" or answer.get("collisions"):
        return "refused"
    if failed:
        return "undone" if failed.get("undone") else "failed"
    if not answer.get("changed"):
        return "unchanged"
    return "would-change" if check else "changed"


def _files(operations: Sequence[Answer]) -> list[File]:
    """The files of operations; what was taken away and gives its place back is two of them."""
    found: dict[tuple[str, str], File] = {}
    for item in operations:
        path, op = str(item["path"]), str(item["op"])
        if path.startswith(_STORE) or path + "/" in _STORE:
            continue
        found[path, op] = _file(item, path, op)
        if item.get("restores"):
            found[str(item["restores"]), "restore"] = File(str(item["restores"]), "restore", to=path)
    for (path, op), file in list(found.items()):
        # What took the place of a file that was moved aside is new.
        if op == "change" and (path, "backup") in found:
            found[path, op] = file._replace(op="add", diff=_as_new(file.diff))
    return list(found.values())


def _as_new(diff: Diff | None) -> Diff | None:
    return None if diff is None else diff._replace(removed=0, before=None, added=len((diff.after or "").splitlines()))


def _file(item: Answer, path: str, op: str) -> File:
    diff = item.get("diff")
    return File(
        path,
        op,
        str(item.get("method") or "link"),
        str(item.get("what") or "text"),
        bool(item.get("secret")),
        str(item.get("found") or ""),
        str(item.get("to") or ""),
        int(item.get("since") or 0),
        int(item.get("number") or 0),
        str(item.get("note") or ""),
        diff=Diff.of(diff) if diff else None,
        choices=_settling(path, item) if op == "keep" else (),
    )


def _settling(path: str, item: Answer) -> tuple[Choice, ...]:
    """The ways to settle a kept file; one that is no longer declared has only one."""
    if not item.get("since"):
        return ()
    return (
        Choice("to see your change", f"home-manager diff ~/{path}", code="diff"),
        Choice("to keep it", spec="copy it into the spec, then switch", code="keep"),
        Choice("to drop it", f"home-manager switch --overwrite ~/{path}", code="overwrite"),
    )


def _hook(item: Answer) -> Hook:
    return Hook(
        str(item["name"]),
        str(item.get("event") or "activation"),
        item.get("rc"),
        item.get("seconds"),
        "" if item.get("secret") else str(item.get("output") or ""),
        bool(item.get("secret")),
    )


def _problems(failed: Answer) -> list[Message]:
    """The errors of a switch that failed otherwise than by a hook or by what is in the way."""
    if failed.get("kind") not in ("link",):
        return []
    return [Message(f"~/{item['path']}: {item['reason']}", code="link") for item in failed.get("problems") or []]


def _started(answer: Answer) -> tuple[str, ...]:
    """The hooks that ran before the one that failed."""
    hooks = [item for item in answer.get("hooks") or [] if item.get("rc") is not None]
    before = []
    for item in hooks:
        if item["rc"]:
            break
        if item.get("event") != "check":
            before.append(str(item["name"]))
    return tuple(before)


def _stock(answer: Answer) -> Stock | None:
    if "removed" in answer:
        return Stock(removed=tuple(answer["removed"]))
    stock = answer.get("stock")
    return Stock.of(stock) if stock else None


def collisions_of(found: Sequence[Answer], ways: Ways) -> list[Collision]:
    """Everything in the way, a folder above several files once, each with the choices that help for its kind."""
    collisions: dict[str, Collision] = {}
    for item in found:
        kind = str(item.get("kind") or "special")
        path = str(item.get("parent") or item["path"])
        if path in collisions:
            continue
        diff = item.get("diff")
        collisions[path] = Collision(
            path,
            kind,
            str(item.get("to") or ""),
            item.get("lines"),
            int(item.get("bytes") or 0),
            int(item.get("number") or 0),
            tuple(item.get("names") or ()),
            str(item.get("made") or ""),
            bool(item.get("secret")),
            Diff.of(diff) if diff else None,
            _choices(path, kind, item, ways),
        )
    return list(collisions.values())


def _choices(path: str, kind: str, item: Answer, ways: Ways) -> tuple[Choice, ...]:
    what = {"file": "file", "folder": "folder", "link": "link", "special": "", "parent-file": "file"}.get(kind)
    if kind == "foreign":
        return (Choice("see docs/how-to/from-nix.md: both cannot manage one file"),)
    if kind == "parent-link":
        return (
            Choice("it is replaced by a folder", f"rm ~/{path}"),
            Choice("write through the link", f'home.file."{item["path"]}".force: true', option="force"),
        )
    if kind == "denied":
        return (Choice("let yourself in", f"chmod u+rwx ~/{path}"),)
    if what is None:
        return ()
    found = [Choice(f"moves the {what} aside", ways.backup, code=BACKUP)] if ways.backup and what else []
    if kind == "link":
        found.insert(0, Choice(f"the link goes, {item.get('to')} stays", f"rm ~/{path}"))
    return tuple(found)
