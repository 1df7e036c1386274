# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What one generation is.

A manifest holds no time, no random value, nothing that differs between two equal specifications: its digest decides
whether a switch has anything to do.

To add a member to what a generation shows, give `View` an attribute, and its `json` and `of` a line each; to what is
the same for all views are in `Manifest`. A member that an older engine must not overlook raises VERSION.
"""

from __future__ import annotations

from .canonical import canonical, digest
from .entries import Entry, Leaf
from .errors import EngineError, ErrorKind
from .members import Members
from .objects import StoredObject
from .package import Package
from .paths import depth_first, plain_name
from .value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Dict, List, Optional, Set, Tuple

    from .services import ServicePolicy
    from .value import JsonObject

VERSION = 1
PHASES = ("check", "write", "services")


class Script(Value):
    """An activation script: run in the phase `check`, before anything is written, or in the phase `write`, at the end.

    One of the phase `services` is empty: it is the place among the others at which the services are switched. With
    folders in `below` it runs only when a file below one of them differs.
    """

    __slots__ = ("below", "name", "phase", "script", "sensitive")

    def __init__(self, name: str, script: str, phase: str = "write", sensitive: bool = False) -> None:
        self.below: List[str] = []
        self.name = name
        self.script = script
        self.phase = phase
        self.sensitive = sensitive

    def json(self) -> JsonObject:
        """{"name", "script", "phase"}, perhaps with "sensitive": true and "below": [FOLDER]."""
        found: JsonObject = {"name": self.name, "script": self.script, "phase": self.phase}
        if self.sensitive:
            found["sensitive"] = True
        if self.below:
            found["below"] = self.below
        return found

    @classmethod
    def of(cls, value: object) -> Script:
        """The inverse of `json`. EngineError `manifest`."""
        members = Members(value, "an activation script", ErrorKind.MANIFEST)
        name, script = members.text("name"), members.text("script")
        found = cls(name, script, members.choice("phase", PHASES, "write"), members.flag("sensitive"))
        found.below = members.texts("below")
        members.end()
        return found


class Origin(Value):
    """Where a specification came from, for calling Ansible again: inventory name, folder, playbook, and inventory file in the folder."""

    __slots__ = ("host", "inventory", "playbook", "project")

    def __init__(
        self,
        host: Optional[str] = None,
        project: Optional[str] = None,
        playbook: Optional[str] = None,
        inventory: Optional[str] = None,
    ) -> None:
        self.host = host
        self.project = project
        self.playbook = playbook
        self.inventory = inventory

    def json(self) -> JsonObject:
        """{"host", "project", "playbook", "inventory"}, each a string or null."""
        return {name: getattr(self, name) for name in self.__slots__}

    @classmethod
    def of(cls, value: object) -> Origin:
        """The inverse of `json`. EngineError `manifest`."""
        members = Members(value, "the origin", ErrorKind.MANIFEST)
        found = cls(*(members.optional_text(name) for name in ("host", "project", "playbook", "inventory")))
        members.end()
        return found


class View(Value):
    """What a generation, or one of its specialisations, shows.

    - `files`: target (relative to the home) to entry.
    - `profile`: path below `home-path` to leaf.
    - `objects`: ID to object, for every object that files and profile need.
    - `activation`: the scripts, in the order to run.
    - `packages`: the declared packages.
    - `services`: how its services are treated, where it has some.
    - `follow`: folders of the home that may be links, through which files are written.
    """

    __slots__ = ("activation", "files", "follow", "objects", "packages", "profile", "services")

    def __init__(
        self,
        files: Optional[Dict[str, Entry]] = None,
        objects: Optional[Dict[str, StoredObject]] = None,
        profile: Optional[Dict[str, Leaf]] = None,
        activation: Optional[List[Script]] = None,
        packages: Optional[List[Package]] = None,
    ) -> None:
        self.files = files or {}
        self.objects = objects or {}
        self.profile = profile or {}
        self.activation = activation or []
        self.packages = packages or []
        self.services: Optional[ServicePolicy] = None
        self.follow: List[str] = []

    def scripts(self, *phases: str) -> List[Script]:
        """The scripts of these phases, in the order to run."""
        return [script for script in self.activation if script.phase in phases]

    def leaves(self) -> List[Tuple[str, str]]:
        """Each leaf of `home-files` that is an object, with its ID, in sorted order of paths."""
        leaves = [
            (target + "/" + path if path else target, leaf.object)
            for target, entry in self.files.items()
            for path, leaf in entry.leaves().items()
            if leaf.object is not None
        ]
        return sorted(leaves, key=lambda leaf: depth_first(leaf[0]))

    def sensitive(self) -> Set[str]:
        """The names of scripts, and the targets, whose output and content must not be shown."""
        scripts = {script.name for script in self.activation if script.sensitive}
        return scripts | {target for target, entry in self.files.items() if entry.sensitive}

    def json(self, origins: bool = True) -> JsonObject:
        """As a manifest holds it, for a generation and for a specialisation alike."""
        found: JsonObject = {
            "files": {target: entry.json(origins) for target, entry in self.files.items()},
            "profile": {path: leaf.json() for path, leaf in self.profile.items()},
            "objects": {name: item.json() for name, item in self.objects.items()},
            "activation": [script.json() for script in self.activation],
            "packages": [package.json() for package in self.packages],
        }
        if self.services is not None:
            found["services"] = self.services.json()
        if self.follow:
            found["follow"] = self.follow
        return found

    @classmethod
    def of(cls, members: Members) -> View:
        """The inverse of `json`, which leaves other members untaken. EngineError `manifest`, `target`.

        No target leaves the home or is below another one; every object has an entry in `objects`.
        """
        view = cls(
            {target: Entry.of(target, value) for target, value in members.mapping("files").items()},
            {name: StoredObject.of(name, value) for name, value in members.mapping("objects").items()},
            {path: Leaf.of(path, value) for path, value in members.mapping("profile").items()},
            [Script.of(value) for value in members.sequence("activation")],
            [Package.of(value) for value in members.sequence("packages")],
        )
        view.follow = members.texts("follow")
        services = members.take("services")
        if services is not None:
            from .services import ServicePolicy

            view.services = ServicePolicy.of(services)
        for target, entry in view.files.items():
            for name in entry.objects():
                if name not in view.objects:
                    raise members.error("%s: the object %s is not listed" % (target, name))
        for package in view.packages:
            if package.recipe is not None and package.recipe not in view.objects:
                raise members.error("%s: the object %s is not listed" % (package.name, package.recipe))
        for path, leaf in view.profile.items():
            if leaf.object is not None and leaf.object not in view.objects:
                raise members.error("%s: the object %s is not listed" % (path, leaf.object))
        _check_nesting(view.files)
        return view


class Manifest(Value):
    """One generation of a home: whose it is, where, what it shows, and what each specialisation shows instead."""

    __slots__ = ("home", "origin", "specialisations", "state", "uid", "user", "view")

    def __init__(
        self,
        user: str,
        home: str,
        state: str,
        view: View,
        specialisations: Optional[Dict[str, View]] = None,
        origin: Optional[Origin] = None,
    ) -> None:
        self.user = user
        # Absolute paths of the home and of the folder of its generations.
        self.home = home
        self.state = state
        # The user ID, only when the specification states one; it is checked then.
        self.uid: Optional[int] = None
        self.view = view
        self.specialisations = specialisations or {}
        self.origin = origin or Origin()

    def specialised(self, name: Optional[str]) -> Manifest:
        """The manifest as the specialisation `name` has it (None: itself). EngineError `specialisation`."""
        if name is None:
            return self
        if name not in self.specialisations:
            known = ", ".join(sorted(self.specialisations)) or "it has none"
            message = "there is no specialisation %s (known: %s)" % (name, known)
            raise EngineError(message, ErrorKind.SPECIALISATION)
        chosen = Manifest(self.user, self.home, self.state, self.specialisations[name], None, self.origin)
        chosen.uid = self.uid
        return chosen

    def views(self) -> List[View]:
        """What it shows, and what its specialisations show."""
        return [self.view, *self.specialisations.values()]

    def objects(self) -> Dict[str, StoredObject]:
        """Every object of the manifest and its specialisations, by ID."""
        return {name: item for view in self.views() for name, item in view.objects.items()}

    def names_packages(self) -> bool:
        """Whether it, or one of its specialisations, has any package that is more than a name."""
        return any(not package.only_declared for view in self.views() for package in view.packages)

    def json(self, origins: bool = True) -> JsonObject:
        """As it is shipped and kept; without the `origins` of files as it is digested."""
        return {
            "version": VERSION,
            "user": self.user,
            "home": self.home,
            "uid": self.uid,
            "state": self.state,
            **self.view.json(origins),
            "specialisations": {name: view.json(origins) for name, view in self.specialisations.items()},
            "origin": self.origin.json(),
        }

    def canonical(self) -> bytes:
        """Its one text."""
        return canonical(self.json())

    def digest(self) -> str:
        """SHA-256 (64 hex digits) of its canonical text without the origins of files: a spec with a line more is the same home."""
        return digest(self.json(origins=False))

    @classmethod
    def of(cls, value: object) -> Manifest:
        """The inverse of `json`. EngineError `manifest`, `target` when it is not well formed and safe to use."""
        members = Members(value, "the manifest", ErrorKind.MANIFEST)
        version = members.take("version")
        if version != VERSION:
            raise members.error("this engine reads version %d, not %r" % (VERSION, version))
        user, home, state = (_filled(members, name) for name in ("user", "home", "state"))
        for name, path in (("home", home), ("state", state)):
            if not path.startswith("/") or ".." in path.split("/"):
                raise members.error("`%s` must be an absolute path without `..`, got %s" % (name, path))
        uid = members.optional_number("uid")
        parts = members.mapping("specialisations")
        specialisations = {name: _part(name, part) for name, part in parts.items()}
        origin = Origin.of(members.mapping("origin"))
        manifest = cls(user, home, state, View.of(members), specialisations, origin)
        manifest.uid = uid
        members.end()
        return manifest


def _part(name: str, value: object) -> View:
    if not plain_name(name):
        raise EngineError("%r cannot be the name of a specialisation" % name, ErrorKind.MANIFEST)
    members = Members(value, "the specialisation %s" % name, ErrorKind.MANIFEST)
    view = View.of(members)
    members.end()
    return view


def _filled(members: Members, name: str) -> str:
    found = members.text(name)
    if not found or "\0" in found:
        raise members.error("`%s` must not be empty" % name)
    return found


def _check_nesting(files: Dict[str, Entry]) -> None:
    checked = {""}
    for target in files:
        parent = target.rpartition("/")[0]
        while parent not in checked:
            if parent in files:
                message = "%s is below %s, which is itself a managed file or a folder linked whole" % (target, parent)
                raise EngineError(message, ErrorKind.TARGET, path=target)
            checked.add(parent)
            parent = parent.rpartition("/")[0]
