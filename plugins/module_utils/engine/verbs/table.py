# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""All verbs."""

from __future__ import annotations

import importlib

from ..contract.errors import EngineError, ErrorKind
from .verb import Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Dict, List, Type

    from ..contract.parameter import Parameter

# Each in the file of its name in this folder.
NAMES = (
    "activate",
    "diff",
    "doctor",
    "expire",
    "list",
    "probe",
    "remove",
    "rollback",
    "switch",
    "uninstall",
    "verify",
)

_FOUND: Dict[str, Type[Verb]] = {}


def verb_named(name: object) -> Type[Verb]:
    """The verb of this name; its file alone is imported. EngineError `request` when there is none."""
    if isinstance(name, str) and name.isidentifier() and name not in _FOUND:
        found: object = None
        try:
            found = getattr(importlib.import_module("." + name, __package__), "VERB", None)
        except ModuleNotFoundError as error:
            if error.name != __package__ + "." + name:
                raise
        if isinstance(found, type) and issubclass(found, Verb) and found.name == name:
            _FOUND[name] = found
    if not isinstance(name, str) or name not in _FOUND:
        known = ", ".join(NAMES)
        raise EngineError("unknown verb %r (known: %s)" % (name, known), ErrorKind.REQUEST)
    return _FOUND[name]


def all_verbs() -> List[Type[Verb]]:
    """Every verb, sorted by name."""
    return [verb_named(name) for name in NAMES]


def public_verbs() -> List[Type[Verb]]:
    """The verbs of the module `home.manager.generation`."""
    return [verb for verb in all_verbs() if verb.public]


def settings(verb: Type[Verb]) -> List[Parameter]:
    """The parameters by which a person decides how a verb switches."""
    return [parameter for parameter in verb.parameters.values() if parameter.setting]


def argument_spec() -> Dict[str, Dict[str, object]]:
    """The argument specification of the module `home.manager.generation`."""
    verbs = public_verbs()
    spec: Dict[str, Dict[str, object]] = {
        "verb": {"type": "str", "default": "list", "choices": [verb.name for verb in verbs]}
    }
    for verb in verbs:
        for parameter in verb.parameters.values():
            if parameter.option is not None:
                spec[parameter.option] = parameter.argument_spec()
    return spec
