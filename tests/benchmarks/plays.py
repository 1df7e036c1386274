# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Whole plays, in turns with a play of one ping: the figures are medians of the ratios within a round."""

from __future__ import annotations

import json
import os
import pwd
import shutil
import statistics
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from kinds import KINDS
from scratch import ROOT, Cost, Scratch

FILES = "files"
PROGRAMS = "programs"
HOSTS = "hosts"
USERS = "users"


@dataclass
class Figure:
    """What one case costs: ratios of CPU, and of memory, to the ping of its round; operations of the connection, which are exact."""

    label: str
    wanted: str = ""
    ratios: list[float] = field(default_factory=list)
    memories: list[float] = field(default_factory=list)
    operations: int | None = None

    def add(self, cost: Cost, ping: Cost) -> None:
        """Another round."""
        self.ratios.append(cost.cpu / ping.cpu)
        self.memories.append(cost.memory / ping.memory)

    @property
    def median(self) -> float:
        return statistics.median(self.ratios)

    @property
    def spread(self) -> str:
        return f"{min(self.ratios):.2f}-{max(self.ratios):.2f}"


@dataclass
class Result:
    """The figures of a run, and the points of its plots: what is counted, to pairs of a number and a ratio."""

    figures: list[Figure] = field(default_factory=list)
    points: dict[str, list[tuple[int, float]]] = field(default_factory=dict)
    plain: list[tuple[str, str, str]] = field(default_factory=list)

    def figure(self, label: str, wanted: str = "") -> Figure:
        found = next((figure for figure in self.figures if figure.label == label), None)
        if found is None:
            found = Figure(label, wanted)
            self.figures.append(found)
        return found


