# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Plays over ssh on the loopback interface, with the connection kept open as Ansible does it, against a ping over the same connection."""

from __future__ import annotations

import pathlib
import shutil
import socket
import statistics
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from plays import Result
from scratch import USER, Cost, Scratch

_SERVER = """\
Port {port}
ListenAddress 127.0.0.1
HostKey {folder}/host
AuthorizedKeysFile {folder}/user.pub
PidFile {folder}/pid
StrictModes no
UsePAM no
PasswordAuthentication no
"""


@contextmanager
def server(folder: pathlib.Path) -> Iterator[int]:
    """A server of ssh that lets this user in with a key of its own; its port."""
    folder.mkdir()
    for name in ("host", "user"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)], check=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    (folder / "config").write_text(_SERVER.format(port=port, folder=folder))
    pathlib.Path("/run/sshd").mkdir(exist_ok=True)
    program = shutil.which("sshd") or "/usr/sbin/sshd"
    process = subprocess.Popen([program, "-D", "-e", "-f", str(folder / "config")], stderr=subprocess.DEVNULL)
    try:
        for _attempt in range(100):
            with socket.socket() as tried:
                if tried.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield port
    finally:
        process.terminate()
        process.wait()


def over_ssh(scratch: Scratch, rounds: int, result: Result) -> None:
    """Wall seconds, and the controller's CPU, of what a host with a home of 1,000 files is asked for. Connections are open already."""
    with server(scratch.folder / "ssh") as port:
        key = scratch.folder / "ssh" / "user"
        scratch.files("ssh.yml", 1000)
        variables = f"ansible_connection: ssh, ansible_host: 127.0.0.1, ansible_port: {port}, ansible_user: {USER}"
        more = f"ansible_ssh_private_key_file: {key}, ansible_ssh_common_args: '-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null'"
        scratch.hosts("ssh-hosts", ["remote"], "ssh.yml", f"{variables}, {more}, home_package_prefix: /usr")
        scratch.environment["ANSIBLE_SSH_CONTROL_PATH_DIR"] = str(scratch.folder / "cp")
        source = scratch.folder / "sources-1000" / "file7.conf"

        def changed() -> Cost:
            source.write_text(f"setting 7 = {time.time_ns()}\n")
            return scratch.switch("ssh-hosts")

        cases: dict[str, Callable[[], Cost]] = {
            "`ping`": lambda: scratch.play("ping.yml", "ssh-hosts"),
            "`ping` with `pipelining`": lambda: scratch.play("ping.yml", "ssh-hosts", "-e", "ansible_pipelining=true"),
            "switch with nothing to do": lambda: scratch.switch("ssh-hosts"),
            "switch with one change": changed,
        }
        scratch.switch("ssh-hosts")
        scratch.switch("ssh-hosts")
        costs: dict[str, list[Cost]] = {label: [] for label in cases}
        for _round in range(rounds):
            for label, play in cases.items():
                costs[label].append(play())
    for label, found in costs.items():
        wall, cpu = statistics.median(cost.wall for cost in found), statistics.median(cost.cpu for cost in found)
        result.plain.append((f"over ssh, {label}: wall seconds", f"{wall:.2f}", f"{cpu:.2f} s of the controller's CPU"))
