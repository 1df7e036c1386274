# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The run of the `home-manager` command."""

from __future__ import annotations

import sys

from ..contract.errors import EngineError, ErrorKind
from .arguments import overview, parser, subcommands
from .output import Output
from .session import Session


def main(arguments: list[str]) -> int:
    """Run the command; the exit code (0 done, 1 refused or failed, 2 wrong use)."""
    commands = subcommands()
    top = parser(commands, arguments)
    parsed = top.parse_args(arguments)
    if parsed.help or parsed.command == "help":
        topic = getattr(parsed, "topic", None)
        if topic:
            top.parse_args([topic, "--help"])
        sys.stdout.write(overview(commands))
        return 0
    if parsed.command is None:
        sys.stderr.write(overview(commands))
        return 2
    for stream in (sys.stdout, sys.stderr):
        # A name of a file may be no text in the terminal's encoding.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    output = Output(sys.stdout, sys.stderr, parsed.color or "auto", parsed.json, parsed.verbose)
    try:
        code: int = parsed.chosen.run(Session(parsed, output))
        return code
    except EngineError as error:
        output.error(error.message, error.kind.value)
        return 2 if error.kind == ErrorKind.USAGE else 1
    except OSError as error:
        output.error(str(error), ErrorKind.SYSTEM.value)
        return 1
    except KeyboardInterrupt:
        output.error("interrupted; the next run finishes or undoes what was in progress", "interrupted")
        return 130
