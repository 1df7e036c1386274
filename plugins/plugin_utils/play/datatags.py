# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Where a value of the play was written, and whether it may be shown. The one place that touches Ansible's tags."""

from __future__ import annotations

import contextlib
import functools
import os
from collections.abc import Iterator
from typing import Any

from ansible._internal._datatag._tags import Origin, TrustedAsTemplate
from ansible.errors import AnsibleError
from ansible.parsing.vault import EncryptedString, VaultHelper

from ..syntax.position import Position

VAULT_HEADER = b"$ANSIBLE_VAULT"


def position_of(value: object) -> Position | None:
    """The file, line and column that a value of the play comes from."""
    origin = Origin.get_tag(value)
    if origin is None or not origin.path:
        return None
    return Position(str(origin.path), origin.line_num or 0, origin.col_num or 0)


def as_written(value: Any) -> Any:
    """Plain data that differs whenever a value of the play is written differently, or elsewhere. It decrypts nothing."""
    position = position_of(value)
    where = [type(value).__name__, None if position is None else list(position)]
    hidden = VaultHelper.get_ciphertext(value, with_tags=False)
    if hidden is not None:
        return [*where, "vault", str(hidden)]
    if isinstance(value, dict):
        return [*where, [[as_written(key), as_written(item)] for key, item in value.items()]]
    if isinstance(value, (list, tuple)):
        return [*where, [as_written(item) for item in value]]
    if isinstance(value, str):
        return [*where, str.__str__(value), live(value)]
    return [*where, repr(value)]


def vault_secrets(loader: Any) -> list[list[str]]:
    """The vault secrets of a run, which decide what can be decrypted."""
    vault = getattr(loader, "_vault", None)
    return [[str(name), bytes(secret.bytes or b"").hex()] for name, secret in getattr(vault, "secrets", None) or ()]


def live(value: str) -> bool:
    """Whether a text of the play is a template: it has braces and was not marked unsafe."""
    return "{{" in value and TrustedAsTemplate.is_tagged_on(value)


@functools.lru_cache(maxsize=256)
def encrypted_file(path: str) -> bool | None:
    """Whether a file is vaulted as a whole; None when it cannot be read."""
    try:
        # Without waiting: what is no file is refused by what reads it.
        with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
            return os.path.isfile(path) and file.read(len(VAULT_HEADER)) == VAULT_HEADER
    except OSError:
        return None


def vaulted(value: object) -> bool:
    """Whether a value, or anything in it, comes out of a vault."""
    if isinstance(value, EncryptedString) or VaultHelper.get_ciphertext(value, with_tags=False) is not None:
        return True
    position = position_of(value)
    if position is not None and encrypted_file(position.file) is not False:
        return True  # or nobody knows: then it is taken for a secret
    if isinstance(value, dict):
        return any(vaulted(item) for item in value.values())
    if isinstance(value, (list, tuple)):
        return any(vaulted(item) for item in value)
    return False


def plaintexts(value: Any) -> Iterator[str]:
    """The plain text of everything encrypted in a value. What cannot be decrypted here was not decrypted for anybody else."""
    if isinstance(value, dict):
        for item in value.values():
            yield from plaintexts(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from plaintexts(item)
    elif isinstance(value, (str, int, float, EncryptedString)) and not isinstance(value, bool) and vaulted(value):
        with contextlib.suppress(AnsibleError):
            yield str(value)
