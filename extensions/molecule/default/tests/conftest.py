# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What the checks of every stage ask with: a user's own login shell on the host under test."""

from __future__ import annotations

from pathlib import PurePosixPath
from shlex import quote
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

STATE = PurePosixPath(".local/state/home.manager")


class Home:
    """The home of one user on one host, asked as that user."""

    def __init__(self, host: Any, user: str) -> None:
        self.host = host
        self.user = user
        self.root = PurePosixPath("/home") / user

    def run(self, command: str) -> str:
        """What ``command`` prints in the user's login shell; the test fails when it does."""
        answer = self.host.run("su - %s -c %s", self.user, command)
        assert answer.rc == 0, f"{self.user}: {command}: {answer.stdout}{answer.stderr}"
        return answer.stdout.rstrip("\n")

    def file(self, path: str) -> Any:
        """testinfra's view of ``path``, which is relative to the home."""
        return self.host.file(str(self.root / path))

    def git(self, name: str) -> str:
        """The value that git itself finds for a setting."""
        return self.run(f"git config --global --get {quote(name)}")

    def generation(self) -> str:
        """The number of the current generation, as text."""
        return PurePosixPath(self.run(f"readlink -f {STATE}/current")).name

    def generations(self) -> list[str]:
        """The numbers of all generations, as texts."""
        return sorted(self.run(f"ls {STATE}/generations").split())

    def foreign(self) -> str:
        """The paths in the home that belong to somebody else, one a line."""
        return self.run(f"find . ! -user {self.user}")


@pytest.fixture
def home(host: Any) -> Callable[[str], Home]:
    """Gives a user's home on the host under test."""
    return lambda user: Home(host, user)
