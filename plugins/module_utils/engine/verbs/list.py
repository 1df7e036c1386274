# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Listing the generations."""

from __future__ import annotations

from ..contract.answers import Answer
from ..contract.errors import EngineError, ErrorKind
from ..contract.manifest import Origin
from ..contract.members import Members
from ..contract.provenance import Provenance
from ..contract.value import Value
from ..state import layout
from .verb import Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    import pwd
    from typing import Callable, Dict, List, Optional

    from ..contract.manifest import Manifest
    from ..contract.value import JsonObject
    from ..home.folder import HomeFolder
    from ..state.state import State
    from ..voice.answers import ChoiceCommands
    from ..voice.generations import Generations
    from ..voice.plan import Owner


class Generation(Value):
    """What there is to know of a generation.

    `created` is in seconds since 1970. `completed`: its hooks have run to the end, and it is what last did; `failed`: a
    hook of it failed when it was last activated, the one that `failed_in` names where that is known; `damaged`: why it
    cannot be used, or empty. `files` is their number; `counts` tells how much it changed (kind to sign to number), None
    when that is not known.
    """

    __slots__ = (
        "completed",
        "counts",
        "created",
        "current",
        "damaged",
        "digest",
        "failed",
        "failed_in",
        "files",
        "generation",
        "origin",
        "packages",
        "path",
        "provenance",
        "specialisations",
    )

    def __init__(self, generation: int) -> None:
        self.generation = generation
        self.created = 0
        self.digest = ""
        self.path = ""
        self.files = 0
        self.packages: List[str] = []
        self.specialisations: List[str] = []
        self.origin = Origin()
        self.provenance = Provenance()
        self.counts: Optional[Dict[str, Dict[str, int]]] = None
        self.current = False
        self.completed = False
        self.failed = False
        self.failed_in = ""
        self.damaged = ""

    def json(self) -> JsonObject:
        """The attributes by their names."""
        found: JsonObject = {name: getattr(self, name) for name in self.__slots__}
        found.update(origin=self.origin.json(), provenance=self.provenance.json())
        return found

    @classmethod
    def of(cls, value: object) -> Generation:
        """The inverse of `json`."""
        members = Members(value, "a generation", ErrorKind.REQUEST)
        found = cls(members.number("generation"))
        found.created, found.digest, found.path = (
            members.number("created"),
            members.text("digest"),
            members.text("path"),
        )
        found.files, found.packages = members.number("files"), members.texts("packages")
        found.specialisations, found.origin = members.texts("specialisations"), Origin.of(members.mapping("origin"))
        found.provenance = Provenance.of(members.mapping("provenance"))
        for name in ("current", "completed", "failed"):
            setattr(found, name, members.flag(name))
        found.damaged, found.failed_in = (
            members.optional_text("damaged") or "",
            members.optional_text("failed_in") or "",
        )
        counts = members.take("counts")
        found.counts = counts if isinstance(counts, dict) else None
        return found


class ListedPackage(Value):
    """A package of the current generation: name, version, who brings it, the bytes to download, and its commands."""

    __slots__ = ("commands", "name", "provider", "size", "version")

    def __init__(self, name: str, version: str, provider: str, size: int, commands: List[str]) -> None:
        self.name = name
        self.version = version
        self.provider = provider
        self.size = size
        self.commands = commands

    def json(self) -> JsonObject:
        """The attributes by their names."""
        return {name: getattr(self, name) for name in self.__slots__}

    @classmethod
    def of(cls, value: object) -> ListedPackage:
        """The inverse of `json`."""
        members = Members(value, "a package", ErrorKind.REQUEST)
        name, version, provider = (members.text(key) for key in ("name", "version", "provider"))
        return cls(name, version, provider, members.number("size"), members.texts("commands"))


