# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A build as a plan: what is in the result folder now, against what was there before."""

from __future__ import annotations

import os
from collections.abc import Mapping

from ...module_utils.engine.contract.texts import changed_lines, text_of
from ...module_utils.engine.voice.entries import Diff, File
from ...module_utils.engine.voice.plan import Owner, Plan, StoreUsage

# What a name of the result holds: bytes, or the text of a link.
Contents = Mapping[str, bytes | str]
# Not compared: it repeats what the files say.
_MANIFEST = "manifest.json"


def build_plan(owner: Owner, folder: str, before: Contents, after: Contents, supposed: Mapping[str, object]) -> Plan:
    """The plan of a build. `supposed` are the facts that the spec read and that were assumed, because the host was never asked."""
    names = sorted({*before, *after} - {_MANIFEST})
    files = tuple(
        _file(name, before.get(name), after.get(name)) for name in names if before.get(name) != after.get(name)
    )
    relative = os.path.relpath(folder)
    return Plan(
        "build",
        owner,
        "changed" if before != after else "unchanged",
        path=folder if relative.startswith("..") else relative,
        # In a first build every file is new: only their number is shown.
        files=files if before else (),
        stock=StoreUsage(files=sum(not name.endswith("/") for name in after if name != _MANIFEST)),
        supposed=tuple(_facts(supposed)),
    )


def _facts(supposed: Mapping[str, object]) -> list[str]:
    """The assumed facts as sentences. The name of the user is not among them: the inventory gives it."""
    found = []
    if "machine" in supposed or "platform" in supposed:
        found.append(f"the system is {supposed.get('machine', 'x86_64')}-{supposed.get('platform', 'linux')}")
    for name in sorted({*supposed} - {"machine", "platform", "user"}):
        found.append(f"host.{name} is {supposed[name]!r}")
    user = supposed.get("user")
    if isinstance(user, Mapping):
        found += [f"host.user.{name} is {user[name]!r}" for name in sorted(user) if name != "name"]
    return found


def _file(name: str, before: bytes | str | None, after: bytes | str | None) -> File:
    op = "add" if before is None else "remove" if after is None else "change"
    if name.endswith("/"):
        return File(name.rstrip("/"), op, note="an empty folder")
    if isinstance(after, str):
        return File(name, op, what="link", to=after)
    old = before if isinstance(before, bytes) else None
    texts = (text_of(old), text_of(after))
    if texts[0] is None or texts[1] is None:
        return File(name, op, what="binary", diff=Diff(bytes=len(after or old or b"")))
    removed, added = changed_lines(texts[0], texts[1])
    text = (None if old is None else texts[0], None if after is None else texts[1])
    return File(name, op, diff=Diff(added, removed, 0, *text))


def without_texts(plan: Plan) -> Plan:
    """The plan without the texts of its diffs. The numbers of lines stay."""
    files = [f._replace(diff=f.diff._replace(before=None, after=None)) if f.diff is not None else f for f in plan.files]
    return plan._replace(files=tuple(files))
