# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Parameters of requests: their types, defaults and helps."""

from __future__ import annotations

from .errors import EngineError, ErrorKind
from .members import type_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, ClassVar, Dict, Optional, Sequence, Tuple

    from .value import JsonObject

_LONGEST_EXTENSION = 64


class ParameterType:
    """A type: its name in an Ansible argument specification, and how a JSON value of it is read.

    `metavar` is how the command's help calls a value; `positional` ones need no flag there.
    """

    def __init__(
        self,
        ansible: str,
        expected: str,
        read: Callable[[object], object],
        metavar: str = "",
        elements: str = "",
        positional: bool = False,
    ) -> None:
        self.ansible = ansible
        self.elements = elements
        self.expected = expected
        self.metavar = metavar
        self.positional = positional
        self._read = read

    def read(self, name: str, value: object) -> object:
        """The value. EngineError `request` for one of another type, `age` for an age that is none."""
        try:
            return self._read(value)
        except (TypeError, ValueError):
            got = repr(value) if isinstance(value, str) else type_name(value)
            message = "`%s` must be %s, got %s" % (name, self.expected, got)
            raise EngineError(message, ErrorKind.REQUEST) from None


def _of(*types: type) -> Callable[[object], object]:
    def read(value: object) -> object:
        if not isinstance(value, types) or (isinstance(value, bool) and bool not in types):
            raise TypeError
        return value

    return read


def _read_numbers(value: object) -> object:
    if not isinstance(value, list):
        raise TypeError
    return [_of(int)(item) for item in value]


def _read_texts(value: object) -> object:
    if not isinstance(value, list):
        raise TypeError
    return [_of(str)(item) for item in value]


def _read_age(value: object) -> object:
    from .age import parse_age

    return parse_age(value) if isinstance(value, str) else float(str(_of(int, float)(value)))


def _read_path(value: object) -> object:
    if not isinstance(value, str) or not value.startswith("/"):
        raise TypeError
    return value


def _read_extension(value: object) -> object:
    if not isinstance(value, str) or "/" in value or len(value) > _LONGEST_EXTENSION:
        raise TypeError
    return value or None


TEXT = ParameterType("str", "a string", _of(str), "TEXT")
PATH = ParameterType("path", "an absolute path", _read_path, "DIR")
EXTENSION = ParameterType("str", "an extension of at most 64 characters, without `/`", _read_extension, "EXT")
INTEGER = ParameterType("int", "a whole number", _of(int), "N")
SECONDS = ParameterType("int", "a number of seconds", _of(int, float), "SECONDS")
FLAG = ParameterType("bool", "a boolean", _of(bool))
NUMBERS = ParameterType("list", "a list of whole numbers", _read_numbers, "ID", elements="int", positional=True)
AGE = ParameterType("str", "an age or a date", _read_age, "TIME", positional=True)
TEXTS = ParameterType("list", "a list of strings", _read_texts, "TEXT", elements="str", positional=True)
OBJECT = ParameterType("dict", "an object", _of(dict))


class Parameter:
    """One parameter of a verb. Its `name` is that of the verb's attribute; None is never given, but means the default.

    `option` is the name that it has in the module's arguments; None: only the controller and the command give it.
    A `setting` decides how to switch: the task `home.manager.home` has it too. `flags` are short forms of its flag in
    the command.
    """

    def __init__(self, kind: ParameterType, text: str, default: object, choices: Optional[Sequence[str]]) -> None:
        self.type = kind
        self.help = text
        self.default = default
        self.choices = choices
        self.name = ""
        self.option: Optional[str] = None
        self.setting = False
        self.flags: Tuple[str, ...] = ()

    def read(self, value: object) -> object:
        """The value of a request's member, or the default. EngineError `request`, `age`."""
        if value is None:
            return self.default
        found = self.type.read(self.name, value)
        if self.choices is not None and found not in self.choices:
            message = "`%s` must be one of %s, got %r" % (self.name, ", ".join(self.choices), found)
            raise EngineError(message, ErrorKind.REQUEST)
        return found

    def argument_spec(self) -> Dict[str, object]:
        """As an Ansible argument specification has it."""
        spec: Dict[str, object] = {"type": self.type.ansible}
        if self.type.elements:
            spec["elements"] = self.type.elements
        if self.choices is not None:
            spec["choices"] = list(self.choices)
        if self.default is not None:
            spec["default"] = self.default
        return spec


def option(kind: ParameterType, text: str, default: object = None, name: str = "", flags: Tuple[str, ...] = ()) -> Any:
    """A parameter for people, assigned to an attribute of a verb whose annotation is the type of its values.

    `name` is that of the module's argument where it is another one than the attribute's.
    """
    made = Parameter(kind, text, default, None)
    made.option, made.flags = name, flags
    return made


def setting(
    kind: ParameterType,
    text: str,
    default: object = None,
    choices: Optional[Sequence[str]] = None,
    flags: Tuple[str, ...] = (),
) -> Any:
    """An option that decides how to switch."""
    made = Parameter(kind, text, default, choices)
    made.option, made.flags, made.setting = "", flags, True
    return made


def internal(kind: ParameterType, default: object = None) -> Any:
    """A parameter that only the controller and the command give."""
    return Parameter(kind, "", default, None)


class Parameterised:
    """Base of what is made from parameters: they are class attributes, and each instance has their values."""

    parameters: ClassVar[Dict[str, Parameter]] = {}

    def __init_subclass__(cls) -> None:
        cls.parameters = {}
        for base in reversed(cls.__mro__):
            for name, value in vars(base).items():
                if isinstance(value, Parameter):
                    value.name = name
                    value.option = name if value.option == "" else value.option
                    cls.parameters[name] = value

    def __init__(self, values: JsonObject) -> None:
        """EngineError `request`, `age` for a value of another type."""
        for name, parameter in self.parameters.items():
            setattr(self, name, parameter.read(values.get(name)))
