# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Refuses an ansible-core that is too old, when it is imported: the plugins import it before anything that an old one lacks.

Ansible itself only warns that the collection does not support it, and then fails at the first import that does not exist.
"""

from __future__ import annotations

import re

from ansible.errors import AnsibleError
from ansible.release import __version__

MINIMUM = (2, 19)


def check(version: str) -> None:
    """Raises AnsibleError for a version before MINIMUM."""
    found = tuple(int(number) for number in re.findall(r"\d+", version)[:2])
    if found < MINIMUM:
        wanted = ".".join(map(str, MINIMUM))
        raise AnsibleError(
            f"home.manager needs ansible-core {wanted} or newer, and this is ansible-core {version}."
            f" Install a newer one, for example with `pipx install 'ansible-core>={wanted}'` or in a virtual environment."
        )


check(__version__)
