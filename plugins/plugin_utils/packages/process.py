# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Runs the package managers that resolve: without input, and with a time limit."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence

from ..syntax.errors import SpecError

# Seconds. They may have to download lists, and to search for versions that fit together.
TIMEOUT = 600.0


def run(
    command: Sequence[str],
    variables: Mapping[str, str] | None = None,
    folder: str | None = None,
    timeout: float = TIMEOUT,
) -> subprocess.CompletedProcess[str]:
    """The ended program with its output. Raises SpecError when it takes too long."""
    try:
        return subprocess.run(
            command,
            env=variables,
            cwd=folder,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            check=False,
            timeout=timeout,
        )
    except subprocess.TimeoutExpired:
        name = os.path.basename(command[0])
        raise SpecError(f"{name} did not end within {timeout:g} seconds") from None
