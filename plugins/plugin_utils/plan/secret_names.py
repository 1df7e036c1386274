# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Names that would show a secret: of entries, and of files in the home."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from ..options.provenance import Positions
from ..syntax.errors import SpecError, SpecErrors
from ..syntax.keys import joined
from ..syntax.secrets import SECRETS


def refuse_secret_names(secret: Collection[tuple[str, ...]], option: str, names: Mapping[str, Positions]) -> None:
    """Raises SpecErrors for names of entries of an option (with their positions) that show a secret: every message shows them."""
    path = tuple(option.split("."))
    errors = []
    for name, positions in names.items():
        if path in secret and SECRETS.within(name):
            label = SECRETS.concealed(joined((*path, name)))
            error = SpecError("has a secret in its name, which messages show", positions, path=label)
            errors.append(error.with_details("secret-name", advice=["give it another name"]))
    if errors:
        raise SpecErrors(errors)


def refuse_secret_path(secret: Collection[tuple[str, ...]], target: str, owner: str, positions: Positions) -> None:
    """Raises SpecError for a path that shows a secret: whoever lists the folder, and every message, would show it.

    `secret` are the options whose values are secret; `owner` is the one of the file, as in `home.file..bashrc`.
    """
    path = tuple(owner.split(".", 2))
    # A computed key makes all the option secret; which of its entries it is that holds the secret is known by its text.
    computed = any(path[: len(found)] == found for found in secret) and SECRETS.within(target)
    if computed or (*path, "target") in secret:
        label = SECRETS.concealed(joined(path))
        remedy = [
            "use the secret only in the content of the file, or take the value out of the vault if it is not a secret"
        ]
        error = SpecError("has a secret in its path, which everyone can read", positions, path=label)
        raise error.with_details("secret-path", advice=remedy)
