# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a task is doing, on one line of the terminal, while nothing else is printed.

A task runs in a process of its own. The callback, in the main process, sets an environment variable if the line can be shown: if there is
a terminal, and only one host, because several would overwrite each other. It clears the line before it prints.
"""

from __future__ import annotations

import os

from ansible.utils.display import Display

from ...module_utils.engine.voice.quantities import size

SHOWN = "HOME_MANAGER_PROGRESS"
_CLEAR = "\r\x1b[K"


def is_visible() -> bool:
    """Whether the line can be shown."""
    return os.environ.get(SHOWN) == "1"


def update(home: str, text: str) -> None:
    """Show what is being done for a home."""
    if is_visible():
        Display().display(f"{_CLEAR}{home}: {text}", stderr=True, newline=False, screen_only=True)


def print_line(text: str) -> None:
    """Print a line that stays, in place of the progress line."""
    if is_visible():
        Display().display(_CLEAR, stderr=True, newline=False, screen_only=True)
    Display().display(text)


def sending(bundle: bytes) -> str:
    """The words for sending a bundle."""
    return f"sending {size(len(bundle))}"
