# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The few facts of a machine that a spec can ask for."""

from __future__ import annotations

import os

from ..contract.facts import Facts, UserFacts
from ..disk import filesystem

TYPE_CHECKING = False
if TYPE_CHECKING:
    import pwd

# There while systemd is the init of the running system, see sd_booted(3).
_SYSTEMD = "/run/systemd/system"


def gather(account: pwd.struct_passwd) -> Facts:
    """The facts of this machine and an account."""
    name = os.uname()
    platform = "darwin" if name.sysname == "Darwin" else "linux"
    user = UserFacts(account.pw_name, account.pw_uid, account.pw_gid, account.pw_dir, account.pw_shell)
    manager = "launchd" if platform == "darwin" else "systemd" if filesystem.stat_followed(_SYSTEMD) is not None else ""
    return Facts(platform, name.machine, name.nodename.split(".")[0], _distribution(name), manager, user)


def families() -> frozenset[str]:
    """The names that the distribution has for itself and for those that it is like, in os-release(5)."""
    values = _os_release()
    return frozenset((values.get("ID", ""), *values.get("ID_LIKE", "").split()))


def _distribution(name: os.uname_result) -> tuple[str, str]:
    if name.sysname == "Darwin":
        return "macos", name.release
    values = _os_release()
    return (
        (values.get("ID") or "linux", values.get("VERSION_ID", "")) if values else (name.sysname.lower(), name.release)
    )


def _os_release() -> dict[str, str]:
    for path in ("/etc/os-release", "/usr/lib/os-release"):
        content = filesystem.read_if_file(path, follow=True)
        if content is not None:
            lines = content.decode("utf-8", "replace").splitlines()
            pairs = (line.split("=", 1) for line in lines if "=" in line)
            return {key: value.strip("\"' ") for key, value in pairs}
    return {}
