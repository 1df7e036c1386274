# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Ansible's filters and tests, for expressions that use them."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import ansible
from ansible.errors import AnsiblePluginError
from ansible.plugins.loader import filter_loader, test_loader

from .. import inputs
from ..expressions.lazy import plain
from ..expressions.limits import limited
from ..syntax.errors import SpecError
from .variables import plain as untagged

# Filters and tests of ansible-core that read no file, no variable and no setting.
FILTERS = frozenset(
    (
        "b64decode", "bool", "checksum", "comment", "flatten", "from_json", "from_yaml", "hash", "human_readable", "human_to_bytes",
        "log", "md5", "pow", "quote", "regex_escape", "regex_findall", "root", "sha1", "split", "splitext", "symmetric_difference",
        "ternary", "to_uuid", "urldecode", "urlsplit", "zip", "zip_longest",
    )
)  # fmt: skip
TESTS = frozenset(("all", "any", "contains", "falsy", "regex", "subset", "superset", "truthy", "uri", "url", "version"))


_ANSIBLE = os.path.dirname(ansible.__file__) + os.sep


def _found(loader: Any, name: str) -> Callable[..., Any] | None:
    try:
        plugin = loader.get(name)
    except (AnsiblePluginError, KeyError):
        return None
    if plugin is None:
        return None
    if not str(getattr(plugin, "_original_path", "")).startswith(_ANSIBLE):
        inputs.unstable(f"`{name}`, which is not Ansible's own")
    function = plugin.j2_function

    def call(*arguments: object, **options: object) -> object:
        given = [plain(a) for a in arguments]
        # A filter may do anything with a regular expression, or count for ever.
        return untagged(limited(function, *given, **{key: plain(option) for key, option in options.items()}))

    return call


class PlayPlugins:
    """Every filter and test that the play could use. With `restricted`, only those that depend on nothing but their arguments."""

    def __init__(self, restricted: bool = False) -> None:
        self.restricted = restricted

    def filter(self, name: str) -> Callable[..., object] | None:
        """The filter of that name."""
        return self._allowed(filter_loader, name, FILTERS)

    def test(self, name: str) -> Callable[..., object] | None:
        """The test of that name."""
        return self._allowed(test_loader, name, TESTS)

    def _allowed(self, loader: Any, name: str, harmless: frozenset[str]) -> Callable[..., Any] | None:
        found = _found(loader, name)
        if found is None:
            return None
        if name.removeprefix("ansible.builtin.") not in harmless:
            if self.restricted:
                raise SpecError(f"`{name}` cannot be used: this spec is restricted (home_restricted)")
            inputs.unstable(f"`{name}`, which may read anything")
        return found
