# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Packages that another package manager builds or brings: locked, realised and run, by transcripts of the real programs.

cargo and go are also run for real, where they are, against a registry and a proxy on the local disk.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import os
import subprocess
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.home.manager.plugins.module_utils.engine.contract.errors import EngineError
from ansible_collections.home.manager.plugins.module_utils.engine.disk import filesystem
from ansible_collections.home.manager.plugins.module_utils.engine.packages import host_paths, program
from ansible_collections.home.manager.plugins.module_utils.engine.packages.depot import Depot
from ansible_collections.home.manager.plugins.module_utils.engine.packages.download import Sources
from ansible_collections.home.manager.plugins.module_utils.engine.packages.freeing import free
from ansible_collections.home.manager.plugins.module_utils.engine.packages.profile import Member, Profile
from ansible_collections.home.manager.plugins.module_utils.engine.packages.providers import nix
from ansible_collections.home.manager.plugins.module_utils.engine.packages.realisation import realise
from ansible_collections.home.manager.plugins.plugin_utils.packages.catalogue import Catalogue
from ansible_collections.home.manager.plugins.plugin_utils.packages.lock import Lock
from ansible_collections.home.manager.plugins.plugin_utils.packages.recipes import recipe_of
from ansible_collections.home.manager.plugins.plugin_utils.packages.resolution import Resolution, Settings
from ansible_collections.home.manager.plugins.plugin_utils.packages.resolver import Context
from ansible_collections.home.manager.plugins.plugin_utils.packages.sources import PackageSources
from ansible_collections.home.manager.plugins.plugin_utils.packages.wanted import Wanted
from ansible_collections.home.manager.plugins.plugin_utils.syntax.errors import SpecErrors
from tests.unit.plugins.module_utils.engine.packages.transcript import Transcript

HERE = "x86_64-linux"
NOTHING = Sources(None, {}, {})
SHELL = "#!/bin/sh\necho "


class Machine:
    """One machine that resolves and realises: a folder of programs, and a state with its depot."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.bin = folder / "bin"
        self.bin.mkdir()
        self.state = folder / "state"
        self.state.mkdir(mode=0o700)
        self.fd = filesystem.open_folder(str(self.state))
        self.depot = Depot(str(self.state), self.fd)

    def lock(self, provider: str, name: str = "tool", entry: Any = None, **wish: Any) -> Lock:
        """A lock as it is read again from its file."""
        catalogue = Catalogue({name: {provider: entry or name, "commands": [name]}})
        context = Context(("aarch64-linux", HERE), PackageSources(), str(self.folder), {}, lambda _text: None)
        lock = Resolution(Settings(catalogue, context)).resolve([Wanted(name, provider=provider, **wish)])
        path = self.folder / "home.lock"
        path.write_text(lock.text())
        return Lock.read(str(path))

    def realise(self, lock: Lock, name: str = "tool") -> Path:
        """The package's tree."""
        recipe = recipe_of(lock, name, HERE, self.depot.base)
        identity = recipe.identity(self.depot.base)
        realise(self.depot, {identity: recipe}, NOTHING)
        return self.state / "packages" / identity

    def links(self, lock: Lock, tree: Path, name: str = "tool") -> dict[str, str]:
        """What a profile shows of it."""
        member = Member(name, tree.name, commands=dict(lock.packages[name].commands))
        return Profile(self.depot, [member], []).build()


@pytest.fixture
def machine(tmp_path, monkeypatch):
    made = Machine(tmp_path)
    monkeypatch.setenv("PATH", f"{made.bin}:/usr/bin:/bin")
    monkeypatch.setattr(host_paths, "FOLDERS", ())
    monkeypatch.setattr(program, "_TOOL_FOLDERS", ())
    yield made
    os.close(made.fd)
    subprocess.run(["/bin/chmod", "-R", "u+w", str(tmp_path)], check=False)


def said(path: Path | str) -> str:
    return subprocess.run([path], capture_output=True, text=True, check=True).stdout.strip()


CARGO_LOCK = """\
version = 3

[[package]]
name = "home-manager-lock"
version = "0.0.0"
dependencies = ["tool"]

[[package]]
name = "tool"
version = "1.2.0"
source = "registry+index"
checksum = "{checksum}"
"""
CARGO_INSTALL = ["install", "--locked", "--root", "*", "--version", "1.2.0", "--", "tool"]


