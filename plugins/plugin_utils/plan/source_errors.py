# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Errors about the files of the project that a spec names as sources."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TypeVar

from .. import inputs
from ..options.provenance import Positions
from ..syntax.errors import SpecError, did_you_mean
from ..syntax.nix import advice

Found = TypeVar("Found")


def missing_file(path: str, owner: str, positions: Positions) -> SpecError:
    """The error for a file of the project that is not there, with the nearest name in its folder."""
    folder, name = os.path.split(path)
    hint = advice(path)
    leads_to = inputs.real_path(path)
    if leads_to != os.path.join(inputs.real_path(folder), name):
        message = f"the file `{path}` is a link to `{leads_to}`, which does not exist"
        error = SpecError(message, positions, path=owner, hint=hint)
        return error.with_details("missing-file", at_value=True, whole=True, word=name)
    try:
        hint = hint or did_you_mean(name, os.listdir(folder))
    except (FileNotFoundError, NotADirectoryError):
        hint = "its folder does not exist, either"
    except PermissionError:
        hint = ""
    error = SpecError(f"the file `{path}` does not exist", positions, path=owner, hint=hint)
    return error.with_details("missing-file", at_value=True, whole=True, word=name)


def with_positions(found: Iterator[Found], positions: Positions) -> Iterator[Found]:
    """The same; an error on the way that has no position, as that of a file that cannot be read, gets these."""
    try:
        yield from found
    except SpecError as error:
        error.positions = error.positions or list(positions)
        raise
