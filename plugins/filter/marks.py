# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The marks of the specification language as filters, for values that Ansible computes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible_collections.home.manager.plugins.plugin_utils import importer  # noqa: F401  # pylint: disable=unused-import
from ansible_collections.home.manager.plugins.plugin_utils.expressions.filters import MARKS


class FilterModule:
    """The filters `force`, `default`, `override`, `before`, `after` and `order`."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        names = {"default": "mkDefault"}
        return {
            name: MARKS[names.get(name, name)] for name in ("force", "default", "override", "before", "after", "order")
        }
