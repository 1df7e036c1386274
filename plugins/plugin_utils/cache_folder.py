# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The controller's cache folder, which belongs to the user who runs Ansible."""

from __future__ import annotations

import os


def cache_folder(*names: str) -> str:
    """The cache folder of home.manager, or the path of these names in it. Everything there can be deleted at any time."""
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return os.path.join(cache, "home.manager", *names)
