# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A home without and with user services, with nothing to do, on the machine that this runs on: `booted` starts it in a container.

Elsewhere than on a machine that systemd has booted, and for root, user services are left out.
"""

from __future__ import annotations

import json
import pathlib
import sys
import tempfile
import time

from scratch import Scratch

COUNTS = (0, 30)


def home(scratch: Scratch, count: int) -> str:
    """A home with so many services; the name of its inventory."""
    lines = ['home.stateVersion: "26.05"', "home.file.note.text: measured", "systemd.user.services:" if count else ""]
    for number in range(count):
        lines.append(
            f"  bench{number}: {{Service: {{ExecStart: /bin/sleep {number}}}, Install: {{WantedBy: [default.target]}}}}"
        )
    name = f"services-{count}"
    (scratch.folder / f"{name}.yml").write_text("\n".join(lines) + "\n")
    scratch.hosts(name, [f"host{count}"], f"{name}.yml")
    scratch.switch(name)
    scratch.switch(name)
    if len(list((scratch.home(f"host{count}") / ".config/systemd/user").glob("*.service"))) != count:
        sys.exit("the user services were left out")
    return name


def main() -> None:
    scratch = Scratch(pathlib.Path(tempfile.mkdtemp(prefix="home-manager-bench-")))
    names = {count: home(scratch, count) for count in COUNTS}
    # What was written less than two seconds ago is compared by content.
    time.sleep(2.5)
    found: dict[str, dict[str, list[float] | int]] = {}
    ratios: dict[int, list[float]] = {count: [] for count in COUNTS}
    memories: dict[int, list[float]] = {count: [] for count in COUNTS}
    for _round in range(int(sys.argv[1])):
        for count, name in names.items():
            ping, cost = scratch.play("ping.yml", name), scratch.switch(name)
            ratios[count].append(cost.cpu / ping.cpu)
            memories[count].append(cost.memory / ping.memory)
    for count, name in names.items():
        operations = scratch.switch(name, "-vvv").operations
        found[f"{count} user services"] = {
            "ratios": ratios[count],
            "memories": memories[count],
            "operations": operations,
        }
    print(json.dumps(found))


if __name__ == "__main__":
    main()
