# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Keeps what the tests of the library have compiled."""

from __future__ import annotations

from .compilers import CACHE


def pytest_sessionfinish() -> None:
    """Write the compiled expressions; each worker process writes those that it has used, and the last one counts."""
    CACHE.save()
