# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The files of one generation that the user's service manager reads: which they are, and the units in them."""

from __future__ import annotations

from typing import Callable, Dict, FrozenSet, Iterable, Iterator, Mapping, NamedTuple, Tuple

from ..contract.paths import parents
from . import name as names
from .unit_set import UnitFile, UnitSet

_UNITS = "systemd/user/"
_CONTAINERS = "containers/systemd/"
_ENVIRONMENT = "environment.d/"
# Below the folder of configurations: what the manager or one of its generators reads.
_CONFIGURATION = (
    _UNITS,
    "systemd/user.conf",
    "systemd/user.conf.d/",
    "systemd/user-generators/",
    _ENVIRONMENT,
    _CONTAINERS,
    "autostart/",
)
_DATA = (_UNITS, "systemd/user-generators/")


class GenerationFile(NamedTuple):
    """A file of a generation: the ID of its object, or the text of a link that it is."""

    object: str | None
    link: str | None
    sensitive: bool = False

    @property
    def identity(self) -> str:
        """Equal only where the content is."""
        return f"link {self.link}" if self.object is None else self.object


class UnitFolders(NamedTuple):
    """The folders of configurations and of data, relative to the home, as the manager has them."""

    config: str = ".config"
    data: str = ".local/share"


def read_targets(targets: Iterable[str], folders: UnitFolders) -> Iterator[str]:
    """Those of some targets at or below which the manager or one of its generators reads."""
    prefixes = _prefixes(folders)
    above = {folder for prefix in prefixes for folder in parents(prefix)}
    return (target for target in targets if target in above or target.startswith(prefixes))


def _prefixes(folders: UnitFolders) -> Tuple[str, ...]:
    return tuple([f"{folders.config}/{path}" for path in _CONFIGURATION] + [f"{folders.data}/{path}" for path in _DATA])


class Sources:
    """The manager's files of one generation, out of all its files by target.

    `read` gives the content of an object by its ID, `follow` that of what a link at a target leads to; both may raise OSError.
    """

    def __init__(
        self,
        files: Mapping[str, GenerationFile],
        folders: UnitFolders,
        read: Callable[[str], bytes],
        follow: Callable[[str, str], bytes],
    ) -> None:
        prefixes = _prefixes(folders)
        self.files: Dict[str, GenerationFile] = {
            target: item for target, item in files.items() if target.startswith(prefixes)
        }
        self._places = folders
        self._read = read
        self._follow = follow

    def identities(self) -> Dict[str, str]:
        """Target to identity: equal for two generations where the manager has nothing to read again."""
        return {target: item.identity for target, item in self.files.items()}

    def environment(self) -> Dict[str, str]:
        """The same, of the files that set variables."""
        prefix = f"{self._places.config}/{_ENVIRONMENT}"
        return {target: item.identity for target, item in self.files.items() if target.startswith(prefix)}

    def units(self) -> UnitSet:
        """The units."""
        config, data = self._places
        roots = [self._folder(f"{config}/{_UNITS}"), self._folder(f"{data}/{_UNITS}")]
        return UnitSet(roots, self._folder(f"{config}/{_CONTAINERS}"))

    def containers(self) -> FrozenSet[str]:
        """The units that podman's generator makes."""
        prefix = f"{self._places.config}/{_CONTAINERS}"
        made = (names.generated(target) for target in self.files if target.startswith(prefix))
        return frozenset(unit for unit in made if unit is not None)

    def hidden(self) -> FrozenSet[str]:
        """The units and templates whose files hold a secret, so that what they print may."""
        found = set()
        for target, item in self.files.items():
            if item.sensitive:
                for part in target.split("/"):
                    unit = part[:-2] if part.endswith(".d") else part
                    found.add(names.generated(unit) or unit)
        return frozenset(unit for unit in found if names.is_unit(unit))

    def _folder(self, prefix: str) -> Dict[str, UnitFile]:
        return {
            target[len(prefix) :]: self._file(target, item)
            for target, item in self.files.items()
            if target.startswith(prefix)
        }

    def _file(self, target: str, item: GenerationFile) -> UnitFile:
        def read() -> str:
            if item.object is not None:
                content = self._read(item.object)
            else:
                content = self._follow(target, item.link or "")
            return content.decode("utf-8", "replace")

        return UnitFile(item.identity, read, item.link if item.object is None else None)
