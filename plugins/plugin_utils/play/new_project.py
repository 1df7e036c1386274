# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Creates a project: the files that do not exist yet, in a git repository."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from ...module_utils.engine.disk import queries


class NewProject:
    """A project's folder and its first files, by path below the folder. Existing files are never touched."""

    def __init__(self, folder: str, files: dict[str, str]) -> None:
        self.folder = Path(folder)
        self.files = files

    def missing(self) -> list[str]:
        """The paths of the files that do not exist, in the given order."""
        return [name for name in self.files if not queries.is_taken(str(self.folder / name))]

    def write(self, git: bool) -> list[str]:
        """Write the missing files, and create a repository if there is none and git is installed. Returns what was created."""
        created = self.missing()
        for name in created:
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("x", encoding="utf-8") as file:
                file.write(self.files[name])
        if git and self._begin_repository():
            created.append(".git")
        return created

    def _begin_repository(self) -> bool:
        program = shutil.which("git")
        if program is None:
            return False
        inside = [program, "-C", str(self.folder), "rev-parse", "--git-dir"]
        if subprocess.run(inside, capture_output=True, check=False).returncode == 0:
            return False
        begin = [program, "-c", "init.defaultBranch=main", "init", "--quiet", str(self.folder)]
        return subprocess.run(begin, capture_output=True, check=False).returncode == 0
