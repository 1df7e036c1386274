# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The behaviour files of systems, and what a system comes to."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ansible_collections.home.manager.plugins.plugin_utils.expressions.lazy import plain
from ansible_collections.home.manager.plugins.plugin_utils.options.unread import check_unread
from ansible_collections.home.manager.plugins.plugin_utils.plan.package_names import names_of
from ansible_collections.home.manager.plugins.plugin_utils.plan.system import System, SystemRequest
from ansible_collections.home.manager.plugins.plugin_utils.plan.system_parts import EtcFile, Parts
from ansible_collections.home.manager.plugins.plugin_utils.syntax.errors import SpecErrors

from . import compilers
from .host import HOST

HERE = Path(__file__).parent / "systems"
CASES = sorted(HERE.glob("*/*.yml"))


def text_of(file: EtcFile) -> str:
    return file.leaf.read()[0].decode(errors="replace")


def answered(case: Any, path: Path) -> dict[str, Any]:
    roots = [(spec, str(path)) for spec in [case["spec"], *case.get("more", [])]]
    system = System(SystemRequest(roots, {**HOST, **case.get("facts", {})}, compiler=compilers.SYSTEM))
    evaluation, parts = system.evaluation, Parts(system)
    files: list[EtcFile] = evaluation.attempt(parts.etc, [])
    result = {
        "files": {file.target: text_of(file) for file in files if file.leaf.link is None},
        "links": {file.target: file.leaf.link for file in files if file.leaf.link is not None},
        "modes": {file.target: f"{file.mode} {file.user} {file.group}" for file in files},
        "users": {user.name: user.options for user in evaluation.attempt(parts.users, [])},
        "groups": {group.name: {"gid": group.gid, "members": list(group.members)} for group in parts.groups()},
        "units": {unit.name: unit for unit in evaluation.attempt(parts.units, [])},
        "packages": evaluation.attempt(parts.packages, []),
        "installs": evaluation.attempt(
            lambda: [native for name in parts.packages() for native in names_of(evaluation).native(name)], []
        ),
        "variables": evaluation.attempt(lambda: plain(evaluation.get("environment.allVariables")), {}),
        "values": {name: evaluation.attempt(lambda name=name: plain(evaluation.get(name))) for name in case.get("values", ())},
    }  # fmt: skip
    check_unread(evaluation)
    result["refused"] = [str(error) for error in system.failed_assertions()]
    if evaluation.errors:
        result["refused"].append(str(SpecErrors(evaluation.errors)))
    result["warnings"] = [str(warning) for warning in system.warnings()]
    return result
