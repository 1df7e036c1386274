# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Ansible's filters and tests, for expressions that use them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible.errors import AnsiblePluginError
from ansible.plugins.loader import filter_loader, test_loader

from ..expressions.lazy import plain
from .variables import plain as untagged


def _found(loader: Any, name: str) -> Callable[..., Any] | None:
    try:
        plugin = loader.get(name)
    except (AnsiblePluginError, KeyError):
        return None
    if plugin is None:
        return None
    function = plugin.j2_function

    def call(*arguments: object, **options: object) -> object:
        given = [plain(a) for a in arguments]
        return untagged(function(*given, **{key: plain(option) for key, option in options.items()}))

    return call


class PlayPlugins:
    """Every filter and test that the play could use."""

    def filter(self, name: str) -> Callable[..., object] | None:
        """The filter of that name."""
        return _found(filter_loader, name)

    def test(self, name: str) -> Callable[..., object] | None:
        """The test of that name."""
        return _found(test_loader, name)
