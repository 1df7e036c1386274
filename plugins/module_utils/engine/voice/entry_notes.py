# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The note behind an entry of the list: what is particular about it, in a few words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .lines import printable
from .quantities import day, plural, scalar, seconds, size

if TYPE_CHECKING:
    from .entries import File, Hook, Package, Setting, Unit, Variable

SECRET = "secret, not shown"
# A new file of more lines is not printed in a diff.
LONGEST_NEW = 40

_RESTORED = {
    "absent": ("it is missing", "it was missing"),
    "link": ("it is a link to another file", "it was a link to another file"),
    "file": ("it is another file", "it was another file"),
    "mode": ("its mode is another", "its mode was another"),
    "content": ("its content is another", "its content was another"),
}
_UNITS = {
    "start": ("start", "started"),
    "stop": ("stop", "stopped"),
    "restart": ("restart", "restarted"),
    "reload": ("reload", "reloaded"),
    "keep": ("keep", "kept"),
    "later": ("at the next login", "at the next login"),
    "enable": ("enable", "enabled"),
    "disable": ("disable", "disabled"),
}


def file_note(file: File, check: bool, undone: bool = False) -> str:
    """What is said behind a file."""
    if file.note and not file.since:
        return file.note
    special = _moved_or_kept(file, check)
    if special is not None:
        return special
    if file.secret:
        return SECRET
    if file.op == "adopt":
        return "yours already has this content" if check else "yours already had this content"
    if file.op == "remove":
        return "was gone already" if file.found == "absent" else ""
    return "" if undone else _content(file)


def _moved_or_kept(file: File, check: bool) -> str | None:
    if file.op == "backup":
        return f"{'moves' if check else 'moved'} to ~/{printable(file.to)}"
    if file.op == "restore":
        return f"{'to be restored' if check else 'restored'} as ~/{printable(file.to)}"
    if file.op == "keep":
        since = f" since {day(file.since)}" if file.since else ""
        return f"kept: you changed it{since}" + (f"; {file.note}" if file.note else "")
    if file.op == "repair":
        now, then = _RESTORED[file.found or "absent"]
        return f"to be restored, {now}" if check else f"restored, {then}"
    return None


def _content(file: File) -> str:
    diff = file.diff
    if file.what == "link":
        return f"a link to {printable(file.to)}"
    if file.what == "folder":
        return f"a folder linked whole, {plural(file.number, 'file')}" if file.number else "a folder linked whole"
    if diff is None:
        return ""
    if file.what == "binary":
        return f"binary, {size(diff.bytes)}"
    if file.op == "add":
        return "" if diff_is_printed(file) or not diff.has_text else _unprinted(file)
    return "" if diff_is_printed(file) else _lines(diff.added, diff.removed)


def _unprinted(file: File) -> str:
    added = plural(file.diff.added, "line") if file.diff is not None else ""
    return f"program, {added}, not shown" if file.what == "program" else f"{added}, not shown"


def diff_is_printed(file: File) -> bool:
    """Whether the lines of a file's diff are printed below it."""
    diff = file.diff
    if diff is None or file.secret or not diff.has_text or file.op not in ("add", "change", "remove", "repair"):
        return False
    if file.op == "add":
        return file.what == "text" and diff.added <= LONGEST_NEW
    return True


def _lines(added: int, removed: int) -> str:
    if added == removed:
        return f"{plural(added, 'line')} changed" if added else ""
    if not removed:
        return f"{plural(added, 'line')} added"
    if not added:
        return f"{plural(removed, 'line')} removed"
    return f"{plural(added, 'line')} added, {removed:,} removed"


def variable_subject(variable: Variable) -> str:
    """`EDITOR=nvim`, or the bare name when it goes or is secret."""
    if variable.kind == "path" or variable.secret or variable.op == "remove" or variable.to is None:
        return variable.name
    return f"{variable.name}={scalar(variable.to)}"


def variable_note(variable: Variable) -> str:
    """What the value was, or which folder a new one comes before."""
    if variable.secret:
        return SECRET
    if variable.before:
        return f"before {variable.before}"
    return f"was {scalar(variable.from_)}" if variable.from_ is not None and variable.op != "add" else ""


def package_versions(package: Package) -> str:
    """`14.1.1`, `10.1 -> 10.2`, or the version that goes."""
    if package.op == "change" and package.from_ and package.to:
        return f"{package.from_} -> {package.to}"
    return package.to or package.from_


def package_note(package: Package, check: bool) -> str:
    """Where it comes from and what it costs."""
    if package.note:
        return package.note
    if package.op == "remove":
        return ""
    if package.provider == "host":
        return "the host's own"
    parts = [package.provider] if package.provider else []
    if package.op == "same":
        parts.append("already here")
    elif package.download is not None:
        parts.append(size(package.download) + (" to download" if check else ""))
    elif package.provider:
        parts.append("size not known")
    if package.security:
        parts.append("security")
    if package.trust == "first-seen":
        parts.append("first seen")
    return ", ".join(parts)


def setting_subject(setting: Setting) -> str:
    """The key with its values, as the store writes them."""
    values = [value for value in (setting.from_, setting.to) if value]
    shown = " -> ".join(values) if setting.op == "change" else setting.to if setting.op == "add" else ""
    return " ".join(part for part in (setting.path, setting.key, shown) if part)


def setting_note(setting: Setting) -> str:
    """What a removed key goes back to, and the store when it is not the usual one."""
    notes = [setting.store] if setting.store != "dconf" else []
    if setting.op == "remove":
        notes.append("back to its default")
    return ", ".join(notes)


def unit_note(unit: Unit, check: bool) -> tuple[str, str]:
    """What is done with a unit, and why."""
    if unit.failed:
        return f"failed to {unit.action}", f"status {unit.status}"
    now, then = _UNITS[unit.action]
    return (now if check else then), unit.reason


def hook_note(hook: Hook) -> str:
    """How long a hook took, or how it failed."""
    took = f" after {seconds(hook.seconds)}" if hook.seconds is not None else ""
    if hook.rc:
        return f"failed with status {hook.rc}{took}"
    if hook.secret:
        return "output is secret"
    return "" if hook.seconds is None or hook.rc is None else seconds(hook.seconds)
