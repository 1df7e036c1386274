# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a run of a system with nothing to do imports: no more than it needs, since that is most of its time."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from ansible_collections.home.manager.plugins.module_utils import engine

PROGRAM = """
import json, sys
sys.path.insert(0, sys.argv[1])
import engine.system.verbs
print(json.dumps(sorted(sys.modules)))
"""
# What only a change needs, or a host that lacks something.
NEVER = {
    "ctypes",
    "difflib",
    "engine.archive",
    "engine.contract.bundle",
    "engine.system.accounts.writer",
    "engine.system.changes",
    "engine.system.checks.programs",
    "engine.system.checks.validate",
    "engine.system.confirm",
    "engine.system.effects",
    "engine.system.packages.foreign",
    "engine.system.recovery",
    "engine.system.switch",
    "engine.units.systemctl",
    "selectors",
    "shutil",
    "subprocess",
    "tempfile",
}


def test_a_question_about_a_system_imports_little() -> None:
    folder = str(Path(engine.__file__).parent.parent)
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", PROGRAM, folder], capture_output=True, text=True, check=True
    )
    assert NEVER & set(json.loads(done.stdout)) == set()
