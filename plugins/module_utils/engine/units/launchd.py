# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Agents of macOS: what changed is booted out and bootstrapped again, what is gone is booted out."""

from __future__ import annotations

import time
from typing import Callable, Dict, List, Mapping, NamedTuple, Tuple

from ..disk import filesystem

LAUNCHCTL = "/bin/launchctl"
DOMAINS = ("gui", "user")
# From this release on launchctl can wait for the end of what it boots out.
_WAITS = 26
# Seconds that the end takes where it cannot be waited for.
PAUSE = 1.0
_HARMLESS = ("No such process", "Domain does not support specified action", "Could not find")

# A command to its exit status and what it printed.
Call = Callable[[List[str]], Tuple[int, str]]


class Agent(NamedTuple):
    """An agent.

    `domain` is gui or user; `identity` is equal only where the file is; `path` is where launchd reads it, and `kept` a copy
    that stays when that file changes.
    """

    label: str
    domain: str
    identity: str
    path: str
    kept: str


class AgentFailure(NamedTuple):
    """An agent that could not be bootstrapped: the status of launchctl, and what it said."""

    label: str
    status: int
    output: str
    former_runs: bool

    @property
    def message(self) -> str:
        """The sentence for people."""
        former = "; the agent that ran before was started again" if self.former_runs else ""
        return f"{self.label} was not started (launchctl bootstrap: {self.output.strip() or self.status}){former}"


class Launchd:
    """The launchd of one user. `release` is the major number of macOS."""

    def __init__(self, uid: int, release: int, call: Call) -> None:
        self.uid = uid
        self.release = release
        self._call = call
        self.stop: List[str] = []
        self.restart: List[str] = []
        self.start: List[str] = []
        self.keep: Dict[str, str] = {}
        self.failures: List[AgentFailure] = []
        self.warnings: List[str] = []
        self._present: Dict[str, bool] = {}

    def plan(self, old: Mapping[str, Agent], new: Mapping[str, Agent]) -> None:
        """What differs: `stop`, `restart` and `start` by label. Starts no process."""
        self.stop = sorted(old.keys() - new.keys())
        self.start = sorted(new.keys() - old.keys())
        self.restart = sorted(label for label in new.keys() & old.keys() if new[label][1:3] != old[label][1:3])

    def act(self, old: Mapping[str, Agent], new: Mapping[str, Agent]) -> None:
        """Do that; the files are in their places already."""
        self.plan(old, new)
        for label in list(self.stop):
            if filesystem.lstat(old[label].path) is not None:
                # The switch takes away only what nobody edited, and what stays goes on running.
                self.stop.remove(label)
                self.keep[label] = "its file was edited"
            elif self._reachable(old[label]):
                self._boot_out(old[label])
        for label in self.restart:
            self._replace(old[label], new[label])
        for label in self.start:
            self._replace(None, new[label])
        self._note_absent({**old, **new})

    def _replace(self, old: Agent | None, new: Agent) -> None:
        for agent in (old, new) if old is not None and old.domain != new.domain else (new,):
            if self._reachable(agent) and self._loaded(agent):
                self._boot_out(agent)
        if not self._reachable(new):
            return
        status, output = self._bootstrap(new, new.path)
        if status:
            former = False
            if old is not None and self._reachable(old):
                former = self._bootstrap(old, old.kept)[0] == 0
            self.failures.append(AgentFailure(new.label, status, output, former))

    def _domain(self, domain: str) -> str:
        return f"{domain}/{self.uid}"

    def _reachable(self, agent: Agent) -> bool:
        """Whether the agent's domain is there; over SSH nobody may be logged in."""
        domain = self._domain(agent.domain)
        if domain not in self._present:
            self._present[domain] = self._call([LAUNCHCTL, "print", domain])[0] == 0
        return self._present[domain]

    def _loaded(self, agent: Agent) -> bool:
        return self._call([LAUNCHCTL, "print", f"{self._domain(agent.domain)}/{agent.label}"])[0] == 0

    def _boot_out(self, agent: Agent) -> None:
        wait = ["--wait"] if self.release >= _WAITS else []
        status, output = self._call([LAUNCHCTL, "bootout", *wait, f"{self._domain(agent.domain)}/{agent.label}"])
        if status and not any(text in output for text in _HARMLESS):
            self.warnings.append(f"{agent.label} could not be stopped (launchctl bootout: {output.strip() or status})")
        elif not status and not wait:
            time.sleep(PAUSE)

    def _bootstrap(self, agent: Agent, path: str) -> Tuple[int, str]:
        return self._call([LAUNCHCTL, "bootstrap", self._domain(agent.domain), path])

    def _note_absent(self, agents: Mapping[str, Agent]) -> None:
        waiting = [label for label in [*self.restart, *self.start] if not self._reachable(agents[label])]
        if waiting:
            some = f"{len(waiting)} agents are" if len(waiting) > 1 else f"{waiting[0]} is"
            self.warnings.append(f"nobody is logged in graphically: {some} in place and will start at the next login")
            self.restart = [label for label in self.restart if label not in waiting]
            self.start = [label for label in self.start if label not in waiting]


def command(words: List[str]) -> Tuple[int, str]:
    """Run a command: its exit status, and what it printed."""
    import subprocess

    try:
        done = subprocess.run(
            words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
        )
    except OSError as error:
        return 127, error.strerror or str(error)
    return done.returncode, done.stdout.decode("utf-8", "replace")
