# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tells a play which homes it is about."""

from __future__ import annotations

DOCUMENTATION = r"""
name: users
short_description: List the users whose homes a play manages
version_added: 0.1.0
description:
  - Returns the user names in the host's variable C(home_users), or only C(home_user) if that variable is set.
  - Fails if a host has no C(home_users), if C(home_users) is not a mapping, or if no host of the play has a home for C(home_user).
    Set C(home_users={}) for a host without homes.
  - Use it in the C(loop) of tasks with M(home.manager.home) or M(home.manager.generation).
author:
  - The home.manager contributors (!UNKNOWN)
options: {}
"""

EXAMPLES = r"""
- name: Switch the homes
  home.manager.home:
    user: "{{ item }}"
  loop: "{{ query('home.manager.users') }}"
"""

RETURN = r"""
_list:
  description: The names of the users.
  type: list
  elements: str
"""

from typing import Any

from ansible.plugins.lookup import LookupBase

# Keeps the bytecode of what is imported below; refuses an ansible-core that is too old, before other imports fail on it.
from ansible_collections.home.manager.plugins.plugin_utils import importer  # noqa: F401  # pylint: disable=unused-import
from ansible_collections.home.manager.plugins.plugin_utils.play import ansible_core  # noqa: F401  # pylint: disable=unused-import
from ansible_collections.home.manager.plugins.plugin_utils.play.users import chosen


class LookupModule(LookupBase):
    """Thin adapter: the host's variables in, the names out."""

    def run(self, terms: list[str], variables: dict[str, Any] | None = None, **kwargs: Any) -> list[str]:
        self.set_options(var_options=variables, direct=kwargs)
        return chosen(variables or {}, self._templar.template)
