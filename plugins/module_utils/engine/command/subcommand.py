# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The base class of subcommands."""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from typing import Tuple

    from ..contract.parameter import Parameter
    from .session import Session

_MARKUP = re.compile(r"[A-Z]\(([^)]*)\)")


class Subcommand:
    """A subcommand: its name, its help in the imperative, its arguments, and what it does.

    `usage` is how the list of commands shows it, `variants` are uses that are listed too, as (usage, help); an empty
    `usage` leaves it out of the list.
    """

    usage = ""
    variants: Tuple[Tuple[str, str], ...] = ()

    def __init__(self, name: str, summary: str) -> None:
        self.name = name
        self.summary = summary

    @property
    def description(self) -> str:
        """The help as a sentence."""
        return self.summary[0].upper() + self.summary[1:] + "."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Add its own arguments."""

    def run(self, session: Session) -> int:
        """Do it; the exit code. EngineError."""
        raise NotImplementedError


def add_parameter(parser: argparse._ActionsContainer, parameter: Parameter) -> None:
    """Add a verb's parameter to a parser, under its name."""
    text = _MARKUP.sub(r"\1", parameter.help)
    kind, name, flag = parameter.type, parameter.name, label(parameter)
    if not kind.metavar:
        parser.add_argument(*parameter.flags, flag, dest=name, action="store_true", default=None, help=text)
    elif kind.positional:
        number = kind.elements == "int"
        parser.add_argument(
            name, metavar=kind.metavar, nargs="+" if number else "*", type=int if number else str, help=text
        )
    else:
        parser.add_argument(
            *parameter.flags,
            flag,
            dest=name,
            metavar=None if parameter.choices else kind.metavar,
            choices=parameter.choices,
            type=int if kind.ansible == "int" else str,
            help=text,
        )


def label(parameter: Parameter) -> str:
    """The name of a parameter on the command line: its flag, or its placeholder."""
    return parameter.type.metavar if parameter.type.positional else "--" + parameter.name.replace("_", "-")


def given(parsed: argparse.Namespace, parameter: Parameter) -> object:
    """What was given for a parameter; None for nothing."""
    value = getattr(parsed, parameter.name, None)
    if parameter.type.positional and not parameter.type.elements:
        return " ".join(value) if value else None
    return value
