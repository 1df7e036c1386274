# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Locks, realises and runs the programs of table.yml; what it finds becomes docs/packages-checked.md."""

from __future__ import annotations

import os
import platform
import pwd
import re
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from ansible_collections.home.manager.plugins.module_utils.engine.contract.errors import EngineError
from ansible_collections.home.manager.plugins.module_utils.engine.packages.depot import Depot
from ansible_collections.home.manager.plugins.module_utils.engine.packages.download import Sources
from ansible_collections.home.manager.plugins.module_utils.engine.packages.profile import Member, Profile
from ansible_collections.home.manager.plugins.module_utils.engine.packages.realisation import realise
from ansible_collections.home.manager.plugins.plugin_utils.packages.catalogue import Catalogue
from ansible_collections.home.manager.plugins.plugin_utils.packages.lock import Lock
from ansible_collections.home.manager.plugins.plugin_utils.packages.recipes import recipe_of
from ansible_collections.home.manager.plugins.plugin_utils.packages.resolution import Resolution, Settings
from ansible_collections.home.manager.plugins.plugin_utils.packages.resolver import Context
from ansible_collections.home.manager.plugins.plugin_utils.packages.sources import PackageSources
from ansible_collections.home.manager.plugins.plugin_utils.packages.wanted import Wanted
from ansible_collections.home.manager.plugins.plugin_utils.syntax.errors import SpecError, SpecErrors

HERE = Path(__file__).resolve().parent
DOCUMENT = HERE.parents[1] / "docs" / "packages-checked.md"
# Where no mirror can be reached nothing can be said of a package.
_NO_MIRROR = "no mirror"
_HEAD = """\
# Tested packages

Written by `tests/packages/check`, as an ordinary user{user} on {system}: each program is locked, installed, and run once with the command in the table.
A program that fails is a bug.

| package | provider | version | files to download | MB | command | result |
|---|---|---|---|---|---|---|
"""


class Row(NamedTuple):
    """One line of the document."""

    name: str
    provider: str
    version: str
    files: int
    size: float
    command: str
    problem: str

    def text(self) -> str:
        """The line."""
        command = self.command.replace("|", "\\|").replace("\n", " ")
        shown = command if len(command) <= 90 else command[:89] + "…"
        what = f"`{shown}`"
        done = "works" if not self.problem else f"**{self.problem}**"
        return f"| {self.name} | {self.provider} | {self.version} | {self.files} | {self.size:.1f} | {what} | {done} |"


def main(scratch: Path, names: list[str]) -> int:
    """Check all of them or some; the exit code."""
    table: dict[str, dict[str, str]] = yaml.safe_load((HERE / "table.yml").read_text())
    chosen = {name: table[name] for name in names} if names else table
    rows = []
    state = scratch / "state"
    state.mkdir(mode=0o700)
    if os.geteuid() == 0:
        os.chown(state, pwd.getpwnam("nobody").pw_uid, -1)
    for name, item in chosen.items():
        row = check(scratch, state, name, item)
        rows.append(row)
        print(row.text(), flush=True)
    skipped = [row.name for row in rows if row.problem.startswith(_NO_MIRROR)]
    failed = [row.name for row in rows if row.problem and row.name not in skipped]
    print(f"{len(rows) - len(failed) - len(skipped)} passed, {len(failed)} failed, {len(skipped)} skipped")
    if not names:
        user = " (not root)" if os.geteuid() == 0 else ""
        system = platform.freedesktop_os_release()["PRETTY_NAME"]
        DOCUMENT.write_text(_HEAD.format(user=user, system=system) + "\n".join(row.text() for row in rows) + "\n")
    return 1 if failed else 0


def check(scratch: Path, state: Path, name: str, item: dict[str, str]) -> Row:
    """Lock, realise and run one program."""
    try:
        lock = locked(scratch, name)
    except (SpecError, SpecErrors) as error:
        told = str(error)
        reached = not any(words in told for words in ("no address of", "cannot be had", "cannot resolve", "is known"))
        return Row(name, "", "", 0, 0, item["run"], told.splitlines()[0] if reached else f"{_NO_MIRROR}: {told[:200]}")
    entry = lock.packages[name]
    recipe = recipe_of(lock, name, f"{platform.machine()}-linux", f"{state}/packages")
    size = recipe.download_size() / 1e6
    said = unprivileged(lambda: realised_and_run(lock, state, name, item["run"]))
    problem = "" if re.search(item["says"], said) else (said.strip().splitlines() or ["prints nothing"])[-1][:80]
    return Row(name, entry.provider, entry.version, len(recipe.artefacts), size, item["run"], problem)


def locked(scratch: Path, name: str) -> Lock:
    """A lock with one package, for this machine."""
    catalogue = Catalogue()
    platforms = (f"{platform.machine()}-linux",)
    context = Context(
        platforms, PackageSources(), str(scratch / "resolving"), dict(catalogue.closure), lambda _text: None
    )
    return Resolution(Settings(catalogue, context)).resolve([Wanted(name)])


def realised_and_run(lock: Lock, state: Path, name: str, command: str) -> str:
    """What the command prints with only this package and a bare system on PATH."""
    fd = os.open(state, os.O_RDONLY)
    depot = Depot(str(state), fd)
    recipes = {}
    for each in lock.packages:
        recipe = recipe_of(lock, each, f"{platform.machine()}-linux", depot.base)
        recipes[recipe.identity(depot.base)] = recipe
    sources = Sources(None, {key: source.mirrors for key, source in lock.sources.items()}, {})
    try:
        realise(depot, recipes, sources)
        identity = next(key for key, recipe in recipes.items() if recipe.name == name)
        member = Member(name, identity, commands=dict(lock.packages[name].commands))
        links = Profile(depot, [member], []).build()
    except EngineError as error:
        return f"{error.kind}: {error.message}"
    home = state / "homes" / name
    (home / "bin").mkdir(parents=True)
    for path, text in links.items():
        if path.startswith("bin/"):
            (home / path).symlink_to(text)
    environment = {
        "HOME": str(home),
        "PATH": f"{home}/bin:/usr/bin:/bin",
        "TERM": "xterm-256color",
        "SHELL": "/bin/sh",
        "LC_ALL": "C.UTF-8",
    }
    done = subprocess.run(
        ["/bin/sh", "-c", command],
        cwd=home,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=120,
        check=False,
    )
    return done.stdout.decode("utf-8", "replace")


def unprivileged(function: Any) -> str:
    """What a function returns in a process of an ordinary user."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            if os.geteuid() == 0:
                account = pwd.getpwnam("nobody")
                os.setgroups([])
                os.setgid(account.pw_gid)
                os.setuid(account.pw_uid)
            said = function()
        except BaseException as error:
            said = f"{type(error).__name__}: {error}"
        with os.fdopen(writing, "wb") as pipe:
            pipe.write(said.encode("utf-8", "replace"))
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        said = pipe.read().decode()
    os.waitpid(child, 0)
    return said


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))
