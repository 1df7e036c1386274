# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The facts of the host for the specification of its system, and the reasons to refuse a host."""

from __future__ import annotations

import os
import pwd
from typing import TYPE_CHECKING

from ..contract.errors import EngineError, ErrorKind
from ..disk import filesystem, queries
from ..machine import facts
from .inits.choice import booted
from .packages.choice import present

if TYPE_CHECKING:
    from ..contract.value import JsonObject

_EFI = "/sys/firmware/efi"
_ENTRIES = ("/boot/loader/loader.conf", "/boot/efi/loader/loader.conf", "/efi/loader/loader.conf")


def facts_of_system() -> JsonObject:
    """The facts of every home, and `init`, `packageManager`, `systemdBoot` and `nix`."""
    found: JsonObject = facts.gather(pwd.getpwuid(0)).json()
    found["init"] = booted()
    found["packageManager"] = present()
    found["systemdBoot"] = queries.is_folder(_EFI) and any(queries.exists(path) for path in _ENTRIES)
    found["nix"] = queries.exists("/nix/store")
    return found


def refuse_foreign() -> None:
    """EngineError `host` for a host whose /etc is not to be written, or whose init is another one."""
    if queries.exists("/etc/NIXOS"):
        raise EngineError("this host runs NixOS; configure it with NixOS itself", ErrorKind.HOST)
    if queries.exists("/run/ostree-booted"):
        raise EngineError("this host is an image of ostree, which manages its packages and /etc itself", ErrorKind.HOST)
    if not present():
        raise EngineError(
            "this host has none of apt, dnf, pacman and apk, so its packages cannot be managed", ErrorKind.HOST
        )
    if booted() == "other":
        raise EngineError(
            "this host was booted neither by systemd nor by OpenRC. A system needs one of them for its services and for recovery at "
            "boot; only homes can be switched here",
            ErrorKind.HOST,
        )
    if booted() == "openrc" and _in_memory():
        raise EngineError(
            "this host runs from memory, as Alpine does in its diskless mode: what is written to its disks now is lost at the next boot. "
            "Install it on a disk first (setup-alpine, or setup-disk -m sys)",
            ErrorKind.HOST,
        )
    if not os.access("/etc", os.W_OK):
        raise EngineError("/etc cannot be written on this host", ErrorKind.HOST)


def _in_memory() -> bool:
    """Whether the root is a file system in memory. Of several mounts there, the last one counts."""
    rows = (
        line.split() for line in filesystem.read("/proc/mounts", follow=True).decode("utf-8", "replace").splitlines()
    )
    kinds = [row[2] for row in rows if len(row) > 2 and row[1] == "/"]
    return kinds[-1:] in (["tmpfs"], ["ramfs"], ["rootfs"])
