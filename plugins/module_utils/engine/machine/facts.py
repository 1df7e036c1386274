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


def _distribution(name: os.uname_result) -> tuple[str, str]:
    if name.sysname == "Darwin":
        return "macos", name.release
    for path in ("/etc/os-release", "/usr/lib/os-release"):
        content = filesystem.read_if_file(path, follow=True)
        if content is not None:
            return _release(content.decode("utf-8", "replace"))
    return name.sysname.lower(), name.release


def _release(text: str) -> tuple[str, str]:
    values = dict(line.split("=", 1) for line in text.splitlines() if "=" in line)
    return values.get("ID", "linux").strip("\"' "), values.get("VERSION_ID", "").strip("\"' ")
