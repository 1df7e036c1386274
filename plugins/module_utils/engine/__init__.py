# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The target's engine: keeps generations of a home and switches between them.

Standard library only, Python 3.8 and later.
"""

from __future__ import annotations

VERSION = "0.1.0"
