# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What packages cost on a target: a profile of many files, and Debian packages from a warm cache.

    PYTHONPATH=COLLECTIONS python packages.py FOLDER ROUNDS        JSON: rows of a label, a figure and a note

benchmark.py runs it. Wall seconds depend on what else the machine does; CPU seconds include the programs that are started.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import platform
import pwd
import resource
import statistics
import sys
import tarfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from ansible_collections.home.manager.plugins.module_utils.engine.contract.bundle import write_bundle
from ansible_collections.home.manager.plugins.module_utils.engine.contract.manifest import Manifest
from ansible_collections.home.manager.plugins.module_utils.engine.contract.objects import object_id
from ansible_collections.home.manager.plugins.module_utils.engine.disk import filesystem
from ansible_collections.home.manager.plugins.module_utils.engine.packages.depot import Depot
from ansible_collections.home.manager.plugins.module_utils.engine.packages.download import Sources
from ansible_collections.home.manager.plugins.module_utils.engine.packages.realisation import realise
from ansible_collections.home.manager.plugins.module_utils.engine.packages.recipe import Artefact, Recipe, canonical
from ansible_collections.home.manager.plugins.module_utils.engine.verbs.dispatch import handle
from ansible_collections.home.manager.plugins.plugin_utils.packages.catalogue import Catalogue
from ansible_collections.home.manager.plugins.plugin_utils.packages.recipes import recipe_of
from ansible_collections.home.manager.plugins.plugin_utils.packages.resolution import Resolution, Settings
from ansible_collections.home.manager.plugins.plugin_utils.packages.resolver import Context
from ansible_collections.home.manager.plugins.plugin_utils.packages.sources import PackageSources
from ansible_collections.home.manager.plugins.plugin_utils.packages.vendor import vendor
from ansible_collections.home.manager.plugins.plugin_utils.packages.wanted import Wanted
from ansible_collections.home.manager.plugins.plugin_utils.syntax.errors import SpecError, SpecErrors

PACKAGES, FILES = 8, 7000
DEBS = ("htop", "ripgrep", "fd", "bat", "jq")
LANGUAGES = tuple(f"{first}{second}" for first in "abcdefgh" for second in "aeiou")
Row = tuple[str, str, str]


class Cost(NamedTuple):
    """Wall and CPU seconds, those of programs that were started included."""

    wall: float
    cpu: float


def cost(act: Callable[[], Any]) -> Cost:
    """What an act takes."""
    before, began = _cpu(), time.perf_counter()
    act()
    return Cost(time.perf_counter() - began, _cpu() - before)


def _cpu() -> float:
    found = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in found)


def rows_of(label: str, costs: list[Cost], note: str) -> list[Row]:
    """A row for the median of each kind of seconds."""
    wall, cpu = (statistics.median(column) for column in zip(*costs, strict=True))
    return [(f"{label}, wall seconds", f"{wall:.2f}", note), (f"{label}, CPU seconds", f"{cpu:.2f}", "")]


def shown_files(number: int) -> list[str]:
    """What one of the packages shows: some of it in folders that all have, most in folders of its own."""
    name = f"package{number}"
    manuals = 160 if number == 0 else 12
    files = [f"bin/{name}-{command}" for command in range(15)]
    files += [f"share/man/man1/{name}-{page}.1.gz" for page in range(manuals)]
    files += [f"share/man/man{section}/{name}.{section}.gz" for section in (5, 7, 8)]
    files += [f"share/locale/{language}/LC_MESSAGES/{name}.mo" for language in LANGUAGES]
    files += [f"share/icons/hicolor/{size}x{size}/apps/{name}.png" for size in (16, 24, 32, 48, 64, 128, 256)]
    files += [f"share/bash-completion/completions/{name}", f"share/zsh/vendor-completions/_{name}"]
    files += [f"share/applications/{name}.desktop", f"share/fish/vendor_completions.d/{name}.fish"]
    rest = FILES // PACKAGES - len(files)
    return files + [f"share/nvim/{name}/{page % 30}/{page}.lua" for page in range(rest)]


def archived(cache: Path, number: int) -> Artefact:
    """The archive of one of the packages, in a folder where files have their hash as their name."""
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w:gz", compresslevel=1) as packed:
        for path in shown_files(number):
            text = f"{path} of {number}\n".encode()
            item = tarfile.TarInfo(f"top/{path}")
            item.size, item.mode = len(text), 0o755 if path.startswith("bin/") else 0o644
            packed.addfile(item, io.BytesIO(text))
    content = held.getvalue()
    name = hashlib.sha256(content).hexdigest()
    (cache / name).write_bytes(content)
    return Artefact(name, len(content), f"package{number}.tar.gz", ("nowhere:x",), True)


