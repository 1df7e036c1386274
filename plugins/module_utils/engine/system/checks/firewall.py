# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Whether the declared firewall would let in a new connection like the one that this switch comes through.

The rules are loaded in a network of their own, with an interface and addresses named as the real ones, and a neighbour connects.
"""

from __future__ import annotations

import contextlib
import ctypes
import ipaddress
import os
import socket
from typing import TYPE_CHECKING, NamedTuple

from ...contract.errors import EngineError
from ..process import run, which
from . import namespace
from .logins import ssh_connection
from .report import Check

if TYPE_CHECKING:
    from .future import Future

RULES = "home-manager/nftables.conf"
_CLONE_NEWNET = 0x40000000
_PEER = "hm-neighbour"
_PATIENCE = 2.0


class Connection(NamedTuple):
    """Who is connected to what: addresses as ssh gives them, the port here, and the interface."""

    client: str
    server: str
    port: int
    interface: str

    @property
    def family(self) -> int:
        return socket.AF_INET6 if ":" in self.server else socket.AF_INET


def connection() -> Connection | None:
    """The ssh connection that this process comes through. None without one, or where it cannot be imitated."""
    words = ssh_connection()
    if not words:
        return None
    client, server = (address.replace("::ffff:", "") for address in (words[0], words[2]))
    try:
        kinds = [ipaddress.ip_address(client), ipaddress.ip_address(server)]
    except ValueError:
        return None
    if any(kind.is_loopback or kind.is_link_local for kind in kinds) or kinds[0] == kinds[1]:
        return None
    found = run(["ip", "-oneline", "address", "show", "to", server], 10.0)
    names = [
        line.split()[1].split("@")[0] for line in found.output.splitlines() if found.good and len(line.split()) > 1
    ]
    return Connection(client, server, int(words[3]), names[0]) if names else None


def closed(future: Future) -> Check | None:
    """The refusal of rules that would let nobody in the way that this switch came. None where they do, or it cannot be tried."""
    rules = future.under(RULES)
    if not rules or which("nft") is None or which("ip") is None:
        return None
    here = connection()
    if here is None:
        return None
    text = rules[0].content or b""
    try:
        reached = namespace.in_child(lambda: _reached(here, text))
    except (namespace.Unavailable, EngineError):
        return None
    if reached is not False:
        return None
    return Check(
        "access",
        False,
        f"the firewall would block {here.client} from port {here.port}, the port of ssh",
    )


def _reached(here: Connection, rules: bytes) -> bool | None:
    """Whether a neighbour reaches the port through these rules; None where there can be no such network."""
    _leave_network()
    told, ready = os.pipe(), os.pipe()
    child = os.fork()
    if child == 0:
        _neighbour(here, told[0], ready[1])
    try:
        os.read(ready[0], 1)
        commands = [
            ["ip", "link", "add", here.interface, "type", "veth", "peer", "name", _PEER],
            ["ip", "link", "set", _PEER, "netns", str(child)],
            *_up(here.interface, here.server, here.client),
            ["nft", "-f", "-"],
        ]
        if not all(run(command, 10.0, stdin=rules if command[0] == "nft" else b"").good for command in commands):
            return None
        with socket.socket(here.family, socket.SOCK_STREAM) as listener:
            listener.bind((here.server, here.port))
            listener.listen(1)
            os.write(told[1], b"x")
            return {b"y": True, b"n": False}.get(os.read(ready[0], 1))
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, 9)
        os.waitpid(child, 0)


def _leave_network() -> None:
    library = ctypes.CDLL(None, use_errno=True)
    if library.unshare(_CLONE_NEWNET) != 0:
        raise namespace.Unavailable(os.strerror(ctypes.get_errno()))


def _up(interface: str, own: str, other: str) -> list[list[str]]:
    """The commands that give an interface its address, and the way to its neighbour."""
    lone = ["nodad"] if ":" in own else []
    bits = "128" if ":" in own else "32"
    return [
        ["ip", "address", "add", f"{own}/{bits}", "dev", interface, *lone],
        ["ip", "link", "set", interface, "up"],
        ["ip", "route", "add", f"{other}/{bits}", "dev", interface],
    ]


def _neighbour(here: Connection, told: int, ready: int) -> None:
    """The other end, in a process and a network of its own. Does not return."""
    answer = b"?"
    try:
        _leave_network()
        os.write(ready, b"x")
        os.read(told, 1)
        if all(run(command, 10.0).good for command in _up(_PEER, here.client, here.server)):
            with socket.socket(here.family, socket.SOCK_STREAM) as connecting:
                connecting.settimeout(_PATIENCE)
                connecting.bind((here.client, 0))
                answer = b"y" if connecting.connect_ex((here.server, here.port)) == 0 else b"n"
    finally:
        os.write(ready, answer)
        os._exit(0)
