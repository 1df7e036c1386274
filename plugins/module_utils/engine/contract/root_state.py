# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Where root keeps, on a target, the state of the system and what it provides for the homes of its users."""

from __future__ import annotations

FOLDER = "/var/lib/home.manager"
ENGINES = FOLDER + "/engine"
