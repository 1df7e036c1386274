# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a switch costs, as ratios of CPU seconds taken in one run, in turns.

    tests/benchmarks/run            everything (some minutes)
    tests/benchmarks/run switch     whole plays: no-op and first switch of 1,000 files against one ping, and a task a file
    tests/benchmarks/run engine     the controller's steps in process: parse, compile, evaluate, render

CPU is user and system time of the process and its waited children: with a local connection the target's share is in it. Nothing here
is a test; the figures are printed for people.
"""

from __future__ import annotations

import argparse
import os
import pathlib
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Callable

ROOT = pathlib.Path(__file__).resolve().parents[2]
PYTHON = "/usr/bin/python3"


class Bench:
    """A scratch project over this checkout."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.folder = folder
        namespace = folder / "collections" / "ansible_collections" / "home"
        namespace.mkdir(parents=True)
        (namespace / "manager").symlink_to(ROOT)
        self.home = folder / "home"
        self.environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith(("ANSIBLE_", "XDG_"))},
            "HOME": str(folder / "caller"),
            "ANSIBLE_HOME": str(folder / "ansible"),
            "ANSIBLE_REMOTE_TEMP": str(folder / "ansible" / "tmp"),
            "ANSIBLE_COLLECTIONS_PATH": str(folder / "collections"),
            "ANSIBLE_PYTHON_INTERPRETER": PYTHON,
            "ANSIBLE_LOCALHOST_WARNING": "false",
            "ANSIBLE_NOCOLOR": "1",
        }
        (folder / "caller").mkdir()
        self.user = __import__("pwd").getpwuid(os.getuid()).pw_name

    def write(self, name: str, text: str) -> None:
        (self.folder / name).write_text(textwrap.dedent(text))

    def project(self, files: int) -> None:
        """A home of `files` files, and the plays that are compared."""
        lines = ['home.stateVersion: "26.05"', "home.file:"]
        lines += [f'  .config/app{n % 50}/file{n}.conf: {{text: "setting {n} = value\\n"}}' for n in range(files)]
        self.write("user.yml", "\n".join(lines) + "\n")
        inventory = f"all: {{hosts: {{localhost: {{ansible_connection: local, home_users: {{{self.user}: "
        inventory += f"{{imports: [user.yml], home.homeDirectory: {self.home}}}}}}}}}}}\n"
        self.write("inventory.yml", inventory)
        self.write("ping.yml", "[{hosts: all, gather_facts: false, tasks: [{ansible.builtin.ping: }]}]\n")
        self.write("switch.yml", "[{hosts: all, gather_facts: false, roles: [home.manager.home]}]\n")
        copies = f"""
            - hosts: all
              gather_facts: false
              tasks:
                - ansible.builtin.copy: {{content: "setting {{{{ item }}}}", dest: "{self.folder}/copies/file{{{{ item }}}}.conf", mode: "0644"}}
                  loop: "{{{{ range(20) | list }}}}"
            """
        self.write("copies.yml", copies)
        (self.folder / "copies").mkdir(exist_ok=True)

    def play(self, name: str) -> float:
        """CPU seconds of a play. A play that fails ends the benchmark with its output."""
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        command = [str(ansible_playbook()), "-i", "inventory.yml", name]
        done = subprocess.run(
            command, cwd=self.folder, env=self.environment, capture_output=True, text=True, check=False
        )
        if done.returncode:
            sys.exit(done.stdout + done.stderr)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    def fresh(self) -> None:
        """No home, and nothing remembered of it."""
        for folder in (self.home, self.folder / "caller" / ".cache"):
            if folder.exists():
                subprocess.run(["chmod", "-R", "u+w", str(folder)], check=True)
                shutil.rmtree(folder)
        self.home.mkdir()


def ansible_playbook() -> pathlib.Path:
    """The playbook command of this Python, else the one on PATH."""
    own = pathlib.Path(sys.executable).parent / "ansible-playbook"
    return own if own.exists() else pathlib.Path(shutil.which("ansible-playbook") or "ansible-playbook")


def row(label: str, figure: float, note: str = "") -> None:
    print(f"{label:58} {figure:8.2f}  {note}", flush=True)


def switch(rounds: int, files: int) -> None:
    """Whole plays, in turns."""
    with tempfile.TemporaryDirectory(prefix="home-manager-bench-") as folder:
        bench = Bench(pathlib.Path(folder))
        bench.project(files)
        ping, first, again, copies = [], [], [], []
        bench.fresh()
        bench.play("switch.yml")
        for _round in range(rounds):
            ping.append(bench.play("ping.yml"))
            again.append(bench.play("switch.yml"))
            ping.append(bench.play("ping.yml"))
            bench.fresh()
            first.append(bench.play("switch.yml"))
            copies.append(bench.play("copies.yml"))
        unit = statistics.median(ping)
        row("one ping, CPU seconds", unit)
        row(f"no-op switch of {files} files / ping", statistics.median(again) / unit, "at most 1.25")
        row(f"first switch of {files} files / ping", statistics.median(first) / unit, "at most 2.0")
        task = (statistics.median(copies) - unit) / 20
        row("a task a file: CPU seconds a file (20 files, looped copy)", task)
        row(f"a task a file, {files} files / first switch", (unit + task * files) / statistics.median(first))
        bench.fresh()
        subprocess.run(["chmod", "-R", "u+w", str(bench.home)], check=True)


def cpu(compute: Callable[[], object], rounds: int) -> float:
    """Milliseconds of CPU, the median of some rounds."""
    taken = []
    for _round in range(rounds):
        began = time.process_time()
        compute()
        taken.append((time.process_time() - began) * 1000)
    return statistics.median(taken)


def engine(rounds: int) -> None:
    """The controller's steps on the example that enables thirty programs."""
    with tempfile.TemporaryDirectory(prefix="home-manager-bench-") as folder:
        bench = Bench(pathlib.Path(folder))
        sys.path.insert(0, str(bench.folder / "collections"))
        import importlib

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
            fresh = home.compiler()
            fresh.cache.entries.clear()
            return whole(fresh)

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
        row(f"parse the spec and {len(loaded)} modules, ms CPU", parsed)
        row("compile the expressions, ms CPU", cold - warm, "the first run only: compiled ones are kept")
        row("take the kept ones, ms CPU", kept - warm)
        row(f"evaluate and render {len(first.manifest.view.files)} files, ms CPU", warm)
        row("all of it in a first run, ms CPU", parsed + cold)
        row("all of it in a later run, ms CPU", parsed + kept, "150 is wanted; Home Manager's own evaluation takes 440")


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("what", nargs="?", choices=["switch", "engine"])
    ask.add_argument("--rounds", type=int, default=5)
    ask.add_argument("--files", type=int, default=1000)
    said = ask.parse_args()
    if said.what in (None, "engine"):
        engine(said.rounds)
    if said.what in (None, "switch"):
        switch(said.rounds, said.files)


if __name__ == "__main__":
    main()
