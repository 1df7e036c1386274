# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The names in the state folder, and the references by which links name a generation."""

from __future__ import annotations

import re

from ..contract.errors import EngineError, ErrorKind

CURRENT = "current"
COMPLETED = "completed"
LEDGER = "ledger.json"
LEDGER_COPY = "ledger.copy"
JOURNAL = "journal"
STAGING = "staging"
STORE = "store"
PACKS = "packs"
GENERATIONS = "generations"
DRIFT = "drift"
FAILED = "failed"
SERVICES = "services"
FILES = "home-files"
PROFILE = "home-path"
MANIFEST = "manifest.json"
ABOUT = "generation.json"

_REFERENCE = re.compile(r"generations/([1-9][0-9]*)(?:/specialisation/([^/]+))?\Z")


def reference(number: int, specialisation: str | None = None) -> str:
    """The link text of a generation, such as `generations/3` or `generations/3/specialisation/night`."""
    return f"{GENERATIONS}/{number}" + (f"/specialisation/{specialisation}" if specialisation else "")


def parse_reference(text: str) -> tuple[int, str | None]:
    """Number and specialisation of such a link text. EngineError of kind `damaged` for anything else."""
    found = _REFERENCE.match(text)
    if not found:
        raise EngineError(f"the state folder is damaged: {text!r} is not the name of a generation", ErrorKind.DAMAGED)
    return int(found.group(1)), found.group(2)
