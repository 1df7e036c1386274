# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a switch costs, as ratios of CPU seconds taken in one run, in turns.

    tests/benchmarks/run            everything (some minutes)
    tests/benchmarks/run switch     whole plays against one ping
    tests/benchmarks/run ssh        plays over ssh on this machine, which docs/scale.md quotes
    tests/benchmarks/run engine     the controller's steps in process: parse, compile, evaluate, render
    tests/benchmarks/run packages   a profile of many files, and Debian packages from a warm cache

CPU is user and system time of the process and its waited children: with a local connection the target's share is in it. Nothing here
is a test; the figures are printed for people. `--write` puts the table and its plots into docs/performance.md.
"""

from __future__ import annotations

import argparse
import gc
import importlib
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable

from over_ssh import over_ssh
from plays import Plays, Result, rollback, users
from report import table, write
from scratch import ROOT, Scratch


def cpu(compute: Callable[[], object], rounds: int) -> float:
    """Milliseconds of CPU, the median of some rounds."""
    taken = []
    for _round in range(rounds):
        began = time.process_time()
        compute()
        taken.append((time.process_time() - began) * 1000)
    return statistics.median(taken)


def engine(scratch: Scratch, rounds: int, result: Result) -> None:
    """The controller's steps on the example that enables thirty programs, in this process."""
    sys.path.insert(0, str(scratch.folder / "collections"))

    base = "ansible_collections.home.manager.plugins.plugin_utils"
    deep_stack = importlib.import_module(f"{base}.plan.deep_stack")
    home = importlib.import_module(f"{base}.plan.home")
    manifest = importlib.import_module(f"{base}.plan.manifest")
    spec_file = importlib.import_module(f"{base}.modules.spec_file")
    contract = "ansible_collections.home.manager.plugins.module_utils.engine.contract"
    origin = importlib.import_module(f"{contract}.manifest").Origin()
    spec = pathlib.Path(__file__).parent / "thirty.yml"
    host = {
        "platform": "linux",
        "machine": "x86_64",
        "hostname": "h",
        "user": {"name": "alice", "home": "/home/alice", "uid": 1000},
    }
    # The caller's own cache has the code of other homes too, which would be loaded each time.
    os.environ["XDG_CACHE_HOME"] = str(scratch.folder / "cache")
    # As in a play.
    gc.set_threshold(*deep_stack.COLLECTED)
    shared = home.compiler()

    def request(compiler: object) -> object:
        roots = [(spec_file.load_file(str(spec)), str(spec))]
        return home.Request(roots, host, packages="/usr", compiler=compiler)

    def parse() -> None:
        spec_file._parsed.cache_clear()
        for file in loaded:
            spec_file.load_file(file)

    def whole(compiler: object = shared) -> object:
        return deep_stack.with_deep_stack(lambda: manifest.build(home.EvaluatedHome(request(compiler)), origin))

    def compiled() -> object:
        shutil.rmtree(os.environ["XDG_CACHE_HOME"], ignore_errors=True)
        return whole(home.compiler())

    def released() -> float:
        """The same with the code of templates that a release brings along."""
        made = [folder / "code.json" for folder in ROOT.glob("roles/*/templates")]
        had = any(file.exists() for file in made)
        subprocess.run([str(ROOT / "tests" / "template-code")], check=True)
        try:
            return cpu(compiled, rounds)
        finally:
            for file in [] if had else made:
                file.unlink()

    def recalled() -> object:
        return whole(home.compiler())

    first = whole()
    loaded = [
        m.file for m in deep_stack.with_deep_stack(lambda: home.EvaluatedHome(request(shared))).evaluation.modules
    ]
    parsed = cpu(parse, rounds)
    cold = cpu(compiled, rounds)
    kept = cpu(recalled, rounds)
    warm = cpu(whole, rounds)
    steps = {
        f"parse the spec and {len(loaded)} modules": (parsed, ""),
        "read the expressions, compile the templates": (cold - warm, "only in the first run; the result is cached"),
        "load the compiled ones": (kept - warm, ""),
        f"evaluate and render {len(first.manifest.view.files)} files": (warm, ""),
        "a cold controller, 30 programs": (parsed + released(), "limit 200; installed from a release"),
        "the same, from a checkout": (parsed + cold, "its templates have to be compiled"),
        "a later evaluation, 30 programs": (parsed + kept, ""),
    }
    result.plain += [(f"{label}, ms CPU", f"{figure:.0f}", note) for label, (figure, note) in steps.items()]


def packages(scratch: Scratch, rounds: int, result: Result) -> None:
    """What packages cost on a target, in a process of its own."""
    script = pathlib.Path(__file__).with_name("packages.py")
    folder = scratch.folder / "packages"
    folder.mkdir()
    environment = {**os.environ, "PYTHONPATH": str(scratch.folder / "collections")}
    command = [sys.executable, str(script), str(folder), str(rounds)]
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    result.plain += [tuple(row) for row in json.loads(done.stdout)]


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("what", nargs="?", choices=["switch", "engine", "packages", "ssh"])
    ask.add_argument("--rounds", type=int, default=5)
    ask.add_argument("--largest", type=int, default=20_000, help="the most files of a home")
    ask.add_argument("--hosts", type=int, default=40)
    ask.add_argument("--users", type=int, default=0, help="homes for so many accounts of this machine; only root can")
    ask.add_argument("--write", action="store_true", help="into docs/performance.md")
    said = ask.parse_args()
    if os.environ.get("PYTHONDONTWRITEBYTECODE"):
        print("PYTHONDONTWRITEBYTECODE is set; the plays run without it, for it is no part of a real run")
    scratch = Scratch(pathlib.Path(tempfile.mkdtemp(prefix="home-manager-bench-")))
    result = Result()
    try:
        if said.what in (None, "switch"):
            plays = Plays(scratch, said.rounds, said.largest, said.hosts)
            result = plays.run()
            rollback(scratch, result)
            if said.users:
                users(scratch, result, said.users)
        if said.what == "ssh":
            over_ssh(scratch, said.rounds, result)
        if said.what in (None, "engine"):
            engine(scratch, said.rounds, result)
        if said.what in (None, "packages"):
            packages(scratch, said.rounds, result)
    finally:
        scratch.remove()
    print(table(result))
    if said.write:
        write(result, said.rounds)


if __name__ == "__main__":
    main()
