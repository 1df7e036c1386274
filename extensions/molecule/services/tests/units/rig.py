# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The engine itself on a host under test, run as a user; and what the user's manager then says."""

from __future__ import annotations

import base64
import json
import subprocess
import time
from pathlib import Path
from typing import Any

SCENARIO = Path(__file__).resolve().parents[2]
ENGINE = SCENARIO.parents[2] / "plugins" / "module_utils" / "engine"
PLACE = "/x"
LOG = "log"

Folder = dict[str, Any]


class Rig:
    """One user of one host. Units whose names begin with `t-` are ours to stop."""

    def __init__(self, host: Any, user: Any) -> None:
        self.host = host
        self.user = user

    @staticmethod
    def install(host: Any) -> None:
        """Put the engine and the files of the tests on the host."""
        host.run_test(f"rm -rf {PLACE} && mkdir {PLACE}")
        name = host.backend.name
        subprocess.run(["podman", "cp", f"{ENGINE}", f"{name}:{PLACE}/engine"], check=True)
        # The units of the reference data name these files.
        for file, name_there in {
            "files/generations.py": "generations.py",
            "homes/files/echo-version": "echo.py",
        }.items():
            subprocess.run(["podman", "cp", str(SCENARIO / file), f"{name}:{PLACE}/{name_there}"], check=True)
        host.run_test(f"chmod -R a+rX {PLACE}")

    def write(self, path: str, text: str) -> None:
        """A file of the user's, relative to the home."""
        encoded = base64.b64encode(text.encode()).decode()
        self.user.run(f"mkdir -p $(dirname ~/{path}) && echo {encoded} | base64 -d > ~/{path}")

    def ask(self, **request: Any) -> dict[str, Any]:
        """The answer of the engine; empty when it ended on the way."""
        self.write("request.json", json.dumps(request))
        answer = self.user.try_to(f"python3 {PLACE}/generations.py < ~/request.json")
        assert answer.rc in (0, 99), answer.stdout + answer.stderr
        found: dict[str, Any] = json.loads(answer.stdout) if answer.rc == 0 else {}
        return found

    def switch(self, units: Folder, **request: Any) -> dict[str, Any]:
        return self.ask(do="switch", units=units, **request)

    def clear(self) -> None:
        self.ask(do="clear", units=["t-*"])
        self.user.run(f"rm -f ~/{LOG}")

    def lay(self, old: Folder, *running: str, package: Folder | None = None) -> None:
        """The old generation, with these units running and no other."""
        self.clear()
        for path, item in (package or {}).items():
            place = f".local/share/systemd/user/{path}"
            if isinstance(item, dict):
                self.user.run(f"mkdir -p $(dirname ~/{place}) && ln -s {item['link']} ~/{place}")
            else:
                self.write(place, item)
        self.switch(old, start=False)
        if running:
            self.user.run("systemctl --user start " + " ".join(running))

    def forget_log(self) -> None:
        self.user.run(f"rm -f ~/{LOG}")

    def log(self) -> list[str]:
        """What the hooks of units wrote."""
        return self.user.run(f"cat ~/{LOG} 2>/dev/null || true").splitlines()

    def states(self, units: list[str]) -> dict[str, dict[str, str]]:
        return {unit: self.user.shows(unit, "ActiveState", "InvocationID", "LoadState") for unit in units}

    def settle(self) -> None:
        """Give a unit the time to write what it writes."""
        time.sleep(0.2)


def service(name: str, version: int = 1, more: str = "") -> str:
    """A service that logs its starts and stops with its version."""
    return (
        f"[Unit]\n{more}\n[Service]\nExecStartPre=/bin/sh -c 'echo start {name} {version} >> %h/{LOG}'\n"
        f"ExecStart=/bin/sleep infinity\nExecStop=/bin/sh -c 'echo stop {name} {version} >> %h/{LOG}'\n"
    )


def wanted(**versions: int) -> Folder:
    """Services `t-NAME.service`, each wanted by default.target."""
    found: Folder = {}
    for name, version in versions.items():
        text = service(f"t-{name}", version)
        found.update({f"t-{name}.service": text, f"default.target.wants/t-{name}.service": text})
    return found
