# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The packages of a generation: which of them the host brings, which are realised, and the links that show them."""

from __future__ import annotations

import json
import os
from typing import Any, Callable, Dict, FrozenSet, List, NamedTuple, Optional, Set, Tuple

from ..contract.errors import EngineError
from .depot import Depot
from .download import Progress, Sources
from .profile import UNWRAPPED, Member, Profile
from .realisation import realise
from .recipe import Recipe, is_identity

# Where a host keeps the programs that it brings.
HOST_FOLDERS = (
    "/usr/local/bin", "/usr/bin", "/bin", "/usr/local/sbin", "/usr/sbin", "/sbin", "/usr/games", "/opt/homebrew/bin",
    "/run/current-system/sw/bin", "/nix/var/nix/profiles/default/bin", "/snap/bin", "/var/lib/flatpak/exports/bin",
)  # fmt: skip
HOST_PREFIXES = ("/usr/local", "/usr", "", "/opt/homebrew", "/run/current-system/sw")


class Requested(NamedTuple):
    """A package as a manifest names it. `host` says that the host's own does as well; without an `id` nothing else
    does.
    """

    name: str
    version: str
    provider: str
    id: Optional[str]
    recipe: Optional[str]
    host: bool
    priority: str
    commands: Dict[str, str]
    shares: Tuple[str, ...]
    unwrapped: Tuple[str, ...]
    shown: bool
    size: int

    @classmethod
    def of(cls, value: Any) -> Requested:
        """A mapping, or the bare name that stands for a package that is only declared. EngineError `manifest` for
        anything else.
        """
        if isinstance(value, str):
            return cls(value, "", "", None, None, True, "normal", {}, (), (), False, 0)
        try:
            found = cls(
                value["name"],
                value.get("version") or "",
                value.get("provider") or "",
                value.get("id"),
                value.get("recipe"),
                bool(value.get("host")),
                value.get("priority") or "normal",
                dict(value.get("commands") or {}),
                tuple(value.get("shares") or ()),
                tuple(value.get("unwrapped") or ()),
                value.get("shown", True) is not False,
                int(value.get("size") or 0),
            )
        except (KeyError, TypeError, AttributeError, ValueError):
            raise EngineError(f"not a package of a manifest: {value!r}", "manifest") from None
        if found.id is not None and not (is_identity(found.id) and isinstance(found.recipe, str)):
            raise EngineError(f"not a package of a manifest: {value!r}", "manifest")
        return found


class Asked(NamedTuple):
    """What a request says of packages: where to download from, and which may be missing (`*`: all of them)."""

    sources: Sources
    without: FrozenSet[str]

    @classmethod
    def of(cls, value: Any) -> Asked:
        """Raises EngineError `request` for anything malformed."""
        value = value or {}
        return cls(Sources.of(value.get("sources")), frozenset(value.get("without") or ()))

    def may_lack(self, name: str) -> bool:
        """Whether the switch goes on when nobody brings this package."""
        return "*" in self.without or name in self.without


class Installed(NamedTuple):
    """What a generation gets: the links of its profile and of each specialisation's, what they depend on, and what a
    run did for it. With anything in `wanting` nothing was done.
    """

    links: Dict[Optional[str], Dict[str, str]]
    record: Dict[str, List[str]]
    made: List[str]
    downloaded: int
    wanting: List[str]
    absent: List[str]


class Choice(NamedTuple):
    """Who brings a package: places on the host by their path in the profile, or a tree, or nobody."""

    requested: Requested
    places: Optional[Dict[str, str]]


def install(
    depot: Depot,
    manifest: Dict[str, Any],
    content: Callable[[str], bytes],
    asked: Asked,
    progress: Optional[Progress] = None,
) -> Installed:
    """Realise what a manifest and its specialisations need. EngineError as `realise` and `Profile` have it."""
    views: Dict[Optional[str], Dict[str, Any]] = {None: manifest, **(manifest.get("specialisations") or {})}
    chosen = {name: [choose(item) for item in view.get("packages") or []] for name, view in views.items()}
    everything = [choice for choices in chosen.values() for choice in choices]
    absent = sorted({c.requested.name for c in everything if is_absent(c)})
    wanting = [name for name in absent if not asked.may_lack(name)]
    if wanting:
        return Installed({}, {}, [], 0, wanting, [])
    recipes = {}
    for choice in everything:
        wanted = choice.requested
        if choice.places is None and wanted.id is not None and wanted.recipe is not None:
            recipes[wanted.id] = Recipe.of(json.loads(content(wanted.recipe).decode("utf-8", "surrogateescape")))
    done = realise(depot, recipes, asked.sources, progress=progress)
    links = {}
    for name, view in views.items():
        links[name] = Profile(depot, members(chosen[name]), sorted(view.get("profile") or {})).build()
    host = sorted({place for choice in everything for place in (choice.places or {}).values()})
    return Installed(links, {"packages": sorted(recipes), "host": host}, done.made, done.downloaded, [], absent)


def choose(value: Any) -> Choice:
    """Who brings a package of a manifest: the host where that is allowed and it has everything, else its tree."""
    requested = Requested.of(value)
    return Choice(requested, on_host(requested) if requested.host else None)


def is_absent(choice: Choice) -> bool:
    """Whether nobody brings a package that is to be shown."""
    return choice.requested.shown and choice.places is None and choice.requested.id is None


def members(choices: List[Choice]) -> List[Member]:
    """What a profile shows of these packages."""
    found = []
    for choice in choices:
        item = choice.requested
        if not item.shown or is_absent(choice):
            continue
        value: Dict[str, Any] = {"name": item.name, "priority": item.priority, "unwrapped": item.unwrapped}
        if choice.places is not None:
            value["places"] = choice.places
        else:
            value.update({"id": item.id, "commands": item.commands, "shares": item.shares})
        found.append(Member.of(value))
    return found


def on_host(requested: Requested) -> Optional[Dict[str, str]]:
    """Where the host has everything of a package, by the path in a profile; None when anything is missing."""
    places: Dict[str, str] = {}
    for command, name in requested.commands.items():
        place = _program(command) or _program(name)
        if place is None:
            return None
        places[f"bin/{command}"] = place
        if command in requested.unwrapped:
            places[f"{UNWRAPPED}/{command}"] = place
    for share in requested.shares:
        found = next((f"{top}/{share}" for top in HOST_PREFIXES if os.path.exists(f"{top}/{share}")), None)
        if found is None:
            return None
        places[share] = found
    return places or None


def _program(name: str) -> Optional[str]:
    for folder in HOST_FOLDERS:
        place = f"{folder}/{name}"
        if os.path.isfile(place) and os.access(place, os.X_OK):
            return place
    return None


def needs(manifest: Dict[str, Any]) -> Set[str]:
    """The trees that a manifest and its specialisations name."""
    views = [manifest, *(manifest.get("specialisations") or {}).values()]
    found = {Requested.of(item).id for view in views for item in view.get("packages") or []}
    return {identity for identity in found if identity is not None}