class Plays:
    """The cases of plays."""

    def __init__(self, scratch: Scratch, rounds: int, largest: int, hosts: int) -> None:
        self.scratch = scratch
        self.rounds = rounds
        self.sizes = [size for size in (0, 1000, 5000, 20000) if size <= largest]
        self.counts = [0, 10, 20, 30]
        self.host_count = hosts
        self.result = Result()
        # What a further host costs, by round.
        self.seconds: dict[str, list[float]] = {}

    def run(self) -> Result:
        scratch = self.scratch
        self._booted()
        for size in self.sizes:
            scratch.files(f"files-{size}.yml", size)
            scratch.hosts(f"files-{size}", [f"f{size}"], f"files-{size}.yml")
            self._settle(f"files-{size}")
        for count in self.counts:
            scratch.programs(f"programs-{count}.yml", count)
            scratch.hosts(f"programs-{count}", [f"p{count}"], f"programs-{count}.yml")
            self._settle(f"programs-{count}")
        scratch.programs("seven.yml", 7)
        for kind, lay in KINDS.items():
            lay(scratch, kind)
            self._settle(kind)
        hosts = [f"h{number}" for number in range(self.host_count)]
        scratch.hosts("hosts", hosts, "seven.yml")
        self._settle("hosts")
        for number in range(self.rounds):
            self._no_op()
            self._changes(number)
            self._many_hosts(hosts, number)
        self._points()
        middle = {label: statistics.median(found) for label, found in self.seconds.items()}
        note = f"{middle['with a change']:.3f} with a change; of ping {middle['of ping']:.3f}"
        self.result.plain.append(("each further host, CPU seconds", f"{middle['a further host']:.3f}", note))
        # Last: it forgets what is remembered.
        self._operations()
        return self.result

    def _settle(self, inventory: str) -> None:
        """Switched, with a kept plan whose signatures are believed."""
        self.scratch.switch(inventory)
        self.scratch.switch(inventory)

    def _paired(self, label: str, wanted: str, play: Callable[[], Cost], ping: Cost) -> None:
        self.result.figure(label, wanted).add(play(), ping)

    def _ping(self, *arguments: str) -> Cost:
        return self.scratch.play("ping.yml", "files-0", *arguments)

    def _no_op(self) -> None:
        scratch = self.scratch
        wanted = {"files-1000": "0.90", "files-5000": "1.00", "programs-30": "0.90"}
        for name in (*(f"files-{size}" for size in self.sizes), *(f"programs-{count}" for count in self.counts)):
            label, ping = f"no-op, {_label(name)}", self._ping()
            self._paired(label, wanted.get(name, ""), partial(scratch.switch, name), ping)
        for kind in KINDS:
            self._paired(f"no-op, {kind}", "0.90", partial(scratch.switch, kind), self._ping())
        for name in ("files-1000", "programs-30"):
            ping = self._ping()
            off = partial(scratch.switch, name, "-e", "home_plan_cache=false")
            self._paired(f"the same, {_label(name)}, plan cache off", "", off, ping)
            again = partial(scratch.without_plans, partial(scratch.switch, name))
            self._paired(f"the same, {_label(name)}, no plan kept", "", again, ping)

    def _changes(self, number: int) -> None:
        scratch = self.scratch
        (scratch.folder / "sources-1000" / "file7.conf").write_text(f"setting 7 = {number}\n")
        self._paired("one change of 1,000 files", "1.15", lambda: scratch.switch("files-1000"), self._ping())
        scratch.move_home("f1000", number)
        self._paired("first switch of 1,000 files", "1.50", lambda: scratch.switch("files-1000"), self._ping())
        scratch.switch("files-1000")

    def _many_hosts(self, hosts: list[str], number: int) -> None:
        scratch, more = self.scratch, len(hosts) - 1
        ping = scratch.play("ping.yml", "hosts").cpu - scratch.play("ping.yml", "hosts", "--limit", hosts[0]).cpu
        ours = scratch.switch("hosts").cpu - scratch.switch("hosts", "--limit", hosts[0]).cpu
        label = f"each further host, relative to a further host of `ping` ({len(hosts)} hosts, 7 programs)"
        self.result.figure(label, "0.60").ratios.append(ours / ping)
        changed = -self._all_changed(2 * number, "--limit", hosts[0]) + self._all_changed(2 * number + 1)
        for label, seconds in (("a further host", ours), ("with a change", changed), ("of ping", ping)):
            self.seconds.setdefault(label, []).append(seconds / more)

    def _all_changed(self, number: int, *limit: str) -> float:
        """CPU seconds of a change of the spec that the hosts share."""
        self.scratch.programs("seven.yml", 7, f"home.file.changed.text: '{number}'\n")
        return self.scratch.switch("hosts", *limit).cpu

    def _booted(self) -> None:
        """What needs a booted machine, in a container; without root or podman the rows are missing."""
        if os.geteuid() != 0 or shutil.which("podman") is None:
            return
        command = [str(ROOT / "tests" / "benchmarks" / "booted"), str(self.rounds)]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
        system, services = map(json.loads, done.stdout.splitlines()[-2:])
        found = {"a system with two homes": system, **services}
        for label, row in found.items():
            figure = self.result.figure(f"no-op, {label}", "0.90")
            figure.ratios, figure.memories = row["ratios"], row["memories"]
            figure.operations = row["operations"]

    def _operations(self) -> None:
        scratch = self.scratch
        cases: dict[str, Callable[[], Cost]] = {
            "no-op, 1,000 files": lambda: scratch.switch("files-1000", "-vvv"),
            **{f"no-op, {kind}": partial(scratch.switch, kind, "-vvv") for kind in KINDS},
            "one change of 1,000 files": self._counted_change,
            "first switch of 1,000 files": self._counted_first,
        }
        for label, play in cases.items():
            self.result.figure(label).operations = play().operations
        scratch.forget_all()
        scratch.move_home("f1000", 1001)
        contact = scratch.switch("files-1000", "-vvv").operations
        self.result.plain.append(("operations of a first contact", str(contact), "the engine is sent with the first"))
        scratch.second_controller()
        scratch.switch("programs-30")
        again = scratch.switch("programs-30", "-vvv").operations
        self.result.plain.append(
            ("operations of another controller with the same collection", str(again), "expected: 1")
        )

    def _counted_change(self) -> Cost:
        (self.scratch.folder / "sources-1000" / "file7.conf").write_text("setting 7 = counted\n")
        return self.scratch.switch("files-1000", "-vvv")

    def _counted_first(self) -> Cost:
        self.scratch.move_home("f1000", 1000)
        return self.scratch.switch("files-1000", "-vvv")

    def _points(self) -> None:
        median = {figure.label: figure.median for figure in self.result.figures}
        self.result.points[FILES] = [(size, median[f"no-op, {_label(f'files-{size}')}"]) for size in self.sizes]
        self.result.points[PROGRAMS] = [
            (count, median[f"no-op, {_label(f'programs-{count}')}"]) for count in self.counts
        ]
        unit = self._ping().cpu
        self.result.points[HOSTS] = [
            (
                count,
                self.scratch.switch("hosts", "--limit", ",".join(f"h{number}" for number in range(count))).cpu / unit,
            )
            for count in (1, self.host_count // 2, self.host_count)
        ]


def _label(name: str) -> str:
    kind, _dash, count = name.partition("-")
    return f"{int(count):,} {kind}"


def rollback(scratch: Scratch, result: Result) -> None:
    """The command in a home of 1,000 files, wall and CPU seconds."""
    text = (scratch.folder / "files-1000.yml").read_text() + "programs.home-manager.enable: true\n"
    (scratch.folder / "rolled.yml").write_text(text)
    scratch.hosts("rolled", ["rolled"], "rolled.yml")
    scratch.switch("rolled")
    (scratch.folder / "rolled.yml").write_text(text + "home.sessionVariables.A: b\n")
    scratch.switch("rolled")
    program = str(scratch.home("rolled") / ".local/bin/home-manager")
    costs = []
    # That of a bare machine: what stands for `python3` may be a script that costs as much.
    scratch.environment["PATH"] = "/usr/bin:/bin"
    for number in range(7):
        choice = ("--rollback",) if number % 2 == 0 else ("--generation", "2")
        costs.append(scratch.command(program, "switch", *choice))
    wall, cpu = (
        statistics.median(figures) for figures in zip(*((cost.wall, cost.cpu) for cost in costs[2:]), strict=True)
    )
    note = f"limit 0.10; {cpu:.3f} s of CPU"
    result.plain.append(("rollback of 1,000 files by the command, wall seconds", f"{wall:.3f}", note))


def users(scratch: Scratch, result: Result, most: int) -> None:
    """Homes of several users of one host; the machine's own accounts, whose homes here are scratch folders. Only root can."""
    accounts = [account for account in pwd.getpwall() if 0 < account.pw_uid < 1000][:most]
    unit = scratch.play("ping.yml", "files-0").cpu
    scratch.folder.chmod(0o755)
    for count in sorted({1, len(accounts) // 2, len(accounts)}):
        lines = ["all:", f"  hosts: {{users{count}: }}", "  vars:"]
        lines += ["    ansible_connection: local", "    home_package_prefix: /usr", "    home_users:"]
        for account in accounts[:count]:
            home = scratch.home(f"users{count}-{account.pw_name}")
            home.mkdir(parents=True)
            os.chown(home, account.pw_uid, account.pw_gid)
            lines.append(f"      {account.pw_name}: {{imports: [seven.yml], home.homeDirectory: {home}}}")
        (scratch.folder / f"users-{count}").write_text("\n".join(lines) + "\n")
        scratch.switch(f"users-{count}")
        scratch.switch(f"users-{count}")
        result.points.setdefault(USERS, []).append((count, scratch.switch(f"users-{count}").cpu / unit))
