# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Hosts on which a scenario is played: one with the real package manager in a root of its own, and one that answers as that did.

A scenario is a test that asks for the fixture `host`. It runs twice: with the real programs, where they are installed, and with what they
printed when HOME_MANAGER_RECORD was last set, which is in the folder `transcripts`.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from ansible_collections.home.manager.plugins.module_utils.engine.contract.errors import EngineError
from ansible_collections.home.manager.plugins.module_utils.engine.system.declaration import WantedPackage
from ansible_collections.home.manager.plugins.module_utils.engine.system.packages import dnf, foreign
from ansible_collections.home.manager.plugins.module_utils.engine.system.packages.foreign import Foreign
from ansible_collections.home.manager.plugins.module_utils.engine.system.process import Done, run
from ansible_collections.home.manager.plugins.module_utils.engine.system.records import PackageRows

TRANSCRIPTS = Path(__file__).parent / "transcripts"
WHY = "environment.systemPackages"


def wanted(*items: str) -> list[WantedPackage]:
    """Packages as a declaration wants them: `NAME` or `NAME=VERSION`."""
    return [WantedPackage(item.partition("=")[0], item.partition("=")[2] or None, WHY) for item in items]


class Host:
    """A host with a package manager. `rows` is what a ledger would hold; `folder` has the root, and `places` stand for paths in transcripts."""

    real = False

    def __init__(self, folder: Path, manager: Foreign) -> None:
        self.folder = folder
        self.manager = manager
        self.rows = PackageRows()
        self.calls: list[str] = []

    # The command with which an administrator installs packages.
    by_hand: tuple[str, ...] = ()

    def others(self, *command: str) -> None:
        """Somebody else does something with the packages of the host."""

    def install_by_hand(self, *names: str) -> None:
        """Somebody else installs packages."""
        self.others(*self.by_hand, *names)

    def network(self, up: bool) -> None:
        """Whether the repositories can be reached."""

    def publish(self, *names: str) -> None:
        """The repository gets packages that were held back."""

    def has(self, path: str, text: str | None) -> None:
        """A file of the host has a text, or is not there."""

    def run(self, command: Sequence[str], *rest: Any, **named: Any) -> Done:
        """In place of `process.run`."""
        raise NotImplementedError

    # What a switch does

    def switch(self, *items: str, allowed: Sequence[str] = ()) -> None:
        """Switch to a declaration that wants these packages, and go on as the ledger says."""
        want = wanted(*items)
        plan = self.manager.plan(want, self.rows)
        self.manager.check_whole(plan, False)
        if plan.install:
            self.manager.simulate(plan, want, allowed)
            self.manager.download(plan)
            self.manager.simulate(plan, want, allowed)
        if plan.install or plan.mark:
            self.rows = self.manager.install(plan, self.rows)
        again = self.manager.plan(want, self.rows)
        assert again.install == []
        self.rows = self.manager.release(again, self.rows)

    def refused(self, *items: str, allowed: Sequence[str] = ()) -> str:
        """The message of a switch that is refused; nothing was installed."""
        before = self.manager.installed()
        with pytest.raises(EngineError) as problem:
            self.switch(*items, allowed=allowed)
        assert self.manager.installed() == before
        return problem.value.message

    def idle(self, *items: str) -> bool:
        """Whether there is nothing to do for a declaration."""
        return self.manager.plan(wanted(*items), self.rows).nothing

    @property
    def installed(self) -> set[str]:
        return self.manager.installed()


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_arguments: Any) -> None:
        pass


class RealHost(Host):
    """The real programs, with what they print kept for a recording."""

    real = True

    def __init__(self, folder: Path, manager: Foreign, repository: Path) -> None:
        super().__init__(folder, manager)
        self.repository = repository
        self.server: ThreadingHTTPServer | None = None
        self.port = 0
        self.network(True)
        self.kept: list[list[Any]] = []

    def normal(self, text: str) -> str:
        return text.replace(str(self.folder), "/HOST").replace(self.address, "http://HOST")

    def run(self, command: Sequence[str], *rest: Any, **named: Any) -> Done:
        done = run(command, *rest, **named)
        self.calls.append(self.normal(" ".join(command)))
        self.kept.append([self.calls[-1], done.code, self.normal(done.output)])
        return done

    def others(self, *command: str) -> None:
        # Debian's rpm has its database in the home of whoever runs it: it is root's for everybody here.
        done = run([command[0], *self.manager.options, *command[1:]])
        assert done.good, done.output

    def network(self, up: bool) -> None:
        if self.server is not None:
            self.server.shutdown()
            self.server.server_close()
            self.server = None
        if up:
            handler = partial(_Quiet, directory=str(self.repository))
            self.server = ThreadingHTTPServer(("127.0.0.1", self.port), handler)
            self.port = self.server.server_address[1]
            Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def has(self, path: str, text: str | None) -> None:
        file = self.folder / "root" / path
        assert (file.read_text() if file.exists() else None) == text

    def record(self, path: Path, version: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        archives = sorted(file.name for file in self.folder.glob("state/debs/*.pkg.tar.zst"))
        document = {"program": version, "archives": archives, "calls": self.kept}
        path.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n")


class RecordedHost(Host):
    """Answers each command as the real one did, in the same order."""

    def __init__(self, folder: Path, manager: Foreign, path: Path) -> None:
        super().__init__(folder, manager)
        document = json.loads(path.read_text())
        self.left = document["calls"]
        for name in document["archives"]:
            (folder / "state/debs").mkdir(exist_ok=True)
            (folder / "state/debs" / name).touch()

    def run(self, command: Sequence[str], *rest: Any, **named: Any) -> Done:
        text = " ".join(command).replace(str(self.folder), "/HOST")
        assert self.left, f"more than was recorded: {text}"
        expected, code, output = self.left.pop(0)
        assert text == expected
        self.calls.append(text)
        return Done(code, output.replace("/HOST", str(self.folder)))


def played(host: Host, monkeypatch: pytest.MonkeyPatch) -> Host:
    """A host whose programs the managers now run."""
    monkeypatch.setattr(foreign, "run", host.run)
    monkeypatch.setattr(dnf, "run", host.run)
    monkeypatch.setattr(foreign, "_PATIENCE", 0.0)
    return host


def recording() -> bool:
    return bool(os.environ.get("HOME_MANAGER_RECORD"))
