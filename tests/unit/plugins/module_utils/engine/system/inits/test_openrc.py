# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What OpenRC reads at boot, and which declarations are none for it. The rest is tried on a booted host (`tests/systems/openrc`)."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from ansible_collections.home.manager.plugins.module_utils.engine.system.declaration import EtcEntry
from ansible_collections.home.manager.plugins.module_utils.engine.system.inits import openrc
from ansible_collections.home.manager.plugins.module_utils.engine.system.inits.openrc import OpenRC

SCRIPT = f"init.d/{openrc.SCRIPT}"


def script(monkeypatch: pytest.MonkeyPatch, debian: bool = False) -> dict[str, bytes | str]:
    monkeypatch.setattr(openrc.queries, "is_taken", lambda _path: debian)
    return OpenRC().boot_files("/var/lib/home.manager")


def test_the_script_is_in_the_runlevel_that_mounts_the_file_systems(monkeypatch: pytest.MonkeyPatch) -> None:
    assert set(script(monkeypatch)) == {SCRIPT, f"runlevels/boot/{openrc.SCRIPT}"}
    assert set(script(monkeypatch, debian=True)) == {SCRIPT, f"runlevels/sysinit/{openrc.SCRIPT}"}


@pytest.mark.parametrize("there", [[], ["journal.json"], ["unconfirmed.json"], ["journal.json", "unconfirmed.json"]])
def test_it_only_acts_where_there_is_a_reason_and_never_stops_the_boot(
    there: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = script(monkeypatch)[SCRIPT]
    assert isinstance(text, bytes)
    for name in there:
        (tmp_path / name).touch()
    # The functions that OpenRC has for its scripts, and the engine, which fails.
    prelude = (
        'ebegin() { echo begin; }\neend() { echo end $1; }\ntimeout() { shift; echo "$@"; return 1; }\n'
        "want() { :; }\nafter() { :; }\nbefore() { :; }\n"
    )
    body = text.decode().replace("/var/lib/home.manager", str(tmp_path))
    done = subprocess.run(
        ["/bin/sh", "-c", f"{prelude}{body}\ndepend && start"], stdout=subprocess.PIPE, text=True, check=True
    )
    acts = [line.split(".zip ")[1] for line in done.stdout.splitlines() if ".zip " in line]
    verbs = {"journal.json": "recover", "unconfirmed.json": "revert"}
    assert acts == [f"{tmp_path} {verbs[name]} --boot --log" for name in there]
    assert done.stdout.count("end 1") == len(there)


def test_a_declaration_for_systemd_is_none_for_openrc() -> None:
    entry = EtcEntry.of("x", {"symlink": "/dev/null"})
    assert OpenRC().refused({"x": entry, "systemd/user/x.service": entry}) == ""
    assert "systemd/system/x.service" in OpenRC().refused({"systemd/system/x.service": entry})
