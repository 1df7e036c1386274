# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The policy for the services of a home, as the manifest contains it."""

from __future__ import annotations

import os.path
from collections.abc import Iterator, Mapping

from ...module_utils.engine.contract.entries import Entry
from ...module_utils.engine.contract.manifest import View
from ...module_utils.engine.contract.services import LAUNCHD, SYSTEMD, ServicePolicy
from ...module_utils.engine.units.sources import UnitFolders, read_targets
from ..expressions.lazy import plain
from ..options.evaluation import Evaluation

# The anchor of `home.activation` at which the services of a manager are switched.
ANCHORS = {SYSTEMD: "reloadSystemd", LAUNCHD: "setupLaunchAgents"}
AGENTS = "Library/LaunchAgents/"
TIMEOUT = 120


def service_policy(evaluation: Evaluation, entries: Mapping[str, Entry]) -> ServicePolicy | None:
    """The policy; None where no file is one that a service manager reads, and nothing is said of lingering."""
    if any(target.startswith(AGENTS) for target in entries):
        policy = ServicePolicy(LAUNCHD)
        agents = plain(evaluation.get("launchd.agents"))
        policy.agents = {a["config"]["Label"]: a["domain"] for a in agents.values() if a["enable"]}
        return policy
    home = str(plain(evaluation.get("home.homeDirectory")))
    config, data = (_relative(evaluation, home, f"xdg.{name}") for name in ("configHome", "dataHome"))
    linger = plain(evaluation.get("home.linger"))
    if linger is None and next(read_targets(entries, UnitFolders(config, data)), None) is None:
        return None
    milliseconds = int(plain(evaluation.get("systemd.user.servicesStartTimeoutMs")))
    seconds = -(-milliseconds // 1000) or TIMEOUT
    policy = ServicePolicy(SYSTEMD, bool(plain(evaluation.get("systemd.user.startServices"))), seconds, linger)
    policy.config, policy.data = config, data
    return policy


def unit_objects(view: View) -> Iterator[str]:
    """The IDs of the objects that a service manager reads: a preview compares them."""
    policy = view.services
    if policy is not None and policy.manager == SYSTEMD:
        for target in read_targets(view.files, UnitFolders(policy.config, policy.data)):
            yield from view.files[target].objects()


def _relative(evaluation: Evaluation, home: str, option: str) -> str:
    return os.path.relpath(str(plain(evaluation.get(option))), home)