class Listing(Answer):
    """The generations, the newest first; the number of the current one, and the specialisation that is chosen.

    `bytes` is what all of them keep together; `packages` are those of the current one.
    """

    __slots__ = ("bytes", "current", "generations", "packages", "specialisation")

    def __init__(self) -> None:
        super().__init__()
        self.bytes = 0
        self.current: Optional[int] = None
        self.specialisation: Optional[str] = None
        self.generations: List[Generation] = []
        self.packages: List[ListedPackage] = []

    def json(self) -> JsonObject:
        return {
            **super().json(),
            "bytes": self.bytes,
            "current": self.current,
            "specialisation": self.specialisation,
            "generations": [item.json() for item in self.generations],
            "packages": [item.json() for item in self.packages],
        }

    def _read(self, members: Members) -> None:
        super()._read(members)
        self.bytes = members.optional_number("bytes") or 0
        self.current, self.specialisation = members.optional_number("current"), members.optional_text("specialisation")
        self.generations = [Generation.of(item) for item in members.sequence("generations")]
        self.packages = [ListedPackage.of(item) for item in members.sequence("packages")]


class ListGenerations(Verb):
    """See the module."""

    name = "list"
    answer = Listing
    summary = "list the generations"
    writes = False

    def run(self, home: HomeFolder, account: pwd.struct_passwd) -> Listing:
        answer, state = Listing(), home.state
        if state is None:
            return answer
        answer.bytes = state.stored_bytes()
        current, completed = (_chosen(answer, pointer) for pointer in (state.current, state.completed))
        if current is not None:
            answer.current, answer.specialisation = layout.parse_reference(current)
            manifest = state.readable_manifest(current)
            answer.packages = _packages(manifest) if manifest is not None else []
        failed = set(state.names(layout.FAILED))
        for number in reversed(state.generations()):
            item = _generation(state, number, f"{home.state_path}/{layout.reference(number)}")
            item.current = number == answer.current
            item.completed = completed is not None and layout.parse_reference(completed)[0] == number
            item.failed = str(number) in failed
            item.failed_in = state.failed_in(number) if item.failed else ""
            answer.generations.append(item)
        return answer

    @classmethod
    def report(cls, answer: Answer, home: Owner, check: bool, ways: ChoiceCommands) -> Generations:
        from ..voice.generations import Generation as Row
        from ..voice.generations import Generations

        if not isinstance(answer, Listing):
            raise TypeError(f"not a list of generations: {answer!r}")
        rows = []
        for item in answer.generations:
            source, failed = item.provenance, (item.failed_in or "unknown") if item.failed else ""
            row = Row(item.generation, float(item.created), item.counts, source.commit, source.dirty, source.by, failed)
            special = answer.specialisation or "" if item.current else ""
            row = row._replace(current=item.current, specialisation=special, files=item.files)
            rows.append(row._replace(damaged=bool(item.damaged)))
        return Generations(tuple(rows), answer.bytes, home.label)


def _chosen(answer: Listing, pointer: Callable[[], Optional[str]]) -> Optional[str]:
    """What a pointer of the state leads to; one that is damaged leads nowhere, with a warning."""
    try:
        return pointer()
    except EngineError as error:
        if error.kind != ErrorKind.DAMAGED:
            raise
        answer.warnings.append(error.message)
        return None


def _generation(state: State, number: int, path: str) -> Generation:
    item = Generation(number)
    item.path = path
    try:
        about = state.about(number)
        item.created, item.digest = about.created, about.digest
        item.provenance, item.counts = about.provenance or Provenance(), about.counts
        manifest = state.manifest(layout.reference(number))
    except (EngineError, OSError) as error:
        # One that cannot be read must not hide the others.
        item.damaged = error.message if isinstance(error, EngineError) else str(error)
        return item
    item.files, item.packages = len(manifest.view.files), [package.name for package in manifest.view.packages]
    item.specialisations, item.origin = sorted(manifest.specialisations), manifest.origin
    return item


def _packages(manifest: Manifest) -> List[ListedPackage]:
    listed = [package for package in manifest.view.packages if package.shown or package.only_declared]
    if not listed:
        return []
    from ..packages.installation import choose

    found = []
    for package in listed:
        commands = sorted(package.commands)
        if choose(package).places is not None:
            found.append(ListedPackage(package.name, "", "host", 0, commands))
        else:
            found.append(ListedPackage(package.name, package.version, package.provider, package.size, commands))
    return sorted(found, key=lambda item: item.name.lower())


VERB = ListGenerations
