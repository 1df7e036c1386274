# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Whether a new connection like the present one would be let in."""

from __future__ import annotations

import os
import shutil

import pytest

from ansible_collections.home.manager.plugins.module_utils.engine.system.checks import firewall, namespace
from ansible_collections.home.manager.plugins.module_utils.engine.system.checks.future import Future, FutureFile
from ansible_collections.home.manager.plugins.module_utils.engine.system.process import SEARCH, Done

HERE = firewall.Connection("192.0.2.9", "192.0.2.1", 22, "eth0")


def connected(text: str, monkeypatch: pytest.MonkeyPatch) -> firewall.Connection | None:
    monkeypatch.setattr(firewall, "ssh_connection", text.split)
    monkeypatch.setattr(firewall, "run", lambda *_: Done(0, "2: eth0@if7    inet 192.0.2.1/24 brd 192.0.2.255"))
    return firewall.connection()


def test_the_connection_is_that_of_ssh(monkeypatch: pytest.MonkeyPatch) -> None:
    assert connected("192.0.2.9 51000 192.0.2.1 22", monkeypatch) == HERE
    assert connected("::ffff:192.0.2.9 51000 ::ffff:192.0.2.1 22", monkeypatch) == HERE


@pytest.mark.parametrize(
    "text", ["", "127.0.0.1 5 127.0.0.1 22", "fe80::1%eth0 5 fe80::2%eth0 22", "a b c 4", "::1 5 ::1 22"]
)
def test_without_one_or_with_one_that_cannot_be_imitated_nothing_is_said(
    text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert connected(text, monkeypatch) is None


@pytest.mark.parametrize(("answer", "refused"), [(False, True), (True, False), (None, False)])
def test_only_rules_that_let_nobody_in_are_refused(
    answer: bool | None, refused: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(firewall, "which", lambda name: name)
    monkeypatch.setattr(firewall, "connection", lambda: HERE)
    monkeypatch.setattr(firewall.namespace, "in_child", lambda _function: answer)
    check = firewall.closed(Future([FutureFile(firewall.RULES, b"x", None, 0o600, 0, 0, "")], {}))
    assert (check is not None) is refused
    assert check is None or "block 192.0.2.9 from port 22" in check.message
    assert firewall.closed(Future([], {})) is None


@pytest.mark.skipif(os.geteuid() != 0, reason="networks of one's own need root")
@pytest.mark.skipif(
    not shutil.which("nft", path=SEARCH) or not shutil.which("ip", path=SEARCH), reason="needs nft and ip"
)
@pytest.mark.parametrize(("rule", "reached"), [("tcp dport 22 accept", True), ('iifname "eth0" tcp dport 22 accept', True),
                                               ("tcp dport 23 accept", False), ('iifname "eth1" accept', False)])  # fmt: skip
@pytest.mark.slow
def test_a_neighbour_tries(rule: str, reached: bool) -> None:
    rules = f"table inet t {{ chain c {{ type filter hook input priority 0; policy drop; ct state established accept; {rule}; }}\n}}"
    try:
        found = namespace.in_child(lambda: firewall._reached(HERE, rules.encode()))
    except namespace.Unavailable as problem:
        pytest.skip(f"no network of its own can be had here: {problem}")
    if found is None:
        pytest.skip("no pair of interfaces can be had here")
    assert found is reached
