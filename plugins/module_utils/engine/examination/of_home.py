# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Checks of the home: its generations and files, its folders, and what a login shell has of it."""

from __future__ import annotations

import os
import stat
from shutil import which

from ..contract.findings import ERROR, Finding
from ..disk import filesystem, queries
from ..state.ledger import Ledger
from ..switching.drift import described, object_drift, path_drift
from .examined_home import Skipped, listed, warning

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Iterator

    from .examined_home import ExaminedHome

# So many files that differ are named one by one.
_MOST = 5
_BASES = {
    "XDG_CONFIG_HOME": ".config",
    "XDG_DATA_HOME": ".local/share",
    "XDG_STATE_HOME": ".local/state",
    "XDG_CACHE_HOME": ".cache",
}
_VARIABLES = "home-path/etc/profile.d/hm-session-vars.sh"


def generation(examined: ExaminedHome) -> Iterator[Finding]:
    """There is one, and its hooks have run."""
    state = examined.home.state
    if state is None or state.current() is None:
        yield warning("generation", "this home has no generation yet", "switch to its spec")
    elif state.interrupted():
        yield Finding("generation", ERROR, "a switch was interrupted", ["the next switch finishes or undoes it"])
    elif state.current() != state.completed():
        yield warning("generation", "hooks of the last switch still have to run", "switch again")


def files(examined: ExaminedHome) -> Iterator[Finding]:
    """They are as the current generation put them there."""
    home, current = examined.home, examined.current
    ledger = Ledger.read(home.require_state(), home.path)
    found = [*path_drift(home, ledger), *described(object_drift(home, ledger, current))]
    for item in found[:_MOST]:
        what = "is gone" if item.problem == "missing" else f"does not match generation {examined.generation}"
        more = "" if item.problem == "missing" else f": {item.detail}"
        yield Finding("files", ERROR, f"~/{item.path} {what}{more}", [f"home-manager diff ~/{item.path}"])
    if len(found) > _MOST:
        yield Finding("files", ERROR, f"{len(found) - _MOST} more files differ", ["home-manager verify"])


def folders(examined: ExaminedHome) -> Iterator[Finding]:
    """The home and the folders of XDG belong to the user, who can write there."""
    owner = examined.account.pw_uid
    for path in ["", *_BASES.values()]:
        whole = os.path.join(examined.home.path, path).rstrip("/")
        found = filesystem.stat_followed(whole)
        if found is None:
            continue
        shown = examined.display_path(whole) if path else whole
        if found.st_uid != owner:
            remedy = f"sudo chown -R {examined.account.pw_name} {shown}"
            yield Finding("folders", ERROR, f"{shown} does not belong to {examined.account.pw_name}", [remedy])
        elif found.st_mode & stat.S_IRWXU != stat.S_IRWXU:
            yield Finding("folders", ERROR, f"{shown} cannot be written by its owner", [f"chmod u+rwx {shown}"])


def xdg(examined: ExaminedHome) -> Iterator[Finding]:
    """A login shell has the folders of XDG that the generation was made for."""
    environment, session = examined.login(), examined.session
    for name in _BASES:
        wanted = examined.expanded(session.variables.get(name, ""))
        actual = environment.get(name, "")
        if wanted and actual and wanted != actual:
            text = f"{name} is {examined.display_path(actual)} in a login shell, and {examined.display_path(wanted)} in the spec"
            yield warning(
                "xdg", text, "something overrides it after the home sets it: check /etc/profile.d and ~/.profile"
            )


def path(examined: ExaminedHome) -> Iterator[Finding]:
    """The folders of the spec are in PATH, before those of the system."""
    searched = [item for item in examined.login().get("PATH", "").split(os.pathsep) if item]
    wanted = [examined.expanded(item) for item in examined.session.path if "$" not in item]
    if not wanted:
        raise Skipped("the spec adds nothing to PATH")
    for folder in wanted:
        if folder not in searched:
            remedy = "let the home manage the login shell, for example with `programs.bash.enable: true`"
            yield warning("path", f"{examined.display_path(folder)} is not in PATH of a login shell", remedy)
            continue
        hidden = [(name, found) for name in _commands(folder) if (found := _other(name, folder, wanted, searched))]
        if hidden:
            name, first = hidden[0]
            text = (
                f"{os.path.dirname(first)} comes before {examined.display_path(folder)} in PATH, so `{name}` is {first}"
            )
            remedy = "move its line to the front, in ~/.profile or /etc/profile.d"
            yield warning("path", text + (f" ({len(hidden) - 1} more)" if len(hidden) > 1 else ""), remedy)


def _commands(folder: str) -> list[str]:
    return [name for name in queries.names(folder) if queries.is_program(os.path.join(folder, name))]


def _other(name: str, folder: str, own: list[str], searched: list[str]) -> str:
    """The program that is found instead of the one in a folder; empty when that is the spec's own, too."""
    found = which(name, path=os.pathsep.join(searched)) or ""
    same = bool(found) and os.path.realpath(found) == os.path.realpath(os.path.join(folder, name))
    return "" if same or os.path.dirname(found) in own else found


def session(examined: ExaminedHome) -> Iterator[Finding]:
    """A login shell has the session variables of the generation."""
    environment = examined.login()
    wanted = {name: value for name, value in examined.session.variables.items() if "$" not in value}
    if not wanted:
        raise Skipped("the spec sets no session variable")
    missing = sorted(name for name in wanted if name not in environment)
    if missing:
        source = f". {examined.display_path(examined.home.state_path)}/current/{_VARIABLES}"
        yield warning(
            "session",
            f"a login shell lacks {listed(missing)}",
            "let the home manage the login shell, for example with `programs.bash.enable: true`,",
            f"or put this line into ~/.profile:  {source}",
        )
    for name in sorted(set(wanted) - set(missing) - set(_BASES)):
        if environment[name] != examined.expanded(wanted[name]):
            text = f"{name} is `{environment[name]}` in a login shell, and `{wanted[name]}` in the spec"
            yield warning("session", text, "something overrides it after the home sets it: check ~/.profile")


def state(examined: ExaminedHome) -> Iterator[Finding]:
    """The folder of the generations is private, and there is room for more."""
    if examined.home.state is None:
        raise Skipped("there is no generation")
    path_of_state = examined.home.state_path
    mode = stat.S_IMODE(os.stat(path_of_state).st_mode)
    if mode & 0o077:
        yield Finding(
            "state",
            ERROR,
            f"{examined.display_path(path_of_state)} can be read by others",
            [f"chmod 700 {examined.display_path(path_of_state)}"],
        )


def room(examined: ExaminedHome) -> Iterator[Finding]:
    """There is room for another generation."""
    found = os.statvfs(examined.home.path)
    free = found.f_bavail * found.f_frsize // 10**6
    if free < _LEAST:
        yield warning("room", f"only {free} MB are free in {examined.home.path}", "home-manager expire 30d")


# Megabytes.
_LEAST = 100
