# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A whole system with nothing to do, on the machine that this runs on: `booted` starts it in a container."""

from __future__ import annotations

import json
import pathlib
import sys
import tempfile
import time

from scratch import Scratch

SYSTEM = """\
users.users: {alice: {isNormalUser: true}, bob: {isNormalUser: true}}
environment.variables.EDITOR: vim
environment.etc.issue.text: "Measured\\n"
services.openssh: {enable: true, settings.MaxAuthTries: 4}
security.sudo.extraRules: [{users: [bob], commands: [{command: /usr/bin/whoami, options: [NOPASSWD]}]}]
systemd.services.hello: {wantedBy: [multi-user.target], script: exec sleep infinity}
home-manager.users: {alice: {imports: [home.yml]}, bob: {imports: [home.yml]}}
system.stateVersion: "24.05"
"""
HOME = """\
home.stateVersion: "26.05"
programs: {git: {enable: true, settings.user.name: A}, readline.enable: true}
home.file.note.text: "measured\\n"
"""
PLAY = "[{hosts: all, gather_facts: false, roles: [home.manager.system]}]\n"


def main() -> None:
    scratch = Scratch(pathlib.Path(tempfile.mkdtemp(prefix="home-manager-bench-")))
    (scratch.folder / "configuration.yml").write_text(SYSTEM)
    (scratch.folder / "home.yml").write_text(HOME)
    (scratch.folder / "rebuild.yml").write_text(PLAY)
    host = "benchmark: {system_config: {imports: [configuration.yml]}}"
    (scratch.folder / "hosts").write_text(f"all: {{vars: {{ansible_connection: local}}, hosts: {{{host}}}}}\n")
    for _time in range(2):
        scratch.play("rebuild.yml", "hosts")
        # What was written less than two seconds ago is compared by content.
        time.sleep(2.5)
    ratios, memories = [], []
    for _round in range(int(sys.argv[1])):
        ping, cost = scratch.play("ping.yml", "hosts"), scratch.play("rebuild.yml", "hosts")
        ratios.append(cost.cpu / ping.cpu)
        memories.append(cost.memory / ping.memory)
    operations = scratch.play("rebuild.yml", "hosts", "-vvv").operations
    print(json.dumps({"ratios": ratios, "memories": memories, "operations": operations}))


if __name__ == "__main__":
    main()
