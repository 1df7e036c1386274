# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the `home-manager` command writes: plans and lists to stdout, errors and warnings to stderr."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

# All that prints is loaded at once: after an uninstallation the archive that it would come from is gone.
from ..voice import entry_list, failures, obstacles  # noqa: F401  # pylint: disable=unused-import
from ..voice.checkup import checkup_lines
from ..voice.colours import painted, terminal_width, wanted
from ..voice.generations import generation_lines
from ..voice.lines import BLANK, Line, View, cut
from ..voice.message import Choice, Message
from ..voice.messages import message_lines
from ..voice.outline import body, closing, errors, joined, opening, warnings

if TYPE_CHECKING:
    from typing import Iterable, Sequence, TextIO

    from ..contract.value import JsonObject
    from ..voice.checkup import Checkup
    from ..voice.generations import Generations
    from ..voice.plan import Plan

_FAILED = ("refused", "failed", "undone")


class Output:
    """The two streams of one run. `when` to colour: auto, always, never; `as_json`: records instead of text."""

    def __init__(self, out: TextIO, err: TextIO, when: str, as_json: bool, verbose: bool) -> None:
        self.out = out
        self.err = err
        self.as_json = as_json
        self.view = View(terminal_width(out), verbose)
        self._colour = {id(out): wanted(out, when), id(err): wanted(err, when)}

    def generations(self, found: Generations) -> None:
        """Print a list of generations."""
        if self.as_json:
            self.json(found.json())
        else:
            self._write(generation_lines(found), self.out)

    def checkup(self, found: Checkup) -> None:
        """Print what an examination found; its errors and warnings too are what was asked for."""
        if self.as_json:
            self.json(found.json())
        else:
            self._write(checkup_lines(found, self.view.verbose), self.out)

    def json(self, value: JsonObject) -> None:
        """Print one JSON object on one line."""
        self.out.write(json.dumps(value, ensure_ascii=False) + "\n")

    def plan(self, plan: Plan) -> int:
        """Print a plan; the exit status of the command."""
        if self.as_json:
            self.json(plan.json())
        else:
            shown = [*opening(plan), *body(plan, self.view, with_warnings=False)]
            troubles = [*warnings(plan), *errors(plan)]
            last = closing(plan)
            begun = self._sections(shown, self.out, False)
            begun = self._sections(troubles, self.err, begun)
            self._sections([[last]] if last else [], self.out, begun)
        return 1 if plan.outcome in _FAILED else 0

    def error(self, message: str, code: str = "", hint: str = "") -> None:
        """Print an error that is not part of a plan."""
        found = Message(message, code, hints=(Choice(hint),) if hint else ())
        if self.as_json:
            self.json({"error": found.json()})
        else:
            self._write(message_lines(found, "error"), self.err)

    def note(self, text: str) -> None:
        """Print a note about what is going on."""
        if not self.as_json:
            self._write(message_lines(Message(text), "note"), self.err)

    def say(self, text: str) -> None:
        """Print a plain line."""
        self._write([Line(text)], self.out)

    def _sections(self, sections: Sequence[Sequence[Line]], stream: TextIO, begun: bool) -> bool:
        lines = joined(sections)
        if lines:
            self._write([BLANK, *lines] if begun else lines, stream)
        return begun or bool(lines)

    def _write(self, lines: Iterable[Line], stream: TextIO) -> None:
        # In the order of the whole, also where both streams end in one terminal or file.
        for other in (self.out, self.err):
            if other is not stream:
                other.flush()
        for line in lines:
            shown = cut(line, self.view.width) if stream is self.out else line
            stream.write(painted(shown.text, shown.style, self._colour[id(stream)]) + "\n")
