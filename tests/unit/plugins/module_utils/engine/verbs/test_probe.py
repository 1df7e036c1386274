# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a run with nothing to do imports: no more than it needs, since that is most of its time."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from ansible_collections.home.manager.plugins.module_utils import engine

PLACE = Path(engine.__path__[0])
PROGRAM = """
import json, sys
before = set(sys.modules)
sys.path.insert(0, {place!r})
from engine.verbs.dispatch import respond
answer = respond(json.loads(sys.argv[1]))
print(json.dumps([answer, sorted(set(sys.modules) - before)]))
"""
# Each costs more than the probe of a small home.
SLOW = {"typing", "dataclasses", "inspect", "argparse", "subprocess", "tempfile", "socket", "ctypes", "urllib.request"}
LAYERS = {"merging", "methods", "transaction", "voice", "units", "packages", "system", "command"}


def test_a_run_with_nothing_to_do_imports_little(sandbox):
    spec = {"a": "1", "b/c": "2", "m": {"keys": {"x": 1}}, "k": {"text": "3", "method": "copy"}}
    sandbox.switch(spec)
    request = {
        "verb": "probe",
        "user": sandbox.user,
        "home": str(sandbox.home),
        "state": str(sandbox.state),
        "digest": json.loads((sandbox.state / "generations/1/generation.json").read_text())["digest"],
        "facts": True,
    }
    command = [sys.executable, "-I", "-S", "-c", PROGRAM.format(place=str(PLACE.parent)), json.dumps(request)]
    ran = subprocess.run(command, capture_output=True, text=True, check=True)
    answer, imported = json.loads(ran.stdout)
    assert answer["answer"]["unchanged"], answer
    assert sorted(SLOW & set(imported)) == []
    # Files that are no links are looked at by their methods, of which the one of merges knows its error.
    known = {"engine.merging", "engine.merging.errors"}
    layers = {name.split(".")[1] for name in imported if name.startswith("engine.") and name not in known}
    assert sorted(LAYERS & layers) == ["methods"]
    assert "engine.planning.plan" not in imported
    assert "engine.switching.switch" not in imported


def test_a_home_of_links_imports_no_method(sandbox):
    sandbox.switch({"a": "1", "b": "2"})
    request = {"verb": "probe", "user": sandbox.user, "home": str(sandbox.home), "state": str(sandbox.state)}
    command = [sys.executable, "-I", "-S", "-c", PROGRAM.format(place=str(PLACE.parent)), json.dumps(request)]
    ran = subprocess.run(command, capture_output=True, text=True, check=True)
    assert not [name for name in json.loads(ran.stdout)[1] if name.startswith("engine.methods.")]
