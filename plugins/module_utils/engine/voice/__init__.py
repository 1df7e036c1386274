# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a person reads: the plan of a run as a typed object, and the pure functions that print it as lines of text."""

from __future__ import annotations
