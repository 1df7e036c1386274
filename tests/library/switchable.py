# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The groups of options of the library that can be enabled."""

from __future__ import annotations

import functools

from ansible_collections.home.manager.plugins.plugin_utils.modules.library import Library
from ansible_collections.home.manager.plugins.plugin_utils.plan.home import EvaluatedHome, Request
from ansible_collections.home.manager.plugins.plugin_utils.syntax.wire import from_wire
from ansible_collections.home.manager.plugins.plugin_utils.values import LIBRARY

from .host import host_of_home

ROOTS = sorted(path for path in Library(LIBRARY).paths if "<name>" not in path)


@functools.cache
def switchable() -> list[str]:
    """The groups that have an `enable`."""
    home = EvaluatedHome(Request([(from_wire({"home": {"stateVersion": "26.05"}}), "")], host_of_home("linux")))
    found = []
    for root in ROOTS:
        node = home.evaluation.home.root
        for name in root.split("."):
            node = node.child(name) or node.loaded(name) if node is not None else None
        if (
            node is not None
            and "enable" in node.schema.children
            and not node.schema.children["enable"].declaration.hidden
        ):
            found.append(root)
    return found
