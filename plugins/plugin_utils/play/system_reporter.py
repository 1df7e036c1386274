# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The reporter of an evaluated system, which knows the positions in the specification and the plans of the homes."""

from __future__ import annotations

import functools
from dataclasses import dataclass

from ...module_utils.engine.voice.message import Message
from ...module_utils.engine.voice.plan import Owner
from ..plan.bridge import Homes
from ..plan.system import LIBRARY, System
from ..plan.system_manifest import SystemPlan
from ..plan.system_origins import SystemOrigins
from ..report.home_plan import HomeReporter
from ..report.source import Sources
from ..report.spec_messages import message
from ..report.system_plan import SystemReporter
from ..values import LIBRARY as HOME_LIBRARY
from .command_line import typed_command

_BACKUP = "home-manager.backupFileExtension: bak"


@dataclass(slots=True)
class EvaluatedSystem:
    """A system with its plan and those of its homes."""

    system: System
    plan: SystemPlan
    homes: Homes

    def sources(self, library: str = LIBRARY) -> Sources:
        """The files of the specification, as messages show them."""
        return Sources(library, {**self.homes.importers, **self.system.evaluation.collector.importers})

    def warnings(self, notes: list[str]) -> list[str]:
        """All warnings, as texts."""
        return [*map(str, self.plan.warnings), *self.homes.warnings, *notes]


def reporter_of(
    found: EvaluatedSystem, host: str, check: bool, diff: bool, notes: list[str], local: bool
) -> SystemReporter:
    """The reporter of an evaluated system."""
    sources = found.sources()
    homes = found.sources(HOME_LIBRARY)
    warnings = [message(warning, sources) for warning in found.plan.warnings]
    command = typed_command()
    origins = functools.cache(lambda: _origins(found))
    return SystemReporter(
        host,
        check,
        sources,
        lambda target: origins().of_file(target),
        lambda words: origins().of(words),
        {
            user: HomeReporter(Owner(user, host), bundle, check, homes, diff, command, local, backup=_BACKUP).switched
            for user, bundle in found.homes.plans.items()
        },
        (*warnings, *(Message(text) for text in [*found.homes.warnings, *notes])),
    )


def _origins(found: EvaluatedSystem) -> SystemOrigins:
    texts = {target: found.plan.text(target) for target in found.plan.targets}
    return SystemOrigins(found.system, texts, found.homes.positions)