def cargo_rows(checksum: str) -> list[dict[str, Any]]:
    return [
        {"arguments": ["generate-lockfile"], "writes": {"./Cargo.lock": CARGO_LOCK.format(checksum=checksum)}},
        {"arguments": CARGO_INSTALL, "writes": {"{3}/bin/tool": SHELL + "1.2.0"}},
    ]


@pytest.mark.slow
def test_cargo_compiles_what_was_locked(machine):
    transcript = Transcript(machine.bin, "cargo", cargo_rows("ab" * 32))
    lock = machine.lock("cargo")
    entry = lock.packages["tool"]
    assert entry.version == "1.2.0"
    assert entry.pinned[HERE] == {"crate": "tool", "sha256": "ab" * 32}
    tree = machine.realise(lock)
    assert said(tree / "bin/tool") == "1.2.0"
    assert machine.links(lock, tree) == {"bin/tool": f"{tree}/bin/tool"}
    assert [name for name in os.listdir(machine.state / "packages") if name.startswith(".tmp")] == []
    # What is there is not compiled again.
    count = len(transcript.asked())
    machine.realise(lock)
    assert len(transcript.asked()) == count


@pytest.mark.slow
def test_crate_with_another_checksum_is_not_compiled(machine):
    transcript = Transcript(machine.bin, "cargo", cargo_rows("ab" * 32))
    lock = machine.lock("cargo")
    transcript.tell(cargo_rows("cd" * 32))
    with pytest.raises(EngineError, match=r"checksum of tool 1\.2\.0 is cdcdcd.*home\.lock says abab"):
        machine.realise(lock)
    assert not any(words[0] == "install" for words in transcript.asked())
    assert os.listdir(machine.state / "packages") == ["lock"]


GO_FOUND = json.dumps({"Path": "example.org/tool", "Version": "v1.2.0", "Sum": "h1:AAA="})
GO_NOT = json.dumps({"Path": "example.org/tool/cmd/tool", "Error": "not found: module example.org/tool/cmd/tool"})


def go_rows(found: str = GO_FOUND) -> list[dict[str, Any]]:
    download = ["mod", "download", "-json"]
    return [
        {"arguments": [*download, "example.org/tool/cmd/tool@latest"], "output": GO_NOT, "code": 1},
        {"arguments": [*download, "example.org/tool/cmd@latest"], "output": GO_NOT, "code": 1},
        {"arguments": [*download, "example.org/tool@latest"], "output": found},
        {"arguments": [*download, "example.org/tool@v1.2.0"], "output": found},
        {
            "arguments": ["install", "-trimpath", "example.org/tool/cmd/tool@v1.2.0"],
            "writes": {"$GOBIN/tool": SHELL + "go"},
        },
    ]


@pytest.mark.slow
def test_go_compiles_what_was_locked(machine):
    transcript = Transcript(machine.bin, "go", go_rows())
    lock = machine.lock("go", entry="example.org/tool/cmd/tool")
    pins = {"package": "example.org/tool/cmd/tool", "module": "example.org/tool", "sum": "h1:AAA="}
    assert lock.packages["tool"].pinned[HERE] == pins
    assert said(machine.realise(lock) / "bin/tool") == "go"
    transcript.tell(go_rows(GO_FOUND.replace("AAA", "BBB")))
    subprocess.run(["chmod", "-R", "u+w", str(machine.state)], check=True)
    subprocess.run(["rm", "-rf", *(machine.state / "packages").glob("*-tool-*")], check=True)
    with pytest.raises(EngineError, match=r"hash of example\.org/tool@v1\.2\.0 is h1:BBB="):
        machine.realise(lock)


