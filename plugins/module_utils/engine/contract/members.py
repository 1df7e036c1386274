# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Reading a JSON object member by member, with the type of each checked: the base of every `of`."""

from __future__ import annotations

from .errors import EngineError, ErrorKind

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Dict, List, Optional, Sequence

_NAMES = {dict: "an object", list: "a list", str: "a string", bool: "a boolean", int: "a number", float: "a number"}


class Members:
    """The members of a JSON object. `where` names the object in messages; `kind` is the kind of the errors."""

    __slots__ = ("_kind", "_left", "_where")

    def __init__(self, value: object, where: str, kind: ErrorKind) -> None:
        """EngineError when `value` is not an object."""
        self._where = where
        self._kind = kind
        if not isinstance(value, dict):
            raise self.error("expected an object, got %s" % type_name(value))
        self._left = dict(value)

    def error(self, message: str) -> EngineError:
        """An error about this object, to be raised."""
        return EngineError("%s: %s" % (self._where, message), self._kind)

    def take(self, name: str) -> object:
        """A member of any type; None when it is missing or null."""
        return self._left.pop(name, None)

    def text(self, name: str, default: Optional[str] = None) -> str:
        """A string, which must be there unless there is a default."""
        found = self._left.pop(name, None)
        if found is None and default is not None:
            return default
        if not isinstance(found, str):
            raise self._unexpected(name, "a string", found)
        return found

    def optional_text(self, name: str) -> Optional[str]:
        """A string; None when it is missing or null."""
        found = self._left.pop(name, None)
        if found is not None and not isinstance(found, str):
            raise self._unexpected(name, "a string", found)
        return found

    def choice(self, name: str, choices: Sequence[str], default: Optional[str] = None) -> str:
        """One of some strings."""
        found = self._left.pop(name, None)
        if found is None and default is not None:
            return default
        if not isinstance(found, str) or found not in choices:
            raise self.error("`%s` must be one of %s, got %r" % (name, ", ".join(choices), found))
        return found

    def flag(self, name: str) -> bool:
        """A boolean; false when it is missing or null."""
        found = self._left.pop(name, None)
        if found is not None and not isinstance(found, bool):
            raise self._unexpected(name, "a boolean", found)
        return bool(found)

    def optional_flag(self, name: str) -> Optional[bool]:
        """A boolean; None when it is missing or null."""
        found = self._left.pop(name, None)
        if found is not None and not isinstance(found, bool):
            raise self._unexpected(name, "a boolean", found)
        return found

    def number(self, name: str) -> int:
        """A whole number that must be there."""
        found = self.optional_number(name)
        if found is None:
            raise self._unexpected(name, "a whole number", None)
        return found

    def optional_number(self, name: str) -> Optional[int]:
        """A whole number; None when it is missing or null."""
        found = self._left.pop(name, None)
        if found is not None and (not isinstance(found, int) or isinstance(found, bool)):
            raise self._unexpected(name, "a whole number", found)
        return found

    def optional_real(self, name: str) -> Optional[float]:
        """A number; None when it is missing or null."""
        found = self._left.pop(name, None)
        if found is not None and (not isinstance(found, (int, float)) or isinstance(found, bool)):
            raise self._unexpected(name, "a number", found)
        return found

    def mapping(self, name: str) -> Dict[str, object]:
        """An object; empty when it is missing or null."""
        found = self._left.pop(name, None)
        if found is None:
            return {}
        if not isinstance(found, dict):
            raise self._unexpected(name, "an object", found)
        return found

    def text_mapping(self, name: str) -> Dict[str, str]:
        """An object of strings; empty when it is missing or null."""
        found = self.mapping(name)
        texts = {key: item for key, item in found.items() if isinstance(item, str)}
        if len(texts) != len(found):
            raise self.error("`%s` must contain only strings" % name)
        return texts

    def sequence(self, name: str) -> List[object]:
        """A list; empty when it is missing or null."""
        found = self._left.pop(name, None)
        if found is None:
            return []
        if not isinstance(found, list):
            raise self._unexpected(name, "a list", found)
        return found

    def texts(self, name: str) -> List[str]:
        """A list of strings; empty when it is missing or null."""
        found = self.sequence(name)
        texts = [item for item in found if isinstance(item, str)]
        if len(texts) != len(found):
            raise self.error("`%s` must contain only strings" % name)
        return texts

    def numbers(self, name: str) -> List[int]:
        """A list of whole numbers; empty when it is missing or null."""
        found = self.sequence(name)
        numbers = [item for item in found if isinstance(item, int) and not isinstance(item, bool)]
        if len(numbers) != len(found):
            raise self.error("`%s` must contain only whole numbers" % name)
        return numbers

    def names(self) -> List[str]:
        """The names of the members that nobody has taken yet."""
        return list(self._left)

    def rest(self) -> Dict[str, object]:
        """The members that nobody has taken yet."""
        left, self._left = self._left, {}
        return left

    def end(self) -> None:
        """EngineError when a member is left that nobody has taken."""
        if self._left:
            raise self.error("unknown member `%s`" % sorted(self._left)[0])

    def _unexpected(self, name: str, expected: str, found: object) -> EngineError:
        return self.error("`%s` must be %s, got %s" % (name, expected, type_name(found)))


def type_name(value: object) -> str:
    """The type of a JSON value, for messages."""
    return "nothing" if value is None else _NAMES.get(type(value), type(value).__name__)
