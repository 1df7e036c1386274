# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The subcommands that work in the project which the current generation came from."""

from __future__ import annotations

from ..contract.errors import EngineError, ErrorKind
from .subcommand import Subcommand

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse

    from .session import Session


# What the playbook takes for all options.
_ALL = "."


class BuildCommand(Subcommand):
    """Render, without touching the home."""

    usage = "build"

    def __init__(self) -> None:
        super().__init__("build", "render the spec to ./result")

    def run(self, session: Session) -> int:
        return session.project().play("home.manager.build", [], session.environment())


class OptionCommand(Subcommand):
    """Explain options."""

    usage = "option [NAME|WORD]"

    def __init__(self) -> None:
        super().__init__("option", "look up options and their values")

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument(
            "option",
            metavar="PATH",
            nargs="*",
            help="the dotted path of an option, or a word; without one, all options are listed",
        )

    def run(self, session: Session) -> int:
        project, code = session.project(), 0
        for path in session.parsed.option or [_ALL]:
            extra = ["-e", f"option={path.rstrip('.') or _ALL}"]
            code = project.play("home.manager.option", extra, session.environment()) or code
        return code


class EditCommand(Subcommand):
    """Open the specification in an editor."""

    usage = "edit"

    def __init__(self) -> None:
        super().__init__("edit", "open the spec in your editor")

    def run(self, session: Session) -> int:
        return session.project().edit()


class NewsCommand(Subcommand):
    """Show the collection's changes."""

    usage = "news"

    def __init__(self) -> None:
        super().__init__("news", "show what is new in home.manager")

    def run(self, session: Session) -> int:
        return session.project().news()


class InstantiateCommand(Subcommand):
    """Home Manager's command, which has no meaning here."""

    def __init__(self) -> None:
        super().__init__("instantiate", "Home Manager's command; there is nothing to instantiate here")

    def run(self, session: Session) -> int:
        message = "there is nothing to instantiate; `home-manager build` renders the spec to ./result"
        raise EngineError(message, ErrorKind.USAGE)