def nix_rows(store: Path) -> list[dict[str, Any]]:
    features = ["--extra-experimental-features", "nix-command flakes"]
    flake = "github:NixOS/nixpkgs/0123abc?narHash=sha256-x"
    outputs = {"version": "14.1", "outputs": [f"{store}/aaa-tool-14.1", f"{store}/bbb-tool-14.1-man"]}
    return [
        {"arguments": [*features, "flake", "metadata", "--json", "nixpkgs"], "output": json.dumps({"url": flake})},
        {
            "arguments": [*features, "eval", "--json", f"{flake.replace('?', '[?]')}#legacyPackages.x86_64-linux.tool", "--apply", "*"],
            "output": json.dumps(outputs),
        },
        {
            "arguments": [*features, "eval", "--json", "*aarch64*", "--apply", "*"],
            "code": 1,
            "errors": "error: attribute 'tool' missing\n",
        },
        {
            "arguments": [*features, "build", "--no-write-lock-file", "--out-link", "*", "*#legacyPackages.x86_64-linux.tool"],
            "writes": {
                "{5}": f"-> {store}/aaa-tool-14.1",
                "{5}-man": f"-> {store}/bbb-tool-14.1-man",
                f"{store}/aaa-tool-14.1/bin/tool": SHELL + "nix",
                f"{store}/aaa-tool-14.1/share/doc/tool/README": "no",
                f"{store}/bbb-tool-14.1-man/share/man/man1/tool.1": "manual",
            },
        },
    ]  # fmt: skip


@pytest.mark.slow
def test_nix_brings_the_store_paths_that_were_locked(machine, monkeypatch):
    store = machine.folder / "store"
    monkeypatch.setattr(nix, "STORE", str(store))
    Transcript(machine.bin, "nix", nix_rows(store))
    lock = machine.lock("nix")
    entry = lock.packages["tool"]
    assert entry.version == "14.1"
    assert list(entry.closure) == [HERE]
    tree = machine.realise(lock)
    assert said(tree / "bin/tool") == "nix"
    assert sorted(machine.links(lock, tree)) == ["bin/tool", "share/man/man1"]
    root = machine.state / "packages" / f".root-{tree.name}"
    assert os.readlink(root) == f"{store}/aaa-tool-14.1"
    assert free(machine.depot, {tree.name}).packages == []
    assert root.is_symlink()
    assert free(machine.depot, set()).packages == [tree.name]
    assert list((machine.state / "packages").glob(".root-*")) == []


@pytest.mark.slow
def test_nix_that_gives_other_paths_stops(machine, monkeypatch):
    store = machine.folder / "store"
    monkeypatch.setattr(nix, "STORE", str(store))
    transcript = Transcript(machine.bin, "nix", nix_rows(store))
    lock = machine.lock("nix")
    rows = nix_rows(store)
    rows[-1]["writes"] = {"{5}": f"-> {store}/zzz-tool-15"}
    transcript.tell(rows)
    with pytest.raises(EngineError, match=r"store path is .*zzz-tool-15, home\.lock says .*aaa-tool-14\.1"):
        machine.realise(lock)


def brew_rows(machine: Machine, version: str = "14.1", revision: int = 1) -> list[dict[str, Any]]:
    bottle = {"stable": {"rebuild": 0, "files": {"arm64_sequoia": {"sha256": "ab" * 32, "cellar": ":any"}}}}
    formula = {"name": "tool", "versions": {"stable": version}, "revision": revision, "bottle": bottle, "installed": []}
    keg = f"{machine.folder}/Cellar/tool/{version}_{revision}"
    return [
        {"arguments": ["info", "--json=v2", "--formula", "tool"], "output": json.dumps({"formulae": [formula]})},
        {"arguments": ["--cellar", "tool"], "output": f"{machine.folder}/Cellar/tool\n"},
        {"arguments": ["install", "--formula", "tool"], "writes": {f"{keg}/bin/tool": SHELL + "brew"}},
    ]


@pytest.mark.slow
def test_brew_is_held_to_the_recorded_version(machine):
    transcript = Transcript(machine.bin, "brew", brew_rows(machine))
    lock = machine.lock("brew")
    assert lock.packages["tool"].version == "14.1_1"
    transcript.tell(brew_rows(machine, "14.2"))
    with pytest.raises(EngineError, match=r"version of tool is 14\.2_1, home\.lock says 14\.1_1"):
        machine.realise(lock)
    transcript.tell(brew_rows(machine))
    tree = machine.realise(lock)
    assert said(tree / "bin/tool") == "brew"
    # A keg that brew has removed is installed again.
    subprocess.run(["rm", "-rf", f"{machine.folder}/Cellar"], check=True)
    assert machine.depot.depends(tree.name) == [f"{machine.folder}/Cellar/tool/14.1_1"]
    assert said(machine.realise(lock) / "bin/tool") == "brew"


