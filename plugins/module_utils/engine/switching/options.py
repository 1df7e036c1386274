# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""How to switch."""

from __future__ import annotations

from ..contract.parameter import EXTENSION, SECONDS, TEXT, Parameterised, setting

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import List, Optional

    from ..contract.value import JsonObject


class SwitchOptions(Parameterised):
    """What a person decides about a switch. A new setting is an attribute here, and its use.

    Settings are parameters of every verb that switches, so of the tasks and of the command as well. The other
    attributes are parameters of some verbs. `diff`: also answer what the files held before; `overwrite`: paths whose
    declared content replaces the user's edits; `packages`: where packages may be downloaded from, and which may be
    missing.
    """

    backup_extension: Optional[str] = setting(
        EXTENSION,
        "Back up files that are in the way, under names with this extension, never over an existing backup. They"
        " are restored when their path is no longer managed. Without it, they are reported and nothing is changed.",
        flags=("-b", "-e"),
    )
    on_failure: Optional[str] = setting(
        TEXT,
        "What to do when a hook, an activation script or a service fails. V(undo) restores the previous generation,"
        " V(keep) keeps the new one. The default is V(undo) for hooks and scripts, and V(keep) for services.",
        None,
        ("undo", "keep"),
    )
    hook_timeout: float = setting(
        SECONDS,
        "Seconds that a hook or an activation script may take. One that takes longer is killed with everything that"
        " it has started, and counts as failed. V(0) means no limit.",
        3600,
    )

    diff: bool = False
    overwrite: Optional[List[str]] = None
    packages: Optional[JsonObject] = None
