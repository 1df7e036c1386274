# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The flat list of a plan: a sign, a kind, a subject and a note for each entry, in columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Iterator, NamedTuple

from . import diffs, obstacles
from .entries import SIGN_OF
from .entry_notes import (
    diff_is_printed,
    file_note,
    hook_note,
    package_note,
    package_versions,
    setting_note,
    setting_subject,
    unit_note,
    variable_note,
    variable_subject,
)
from .lines import NOTE, PLAIN, SIGNS, Line, columns, padded, printable
from .quantities import plural, size

if TYPE_CHECKING:
    from typing import Sequence

    from .entries import File, Hook
    from .lines import View
    from .plan import Plan

# The longest subject that makes the column of notes wider.
_WIDEST = 32
_FOLD = 10
# Folders that everything shares: what is new in them is not one thing.
_SHARED = {"", "/etc", ".config", ".local", ".local/share", ".local/state", "Library", "Library/Application Support"}


class Row(NamedTuple):
    """An entry: `note` and `reason` are columns of their own, `more` the lines below it."""

    sign: str
    kind: str
    subject: str
    note: str = ""
    reason: str = ""
    more: Sequence[Line] = ()


def list_lines(plan: Plan, view: View) -> list[Line]:
    """The entries of a plan, one line each, with diffs and choices below them."""
    rows = list(_rows(plan, view))
    kinds = max([len(row.kind) for row in rows], default=0)
    subjects = _width([row.subject for row in rows if row.note and row.kind != "package"])
    packages = _width([row.subject for row in rows if row.kind == "package"])
    versions = _width([row.note for row in rows if row.kind == "package" and row.reason])
    states = _width([row.note for row in rows if row.kind != "package" and row.reason])
    lines: list[Line] = []
    for row in rows:
        if row.kind == "package":
            text = _joined(row, packages, versions, 2)
        else:
            text = _joined(row, subjects, states, 3)
        lines.append(Line(f"  {row.sign} {padded(row.kind, kinds)}  {text}", SIGNS[row.sign]))
        lines += row.more
    return lines


def _joined(row: Row, subjects: int, notes: int, gap: int) -> str:
    if not row.note:
        return row.subject
    text = f"{padded(row.subject, subjects)}  {row.note}"
    if row.reason:
        text = f"{padded(row.subject, subjects)}  {padded(row.note, notes)}{' ' * gap}{row.reason}"
    return text


def _width(texts: Sequence[str]) -> int:
    return max([columns(text) for text in texts if columns(text) <= _WIDEST], default=0)


def _rows(plan: Plan, view: View) -> Iterator[Row]:
    budget = diffs.Budget(view)
    yield from _files(plan, view, budget)
    for variable in plan.session:
        yield Row(SIGN_OF[variable.op], variable.kind, variable_subject(variable), variable_note(variable))
    for package in plan.packages:
        if package.op != "lack":
            versions, note = package_versions(package), package_note(package, plan.check)
            cells = (versions, note) if versions else (note, "")
            yield Row(SIGN_OF[package.op], "package", package.name, *cells)
    for account in plan.accounts:
        yield Row(SIGN_OF[account.op], account.kind, printable(account.name), account.note)
    for setting in plan.settings:
        yield Row(SIGN_OF[setting.op], "setting", setting_subject(setting), setting_note(setting))
    for unit in plan.units:
        note, reason = unit_note(unit, plan.check or plan.verb == "diff")
        yield Row("=" if unit.action == "keep" else ">", "unit", unit.name, note, reason)
    for hook in plan.hooks:
        yield Row(">", "hook", printable(hook.name), hook_note(hook), more=_output(hook, view))
    if plan.stock is not None and plan.verb == "uninstall":
        kept = f"{plural(plan.stock.generations, 'generation')}, {size(plan.stock.bytes)}"
        yield Row("-", "data", kept)