def flatpak_rows(machine: Machine, there: str = "") -> list[dict[str, Any]]:
    told = "\n        ID: org.example.Tool\n       Ref: app/org.example.Tool/{0}/stable\n   Version: 3.1\n    Commit: {1}\n"
    place = f"{machine.folder}/flatpak/app/org.example.Tool/deploy"
    log = f"{machine.bin}/flatpak.transcript/table"
    show = ["info", "--user", "--show-commit", "org.example.Tool"]
    absent = {
        "arguments": show,
        "code": 1,
        "errors": "error: org.example.Tool/*unspecified*/*unspecified* not installed\n",
    }
    rows: list[dict[str, Any]] = [
        {
            "arguments": ["remote-info", "--arch=x86_64", "flathub", "org.example.Tool"],
            "output": told.format("x86_64", "ab" * 32),
        },
        {
            "arguments": ["remote-info", "--arch=aarch64", "flathub", "org.example.Tool"],
            "output": told.format("aarch64", "cd" * 32),
        },
        {"arguments": show, "output": there + "\n"} if there else absent,
        {"arguments": ["info", "--user", "--show-location", "org.example.Tool"], "output": place + "\n"},
        {"arguments": ["run", "--user", "org.example.Tool"], "output": "started\n"},
    ]
    quiet = ["--noninteractive", "--assumeyes"]
    if not there:
        after = json.dumps(flatpak_rows(machine, "ff" * 32))
        files = {f"{place}/export/share/applications/org.example.Tool.desktop": "[Desktop Entry]\n", log: after}
        rows.append({"arguments": ["install", "--user", *quiet, "flathub", "org.example.Tool"], "writes": files})
    elif there == "ff" * 32:
        after = json.dumps(flatpak_rows(machine, "ab" * 32))
        update = ["update", "--user", *quiet, f"--commit={'ab' * 32}", "org.example.Tool"]
        rows.append({"arguments": update, "writes": {log: after}})
    return rows


@pytest.mark.slow
def test_flatpak_installs_the_commit_that_was_locked(machine):
    Transcript(machine.bin, "flatpak", flatpak_rows(machine))
    lock = machine.lock("flatpak", entry="org.example.Tool")
    assert lock.packages["tool"].version == "3.1"
    assert lock.packages["tool"].pinned["aarch64-linux"]["commit"] == "cd" * 32
    tree = machine.realise(lock)
    links = machine.links(lock, tree)
    assert sorted(links) == ["bin/org.example.Tool", "bin/tool", "share/applications/org.example.Tool.desktop"]
    assert said(links["bin/tool"]) == "started"


PROVIDERS = ("cargo", "go", "nix", "brew", "flatpak")


@pytest.mark.parametrize("provider", PROVIDERS)
def test_without_the_program_nothing_can_be_resolved(machine, provider, monkeypatch):
    monkeypatch.setenv("PATH", str(machine.bin))
    with pytest.raises(SpecErrors, match=f"can only be resolved with {provider}, which this machine does not have"):
        machine.lock(provider, entry="example.org/tool" if provider == "go" else None)


def test_without_the_program_nothing_can_be_realised_and_nothing_is_written(machine, monkeypatch):
    Transcript(machine.bin, "cargo", cargo_rows("ab" * 32))
    lock = machine.lock("cargo")
    (machine.bin / "cargo").unlink()
    monkeypatch.setenv("PATH", str(machine.bin))
    with pytest.raises(EngineError, match=r"tool comes from cargo, and this host has no `cargo`: install Rust there"):
        machine.realise(lock)
    assert os.listdir(machine.state) == []


@pytest.mark.slow
@pytest.mark.parametrize("provider", ["cargo", "brew", "flatpak", "nix"])
def test_what_the_program_does_not_know_is_an_error_with_its_words(machine, provider):
    Transcript(machine.bin, provider, [])
    with pytest.raises(SpecErrors, match=r"tool: .*this is not in the transcript"):
        machine.lock(provider)


@pytest.mark.slow
@pytest.mark.parametrize("provider", ["cargo", "brew", "flatpak", "nix", "go"])
def test_a_name_that_nobody_knows_is_an_error_with_near_ones(machine, provider):
    Transcript(machine.bin, provider, [])
    context = Context((HERE,), PackageSources(), str(machine.folder), {}, lambda _text: None)
    with pytest.raises(SpecErrors) as caught:
        Resolution(Settings(Catalogue(), context)).resolve([Wanted("ripgrepp", provider=provider)])
    (error,) = caught.value.errors
    assert error.message.startswith("ripgrepp: ")
    assert error.hint == "did you mean `ripgrep`?"