class Home:
    """A home whose profile shows the packages, and as many switches of it as are asked for."""

    def __init__(self, folder: Path) -> None:
        self.home = folder / "home"
        self.state = self.home / ".local/state/home.manager"
        self.cache = folder / "cache"
        for path in (self.home, self.cache):
            path.mkdir(parents=True)
        self.contents: dict[str, bytes] = {}
        self.packages = [self._package(number) for number in range(PACKAGES)]

    def _package(self, number: int) -> dict[str, Any]:
        name = f"package{number}"
        artefact = archived(self.cache, number)
        value = {"realiser": 1, "provider": "archive", "name": name, "version": "1", "platform": "any"}
        recipe = Recipe.of({**value, "artefacts": [artefact.json()]})
        text = canonical(recipe.json())
        made = object_id(text, "0444", name)
        self.contents[made] = text
        identity = recipe.identity(f"{self.state}/packages")
        return {"name": name, "version": "1", "provider": "archive", "id": identity, "recipe": made, "host": False}

    def switch(self, number: int, shown: bool = True) -> None:
        """A switch to a generation that differs from the others in one file; the packages are `shown` or not."""
        text = f"{number}\n".encode()
        file = object_id(text, "0444", "number")
        contents = {**self.contents, file: text}
        value = {
            "version": 1,
            "user": pwd.getpwuid(os.geteuid()).pw_name,
            "home": str(self.home),
            "uid": None,
            "state": str(self.state),
            "files": {"number": {"type": "file", "method": "link", "object": file}},
            "objects": {name: {"mode": "0444", "size": len(content)} for name, content in contents.items()},
            "activation": [],
            "packages": self.packages if shown else [],
            "specialisations": {},
            "origin": {"host": "here", "project": None, "playbook": None, "inventory": None},
        }
        manifest = Manifest.of(value)
        request = {"verb": "switch", "user": value["user"], "digest": manifest.digest()}
        places = {"cache": str(self.cache), "mirrors": {}, "snapshots": {}}
        request["packages"] = {"sources": places}
        answer = handle(request, bundle=write_bundle(manifest.json(), list(contents.items())))
        if answer.get("failed"):
            sys.exit(f"the switch failed: {answer}")

    def links(self) -> int:
        """The number of links in the current profile."""
        top = self.state / "current/home-path"
        return sum(path.is_symlink() for path in top.rglob("*"))


def profile(folder: Path, rounds: int) -> list[Row]:
    """Switches of a home whose packages are there already: from a profile without them, and from the same profile."""
    home = Home(folder / "profile")
    home.switch(0)
    new, same = [], []
    for number in range(3, 3 * rounds + 1, 3):
        home.switch(number - 2, shown=False)
        new.append(cost(lambda number=number - 1: home.switch(number)))
        same.append(cost(lambda number=number: home.switch(number)))
    label = f"{FILES:,} files of {PACKAGES} packages"
    rows = rows_of(f"a switch to a profile of {label}", new, f"limit 0.50; {home.links():,} links")
    return rows + rows_of(f"a switch that keeps a profile of {label}", same, "limit 0.50")


def warm(folder: Path, rounds: int) -> list[Row]:
    """Debian packages that a folder has, realised in an empty state."""
    label = f"{len(DEBS)} Debian packages from a warm cache"
    catalogue = Catalogue()
    here = f"{platform.machine()}-linux"
    context = Context((here,), PackageSources(), str(folder / "resolving"), dict(catalogue.closure), lambda _text: None)
    cache = folder / "debs"
    try:
        lock = Resolution(Settings(catalogue, context)).resolve([Wanted(name) for name in DEBS])
        mirrors = {name: source.mirrors for name, source in lock.sources.items()}
        vendor(lock, str(cache), Sources(None, mirrors, {}))
    except (SpecError, SpecErrors) as error:
        return [(f"{label}, wall seconds", "not measured", str(error).splitlines()[0])]

    def once(number: int) -> None:
        state = folder / f"warm{number}"
        state.mkdir(mode=0o700)
        fd = filesystem.open_folder(str(state))
        depot = Depot(str(state), fd)
        recipes = {}
        for name in lock.packages:
            recipe = recipe_of(lock, name, here, depot.base)
            recipes[recipe.identity(depot.base)] = recipe
        realise(depot, recipes, Sources(str(cache), {}, {}))
        os.close(fd)

    return rows_of(label, [cost(lambda number=number: once(number)) for number in range(rounds)], "limit 5.00")


if __name__ == "__main__":
    here, count = Path(sys.argv[1]), int(sys.argv[2])
    print(json.dumps(profile(here, count) + warm(here, count)))