def _files(plan: Plan, view: View, budget: diffs.Budget) -> Iterator[Row]:
    moved = [file for file in plan.files if file.op in ("backup", "restore")]
    kept = [file for file in plan.files if file.op == "keep"]
    rest = [file for file in plan.files if file.op not in ("backup", "restore", "keep")]
    before, after = (rest, moved) if plan.verb == "uninstall" else (moved, rest)
    for files in (before, after, kept):
        yield from _folded(plan, files, view, budget)
    for item in plan.collisions:
        more = (
            diffs.excerpt(item.diff, budget) if item.diff is not None and item.diff.has_text and not item.secret else []
        )
        yield Row("!", "file", f"~/{printable(item.path)}", f"in the way: {obstacles.described(item)}", more=more)


def _folded(plan: Plan, files: Sequence[File], view: View, budget: diffs.Budget) -> Iterator[Row]:
    """The files, those of one sign in one folder as one line when there are many of them."""
    if plan.verb == "uninstall" and not view.verbose:
        gone = [file for file in files if file.op == "remove"]
        if len(gone) > 1:
            yield Row("-", "file", f"{plural(len(gone), 'file')} and links")
            files = [file for file in files if file.op != "remove"]
    folds = {} if view.verbose else folders_of_many(files)
    done: set[tuple[str, str]] = set()
    base = "" if plan.verb in ("build", "init") else "~/"
    for file in files:
        sign = SIGN_OF[file.op]
        fold = folds.get((sign, file.path))
        if fold is None or file.op in ("keep", "backup", "restore"):
            yield _file(plan, file, base, view, budget)
        elif (sign, fold[0]) not in done:
            done.add((sign, fold[0]))
            path_text = fold[0] if fold[0].startswith("/") else f"{base}{printable(fold[0])}"
            yield Row(sign, "file", f"{path_text}/", f"{plural(fold[1], 'file')} (-v lists them)")


def folders_of_many(files: Sequence[File]) -> dict[tuple[str, str], tuple[str, int]]:
    """(sign, path) to the folder that stands for it, and the number of files in that folder with this sign."""
    below: dict[tuple[str, str], int] = {}
    for file in files:
        for folder in _folders(file.path):
            key = (SIGN_OF[file.op], folder)
            below[key] = below.get(key, 0) + 1
    found = {}
    for file in files:
        sign = SIGN_OF[file.op]
        for folder in _folders(file.path):
            if below[sign, folder] > _FOLD:
                found[sign, file.path] = (folder, below[sign, folder])
                break
    return found


def _folders(path: str) -> list[str]:
    """The folders above a path that may stand for it, the outermost first."""
    parts = path.split("/")[:-1]
    return [folder for folder in ("/".join(parts[: i + 1]) for i in range(len(parts))) if folder not in _SHARED]


def _file(plan: Plan, file: File, base: str, view: View, budget: diffs.Budget) -> Row:
    more: list[Line] = []
    if file.diff is not None and (diff_is_printed(file) or (view.verbose and file.diff.has_text and not file.secret)):
        more = diffs.change(file.diff, budget)
    note = file_note(file, plan.check, plan.outcome == "undone")
    if file.op == "keep" and plan.verb == "uninstall":
        note = "stays: you changed it"
    elif file.choices:
        more += _ways(file)
    path = file.path if file.path.startswith("/") else f"{base}{printable(file.path)}"
    return Row(SIGN_OF[file.op], "file", path, note, more=more)


def _ways(file: File) -> list[Line]:
    """The choices of a kept file, in two columns."""
    wide = max(columns(choice.text) for choice in file.choices)
    return [
        Line(f"{diffs.INDENT}{padded(choice.text, wide)}   {choice.command or choice.spec}", PLAIN, True)
        for choice in file.choices
    ]


def _output(hook: Hook, view: View) -> list[Line]:
    """What a hook printed: its last line, or with `-v` all. What a failed one printed is in its error."""
    if hook.secret or hook.rc:
        return []
    lines = [line for line in hook.output.splitlines() if line.strip()]
    shown = lines if view.verbose else lines[-1:]
    return [Line(f"{diffs.INDENT}{printable(line)}", NOTE) for line in shown]
