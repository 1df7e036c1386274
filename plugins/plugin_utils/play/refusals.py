# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Refusals of a target as messages for people: with the position in the inventory that caused them, and what to do."""

from __future__ import annotations

from typing import Any

from ...module_utils.engine.contract.errors import EngineError, ErrorKind
from ...module_utils.engine.voice.message import Choice, Message
from ..report.source import Sources
from ..syntax.position import Position
from ..values import LIBRARY
from .command_line import typed_command
from .datatags import position_of

INTERPRETER = "ansible_python_interpreter"
_NO_PROGRAM = 127
_NONE = "no python3 found"
# The error of Pythons before 3.7 at the first line of the launcher.
_ANCIENT = "future feature annotations is not defined"


def refusal_of(error: EngineError, host: str, variables: dict[str, Any], key: Position | None = None) -> Message:
    """The message for a refusal of the engine on `host`, or for the reason why it could not be run there.

    `key` is where `home_users` names the user.
    """
    if error.kind == ErrorKind.USER:
        text = error.message.replace("on this machine", f"on {host}")
        location = Sources(LIBRARY).location(key) if key is not None else None
        return Message(text, error.kind.value, places=(location,) if location else ())
    if error.kind == ErrorKind.ACCOUNT:
        return Message(
            error.message, error.kind.value, hints=(Choice("run as root:", f"{typed_command()} --become -K"),)
        )
    if error.kind == ErrorKind.CONNECTION:
        return _of_python(error, host, variables)
    return Message(error.message, error.kind.value)


def _of_python(error: EngineError, host: str, variables: dict[str, Any]) -> Message:
    """The message where the target's Python could not be run."""
    text, named = error.message, variables.get(INTERPRETER)
    if _ANCIENT in text:
        hint = Choice(f"set `{INTERPRETER}` for {host} to a newer one")
        return Message(f"{host} has a Python older than 3.8, which home.manager needs there", "python", hints=(hint,))
    if error.details.get("rc") != _NO_PROGRAM:
        return Message(text, error.kind.value)
    if _NONE in text or named is None:
        hint = Choice(f"install Python 3.8 or newer there, or say where it is with `{INTERPRETER}`")
        return Message(f"{host} has no python3", "interpreter", hints=(hint,))
    position = position_of(named)
    location = Sources(LIBRARY).location(position) if position is not None else None
    setting = location._replace(source="", label=f"sets {INTERPRETER}") if location is not None else None
    return Message(f"{host} has no {named}", "interpreter", places=(setting,) if setting else ())
