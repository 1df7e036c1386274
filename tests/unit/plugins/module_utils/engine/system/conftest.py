# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The fixtures of the tests of systems."""

from __future__ import annotations

from .scratch_host import fixture_scratch_host, fixture_timers  # noqa: F401
