# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Systems that tests build from a text."""

from __future__ import annotations

import textwrap
from pathlib import Path

from ansible_collections.home.manager.plugins.module_utils.engine.contract.manifest import Origin
from ansible_collections.home.manager.plugins.plugin_utils.modules.spec_file import load_text
from ansible_collections.home.manager.plugins.plugin_utils.packages.package_context import PackageContext
from ansible_collections.home.manager.plugins.plugin_utils.plan.bridge import Bridge, Homes
from ansible_collections.home.manager.plugins.plugin_utils.plan.deep_stack import with_deep_stack
from ansible_collections.home.manager.plugins.plugin_utils.plan.home import Request, compiler
from ansible_collections.home.manager.plugins.plugin_utils.plan.system import LIBRARY, System, SystemRequest
from ansible_collections.home.manager.plugins.plugin_utils.plan.system_manifest import SystemPlan, build_system

from .....library.host import HOST

SYSTEM, HOME = compiler(LIBRARY), compiler()
ORIGIN = Origin("web1", None, "home.manager.rebuild", None)


def built(text: str, folder: Path, supply: PackageContext | None = None, **files: str) -> tuple[SystemPlan, Homes]:
    for name, content in files.items():
        path = folder / (name.replace("__", "/") + ".yml")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(content))
    file = str(folder / "configuration.yml")

    def compute() -> tuple[SystemPlan, Homes]:
        system = System(
            SystemRequest([(load_text(textwrap.dedent(text), file, str(folder)), file)], HOST, compiler=SYSTEM)
        )
        homes = Bridge(system, Request([], HOST, packages="/usr", supply=supply, compiler=HOME), ORIGIN).homes()
        return build_system(system, homes.digests(), homes.packages), homes

    return with_deep_stack(compute)  # type: ignore[no-any-return]
