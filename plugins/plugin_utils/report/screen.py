# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The plans of a run on the screen: one home's as soon as its task ends, those of many homes together."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

from ...module_utils.engine.voice.checkup import Checkup
from ...module_utils.engine.voice.checkup import fleet_lines as checkups
from ...module_utils.engine.voice.fleet import blocks, homes, total
from ...module_utils.engine.voice.lines import BLANK, Line, View, cut
from ...module_utils.engine.voice.outline import joined, plan_lines
from ...module_utils.engine.voice.plan import Plan


class Screen:
    """Collects plans and prints them through `write`, in the order of `hosts`.

    The plans of a task are printed when it ends: one plan with its last line, several as blocks, whose last lines and
    total follow at the end of the run. `retry` is the command that tries the failed hosts again.
    """

    def __init__(self, write: Callable[[Line], None], view: View, as_json: bool = False, retry: str = "") -> None:
        self.write = write
        self.view = view
        self.as_json = as_json
        self.retry = retry
        self.hosts: list[str] = []
        self.held: list[Plan] = []
        self.open: list[Plan] = []
        self.closed: list[Plan] = []
        self.examined: list[tuple[str, Checkup]] = []
        self.begun = False

    def add(self, plan: Plan) -> None:
        """Take a plan; as JSON it is printed at once."""
        if self.as_json:
            self.write(Line(json.dumps(plan.json(), ensure_ascii=False), whole=True))
            return
        self.held.append(plan)

    def examine(self, label: str, found: Checkup) -> None:
        """Take the checkup of a home; as JSON it is printed at once."""
        if self.as_json:
            self.write(Line(json.dumps({"home": label, **found.json()}, ensure_ascii=False), whole=True))
            return
        self.examined.append((label, found))

    def say(self, lines: Sequence[Line]) -> None:
        """Print other lines, after the plans that are held."""
        self.end_task()
        self._print(lines)

    def end_task(self) -> None:
        """Print the plans that are held."""
        examined, self.examined = self.examined, []
        if examined:
            self._print(checkups(examined, self.view.verbose))
        held, self.held = self._ordered(self.held), []
        if len(held) == 1:
            self.closed += held
            self._print(plan_lines(held[0], self.view))
        elif held:
            self.open += held
            self._print(joined(blocks(held, self.view)))

    def end_run(self) -> None:
        """Print the plans that are held, the last lines of homes that were printed as blocks, and the total."""
        self.end_task()
        plans = self._ordered([*self.closed, *self.open])
        sections = homes(self._ordered(self.open), self.view) if self.open else []
        self._print(joined([*sections, total(plans, self.retry)]))
        self.open, self.closed = [], []

    def _ordered(self, plans: list[Plan]) -> list[Plan]:
        order = {host: index for index, host in enumerate(self.hosts)}
        return sorted(plans, key=lambda plan: order.get(plan.home.host, len(order)))

    def _print(self, lines: Sequence[Line]) -> None:
        if not lines:
            return
        for line in [BLANK, *lines] if self.begun else lines:
            self.write(cut(line, self.view.width))
        self.begun = True
