# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Sends a target the contents that it lacks for a switch."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ...module_utils.engine.contract.answers import Answer, ProbeAnswer
from ...module_utils.engine.contract.bundle import write_bundle
from ...module_utils.engine.contract.errors import ErrorKind
from ...module_utils.engine.verbs.switch import Switch
from ..plan.manifest import SwitchBundle
from ..report.run_result import Refused

# The answer that a target would give if it still has what this controller sent last; without objects if it should be asked.
Believed = Callable[[SwitchBundle], ProbeAnswer]
# Up to this many bytes are sent without asking what the target has.
AT_ONCE = 4 * 1024 * 1024
# Asks the target with a bundle, and with the engine if the flag is set. Raises Refused.
Call = Callable[[Switch, bytes, bool], Answer]


def is_small(plan: SwitchBundle, held: Iterable[str] = ()) -> bool:
    """Whether everything that a target with these objects lacks is small enough to be sent without asking."""
    return sum(len(content) for _name, content in plan.objects(set(held))) <= AT_ONCE


def deliver(call: Call, plan: SwitchBundle, request: Switch, held: set[str], engine: bool) -> Answer:
    """The answer to a switch with the contents that the target does not hold. Raises Refused.

    If some of `held` have expired since the target was asked, everything is sent. A check needs no contents.
    """
    manifest = plan.manifest.json()
    if request.check:
        return call(request, write_bundle(manifest, plan.declarations()), engine)
    try:
        return call(request, write_bundle(manifest, plan.objects(held)), engine)
    except Refused as refused:
        if refused.result.get("kind") != ErrorKind.OBJECTS.value:
            raise
    return call(request, write_bundle(manifest, plan.objects(set())), engine)
