# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The folder of a build, and what is said of the facts that it rests on."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.home.manager.plugins.module_utils.engine.contract.manifest import Origin
from ansible_collections.home.manager.plugins.module_utils.engine.voice.plan import Owner
from ansible_collections.home.manager.plugins.plugin_utils.modules.spec_file import load_text
from ansible_collections.home.manager.plugins.plugin_utils.plan.deep_stack import with_deep_stack
from ansible_collections.home.manager.plugins.plugin_utils.plan.home import EvaluatedHome, Request
from ansible_collections.home.manager.plugins.plugin_utils.plan.manifest import SwitchBundle, build
from ansible_collections.home.manager.plugins.plugin_utils.play import facts
from ansible_collections.home.manager.plugins.plugin_utils.play.build_folder import present, write_result
from ansible_collections.home.manager.plugins.plugin_utils.play.new_project import NewProject
from ansible_collections.home.manager.plugins.plugin_utils.report.build_plan import build_plan


def bundle(folder: Path, text: str) -> SwitchBundle:
    spec = str(folder / "alice.yml")
    roots = [(load_text('home.stateVersion: "26.05"\n' + text, spec), spec)]
    return with_deep_stack(
        lambda: build(EvaluatedHome(Request(roots, facts.guess("alice"), packages="/usr")), Origin())
    )


def test_empty_folders_of_a_source_are_built(tmp_path: Path) -> None:
    (tmp_path / "tree" / "empty").mkdir(parents=True)
    (tmp_path / "tree" / "full").mkdir()
    (tmp_path / "tree" / "full" / "a").write_text("a")
    made, result = bundle(tmp_path, "home.file.t.source: ./tree\n"), tmp_path / "result"
    before, after = write_result(made, str(result), check=False)
    assert before == {}
    assert (result / "home-files/t/empty").is_dir()
    assert [name for name in after if name.endswith("/")] == ["home-files/t/empty/"]
    assert present(str(result)) == after, "the second build finds nothing to do"
    (result / "home-files/t/empty").rmdir()
    plan = build_plan(Owner("alice", "web"), str(result), present(str(result)), after, {})
    assert [(file.op, file.path, file.note) for file in plan.files] == [
        ("add", "home-files/t/empty", "an empty folder")
    ]


def test_the_facts_that_a_build_supposes() -> None:
    read = {"machine": "x86_64", "hostname": "web", "user": {"name": "alice", "home": "/home/alice"}}
    assert build_plan(Owner("alice", "web"), "/r", {}, {}, read).supposed == (
        "the system is x86_64-linux",
        "host.hostname is 'web'",
        "host.user.home is '/home/alice'",
    )


def test_a_host_is_supposed_to_have_its_name_of_the_inventory() -> None:
    assert facts.guess("alice", "web.example.org")["hostname"] == "web"
    for name in ("localhost", "192.0.2.1", "2001:db8::1", ""):
        assert facts.guess("alice", name)["hostname"] == ""


def test_a_folder_of_somebody_elses_is_not_replaced(tmp_path: Path) -> None:
    made, result = bundle(tmp_path, "home.file.a.text: a\n"), tmp_path / "result"
    (result / "own").mkdir(parents=True)
    (result / "own" / "letter").write_text("dear")
    with pytest.raises(FileExistsError, match="it contains files that no build wrote"):
        write_result(made, str(result), check=False)
    assert (result / "own" / "letter").read_text() == "dear"


def test_a_new_project_leaves_a_link_that_leads_nowhere_alone(tmp_path: Path) -> None:
    (tmp_path / "home.yml").symlink_to(tmp_path / "elsewhere")
    project = NewProject(str(tmp_path), {"home.yml": "a", "inventory.yml": "b"})
    assert project.write(git=False) == ["inventory.yml"]
    assert not (tmp_path / "elsewhere").exists()


def test_a_result_that_cannot_be_removed_is_an_error(tmp_path: Path) -> None:
    old, link = tmp_path / "old", tmp_path / "result"
    write_result(bundle(tmp_path, "home.file.a.text: one\n"), str(old), check=False)
    link.symlink_to(old)
    with pytest.raises(OSError, match="symbolic link"):
        write_result(bundle(tmp_path, "home.file.b.text: two\n"), str(link), check=False)
    assert (old / "home-files/a").read_text() == "one"
