# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A package as a manifest names it."""

from __future__ import annotations

from .errors import ErrorKind
from .members import Members
from .paths import plain_name
from .value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Dict, List, Optional

# Which of two packages with the same file is shown, the first one first.
PRIORITIES = ("high", "normal", "low")


class Package(Value):
    """A package that is declared.

    - `id` is the name of its realised tree, `recipe` the object that says how it is made; without them only the host
      can bring it. `host`: the host's own does as well.
    - `commands`: name in the profile to name of the program; `shares`: folders that the profile shows; `unwrapped`: the
      commands that are needed without their wrapper too.
    - `shown`: it is part of the profile. `size`: the bytes to download for it.
    """

    __slots__ = (
        "commands",
        "host",
        "id",
        "name",
        "priority",
        "provider",
        "recipe",
        "shares",
        "shown",
        "size",
        "unwrapped",
        "version",
    )

    def __init__(self, name: str, version: str = "", provider: str = "") -> None:
        self.name = name
        self.version = version
        self.provider = provider
        self.id: Optional[str] = None
        self.recipe: Optional[str] = None
        self.host = True
        self.priority = "normal"
        self.commands: Dict[str, str] = {}
        self.shares: List[str] = []
        self.unwrapped: List[str] = []
        self.shown = False
        self.size = 0

    @property
    def only_declared(self) -> bool:
        """Whether it is a bare name, which no generation shows."""
        return self == Package(self.name)

    def json(self) -> object:
        """An object with all attributes, or the bare name of a package that is only declared."""
        if self.only_declared:
            return self.name
        return {name: getattr(self, name) for name in self.__slots__}

    @classmethod
    def of(cls, value: object) -> Package:
        """The inverse of `json`. EngineError `manifest`."""
        if isinstance(value, str):
            return cls(value)
        members = Members(value, "a package", ErrorKind.MANIFEST)
        package = cls(members.text("name"), members.optional_text("version") or "")
        package.provider, package.host = members.optional_text("provider") or "", members.flag("host")
        package.id, package.recipe = members.optional_text("id"), members.optional_text("recipe")
        if package.id is not None and (package.recipe is None or not plain_name(package.id)):
            raise members.error("`id` must be the name of a package and come with a `recipe`")
        package.priority = members.choice("priority", PRIORITIES, "normal")
        for name, target in members.mapping("commands").items():
            package.commands[name] = str(target)
        package.shares, package.unwrapped = members.texts("shares"), members.texts("unwrapped")
        package.size = members.optional_number("size") or 0
        shown = members.take("shown")
        package.shown = shown is not False
        members.end()
        return package
