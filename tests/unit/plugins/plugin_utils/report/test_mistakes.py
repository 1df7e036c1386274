# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What messages leave out. Every mistake is in tests/mistakes, word for word."""

from __future__ import annotations

import textwrap
from pathlib import Path

from ansible_collections.home.manager.plugins.module_utils.engine.contract.manifest import Origin
from ansible_collections.home.manager.plugins.module_utils.engine.voice.messages import message_lines
from ansible_collections.home.manager.plugins.plugin_utils.modules.spec_file import load_file
from ansible_collections.home.manager.plugins.plugin_utils.plan.deep_stack import with_deep_stack
from ansible_collections.home.manager.plugins.plugin_utils.plan.home import EvaluatedHome, Request, compiler
from ansible_collections.home.manager.plugins.plugin_utils.plan.manifest import build
from ansible_collections.home.manager.plugins.plugin_utils.report.source import Sources
from ansible_collections.home.manager.plugins.plugin_utils.report.spec_messages import message, messages
from ansible_collections.home.manager.plugins.plugin_utils.syntax.errors import SpecErrors
from ansible_collections.home.manager.plugins.plugin_utils.syntax.nodes import Mapping, Sequence
from ansible_collections.home.manager.plugins.plugin_utils.syntax.position import Position
from ansible_collections.home.manager.plugins.plugin_utils.values import LIBRARY

USER = {"name": "alice", "home": "/home/alice", "uid": 1000, "gid": 1000, "shell": "/bin/bash"}
HOST = {"platform": "linux", "machine": "x86_64", "hostname": "laptop", "user": USER}
COMPILER = compiler()


def evaluated(folder: Path, **files: str) -> tuple[str, str]:
    """What is printed of the errors of a spec, and of its warnings. `alice` is the user's own file."""
    for name, text in files.items():
        path = folder / ("users/alice.yml" if name == "alice" else f"modules/{name}.yml")
        path.parent.mkdir(exist_ok=True)
        path.write_text(textwrap.dedent(text).lstrip("\n"))
    inventory = folder / "inventory.yml"
    imports = Sequence(["users/alice.yml"])
    imports.positions = [Position(str(inventory), 5, 30)]
    root = Mapping({"imports": imports})
    root.positions["imports"] = Position(str(inventory), 5, 20)

    def compute() -> tuple[str, str]:
        home = EvaluatedHome(
            Request([(root, str(inventory))], HOST, packages="/usr", read=load_file, compiler=COMPILER)
        )
        plan = build(home, Origin())
        sources = Sources(LIBRARY, home.evaluation.collector.importers, str(folder))
        return "", printed([message(warning, sources) for warning in plan.warnings], "warning")

    try:
        found: tuple[str, str] = with_deep_stack(compute)
    except SpecErrors as errors:
        return printed(messages(errors, Sources(LIBRARY, errors.importers, str(folder))), "error"), ""
    return found


def printed(found: object, word: str) -> str:
    return "\n".join(line.text for item in found for line in message_lines(item, word)) + "\n"  # type: ignore[attr-defined]


def test_a_file_that_cannot_be_read_silences_what_follows_from_it(tmp_path: Path) -> None:
    alice = "imports: [../modules/base.yml]\nprograms.git.enable: 1\n"
    found = evaluated(tmp_path, alice=alice, base="home:\n\tstateVersion: x\n")[0]
    assert "a tab cannot indent YAML" in found
    assert "`programs.git.enable` must be a boolean" in found
    assert "home.stateVersion" not in found


def test_nothing_of_a_vaulted_file_is_shown(tmp_path: Path) -> None:
    path = tmp_path / "secret.yml"
    path.write_text("$ANSIBLE_VAULT;1.1;AES256\n3132\n")
    place = Sources(LIBRARY, folder=str(tmp_path)).location(Position(str(path), 2, 1))
    assert place.source == ""
    assert (place.file, place.line) == ("secret.yml", 2)
