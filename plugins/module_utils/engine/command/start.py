# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Starts the command that is put into a home. It is an archive, and Python keeps no bytecode of imports from archives.

Where the same engine is kept in a folder, the home's own or root's, the command is imported from there.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import os

from ..contract import root_state
from ..modules import PACKAGE, SOURCES, Modules

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import List, Optional


def start(version: str, arguments: List[str]) -> int:
    """Run the command with these arguments, the first of which is the archive's path; the exit code. `version` is that of the engine in it."""
    # It is a short process, which makes few cycles of objects, as the launcher's is.
    gc.disable()
    folder = kept_engine(version, arguments[0])
    if folder is None:
        return _main(arguments)
    modules = Modules(version, None, folder)
    modules.replace()
    try:
        code = _main(arguments)
    except ImportError:
        if not modules.damaged:
            raise
        modules.remove()
        return _main(arguments)
    with contextlib.suppress(OSError):
        modules.write_code(folder)
    return code


def kept_engine(version: str, path: str) -> Optional[str]:
    """The folder of the engine of a version that nobody but its owner or root could have written; `path` is that of the command."""
    resolved = os.path.realpath(path)
    state = resolved.rpartition("/generations/")[0] or resolved.rpartition("/store/")[0]
    for folder in (f"{state}/engine/{version}", f"{root_state.ENGINES}/{version}"):
        try:
            found = [os.lstat(name) for name in (folder, os.path.join(folder, SOURCES))]
        except OSError:
            continue
        if all(status.st_uid in (0, os.geteuid()) and not status.st_mode & 0o022 for status in found):
            return folder
    return None


def _main(arguments: List[str]) -> int:
    # Not as a neighbour of this file: from where the package is imported by now.
    code: int = importlib.import_module(f"{PACKAGE}.command.main").main(arguments[1:])
    return code
