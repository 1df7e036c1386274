# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A kept plan is used only where an evaluation would come to the same plan."""

from __future__ import annotations

import json
import os
import shutil
import textwrap
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ansible.parsing.dataloader import DataLoader
from ansible.parsing.vault import EncryptedString, VaultLib, VaultSecret, VaultSecretsContext
from ansible.template import Templar, trust_as_template
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ansible_collections.home.manager.plugins.module_utils.engine.contract.manifest import Origin
from ansible_collections.home.manager.plugins.plugin_utils import inputs
from ansible_collections.home.manager.plugins.plugin_utils.expressions.compiler import Compiler
from ansible_collections.home.manager.plugins.plugin_utils.inputs import Inputs, recording
from ansible_collections.home.manager.plugins.plugin_utils.plan.deep_stack import with_deep_stack
from ansible_collections.home.manager.plugins.plugin_utils.plan.home import EvaluatedHome, Request, compiler
from ansible_collections.home.manager.plugins.plugin_utils.plan.manifest import build
from ansible_collections.home.manager.plugins.plugin_utils.play import plan_cache
from ansible_collections.home.manager.plugins.plugin_utils.play.datatags import as_written, vault_secrets
from ansible_collections.home.manager.plugins.plugin_utils.play.files import decrypter, reader, reading
from ansible_collections.home.manager.plugins.plugin_utils.play.filters import PlayPlugins
from ansible_collections.home.manager.plugins.plugin_utils.play.plan_cache import Kept, PlanCache
from ansible_collections.home.manager.plugins.plugin_utils.play.stamp import stamp
from ansible_collections.home.manager.plugins.plugin_utils.play.variables import Restricted, Variables
from ansible_collections.home.manager.plugins.plugin_utils.syntax.errors import SpecError, SpecErrors
from ansible_collections.home.manager.plugins.plugin_utils.syntax.nodes import Mapping, Sequence

HOST = {
    "platform": "linux",
    "machine": "x86_64",
    "hostname": "h",
    "user": {"name": "alice", "home": "/home/alice", "uid": 1000, "gid": 1000, "shell": "/bin/bash"},
}
# What a play compiles once for all its homes, restricted ones apart.
COMPILERS = {restricted: compiler(plugins=PlayPlugins(restricted)) for restricted in (False, True)}
# Nanoseconds by which everything is older than a record that trusts signatures.
OLD = 10_000_000_000


class Spec:
    """A spec in a folder, evaluated with and without the cache."""

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch) -> None:
        self.patch = patch
        self.folder = folder / "spec"
        self.cache = PlanCache(("host", "alice"), str(folder / "cache"))
        self.variables: dict[str, Any] = {
            "inventory_dir": str(self.folder),
            "inventory_file": str(self.folder / "inventory.yml"),
        }
        self.identity: Any = ["first"]
        self.restricted = False
        self.loader = DataLoader()
        self.compiler: Compiler | None = None
        self.folder.mkdir()
        self.write("home.yml", 'home.stateVersion: "26.05"\n')

    @property
    def path(self) -> Path:
        """The file of the record."""
        return Path(self.cache.folder.path, self.cache.file())

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text))
        return path

    def state(self) -> Variables:
        return Variables(Templar(loader=self.loader, variables=self.variables), self.variables)

    def evaluated(self, noted: Inputs | None = None) -> tuple[Kept, Variables]:
        """The plan of the spec, as the play makes it. Raises SpecErrors."""
        variables = self.state()
        root = Mapping({"imports": Sequence(["home.yml"])})
        request = Request(
            [(root, str(self.folder / "root.yml"))], dict(HOST), variable=Restricted(variables) if self.restricted else variables,
            read=reader(self.loader), decrypt=decrypter(self.loader), packages="/usr", compiler=self.compiler or COMPILERS[self.restricted],
        )  # fmt: skip

        def compute() -> Kept:
            with recording(noted), reading(str(self.folder), self.restricted):
                plan = build(EvaluatedHome(request), Origin("host"))
                warnings = [{"text": str(warning)} for warning in plan.warnings]
            return Kept(plan.digest, plan.manifest.home, plan.manifest.state, None, "", warnings)

        return with_deep_stack(compute), variables

    def secret(self) -> VaultSecret:
        """The vault secret of this play."""
        secret = VaultSecret(b"password")
        self.loader.set_vault_secrets([("default", secret)])
        self.patch.setattr(VaultSecretsContext, "_current", VaultSecretsContext([("default", secret)]))
        return secret

    def keep(self) -> Kept:
        """Evaluate, and keep the plan if it can be kept."""
        noted = Inputs()
        kept, variables = self.evaluated(noted)
        self.cache.keep(self.identity, kept, noted, (variables.read, self.state().state))
        return kept

    def found(self) -> Kept | None:
        return self.cache.find(self.identity, self.state().state)

    def record(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.path.read_text())
        return found

    def age(self) -> None:
        """Make the record believe in signatures, as if everything had been written long before it."""
        record = self.record()
        for table in ("files", "folders"):
            for value in record[table].values():
                value[-1] = 0
        self.path.write_text(json.dumps(record))


