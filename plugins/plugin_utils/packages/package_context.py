# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What an evaluation knows of packages: the lock of the project, and the platform that they are for."""

from __future__ import annotations

from typing import NamedTuple

from .lock import Lock


class PackageContext(NamedTuple):
    """Where packages come from for one home.

    `platform` is that of the target, such as `x86_64-linux`; `host` are the names of packages that the host itself installs for the home.
    """

    lock: Lock
    platform: str
    host: frozenset[str] = frozenset()
