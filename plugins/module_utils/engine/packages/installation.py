# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The packages of a generation: which of them the host brings, which are realised, and the links that show them."""

from __future__ import annotations

import functools
import json
from typing import TYPE_CHECKING, Callable, Dict, List, NamedTuple, Optional, Set

from ..contract.package import Package
from ..state.packaged import Packaged
from . import host_paths
from .caches import Caches, caches
from .depot import Depot
from .meter import Meter
from .package_request import PackageRequest
from .profile import RANKS, UNWRAPPED, Member, Profile
from .realisation import realise
from .recipe import Recipe

if TYPE_CHECKING:
    from ..contract.manifest import Manifest, View


class Installed(NamedTuple):
    """What a generation gets: what it shows of packages, and what a run did for it.

    With anything in `wanting` nothing was done.
    """

    packaged: Packaged
    made: List[str]
    downloaded: int
    wanting: List[str]
    absent: List[str]
    warnings: List[str]


class Choice(NamedTuple):
    """Who brings a package: places on the host by their path in the profile, or a tree, or nobody."""

    requested: Package
    places: Optional[Dict[str, str]]


def install(
    depot: Depot,
    manifest: Manifest,
    content: Callable[[str], bytes],
    asked: PackageRequest,
) -> Installed:
    """Realise what a manifest and its specialisations need. EngineError as `realise` and `Profile` have it."""
    views: Dict[Optional[str], View] = {None: manifest.view}
    views.update(manifest.specialisations)
    chosen = {name: [choose(item) for item in view.packages] for name, view in views.items()}
    everything = [choice for choices in chosen.values() for choice in choices]
    absent = sorted({c.requested.name for c in everything if is_absent(c)})
    wanting = [name for name in absent if not asked.may_lack(name)]
    if wanting:
        return Installed(Packaged(), [], 0, wanting, [], [])
    recipes = {}
    for choice in everything:
        wanted = choice.requested
        if choice.places is None and wanted.id is not None and wanted.recipe is not None:
            recipes[wanted.id] = Recipe.of(json.loads(content(wanted.recipe).decode("utf-8", "surrogateescape")))
    with Meter(depot.fd) as meter:
        done = realise(depot, recipes, asked.sources, progress=meter)
    shown = [_shown(depot, view, chosen[name], content) for name, view in views.items()]
    links = {name: {**item.links} for name, item in zip(views, shown)}
    trees = {*recipes, *(tree for item in shown for tree in item.trees)}
    host = {place for choice in everything for place in (choice.places or {}).values()}
    for identity, recipe in recipes.items():
        host.update(depot.depends(identity) if recipe.pinned else ())
    packaged = Packaged(links, sorted(trees), sorted(host))
    packaged.awaited = {
        c.requested.name: (c.requested.commands, c.requested.shares) for c in everything if is_absent(c)
    }
    warnings = list(dict.fromkeys(text for item in shown for text in item.warnings))
    return Installed(packaged, done.made, done.downloaded, [], absent, warnings)


def _shown(depot: Depot, view: View, choices: List[Choice], content: Callable[[str], bytes]) -> Caches:
    """The links of a profile, those to its caches among them, and the trees that hold the caches."""
    links = Profile(depot, members(choices), sorted(view.profile)).build()
    own = {
        path: functools.partial(content, leaf.object) for path, leaf in view.profile.items() if leaf.object is not None
    }
    trees = [c.requested.id for c in choices if c.places is None and c.requested.id is not None and c.requested.shown]
    made = caches(depot, links, trees, own)
    return made._replace(links={**links, **made.links})


def choose(requested: Package) -> Choice:
    """Who brings a package of a manifest: the host where that is allowed and it has everything, else its tree."""
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
        member = Member(item.name, priority=RANKS[item.priority], unwrapped=tuple(item.unwrapped))
        if choice.places is not None:
            found.append(member._replace(places=choice.places))
        else:
            found.append(member._replace(id=item.id, commands=item.commands, shares=tuple(item.shares)))
    return found


def on_host(requested: Package) -> Optional[Dict[str, str]]:
    """Where the host has everything of a package, by the path in a profile; None when anything is missing."""
    places = host_paths.find_all(requested.commands, requested.shares)
    if places is not None:
        places.update(
            {f"{UNWRAPPED}/{name}": places[f"bin/{name}"] for name in requested.unwrapped if f"bin/{name}" in places}
        )
    return places


def needs(manifest: Manifest) -> Set[str]:
    """The trees that a manifest and its specialisations name."""
    return {package.id for view in manifest.views() for package in view.packages if package.id is not None}
