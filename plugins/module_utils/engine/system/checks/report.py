# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a check found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from typing import Dict


class Check(NamedTuple):
    """One check: `ok` None means that it could not be made here, and `message` says why."""

    name: str
    ok: bool | None
    message: str = ""

    def json(self) -> Dict[str, Any]:
        return {"name": self.name, "ok": self.ok, "message": self.message}