@pytest.fixture
def spec(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Spec:
    return Spec(tmp_path, monkeypatch)


def _kept(spec: Spec) -> Kept:
    """A plan that is kept, and is found again."""
    kept = spec.keep()
    assert spec.found() == kept
    spec.age()
    assert spec.found() == kept
    return kept


def _replaced(path: Path, text: str) -> None:
    """Another content of the same length, with the former modification time."""
    before = path.stat()
    path.write_text(text)
    assert path.stat().st_size == before.st_size
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


# What an evaluation reads


EDITS: dict[str, tuple[dict[str, str], Callable[[Spec], object]]] = {
    "the spec": ({}, lambda spec: spec.write("home.yml", 'home: {stateVersion: "26.05", file.a.text: one}\n')),
    "an imported file": (
        {"home.yml": 'imports: [more.yml]\nhome.stateVersion: "26.05"\n', "more.yml": "home.file.a.text: one\n"},
        lambda spec: spec.write("more.yml", "home.file.a.text: two\n"),
    ),
    "a source, its length and time kept": (
        {"home.yml": 'home: {stateVersion: "26.05", file.a.source: a.txt}\n', "a.txt": "one"},
        lambda spec: _replaced(spec.folder / "a.txt", "two"),
    ),
    "the permissions of a source": (
        {"home.yml": 'home: {stateVersion: "26.05", file.a.source: a.txt}\n', "a.txt": "one"},
        lambda spec: (spec.folder / "a.txt").chmod(0o755),
    ),
    "a source that is a folder now": (
        {"home.yml": 'home: {stateVersion: "26.05", file.a.source: a}\n', "a": "one", "other/b": "two"},
        lambda spec: ((spec.folder / "a").unlink(), (spec.folder / "other").rename(spec.folder / "a")),
    ),
    "a new file in a folder": (
        {"home.yml": 'home: {stateVersion: "26.05", file.a: {source: d, recursive: true}}\n', "d/b/c": "one"},
        lambda spec: spec.write("d/b/e", "two"),
    ),
    "a file less in a folder": (
        {"home.yml": 'home: {stateVersion: "26.05", file.a: {source: d}}\n', "d/b/c": "one", "d/b/e": ""},
        lambda spec: (spec.folder / "d/b/e").unlink(),
    ),
    "a file in a folder": (
        {"home.yml": 'home: {stateVersion: "26.05", file.a: {source: d}}\n', "d/b/c": "one"},
        lambda spec: _replaced(spec.folder / "d/b/c", "two"),
    ),
    "a file that is a link now": (
        {"home.yml": 'home: {stateVersion: "26.05", file.a: {source: d}}\n', "d/b/c": "one", "d/one": "one"},
        lambda spec: ((spec.folder / "d/b/c").unlink(), (spec.folder / "d/b/c").symlink_to("../one")),
    ),
    "a template": (
        {"home.yml": 'home: {stateVersion: "26.05", file.a.text: "{{ \'a.j2\' | template }}"}\n', "a.j2": "one"},
        lambda spec: _replaced(spec.folder / "a.j2", "two"),
    ),
    "a template nearer by": (
        {"home.yml": 'home: {stateVersion: "26.05", file.a.text: "{{ \'a.j2\' | template }}"}\n', "templates/a.j2": "one"},
        lambda spec: spec.write("a.j2", "two"),
    ),
    "an included template": (
        {
            "home.yml": 'home: {stateVersion: "26.05", file.a.text: "{{ \'a.j2\' | template }}"}\n',
            "a.j2": "{% include 'b.j2' %}",
            "b.j2": "one",
        },
        lambda spec: spec.write("b.j2", "two"),
    ),
    "a template that may be missing": (
        {
            "home.yml": 'home: {stateVersion: "26.05", file.a.text: "{{ \'a.j2\' | template }}"}\n',
            "a.j2": "x{% include 'b.j2' ignore missing %}",
        },
        lambda spec: spec.write("b.j2", "two"),
    ),
    "the content of a file in an expression": (
        {"home.yml": 'home: {stateVersion: "26.05"}\nhome.file.a.text: "{{ p | content }}"\nvars: {p: !path a.txt}\n', "a.txt": "one"},
        lambda spec: spec.write("a.txt", "two"),
    ),
    "an import that is a folder now": (
        {"home.yml": 'imports: [more]\nhome.stateVersion: "26.05"\n', "more": "home.file.a.text: one\n", "d/default.yml": "home.file.a.text: two\n"},
        lambda spec: ((spec.folder / "more").unlink(), (spec.folder / "d").rename(spec.folder / "more")),
    ),
    "an import's `default.yml`": (
        {"home.yml": 'imports: [more]\nhome.stateVersion: "26.05"\n', "more/default.yml": "home.file.a.text: one\n"},
        lambda spec: spec.write("more/default.yml", "home.file.a.text: two\n"),
    ),
    "a link to an import": (
        {"home.yml": 'imports: [more.yml]\nhome.stateVersion: "26.05"\n', "one.yml": "home.file.a.text: one\n",
         "two.yml": "home.file.a.text: two\n", "more.yml ->": "one.yml"},
        lambda spec: ((spec.folder / "more.yml").unlink(), (spec.folder / "more.yml").symlink_to("two.yml")),
    ),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("name", EDITS)
def test_a_change_of_a_file_is_seen(spec: Spec, name: str) -> None:
    files, edit = EDITS[name]
    for file, text in files.items():
        if file.endswith(" ->"):
            (spec.folder / file.removesuffix(" ->")).symlink_to(text)
        else:
            spec.write(file, text)
    before = _kept(spec)
    edit(spec)
    assert spec.found() is None
    assert spec.evaluated()[0].digest != before.digest, "the edit changes the plan"
    assert spec.keep().digest != before.digest
    assert spec.found() is not None


def test_what_was_looked_for_and_not_found_is_seen_when_it_comes(spec: Spec) -> None:
    """A path that decided the plan by not being there."""
    spec.write("home.yml", 'home: {stateVersion: "26.05", file.a.text: "{{ \'a.j2\' | template }}"}\n')
    spec.write("templates/a.j2", "one")
    spec.keep()
    assert spec.record()["kinds"][str(spec.folder / "a.j2")] == inputs.ABSENT


def test_the_whole_of_the_files_that_are_opened_is_noted(spec: Spec) -> None:
    """Python tells of everything that is opened and listed: nothing of the project is missing from the record."""
    for name, (files, _edit) in EDITS.items():
        for file, text in files.items():
            if not file.endswith(" ->"):
                path = spec.folder / name.replace(" ", "-").replace("`", "").replace("'", "") / file
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
    folders = sorted(path for path in spec.folder.iterdir() if path.is_dir())
    spec.write(
        "home.yml",
        'home: {stateVersion: "26.05"}\nimports: [more]\n'
        "home.file: {a: {source: d, recursive: true}, b: {source: s.txt}, c: {text: \"{{ 't.j2' | template }}\"}}\n",
    )
    spec.write("more/default.yml", "home.file.e.source: ../d\n")
    spec.write("d/one/two", "x")
    spec.write("s.txt", "x")
    spec.write("t.j2", "{% include 'u.j2' %}")
    spec.write("u.j2", "x")
    opened: set[str] = set()
    watching = [True]

    def watch(event: str, arguments: tuple[Any, ...]) -> None:
        if (
            watching
            and event in ("open", "os.listdir", "os.scandir")
            and str(arguments[0]).startswith(str(spec.folder))
        ):
            opened.add(os.path.normpath(str(arguments[0])))

    import sys

    sys.addaudithook(watch)
    noted = Inputs()
    spec.evaluated(noted)
    watching.clear()
    assert {
        str(spec.folder / name)
        for name in ("home.yml", "more/default.yml", "d", "d/one", "d/one/two", "s.txt", "t.j2", "u.j2")
    } <= opened
    assert opened <= {os.path.normpath(path) for path in (*noted.files, *noted.folders)}
    assert folders, "other folders are there, and are none of its business"


# Variables


def _with_variable(spec: Spec, value: Any, text: str = "{{ said }}") -> None:
    spec.write("home.yml", f'home: {{stateVersion: "26.05", file.a.text: "{text}"}}\n')
    spec.variables["said"] = value


def test_a_change_of_a_variable_is_seen(spec: Spec) -> None:
    _with_variable(spec, "one")
    _kept(spec)
    spec.variables["said"] = "two"
    assert spec.found() is None


def test_a_variable_is_templated_again(spec: Spec) -> None:
    _with_variable(spec, trust_as_template("{{ other }}"))
    spec.variables["other"] = "one"
    _kept(spec)
    spec.variables["other"] = "two"
    assert spec.found() is None


def test_a_variable_that_nobody_reads_does_not_matter(spec: Spec) -> None:
    _with_variable(spec, "one")
    kept = _kept(spec)
    spec.variables["unrelated"] = "two"
    assert spec.found() == kept


def test_a_variable_that_was_missing_is_seen_when_it_comes(spec: Spec) -> None:
    _with_variable(spec, "", "{{ later | default('none') }}")
    _kept(spec)
    spec.variables["later"] = "two"
    assert spec.found() is None


def test_a_new_variable_is_seen_by_who_lists_them(spec: Spec) -> None:
    spec.variables["vars"] = {}
    _with_variable(spec, "", "{{ vars | list | join(' ') }}")
    _kept(spec)
    spec.variables["later"] = "two"
    assert spec.found() is None


def test_a_variable_that_becomes_a_secret_is_seen(spec: Spec) -> None:
    """Its value is the same, but the file that it ends up in is not: nobody else may read it."""
    secret = spec.secret()
    _with_variable(spec, "one")
    before = _kept(spec)
    spec.variables["said"] = _vaulted(spec, secret, "one")
    assert spec.found() is None
    assert spec.evaluated()[0].digest != before.digest


def test_a_variable_of_a_restricted_spec_is_seen_when_it_comes(spec: Spec) -> None:
    spec.restricted = True
    _with_variable(spec, "", "{{ later | default('none') }}")
    _kept(spec)
    spec.variables["later"] = "two"
    assert spec.found() is None
    with pytest.raises(SpecErrors):
        spec.evaluated()


def test_a_variable_that_cannot_be_templated_any_more_is_a_miss(spec: Spec) -> None:
    _with_variable(spec, trust_as_template("{{ other }}"))
    spec.variables["other"] = "one"
    _kept(spec)
    del spec.variables["other"]
    assert spec.found() is None


@pytest.mark.parametrize(
    "text",
    [
        "{{ lookup('env', 'HOME') }}",
        "{{ query('env', 'HOME')[0] }}",
        "{{ ['a', 'b'] | random }}",
        "{{ 1 | ansible.builtin.to_json }}",
        "{{ '%Y' | strftime }}",
    ],
)
def test_what_may_be_another_next_time_is_not_kept(spec: Spec, text: str) -> None:
    _with_variable(spec, "", text.replace('"', '\\"'))
    spec.keep()
    assert spec.found() is None
    assert not spec.path.exists()


# Secrets


def _vaulted(spec: Spec, secret: VaultSecret, text: str) -> Any:
    cipher = VaultLib([("default", secret)]).encrypt(text, secret=secret).decode()
    return EncryptedString(ciphertext=cipher)


def _vault_file(spec: Spec, secret: VaultSecret, name: str, text: str) -> None:
    spec.write(name, VaultLib([("default", secret)]).encrypt(text, secret=secret).decode())


def test_a_record_holds_nothing_readable(spec: Spec) -> None:
    secret = spec.secret()
    _vault_file(spec, secret, "secret.yml", "home.file.s.text: kleiderschrank\n")
    spec.write("a.txt", "buegelbrett")
    spec.write(
        "home.yml",
        'imports: [secret.yml]\nhome: {stateVersion: "26.05", file: {a: {source: a.txt}, b: {text: "{{ said }}"}}}\n',
    )
    spec.variables["said"] = "waschmaschine"
    _kept(spec)
    text = spec.path.read_text()
    for word in ("kleiderschrank", "buegelbrett", "waschmaschine", "password"):
        assert word not in text


def test_a_warning_that_a_secret_may_have_reached_is_not_kept(spec: Spec) -> None:
    secret = spec.secret()
    _with_variable(spec, _vaulted(spec, secret, "one"))
    with (spec.folder / "home.yml").open("a") as file:
        file.write('warnings: ["look out"]\n')
    kept = spec.keep()
    assert kept.warnings
    assert spec.found() is None


def test_warnings_are_kept_with_the_plan(spec: Spec) -> None:
    spec.write("home.yml", 'home.stateVersion: "26.05"\nwarnings: ["look out"]\n')
    assert _kept(spec).warnings


def test_a_vaulted_file_that_changes_is_seen(spec: Spec) -> None:
    secret = spec.secret()
    spec.write("home.yml", 'imports: [secret.yml]\nhome: {stateVersion: "26.05", file.a.source: a}\n')
    _vault_file(spec, secret, "secret.yml", "home.file.s.text: one\n")
    _vault_file(spec, secret, "a", "one")
    _kept(spec)
    _vault_file(spec, secret, "a", "two")
    assert spec.found() is None
    spec.keep()
    _vault_file(spec, secret, "secret.yml", "home.file.s.text: two\n")
    assert spec.found() is None


def test_whoever_has_another_password_has_another_identity(spec: Spec) -> None:
    spec.loader.set_vault_secrets([("default", VaultSecret(b"password"))])
    one = vault_secrets(spec.loader)
    spec.loader.set_vault_secrets([("default", VaultSecret(b"other"))])
    assert one != vault_secrets(spec.loader)
    assert vault_secrets(DataLoader()) == []


# Identity


def test_another_identity_is_a_miss(spec: Spec) -> None:
    kept = _kept(spec)
    spec.identity = ["second"]
    assert spec.found() is None
    spec.identity = ["first"]
    assert spec.found() == kept


def _aged(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if everything had been written long ago."""
    later = time.time_ns() + OLD
    monkeypatch.setattr(plan_cache.time, "time_ns", lambda: later)


def test_the_code_of_the_collection_has_a_stamp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "inner" / "__pycache__").mkdir(parents=True)
    (tmp_path / "inner" / "a.py").write_text("one")
    assert stamp(str(tmp_path)) != stamp(str(tmp_path)), (
        "what was written a moment ago may be written again in the same tick"
    )
    _aged(monkeypatch)
    before = stamp(str(tmp_path))
    (tmp_path / "inner" / "__pycache__" / "a.pyc").write_text("one")
    assert stamp(str(tmp_path)) == before
    _replaced(tmp_path / "inner" / "a.py", "two")
    assert stamp(str(tmp_path)) != before


def test_a_spec_in_the_inventory_is_another_one_elsewhere_or_written_otherwise() -> None:
    plain, live = {"a": "{{ b }}"}, {"a": trust_as_template("{{ b }}")}
    assert as_written(plain) != as_written(live)
    assert as_written({"a": 1}) != as_written({"a": "1"})
    assert as_written({"a": 1}) != as_written({"a": True})
    assert as_written({"a": 1, "b": 2}) != as_written({"b": 2, "a": 1})
    json.dumps(as_written(live))


# Signatures


def test_the_same_content_with_other_times_is_found_and_its_signature_taken_anew(spec: Spec) -> None:
    """As after a checkout that wrote the files again."""
    kept = _kept(spec)
    before = spec.record()["files"]
    path = spec.folder / "home.yml"
    text = path.read_bytes()
    path.unlink()
    path.write_bytes(text)
    old = time.time_ns() - OLD
    os.utime(path, ns=(old, old))
    assert spec.found() == kept
    assert spec.record()["files"] != before
    assert spec.found() == kept


def test_what_is_younger_than_the_record_is_compared_by_content(spec: Spec) -> None:
    """Two changes within one tick of the clock leave the same times: the signature proves nothing."""
    path = spec.write("home.yml", 'home: {stateVersion: "26.05", file.a.text: one}\n')
    spec.keep()
    record = spec.record()
    assert record["files"][str(path)][-1] == 1
    path.write_text('home: {stateVersion: "26.05", file.a.text: two}\n')
    record["files"][str(path)][:6] = inputs.signature(path.stat())
    spec.path.write_text(json.dumps(record))
    assert spec.found() is None


def test_what_was_compared_is_believed_by_its_signature_when_it_is_old_enough(
    spec: Spec, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = spec.folder / "home.yml"
    kept = spec.keep()
    later = time.time_ns() + OLD
    monkeypatch.setattr(plan_cache.time, "time_ns", lambda: later)
    assert spec.found() == kept
    assert spec.record()["files"][str(path)][-1] == 0


def test_a_clock_that_was_set_back_costs_comparisons_only(spec: Spec, monkeypatch: pytest.MonkeyPatch) -> None:
    # Before any file that is read was made, however old this checkout is.
    monkeypatch.setattr(plan_cache.time, "time_ns", lambda: 1_000_000_000)
    kept = spec.keep()
    assert all(value[-1] == 1 for value in spec.record()["files"].values())
    assert spec.found() == kept
    spec.write("home.yml", 'home.stateVersion: "25.11"\n')
    assert spec.found() is None


@pytest.mark.slow
@pytest.mark.parametrize("number", range(6))
def test_every_part_of_a_signature_counts(spec: Spec, number: int) -> None:
    """Where one differs the content decides; where the mode differs it does not matter what it says."""
    spec.write("home.yml", 'home: {stateVersion: "26.05", file.a.source: a.txt}\n')
    path = spec.write("a.txt", "one")
    _kept(spec)
    record = spec.record()
    record["files"][str(path)][number] += 1
    record["files"][str(path)][6] = "0" * 64
    spec.path.write_text(json.dumps(record))
    assert spec.found() is None


def test_what_changes_while_it_is_read_is_not_kept(spec: Spec, monkeypatch: pytest.MonkeyPatch) -> None:
    spec.write("home.yml", 'home: {stateVersion: "26.05", file.a.source: a.txt}\n')
    path = spec.write("a.txt", "one")
    noted = Inputs()
    kept, variables = spec.evaluated(noted)
    path.write_text("two")
    spec.cache.keep(spec.identity, kept, noted, (variables.read, spec.state().state))
    assert not spec.path.exists()


def test_what_is_read_twice_and_was_another_is_not_kept(spec: Spec) -> None:
    path = spec.write("a.txt", "one")
    noted = Inputs()
    with recording(noted):
        assert inputs.kind(str(path)) == inputs.FILE
        path.unlink()
        assert inputs.kind(str(path)) == inputs.ABSENT
    assert not noted.is_current()


# The folder


def test_nothing_of_it_can_be_read_by_others(spec: Spec) -> None:
    _kept(spec)
    assert os.stat(spec.cache.folder.path).st_mode & 0o777 == 0o700
    for name in os.listdir(spec.cache.folder.path):
        assert os.stat(os.path.join(spec.cache.folder.path, name)).st_mode & 0o777 == 0o600


@pytest.mark.slow
@pytest.mark.parametrize("damage", ["", "{", "[]", "null", '{"version": 1}', '{"version": 2}', "\x00"])
def test_a_damaged_record_is_a_miss(spec: Spec, damage: str) -> None:
    _kept(spec)
    spec.path.write_text(damage)
    assert spec.found() is None
    spec.keep()
    assert spec.found() is not None


def test_any_part_of_a_record_that_is_missing_is_a_miss(spec: Spec) -> None:
    _kept(spec)
    whole = spec.record()
    for name in whole:
        spec.path.write_text(json.dumps({key: whole[key] for key in whole if key != name}))
        assert spec.found() is None, name


def test_another_version_is_a_miss(spec: Spec) -> None:
    _kept(spec)
    record = spec.record()
    record["version"] += 1
    spec.path.write_text(json.dumps(record))
    assert spec.found() is None


def test_a_record_that_others_can_write_is_a_miss(spec: Spec) -> None:
    _kept(spec)
    spec.path.chmod(0o620)
    assert spec.found() is None


def test_a_record_behind_a_link_is_a_miss(spec: Spec, tmp_path: Path) -> None:
    _kept(spec)
    spec.path.rename(tmp_path / "elsewhere")
    spec.path.symlink_to(tmp_path / "elsewhere")
    assert spec.found() is None


def test_a_folder_that_others_can_enter_is_not_used(spec: Spec, tmp_path: Path) -> None:
    Path(spec.cache.folder.path).mkdir(mode=0o755)
    spec.keep()
    assert os.listdir(spec.cache.folder.path) == []
    assert spec.found() is None


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_a_record_of_another_user_is_a_miss(spec: Spec) -> None:
    _kept(spec)
    os.chown(spec.path, 12345, 12345)
    assert spec.found() is None


def test_a_record_with_another_key_is_a_miss(spec: Spec) -> None:
    _kept(spec)
    path = spec.path
    (Path(spec.cache.folder.path) / "key").unlink()
    again = PlanCache(("host", "alice"), spec.cache.folder.path)
    assert Path(again.folder.path, again.file()) != path
    shutil.copy(path, Path(again.folder.path, again.file()))
    assert again.find(spec.identity, spec.state().state) is None


@pytest.mark.slow
def test_plays_at_the_same_time_use_one_key_and_leave_whole_records(tmp_path: Path) -> None:
    folder = str(tmp_path / "cache")
    keys: set[bytes | None] = set()
    caches = [PlanCache(("host", "alice"), folder) for _number in range(8)]
    kept = Kept("digest", "/home/alice", "/home/alice/.local/state/home.manager", None)
    broken: list[object] = []

    def work(cache: PlanCache) -> None:
        keys.add(cache.key)
        for _round in range(20):
            cache.keep(["first"], kept, Inputs(), (set(), lambda _host, _name: None))
            found = cache.find(["first"], lambda _host, _name: None)
            if found != kept:
                broken.append(found)

    threads = [threading.Thread(target=work, args=(cache,)) for cache in caches]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(keys) == 1
    assert not broken
    assert sorted(name for name in os.listdir(folder) if not name.endswith(".json")) == ["key"]


# Edits at random

COMPILER = compiler()

NAMES = ("home.yml", "one.yml", "two.yml", "s.txt", "d/a", "d/b", "d/e/f", "t.j2", "templates/t.j2", "m/default.yml")
TEMPLATED = "home.file.t.text: \"{{ 't.j2' | template }}\"\n"
SPECS = {
    "home.yml": (
        'imports: [one.yml]\nhome.stateVersion: "26.05"\n',
        'home.stateVersion: "26.05"\nimports: [one.yml, m]\nhome.file.s.source: s.txt\n',
    ),
    "one.yml": (
        "home.file.d: {source: d, recursive: true}\n",
        "home.file.d: {source: d}\n" + TEMPLATED,
        'home.file.v.text: "{{ said }}"\nimports: [two.yml]\n',
    ),
    "two.yml": ("home.file.w.text: one\n", "home.file.w.text: \"{{ other | default('none') }}\"\n"),
    "m/default.yml": ("home.file.m.text: one\n", "home.file.m.text: two\n"),
}
ACTIONS = st.one_of(
    st.tuples(st.just("write"), st.sampled_from(NAMES), st.integers(0, 3)),
    st.tuples(st.just("remove"), st.sampled_from(NAMES), st.just(0)),
    st.tuples(st.just("touch"), st.sampled_from(NAMES), st.just(0)),
    st.tuples(st.just("chmod"), st.sampled_from(NAMES), st.sampled_from([0o644, 0o755])),
    st.tuples(st.just("link"), st.sampled_from(NAMES), st.integers(0, 9)),
    st.tuples(st.just("sneak"), st.sampled_from(NAMES), st.integers(0, 3)),
    st.tuples(st.just("variable"), st.sampled_from(["said", "other"]), st.integers(0, 2)),
    st.tuples(st.just("age"), st.just(""), st.just(0)),
)


def _text(name: str, number: int) -> str:
    texts = SPECS.get(name, ("one", "two", "six", "{{ said }}"))
    return texts[number % len(texts)]


def _act(spec: Spec, action: tuple[str, str, int]) -> None:
    kind, name, number = action
    path = spec.folder / name
    if kind == "variable":
        spec.variables.pop(name, None)
        if number:
            spec.variables[name] = f"value {number}"
    elif kind == "age":
        old = time.time_ns() - OLD
        for folder, _folders, names in os.walk(spec.folder):
            for one in names:
                os.utime(os.path.join(folder, one), ns=(old, old), follow_symlinks=False)
    elif kind in ("write", "sneak"):
        before = path.stat() if path.is_file() else None
        if path.is_symlink():
            path.unlink()
        spec.write(name, _text(name, number))
        if kind == "sneak" and before is not None:
            os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    elif kind == "link":
        path.unlink(missing_ok=True)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.symlink_to(spec.folder / NAMES[number])
    elif path.is_file():
        if kind == "remove":
            path.unlink()
        elif kind == "touch":
            path.touch()
        else:
            path.chmod(number)


def _kept_or_refused(spec: Spec) -> object:
    """The plan of an evaluation, which is kept where there was none that could be used; None for a spec with errors."""
    found, noted = spec.found(), Inputs()
    try:
        plan, variables = spec.evaluated(noted)
    except (SpecError, SpecErrors):
        assert found is None
        return None
    if found is None:
        spec.cache.keep(spec.identity, plan, noted, (variables.read, spec.state().state))
    else:
        assert found == plan
    return plan


EDITS_EACH = 20


@pytest.mark.slow
@settings(
    max_examples=max(3, settings.default.max_examples // 2),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=st.lists(st.lists(ACTIONS, min_size=1, max_size=3), min_size=EDITS_EACH, max_size=EDITS_EACH))
def test_a_run_with_the_cache_and_one_without_agree(
    tmp_path_factory: pytest.TempPathFactory, steps: list[list[tuple[str, str, int]]]
) -> None:
    """20,000 edits in the nightly run."""
    spec = Spec(tmp_path_factory.mktemp("edits"), pytest.MonkeyPatch())
    # Nothing here uses a filter of Ansible's, which would be noted by the first evaluation alone.
    spec.compiler = COMPILER
    for name in NAMES:
        spec.write(name, _text(name, 0))
    assert _kept_or_refused(spec) is not None
    for actions in steps:
        for action in actions:
            _act(spec, action)
        _kept_or_refused(spec)


def test_a_record_knows_the_objects_of_its_plan_as_long_as_another_plan_asks(spec):
    kept, variables = spec.evaluated(noted := Inputs())
    spec.cache.keep(spec.identity, kept, noted, (variables.read, spec.state().state), ["one-a", "two-b"])
    assert spec.cache.objects_of_last("another", ["one-a", "three-c"]) == {"one-a"}
    assert spec.cache.objects_of_last(kept.digest, ["one-a"]) == set(), "there is nothing to be sent"
    assert "one-a" not in spec.path.read_text()
    spec.write("home.yml", 'home: {stateVersion: "26.05", username: x}\n')
    assert spec.found() is None
    assert spec.cache.objects_of_last("another", ["two-b"]) == {"two-b"}, "whatever became of what it was made from"


@pytest.mark.parametrize(
    "content", ["", "null", "[]", "{}", '{"version": 1, "plan": {"digest": "x"}}', '{"version": 1, "plan": 1}']
)
def test_a_damaged_record_knows_no_objects(spec, content):
    spec.keep()
    spec.path.write_text(content)
    assert spec.cache.objects_of_last("another", ["one-a"]) == set()
