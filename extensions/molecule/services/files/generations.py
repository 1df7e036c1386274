"""Switch the calling user's units by the engine itself, and say what came of it: the rules one by one, without a controller.

Reads one JSON object, prints one. The engine is the package `engine` beside this file.
    {"do": "switch", "units": {PATH: TEXT or {"link": TEXT}}, "start": bool, "undo": bool, "crash": VERB or "after VERB", "check": bool}
        -> the answer of the engine, with the verbs that systemctl was called with as "calls"
    {"do": "clear", "units": [NAME, ...]}: no generation, no unit of ours
"""

from __future__ import annotations

import json
import os
import pwd
import shutil
import subprocess
import sys
from typing import Any

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from engine.contract.bundle import write_bundle  # type: ignore[import-not-found]
from engine.contract.manifest import Manifest  # type: ignore[import-not-found]
from engine.contract.objects import object_id  # type: ignore[import-not-found]
from engine.units.systemctl import Systemctl  # type: ignore[import-not-found]
from engine.verbs.dispatch import respond  # type: ignore[import-not-found]

ACCOUNT = pwd.getpwuid(os.geteuid())
FOLDER = ".config/systemd/user/"
STATE = f"{ACCOUNT.pw_dir}/.local/state/home.manager"
CALLS: list[str] = []


def observe(crash: str | None) -> None:
    """Note each call of systemctl, and end the process, as if it were killed, right before a verb or `after` it."""
    original = Systemctl._run

    def run(self: Any, command: list[str], timeout: float) -> Any:
        if command[0] != "systemctl":
            return original(self, command, timeout)
        CALLS.append(command[2])
        if command[2] == crash:
            os._exit(99)
        output = original(self, command, timeout)
        if f"after {command[2]}" == crash:
            os._exit(99)
        return output

    Systemctl._run = run


def switch(request: dict[str, Any]) -> dict[str, Any]:
    files: dict[str, Any] = {}
    contents: dict[str, bytes] = {}
    for path, item in request["units"].items():
        if isinstance(item, dict):
            files[FOLDER + path] = {"type": "symlink", "to": item["link"]}
            continue
        name = object_id(item.encode(), "0444", path)
        contents[name] = item.encode()
        files[FOLDER + path] = {"type": "file", "object": name, "method": "link"}
    policy = {"manager": "systemd", "start": request.get("start", True), "timeout": request.get("timeout", 60)}
    manifest = {
        "version": 1,
        "user": ACCOUNT.pw_name,
        "home": ACCOUNT.pw_dir,
        "uid": None,
        "state": STATE,
        "files": files,
        "objects": {name: {"mode": "0444", "size": len(text)} for name, text in contents.items()},
        "profile": {},
        "activation": [],
        "packages": [],
        "specialisations": {},
        "origin": {"host": None, "project": None, "playbook": None, "inventory": None},
        "services": {**policy, "linger": None, "config": ".config", "data": ".local/share"},
    }
    found = Manifest.of(manifest)
    asked: dict[str, Any] = {"verb": "switch", "user": ACCOUNT.pw_name, "digest": found.digest()}
    asked.update(check=request.get("check", False), on_failure="undo" if request.get("undo") else None)
    observe(request.get("crash"))
    response = respond(asked, write_bundle(found.json(), list(contents.items())))
    return {**response.get("answer", {}), "error": response.get("error"), "calls": CALLS}


def clear(request: dict[str, Any]) -> dict[str, Any]:
    systemctl = ["systemctl", "--user"]
    subprocess.run([*systemctl, "stop", *request["units"]], stderr=subprocess.DEVNULL, check=False)
    for folder in (STATE, f"{ACCOUNT.pw_dir}/{FOLDER}", f"{ACCOUNT.pw_dir}/.local/share/systemd/user"):
        for path, _folders, _files in os.walk(folder):
            os.chmod(path, 0o700)
        shutil.rmtree(folder, ignore_errors=True)
    for verb in ("daemon-reload", "reset-failed"):
        subprocess.run([*systemctl, verb], check=True)
    subprocess.run([*systemctl, "start", "default.target"], check=True)
    return {}


request = json.load(sys.stdin)
print(json.dumps({"switch": switch, "clear": clear}[request["do"]](request)))
