# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a play keeps of an evaluated home."""

from __future__ import annotations

from dataclasses import dataclass

from ...module_utils.engine.contract.provenance import Session
from ...module_utils.engine.voice.message import Message
from ..plan.manifest import SwitchBundle
from ..report.source import Sources


@dataclass(slots=True)
class Evaluated:
    """A home as its spec says it, with what is reported of it: its session, and the options that keep a file's lines."""

    plan: SwitchBundle
    session: Session
    keeps: dict[str, tuple[str, str]]
    warnings: tuple[Message, ...]
    manager: str
    sources: Sources
