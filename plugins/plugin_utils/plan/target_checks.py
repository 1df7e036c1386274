# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Checks managed paths for those that no home can have, and those that are probably mistakes."""

from __future__ import annotations

import posixpath
from typing import Protocol

from ..options.provenance import Positions
from ..syntax.errors import SpecError, SpecWarning

# How a path of a shell begins that is in the home.
HOME_STARTS = ("~/", "$HOME/", "${HOME}/")


class ManagedTarget(Protocol):
    """A managed path."""

    target: str
    positions: Positions

    @property
    def label(self) -> str:
        """The option that declares it, as a person writes it."""


def start_warning(target: str, positions: Positions, label: str) -> SpecWarning | None:
    """A warning for a folder that is called `$HOME`, which no shell expands here. Raises SpecError for one that is called `~`.

    `label` is the option that declares the path, as a person writes it.
    """
    start = next((start for start in HOME_STARTS if target.startswith(start)), "")
    if not start:
        return None
    advice = [f"leave out `{start}`:  {target[len(start) :]}"]
    if start == "~/":
        raise SpecError("must be relative to the home", positions, path=label).with_details("target", advice=advice)
    warning = SpecWarning(f"is in a folder called `{start[:-1]}`", positions, path=label)
    warning.with_details("target", advice=advice)
    return warning


def check_target(home: str, managed: ManagedTarget, link: str | None) -> None:
    """Raises SpecError for the home folder itself, and for a link to itself or to one below it.

    The target is relative to `home`, and "" means the home itself; `link` is the text of a link that the source asks for.
    """
    if not managed.target:
        message = "the target is the home folder itself, and the source is not a folder"
        raise SpecError(message, managed.positions, path=managed.label)
    if link is None:
        return
    path = posixpath.normpath(posixpath.join(home, managed.target))
    leads = posixpath.normpath(posixpath.join(posixpath.dirname(path), link))
    if leads == path or leads.startswith(f"{path}/"):
        where = "itself" if leads == path else "a path below itself"
        hint = "keep the file somewhere else, for example in the folder of the project"
        raise SpecError(f"is a link to {where}, {leads}", managed.positions, path=managed.label, hint=hint)
