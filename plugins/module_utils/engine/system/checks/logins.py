# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""How a user can log in by ssh with the /etc of this process: by which keys, with a password or not, and on which ports."""

from __future__ import annotations

import os
import pwd
from typing import TYPE_CHECKING, NamedTuple

from ...disk import filesystem
from . import sshd

if TYPE_CHECKING:
    from typing import Dict, FrozenSet, List, Tuple

_NO_FILE = "none"
# With one of these, keys come from elsewhere.
_ELSEWHERE = ("authorizedkeyscommand", "trustedusercakeys")


class Logins(NamedTuple):
    """The public keys that a user may log in with (None if they are not known), passwords, and where the server listens."""

    keys: FrozenSet[str] | None = None
    password: bool = False
    listens: FrozenSet[Tuple[str, int]] = frozenset()

    def port(self, port: int) -> bool:
        """Whether the server listens on a port, wherever that is."""
        return any(number == port for _address, number in self.listens)

    def takes(self, server: str, port: int) -> bool:
        """Whether the server takes connections to one of its addresses."""
        anywhere = "::" if ":" in server else "0.0.0.0"
        return not self.listens.isdisjoint({(server, port), (anywhere, port)})


def ssh_connection() -> List[str]:
    """The words of SSH_CONNECTION of this process or of one above it: sudo does not pass it on. None without one."""
    process = os.getpid()
    while process > 1:
        try:
            with open(f"/proc/{process}/environ", "rb") as source:
                variables = source.read().split(b"\0")
            with open(f"/proc/{process}/stat", encoding="ascii", errors="replace") as source:
                process = int(source.read().rpartition(")")[2].split()[1])
        except (FileNotFoundError, ProcessLookupError):
            return []
        for variable in variables:
            if variable.startswith(b"SSH_CONNECTION="):
                words = variable.partition(b"=")[2].decode("ascii", "replace").split()
                return words if len(words) == 4 and words[3].isdigit() else []
    return []


def logins(user: str) -> Logins:
    """What the server would accept."""
    settings = sshd.effective(user)
    places = (place.rpartition(":") for place in settings.get("listenaddress", ()))
    listens = frozenset((address.strip("[]"), int(port)) for address, _colon, port in places if port.isdigit())
    password = any(settings.get(name) == ["yes"] for name in ("passwordauthentication", "kbdinteractiveauthentication"))
    return Logins(_keys(user, settings), password, listens)


def _keys(user: str, settings: Dict[str, List[str]]) -> FrozenSet[str] | None:
    if not settings or any(settings.get(name, [_NO_FILE]) != [_NO_FILE] for name in _ELSEWHERE):
        return None
    try:
        account = pwd.getpwnam(user)
    except KeyError:
        return None
    found = set()
    for pattern in " ".join(settings.get("authorizedkeysfile", ())).split():
        if pattern == _NO_FILE:
            continue
        path = os.path.join(account.pw_dir, _expanded(pattern, account))
        text = filesystem.read_if_file(path, follow=True)
        found |= {key for line in (text or b"").decode("utf-8", "replace").splitlines() for key in _key(line)}
    return frozenset(found)


def _expanded(pattern: str, account: pwd.struct_passwd) -> str:
    tokens = {"h": account.pw_dir, "u": account.pw_name, "U": str(account.pw_uid), "%": "%"}
    pieces = pattern.split("%%")
    for letter in "huU":
        pieces = [piece.replace(f"%{letter}", tokens[letter]) for piece in pieces]
    return "%".join(pieces)


def _key(line: str) -> List[str]:
    """The key of a line of an authorized_keys file, after its options; none in a comment."""
    words = line.split()
    if not words or words[0].startswith("#"):
        return []
    return [word for word in words if word.startswith("AAAA")][:1]
