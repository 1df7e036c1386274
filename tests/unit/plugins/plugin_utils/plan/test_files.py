# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The managed files of whole homes: what is refused, and where the refusal points."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.home.manager.plugins.module_utils.engine.contract.entries import FileEntry
from ansible_collections.home.manager.plugins.module_utils.engine.contract.manifest import Origin
from ansible_collections.home.manager.plugins.plugin_utils import inputs
from ansible_collections.home.manager.plugins.plugin_utils.modules.spec_file import load_text
from ansible_collections.home.manager.plugins.plugin_utils.plan.deep_stack import with_deep_stack
from ansible_collections.home.manager.plugins.plugin_utils.plan.home import EvaluatedHome, Request
from ansible_collections.home.manager.plugins.plugin_utils.plan.manifest import SwitchBundle, build
from ansible_collections.home.manager.plugins.plugin_utils.syntax.errors import SpecErrors

from .homes import COMPILER, HOST


def plan(tmp_path: Path, text: str, **options: Any) -> SwitchBundle:
    spec = str(tmp_path / "alice.yml")
    roots = [(load_text('home.stateVersion: "26.05"\n' + text, spec), spec)]
    made: SwitchBundle = with_deep_stack(
        lambda: build(EvaluatedHome(Request(roots, HOST, packages="/usr", compiler=COMPILER, **options)), Origin())
    )
    return made


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('home.file."a/../../b".text: x', "outside of the home folder"),
        ("home.file: {a: {text: x}, a/b: {text: y}}", 'home.file."a/b": is below `a`'),
        ("home.file: {.local/state: {text: x, force: true}}", "holds the generations of this home"),
        ("home.file: {.local/state/home.manager/ledger.json: {text: x}}", "holds the generations of this home"),
        (f"home.file: {{{'n' * 256}: {{text: x}}}}", "more than 255 bytes"),
        ('home.file: {"a\\0b": {text: x}}', "it contains a NUL"),
        ("home.file: {.bashrc: {executable: true}}", 'home.file.".bashrc": has neither `text` nor `source`'),
        ("home.file: {a: {source: ./gone}}", "home.file.a: the file"),
        ("home.file: {a: {toml: {b: null}}}", "TOML has no null"),
        ("home.file: {a: {text: '{{ config.home.file.a.text }}'}}", "home.file.a.text -> home.file.a.text"),
        ("home.activation.x: !dagEntry {after: [nope], data: 'true'}", "must run after `nope`"),
    ],
)
def test_refused(tmp_path, text, said):
    with pytest.raises(SpecErrors) as caught:
        plan(tmp_path, text)
    assert said in str(caught.value)
    assert f"at {tmp_path}/alice.yml:2:" in str(caught.value)


def test_several_edges_to_nothing_are_told_together(tmp_path):
    with pytest.raises(SpecErrors) as caught:
        plan(
            tmp_path, "home.activation: {x: !dagEntry {after: [a, b], data: ''}, y: !dagEntry {before: [c], data: ''}}"
        )
    assert "3 errors in the spec" in str(caught.value)


@pytest.mark.slow
def test_the_way_out_of_the_store_is_written_as_in_nix(tmp_path):
    text = "home.file: {a: {source: \"{{ config.lib.file.mkOutOfStoreSymlink('/etc/hosts') }}\"}}"
    assert plan(tmp_path, text).manifest.view.files["a"].json() == {
        "type": "symlink",
        "to": "/etc/hosts",
        "origin": f"{tmp_path}/alice.yml:2:13",
    }


def test_a_vaulted_source_is_decrypted_and_private(tmp_path):
    (tmp_path / "secret").write_bytes(b"$ANSIBLE_VAULT;1.1;AES256\n00\n")
    made = plan(tmp_path, "home.file: {a: {source: ./secret, method: copy}}", decrypt=lambda path: b"plain")
    entry = made.manifest.view.files["a"]
    assert entry.sensitive
    assert entry.mode == "0600"
    assert made.contents[entry.object] == b"plain"
    with pytest.raises(SpecErrors, match="is encrypted with Ansible Vault"):
        plan(tmp_path, "home.file: {a: {source: ./secret}}")


def test_every_home_says_its_state_version(tmp_path):
    roots = [(load_text("home.file.a.text: x", "a.yml"), "a.yml")]
    with pytest.raises(SpecErrors, match=r"home\.stateVersion: is used, but has no value"):
        with_deep_stack(lambda: build(EvaluatedHome(Request(roots, HOST, compiler=COMPILER)), Origin()))


