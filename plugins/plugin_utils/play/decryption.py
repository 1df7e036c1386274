# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The error for what cannot be decrypted."""

from __future__ import annotations

from collections.abc import Iterable

from ..syntax.errors import SpecError
from ..syntax.position import Position

_WAYS = ("run with  --ask-vault-pass  or  --vault-id", "or set    vault_password_file  in ansible.cfg")


def no_vault_password(what: str, positions: Iterable[Position], word: str = "", problem: str = "") -> SpecError:
    """The error for `what` without a password that opens it; `problem` is what Ansible says where one was given."""
    wrong = "no vault secrets were found that could decrypt" in problem.lower()
    why = "none of the vault passwords opens it" if wrong else "no vault password was given"
    error = SpecError(f"{what}, and {why}", positions)
    return error.with_details("vault", whole=True, word=word, advice=_WAYS)
