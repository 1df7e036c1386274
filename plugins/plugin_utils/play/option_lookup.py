# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The result of a task that explains an option."""

from __future__ import annotations

from typing import Any

from ...module_utils.engine.voice.options import explanation_lines
from ..plan.home import EvaluatedHome
from ..report.explanation import Explainer
from ..report.source import Sources
from ..values import LIBRARY


def looked_up(home: EvaluatedHome, option: str) -> dict[str, Any]:
    """The explanation of an option, or the options that match a word. Raises SpecError."""
    sources = Sources(LIBRARY, home.evaluation.collector.importers)
    found = Explainer(home.evaluation, sources).explain(option)
    lines = [line.text for line in explanation_lines(found)]
    # Lets Ansible's own callback show the lines at every verbosity.
    return {"changed": False, "explanation": found.json(), "lines": lines, "_ansible_verbose_always": True}
