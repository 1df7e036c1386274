# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a switch changes about packages, for people: what comes, what goes, what becomes another version, and who brings it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, List, NamedTuple, Optional

from ..contract.operations import PackageChange
from .installation import Choice, choose, is_absent
from .package_request import PackageRequest

if TYPE_CHECKING:
    from ..contract.manifest import Manifest

_EXACT = ("deb", "uv", "npm", "archive", "nix")
# What vouches for the bytes when they are locked: a signature, or nothing but that they were seen then.
_TRUST = {"deb": "signed", "nix": "signed"}


class Changes(NamedTuple):
    """`packages` for the answer; `wanting` are the names that nobody provides and that the request does not give up."""

    packages: List[PackageChange]
    wanting: List[str]


def changes(before: Optional[Manifest], manifest: Manifest, request: object) -> Changes:
    """The difference between two manifests. EngineError `manifest` or `request` for malformed ones."""
    asked = PackageRequest.of(request)
    old = {choice.requested.name: choice for choice in _choices(before) if choice.requested.shown}
    new = {choice.requested.name: choice for choice in _choices(manifest) if choice.requested.shown}
    absent = sorted(name for name, choice in new.items() if is_absent(choice))
    wanting = [name for name in absent if not asked.may_lack(name)]
    found = [PackageChange(name, "lack") for name in absent]
    for name in sorted({*old, *new}, key=str.lower):
        item = _change(old.get(name), new.get(name))
        if item is not None:
            found.append(item)
    return Changes(found, wanting)


def _choices(manifest: Optional[Manifest]) -> List[Choice]:
    views = manifest.views() if manifest is not None else []
    return [choose(package) for view in views for package in view.packages]


def _change(old: Optional[Choice], new: Optional[Choice]) -> Optional[PackageChange]:
    was, now = (None if c is None or is_absent(c) else c for c in (old, new))
    choice = now or was
    if choice is None:
        return None
    if was is not None and now is not None:
        if _description(was) == _description(now):
            return None
        op = "change"
    else:
        op = "add" if now is not None else "remove"
    provider = "host" if choice.places is not None else choice.requested.provider
    change = PackageChange(choice.requested.name, op, provider)
    if choice.places is None and now is not None:
        change.download, change.trust = choice.requested.size, _TRUST.get(provider, "first-seen")
        if provider not in _EXACT:
            change.note = f"{provider}, not the same bytes on every host"
    if was is not None:
        change.old = was.requested.version if was.places is None else "host"
    if now is not None:
        change.new = now.requested.version if now.places is None else "host"
    return change


def _description(choice: Choice) -> str:
    return json.dumps([choice.requested.id if choice.places is None else None, choice.places], sort_keys=True)
