# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a verification says of packages: programs of the host that went away, and trees that are gone."""

from __future__ import annotations

import json
import os

from ansible_collections.home.manager.plugins.module_utils.engine.packages import host_paths


def test_a_program_of_the_host_that_went_away_is_told(sandbox, tmp_path, monkeypatch):
    monkeypatch.setattr(host_paths, "FOLDERS", (str(tmp_path),))
    program = tmp_path / "tool"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    package = {"name": "tool", "provider": "system", "host": True, "commands": {"tool": "tool"}}
    sandbox.switch({"a": "1\n"}, packages=[package])
    assert os.readlink(sandbox.state / "current/home-path/bin/tool") == str(program)
    assert sandbox.ask("verify")["drift"] == []
    program.unlink()
    found = sandbox.ask("verify", repair=True)
    assert [(item["path"], item["problem"]) for item in found["drift"]] == [(str(program), "missing")]
    assert found["repaired"] == []


def test_a_tree_that_is_gone_is_told(sandbox):
    sandbox.switch({"a": "1\n"})
    generation = sandbox.state / "generations/1"
    generation.chmod(0o755)
    tree = "0" * 32 + "-tool-1.0"
    (generation / "packages.json").write_text(json.dumps({"trees": [tree], "host": []}))
    assert [(item["path"], item["problem"]) for item in sandbox.ask("verify")["drift"]] == [
        (f"packages/{tree}", "missing")
    ]
