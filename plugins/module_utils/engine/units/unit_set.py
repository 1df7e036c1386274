# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The units that one generation brings: their files, drop-ins, instances, masks, aliases, and who pulls in whom."""

from __future__ import annotations

from typing import Callable, Dict, List, Mapping, Sequence, Set, Tuple

from ..disk import filesystem
from . import name as names
from .text import Sections, Text, merged, parse

_NULL = "/dev/null"
_PULLS = ("Wants", "Requires", "BindsTo", "Upholds")
_INSTALLED = {"WantedBy": "Wants", "RequiredBy": "Requires", "UpheldBy": "Upholds"}

# Who pulls in, and what.
Edge = Tuple[str, str]


class UnitFile:
    """One file: `identity` is equal only where the content is; `link` is its text where it is a link of its own.

    `read` gives the content, and is called only where that matters. It may raise OSError for what a link leads to.
    """

    __slots__ = ("_read", "identity", "link")

    def __init__(self, identity: str, read: Callable[[], str], link: str | None = None) -> None:
        self.identity = identity
        self.link = link
        self._read = read

    @property
    def null(self) -> bool:
        """Whether this masks the unit: a link to /dev/null, or an empty file."""
        if self.link is not None:
            return self.link == _NULL
        return self._read() == ""

    def sections(self) -> Sections:
        """The parsed content. Of a link that leads nowhere, the link itself is the content."""
        if self.link == _NULL:
            return {}
        try:
            return parse(self._read())
        except OSError as error:
            if not isinstance(error, filesystem.ABSENT) and error.errno not in filesystem.NO_FILE:
                raise
            return {"": {"link": [self.link or ""]}}


