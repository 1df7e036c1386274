# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Managed paths that no home can have, and files of the project that are not there."""

from __future__ import annotations

import os.path
import posixpath

from ..options.provenance import Positions
from ..syntax.errors import SpecError, did_you_mean
from ..syntax.nix import advice


def refuse_impossible(home: str, target: str, link: str | None, positions: Positions, label: str) -> None:
    """Raises SpecError for the home folder itself, and for a link to its own place or to one below it.

    `target` is relative to `home`, and "" means the home itself; `link` is the text of a link that the source asks for.
    """
    if not target:
        message = "the target is the home folder itself, and the source is no folder"
        raise SpecError(message, positions, path=label)
    if link is None:
        return
    place = posixpath.normpath(posixpath.join(home, target))
    leads = posixpath.normpath(posixpath.join(posixpath.dirname(place), link))
    if leads == place or leads.startswith(f"{place}/"):
        where = "its own place" if leads == place else "a place below itself"
        hint = "keep the file somewhere else, for example in the folder of the project"
        raise SpecError(f"is a link to {where}, {leads}", positions, path=label, hint=hint)


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
