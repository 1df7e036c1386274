# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The hash of a password, as this host's login programs know it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...contract.errors import EngineError, ErrorKind
from ..process import run

if TYPE_CHECKING:
    import ctypes


def hash_password(clear: str) -> str:
    """The hash of a password, by the host's own crypt. EngineError `accounts` where there is none."""
    done = run(["openssl", "passwd", "-6", "-stdin"], 30.0, stdin=clear.encode("utf-8"), separate=True)
    if done.good and done.output.startswith("$"):
        return done.output.strip()
    return _crypt(clear)


def _crypt(clear: str) -> str:
    import ctypes
    import secrets

    alphabet = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    salt = "$6$" + "".join(secrets.choice(alphabet) for _position in range(16)) + "$"
    library = _library()
    library.crypt.restype = ctypes.c_char_p
    found = library.crypt(clear.encode("utf-8"), salt.encode("ascii"))
    if not found or not found.startswith(b"$6$"):
        raise EngineError("the password cannot be hashed on this host: crypt failed", ErrorKind.ACCOUNTS)
    text: str = found.decode("ascii")
    return text


def _library() -> ctypes.CDLL:
    """What has crypt(3): a library of its own, or the C library itself, as musl."""
    import ctypes
    import ctypes.util

    for name in (ctypes.util.find_library("crypt"), "libcrypt.so.1", None):
        try:
            library = ctypes.CDLL(name)
            library.crypt  # noqa: B018
        except (OSError, AttributeError):
            continue
        return library
    raise EngineError(
        "the password cannot be hashed on this host: it has neither openssl nor crypt", ErrorKind.ACCOUNTS
    )