# The real programs, against what lies on the local disk.


def crate(name: str, version: str) -> bytes:
    held = io.BytesIO()
    about = f'[package]\nname = "{name}"\nversion = "{version}"\nedition = "2021"\n'
    with tarfile.open(fileobj=held, mode="w:gz") as packed:
        for path, text in (("Cargo.toml", about), ("src/main.rs", 'fn main() { println!("real"); }\n')):
            item = tarfile.TarInfo(f"{name}-{version}/{path}")
            item.size = len(text)
            packed.addfile(item, io.BytesIO(text.encode()))
    return held.getvalue()


@pytest.mark.slow
@pytest.mark.programs("cc")
def test_real_cargo_compiles_from_a_registry_on_disk(machine, monkeypatch, find_program):
    registry, home = machine.folder / "registry", machine.folder / "cargo"
    (registry / "index/to/ol").mkdir(parents=True)
    home.mkdir()
    content = crate("tool", "1.2.0")
    (registry / "tool-1.2.0.crate").write_bytes(content)
    row = {"name": "tool", "vers": "1.2.0", "deps": [], "features": {}, "yanked": False}
    row["cksum"] = hashlib.sha256(content).hexdigest()
    (registry / "index/to/ol/tool").write_text(json.dumps(row) + "\n")
    source = f'[source.crates-io]\nreplace-with = "disk"\n[source.disk]\nlocal-registry = "{registry}"\n'
    (home / "config.toml").write_text(source)
    monkeypatch.setenv("CARGO_HOME", str(home))
    toolchains = Path(find_program("cargo")).parents[2] / ".rustup"
    if toolchains.is_dir():
        monkeypatch.setenv("RUSTUP_HOME", str(toolchains))
    monkeypatch.setenv("PATH", f"{Path(find_program('cargo')).parent}:/usr/bin:/bin")
    lock = machine.lock("cargo")
    assert lock.packages["tool"].pinned[HERE]["sha256"] == row["cksum"]
    assert said(machine.realise(lock) / "bin/tool") == "real"


@pytest.mark.slow
def test_real_go_compiles_from_a_proxy_on_disk(machine, monkeypatch, find_program):
    top = machine.folder / "proxy/example.org/tool/@v"
    top.mkdir(parents=True)
    about = "module example.org/tool\n\ngo 1.19\n"
    files = {"go.mod": about, "cmd/tool/main.go": 'package main\n\nfunc main() { println("real") }\n'}
    with zipfile.ZipFile(top / "v1.2.0.zip", "w") as packed:
        for path, text in files.items():
            packed.writestr(f"example.org/tool@v1.2.0/{path}", text)
    (top / "v1.2.0.mod").write_text(about)
    (top / "v1.2.0.info").write_text('{"Version": "v1.2.0", "Time": "2025-01-01T00:00:00Z"}')
    (top / "list").write_text("v1.2.0\n")
    for name, value in {
        "GOPROXY": f"file://{machine.folder}/proxy",
        "GOSUMDB": "off",
        "GOFLAGS": "-modcacherw",
        "GOPATH": str(machine.folder / "go"),
        "GOCACHE": str(machine.folder / "gocache"),
        "PATH": f"{Path(find_program('go')).parent}:/usr/bin:/bin",
    }.items():
        monkeypatch.setenv(name, value)
    lock = machine.lock("go", entry="example.org/tool/cmd/tool")
    lines = "".join(
        f"{hashlib.sha256(text.encode()).hexdigest()}  example.org/tool@v1.2.0/{path}\n"
        for path, text in sorted(files.items(), key=lambda item: item[0])
    )
    expected = (
        "h1:"
        + base64.b64encode(
            hashlib.sha256(
                "".join(sorted(lines.splitlines(True), key=lambda line: line.split("  ")[1])).encode()
            ).digest()
        ).decode()
    )
    assert lock.packages["tool"].pinned[HERE]["sum"] == expected
    done = subprocess.run([machine.realise(lock) / "bin/tool"], capture_output=True, text=True, check=True)
    assert done.stderr == "real\n"
