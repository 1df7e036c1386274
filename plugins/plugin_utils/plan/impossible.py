# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Managed paths that no home can have, and files of the project that are not there."""

from __future__ import annotations

import os.path
import posixpath
from collections.abc import Collection, Iterator, Mapping
from typing import Protocol, TypeVar

from ..options.provenance import Positions
from ..syntax.errors import SpecError, SpecErrors, did_you_mean
from ..syntax.keys import joined
from ..syntax.nix import advice
from ..syntax.secrets import SECRETS


class Managed(Protocol):
    """A managed path."""

    target: str
    positions: Positions

    @property
    def label(self) -> str:
        """The option that declares it, as a person writes it."""


Found = TypeVar("Found")


def refuse_impossible(home: str, managed: Managed, link: str | None) -> None:
    """Raises SpecError for the home folder itself, and for a link to its own place or to one below it.

    The target is relative to `home`, and "" means the home itself; `link` is the text of a link that the source asks for.
    """
    if not managed.target:
        message = "the target is the home folder itself, and the source is no folder"
        raise SpecError(message, managed.positions, path=managed.label)
    if link is None:
        return
    place = posixpath.normpath(posixpath.join(home, managed.target))
    leads = posixpath.normpath(posixpath.join(posixpath.dirname(place), link))
    if leads == place or leads.startswith(f"{place}/"):
        where = "its own place" if leads == place else "a place below itself"
        hint = "keep the file somewhere else, for example in the folder of the project"
        raise SpecError(f"is a link to {where}, {leads}", managed.positions, path=managed.label, hint=hint)


def missing_file(path: str, owner: str, positions: Positions) -> SpecError:
    """The error for a file of the project that is not there, with the nearest name in its folder."""
    folder, name = os.path.split(path)
    hint = advice(path)
    try:
        hint = hint or did_you_mean(name, os.listdir(folder))
    except (FileNotFoundError, NotADirectoryError):
        hint = "its folder does not exist either"
    except PermissionError:
        hint = ""
    error = SpecError(f"the file `{path}` does not exist", positions, path=owner, hint=hint)
    return error.with_details("missing-file", at_value=True, whole=True, word=name)


def refuse_secret_names(secret: Collection[tuple[str, ...]], option: str, names: Mapping[str, Positions]) -> None:
    """Raises SpecErrors for names of entries of an option (with their positions) that show a secret: every message shows them."""
    path = tuple(option.split("."))
    errors = []
    for name, positions in names.items():
        if path in secret and SECRETS.within(name):
            label = SECRETS.concealed(joined((*path, name)))
            error = SpecError("has a secret in its name, which every message shows", positions, path=label)
            errors.append(error.with_details("secret-name", advice=["give it another name"]))
    if errors:
        raise SpecErrors(errors)


def refuse_secret(secret: Collection[tuple[str, ...]], target: str, owner: str, positions: Positions) -> None:
    """Raises SpecError for a path that shows a secret: whoever lists the folder, and every message, would show it.

    `secret` are the options whose values are secret; `owner` is the one of the file, as in `home.file..bashrc`.
    """
    path = tuple(owner.split(".", 2))
    # A computed key makes all the option secret; which of its entries it is that holds the secret is known by its text.
    computed = any(path[: len(found)] == found for found in secret) and SECRETS.within(target)
    if computed or (*path, "target") in secret:
        label = SECRETS.concealed(joined(path))
        remedy = ["keep the secret to the content of the file, or take the value out of the vault if it is none"]
        error = SpecError("has a secret in its path, which everybody can read", positions, path=label)
        raise error.with_details("secret-path", advice=remedy)


def placed(found: Iterator[Found], positions: Positions) -> Iterator[Found]:
    """The same; an error on the way that has no position, as that of a file that cannot be read, gets these."""
    try:
        yield from found
    except SpecError as error:
        error.positions = error.positions or list(positions)
        raise