@pytest.fixture
def folder(tmp_path):
    """A folder with a program, a text, a link to the text and a dangling link."""
    source = tmp_path / "dir"
    source.mkdir()
    (source / "run").write_text("#!/bin/sh\n")
    (source / "run").chmod(0o755)
    (source / "note").write_text("note\n")
    (source / "alias").symlink_to("note")
    (source / "gone").symlink_to("nowhere")
    return source


def planned(tmp_path, text):
    """Each planned path with its content and mode, or the text of its link."""
    made = plan(tmp_path, text)
    found = {}
    view = made.manifest.view
    for target, entry in view.files.items():
        if isinstance(entry, FileEntry):
            found[target] = (made.contents[entry.object].decode(), view.objects[entry.object].mode)
        else:
            found[target] = entry.to
    return found


def test_a_folder_is_linked_file_by_file_with_its_links(tmp_path, folder):
    assert planned(tmp_path, "home.file.d: {source: dir, recursive: true}") == {
        "d/alias": "note",
        "d/gone": "nowhere",
        "d/note": ("note\n", "0444"),
        "d/run": ("#!/bin/sh\n", "0555"),
    }


def test_executable_holds_for_each_file_and_for_what_a_link_leads_to(tmp_path, folder):
    assert planned(tmp_path, "home.file.d: {source: dir, recursive: true, executable: true}") == {
        "d/alias": ("note\n", "0555"),
        "d/gone": "nowhere",
        "d/note": ("note\n", "0555"),
        "d/run": ("#!/bin/sh\n", "0555"),
    }
    assert planned(tmp_path, "home.file.d: {source: dir, recursive: true, executable: false}")["d/run"][1] == "0444"


def test_ignorelinks_takes_a_link_for_the_file_it_leads_to(tmp_path, folder):
    found = planned(tmp_path, "home.file.d: {source: dir, recursive: true, ignorelinks: true}")
    assert found["d/alias"] == ("note\n", "0444")
    assert found["d/gone"] == "nowhere"


def test_a_generated_folder_can_be_linked_file_by_file(tmp_path, folder):
    source = "{{ {'a/b': 'text', 'c': '/opt/c'} | store_dir('x') }}"
    whole = planned(tmp_path, f'home.file.d.source: "{source}"')
    assert list(whole) == ["d"]
    found = planned(tmp_path, f'home.file.d: {{source: "{source}", recursive: true}}')
    assert found == {"d/a/b": ("text", "0444"), "d/c": "/opt/c"}


def test_a_folder_goes_file_by_file_into_the_home_itself(tmp_path, folder):
    for key in (".", "./", "/home/alice"):
        found = planned(tmp_path, f"home.file: {{'{key}': {{source: dir, recursive: true}}}}")
        assert sorted(found) == ["alias", "gone", "note", "run"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("home.file: {.: {source: dir}}", "set `recursive: true`"),
        ("home.file: {.: {source: dir/note, recursive: true}}", "the source is not a folder"),
        ("home.file.a.source: '{{ lib.file.mkOutOfStoreSymlink(\"/home/alice/a\") }}'", "is a link to itself"),
        ("home.file.a.source: '{{ lib.file.mkOutOfStoreSymlink(\"/home/alice/b/../a/\") }}'", "is a link to itself"),
        ("home.file.a.source: '{{ lib.file.mkOutOfStoreSymlink(\"/home/alice/a/b\") }}'", "a path below itself"),
        ("home.followLinks: [/etc]", "`/etc` is not a folder inside the home folder"),
        ("home.followLinks: [../x]", "is not a folder inside the home folder"),
    ],
)  # fmt: skip
def test_what_would_replace_or_lead_to_itself_is_refused(tmp_path, folder, text, said):
    with pytest.raises(SpecErrors, match=said):
        plan(tmp_path, text)


def test_the_folders_that_may_be_links_are_in_the_manifest(tmp_path):
    made = plan(tmp_path, 'home.followLinks: ["~/.local/share", "{{ config.xdg.configHome }}", .config]')
    assert made.manifest.view.follow == [".config", ".local/share"]
    assert plan(tmp_path, "xdg.enable: false").manifest.view.follow == []


def test_a_source_that_cannot_be_looked_at_is_told_with_its_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = inputs.kind

    def kind(path: str) -> str:
        if path.endswith("closed/f"):
            raise PermissionError(errno.EACCES, "Permission denied", path)
        return real(path)

    monkeypatch.setattr(inputs, "kind", kind)
    with pytest.raises(SpecErrors) as caught:
        plan(tmp_path, "home.file.a.source: ./closed/f\n")
    error = caught.value.errors[0]
    assert error.message == f"{tmp_path}/closed/f cannot be inspected: Permission denied"
    assert [position.line for position in error.positions] == [2]
