# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tells a play which homes it is about."""

from __future__ import annotations

DOCUMENTATION = r"""
name: users
short_description: The users whose homes a play is about
version_added: 0.1.0
description:
  - Returns the names in the variable C(home_users) of the host, or the one that the variable C(home_user) names.
  - A host without C(home_users), a C(home_users) that is not a mapping, and a C(home_user) that no host of the play has are errors.
    Give a host without homes C(home_users={}).
  - It is meant for the C(loop) of tasks that use M(home.manager.home) or M(home.manager.generation).
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
