# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Where a host keeps the files of its own packages. Runs that change nothing import this, so it imports very little itself."""

from __future__ import annotations

from ..disk import queries

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Dict, Iterable, Mapping, Optional

# Where a host keeps the programs that it brings.
FOLDERS = (
    "/usr/local/bin", "/usr/bin", "/bin", "/usr/local/sbin", "/usr/sbin", "/sbin", "/usr/games", "/opt/homebrew/bin",
    "/home/linuxbrew/.linuxbrew/bin", "/run/current-system/sw/bin", "/nix/var/nix/profiles/default/bin", "/snap/bin",
    "/var/lib/flatpak/exports/bin",
)  # fmt: skip
# Where it keeps what programs share.
PREFIXES = ("/usr/local", "/usr", "", "/opt/homebrew", "/run/current-system/sw")


def program(name: str) -> Optional[str]:
    """The absolute path of a program of the host itself; None when it has none."""
    return first(FOLDERS, name)


def first(folders: Iterable[str], name: str) -> Optional[str]:
    """The path of an executable file in the first folder that has it."""
    for folder in folders:
        path = f"{folder}/{name}"
        if path.startswith("/") and queries.is_program(path):
            return path
    return None


def find_all(commands: Mapping[str, str], shares: Iterable[str]) -> Optional[Dict[str, str]]:
    """Where the host has these programs (by the name in a profile) and shared files; None when anything is missing."""
    found: Dict[str, str] = {}
    for command, name in commands.items():
        path = program(command) or program(name)
        if path is None:
            return None
        found[f"bin/{command}"] = path
    for share in shares:
        path = next((f"{top}/{share}" for top in PREFIXES if queries.exists(f"{top}/{share}")), None)
        if path is None:
            return None
        found[share] = path
    return found or None