class UnitSet:
    """The units of one generation.

    `roots` are folders such as `systemd/user` of the configuration and of the data home, the first counting most:
    each maps relative paths to files. `containers` is the folder `containers/systemd`.
    """

    def __init__(
        self, roots: Sequence[Mapping[str, UnitFile]], containers: Mapping[str, UnitFile] | None = None
    ) -> None:
        self._own: Dict[str, UnitFile] = {}
        self._aliases: Dict[str, str] = {}
        self._links: Set[Edge] = set()
        self._added: List[Dict[str, Dict[str, UnitFile]]] = []
        self._texts: Dict[str, Text] = {}
        for root in roots:
            folders: Dict[str, Dict[str, UnitFile]] = {}
            for path, item in sorted(root.items()):
                self._take(path, item, folders)
            self._added.append(folders)
        if containers:
            self._take_containers(containers)

    def _take(self, path: str, item: UnitFile, folders: Dict[str, Dict[str, UnitFile]]) -> None:
        folder, slash, base = path.partition("/")
        if not slash:
            self._take_unit(path, item)
            return
        stem, dot, kind = folder.rpartition(".")
        if f".{kind}" in names.HELD_BY and names.is_unit(base):
            self._links.add((stem, base))
        elif dot and kind == "d" and base.endswith(".conf") and "/" not in base:
            folders.setdefault(stem, {})[base] = item

    def _take_unit(self, unit: str, item: UnitFile) -> None:
        if not names.is_unit(unit) or unit in self._own or unit in self._aliases:
            return
        target = (item.link or "").rpartition("/")[2]
        if item.link not in (None, _NULL) and target != unit and names.is_unit(target):
            self._aliases[unit] = target
        else:
            self._own[unit] = item

    def _take_containers(self, containers: Mapping[str, UnitFile]) -> None:
        folders: Dict[str, Dict[str, UnitFile]] = {}
        units: Dict[str, str] = {}
        for path, item in sorted(containers.items()):
            unit = names.generated(path)
            if unit is None:
                continue
            sections = item.sections()
            for section in sections.values():
                if section.get("ServiceName"):
                    unit = section["ServiceName"][-1] + ".service"
            base = path.rpartition("/")[2]
            units[base] = unit
            if unit not in self._own:
                self._own[unit] = item
            for key in _INSTALLED:
                for value in sections.get("Install", {}).get(key, []):
                    self._links.update((holder, unit) for holder in value.split())
        for path, item in sorted(containers.items()):
            folder, slash, base = path.rpartition("/")
            folder = folder.rpartition("/")[2]
            if slash and folder.endswith(".d") and base.endswith(".conf") and folder[:-2] in units:
                folders.setdefault(units[folder[:-2]], {})[base] = item
        self._added.append(folders)

    def __contains__(self, unit: str) -> bool:
        """Whether anything here is about this unit: its file, its template's, or a drop-in that is not for all units of a type."""
        return self._file(unit) is not None or any(
            folders.get(name) for folders in self._added for name in self._folders(unit)
        )

    def units(self) -> Set[str]:
        """The names of all units and templates that have a file here, masks included, aliases not."""
        return set(self._own)

    def mentioned(self) -> Set[str]:
        """Every unit that a file, a drop-in folder or a link here names."""
        folders = {name for added in self._added for name in added if names.is_unit(name)}
        return {*self._own, *folders, *(self.resolved(unit) for _holder, unit in self._links)}

    def resolved(self, unit: str) -> str:
        """The unit that a name stands for, through aliases."""
        for _step in range(len(self._aliases)):
            target = self._aliases.get(unit)
            if target is None:
                break
            unit = target
        return unit

    def owns(self, unit: str) -> bool:
        """Whether the unit's own text is here (or its template's), and is no mask."""
        found = self._file(unit)
        return found is not None and not found.null

    def masks(self, unit: str) -> bool:
        """Whether the unit is masked here."""
        found = self._file(unit)
        return found is not None and found.null

    def identity(self, unit: str) -> tuple[tuple[str, str], ...]:
        """Equal in two sets only where the unit is; needs no content."""
        found = self._file(unit)
        own = (("", found.identity),) if found is not None else ()
        return own + tuple((base, item.identity) for base, item in self._drop_ins(unit))

    def text(self, unit: str) -> Text:
        """All that is said of the unit here."""
        if unit not in self._texts:
            found = self._file(unit)
            parts = [] if found is None else [found.sections()]
            parts += [item.sections() for _base, item in self._drop_ins(unit)]
            self._texts[unit] = Text(merged(parts), found is not None)
        return self._texts[unit]

    def links(self) -> Set[Edge]:
        """Who pulls in whom by a link."""
        return {(self.resolved(holder), self.resolved(unit)) for holder, unit in self._links}

    def pulls(self, unit: str) -> Set[Edge]:
        """What the unit's own text pulls in."""
        found: Set[Edge] = set()
        for word in self.text(unit).words("Unit", *_PULLS):
            word = names.expanded(word, unit)
            found.add((unit, self.resolved(names.generated(word) or word)))
        return found

    def template_links(self, unit: str) -> Set[Edge]:
        """What the links of an instance's template pull in."""
        template = names.template_of(unit)
        return {(unit, self.resolved(names.expanded(held, unit))) for holder, held in self._links if holder == template}

    def _file(self, unit: str) -> UnitFile | None:
        if unit in self._own:
            return self._own[unit]
        return self._own.get(names.template_of(unit) or "")

    def _folders(self, unit: str) -> List[str]:
        template = names.template_of(unit)
        aliases = [alias for alias in self._aliases if self.resolved(alias) == unit]
        return [unit, *aliases, *([template] if template else []), *names.prefixes(unit)]

    def _drop_ins(self, unit: str) -> List[Tuple[str, UnitFile]]:
        """By file name; of one name the more special folder wins."""
        chosen: Dict[str, UnitFile] = {}
        for folders in self._added:
            for name in self._folders(unit):
                for base, item in folders.get(name, {}).items():
                    chosen.setdefault(base, item)
        # A drop-in for all units of a type makes none of them one of ours.
        if chosen or self._file(unit) is not None:
            for folders in self._added:
                for base, item in folders.get(names.type_of(unit), {}).items():
                    chosen.setdefault(base, item)
        return sorted(chosen.items())
