# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The script that brings declared settings to a running Syncthing, run against one."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.home.manager.plugins.plugin_utils.plan.deep_stack import with_deep_stack
from ansible_collections.home.manager.plugins.plugin_utils.plan.files import Files
from ansible_collections.home.manager.plugins.plugin_utils.plan.home import EvaluatedHome, Request
from ansible_collections.home.manager.plugins.plugin_utils.syntax.wire import from_wire

NEEDED = ("syncthing", "curl", "jq")
QUIET = {"urAccepted": -1, "globalAnnounceEnabled": False, "localAnnounceEnabled": False, "relaysEnabled": False}

pytestmark = pytest.mark.programs(*NEEDED)


def free_address() -> str:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{found.getsockname()[1]}"


def environment(folder: Path) -> dict[str, str]:
    return {"HOME": str(folder), "PATH": os.environ["PATH"], "STNODEFAULTFOLDER": "1"}


def identity(folder: Path) -> str:
    """The device that a freshly made Syncthing home is."""
    command = ["syncthing", "generate", f"--home={folder}"]
    made = subprocess.run(command, env=environment(folder.parent), capture_output=True, text=True, check=True)
    return re.findall(r"[A-Z0-9]{7}(?:-[A-Z0-9]{7}){7}", made.stdout + made.stderr)[0]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    """The home and the address of a running Syncthing that shares nothing yet."""
    home, address = tmp_path_factory.mktemp("home"), free_address()
    state = home / ".local/state/syncthing"
    state.mkdir(parents=True)
    identity(state)
    command = ["syncthing", "serve", f"--home={state}", f"--gui-address={address}", "--no-browser", "--no-upgrade"]
    with (home / "log").open("w") as log:
        running = subprocess.Popen(command, env=environment(home), stdout=log, stderr=log)
        try:
            yield home, address
        finally:
            running.terminate()
            running.wait(timeout=30)


def brought(home: Path, spec: dict[str, Any]) -> dict[str, Any]:
    """What Syncthing says of its settings after those of the spec were brought to it."""
    user = {"name": "alice", "home": str(home), "uid": 1000}
    host = {"platform": "linux", "machine": "x86_64", "hostname": "h", "user": user}
    whole = {"home": {"stateVersion": "26.05"}, "services": {"syncthing": {"enable": True, **spec}}}
    evaluated = EvaluatedHome(Request([(from_wire(whole), "")], host))
    Files(evaluated.evaluation).collect()
    assert not evaluated.evaluation.errors
    store = home / ".local/state/home.manager/store"
    store.mkdir(parents=True, exist_ok=True)
    for name, (content, _mode) in evaluated.store.contents.items():
        (store / name).write_bytes(re.sub(rb"@[a-z]+@/bin/", b"", content))
    script = next(store / name for name in evaluated.store.contents if name.endswith("-syncthing-update"))
    settings = next(store / name for name in evaluated.store.contents if name.endswith("-syncthing.json"))
    subprocess.run(["python3", str(script), str(settings)], env=environment(home), timeout=60, check=True)
    key = re.findall("<apikey>(.*)</apikey>", (home / ".local/state/syncthing/config.xml").read_text())[0]
    command = [
        "curl",
        "-sS",
        "--fail",
        "--retry",
        "30",
        "--retry-all-errors",
        "-H",
        f"X-API-Key: {key}",
        f"http://{spec['guiAddress']}/rest/config",
    ]
    found: dict[str, Any] = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    return found


def test_settings_reach_a_running_server_and_leave_it_again(server: tuple[Path, str], tmp_path: Path) -> None:
    home, address = server
    phone = identity(tmp_path / "phone")
    password = tmp_path / "password"
    password.write_text("secret\n")
    shared = [{"name": "phone", "encryptionPasswordFile": str(password)}]
    said = {
        "guiAddress": address,
        "guiCredentials": {"username": "alice", "passwordFile": str(password)},
        "settings": {
            "devices": {"phone": {"id": phone, "addresses": ["tcp://127.0.0.1:1"]}},
            "folders": {
                "~/notes": {"id": "my notes", "devices": shared, "ignorePatterns": ["*.tmp"]},
                "~/old": {"enable": False, "devices": ["phone"]},
            },
            "options": QUIET,
            "gui": {"theme": "black"},
            "defaults": {"folder": {"rescanIntervalS": 99}},
        },
    }
    first = with_deep_stack(lambda: brought(home, said))
    assert [device["addresses"] for device in first["devices"] if device["deviceID"] == phone] == [
        ["tcp://127.0.0.1:1"]
    ]
    assert [folder["id"] for folder in first["folders"]] == ["my notes"]
    passwords = {device["deviceID"]: device["encryptionPassword"] for device in first["folders"][0]["devices"]}
    assert passwords[phone] == "secret"
    assert (home / "notes/.stignore").read_text().split() == ["*.tmp"]
    assert first["options"]["urAccepted"] == -1
    assert (first["gui"]["theme"], first["gui"]["user"]) == ("black", "alice")
    assert first["defaults"]["folder"]["rescanIntervalS"] == 99

    then = with_deep_stack(lambda: brought(home, {"guiAddress": address, "settings": {"options": QUIET}}))
    assert then["folders"] == []
    assert phone not in [device["deviceID"] for device in then["devices"]]
    assert len(then["devices"]) == 1, "the server itself stays"
