# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Packages in real plays: installed, rolled back, brought back and freed, from archives on the local disk."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import tarfile
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.home.manager.plugins.module_utils.engine.verbs.dispatch import handle

from .conftest import USER, Project


def archive(path: Path, name: str, version: str) -> None:
    """An archive as projects publish them: one top folder with a program and its manual page."""
    with tarfile.open(path, "w:gz") as packed:
        for member, text, mode in (
            (f"{name}-{version}/{name}", f"#!/bin/sh\necho {name} {version}\n", 0o755),
            (f"{name}-{version}/{name}.1", "manual\n", 0o644),
        ):
            item = tarfile.TarInfo(member)
            item.size, item.mode = len(text), mode
            packed.addfile(item, io.BytesIO(text.encode()))


def spec(folder: Path, *names: str, version: str = "1.0") -> str:
    """A home with these packages."""
    entries = "".join(
        f"    {name}: {{archive: {{url: '{folder}/{name}-{{version}}.tar.gz', version: '{version}',"
        f" map: {{bin/{name}: '*/{name}', share/man/man1/{name}.1: '*/{name}.1'}}}}, commands: [{name}]}}\n"
        for name in ("alpha", "beta")
    )
    wanted = ", ".join(names)
    return f'home:\n  stateVersion: "26.05"\n  packages: [{wanted}]\n  packageCatalogue:\n{entries}'


@pytest.fixture
def project(tmp_path: Path) -> Any:
    made = Project(tmp_path)
    for name in ("alpha", "beta"):
        archive(tmp_path / f"{name}-1.0.tar.gz", name, "1.0")
        archive(tmp_path / f"{name}-1.1.tar.gz", name, "1.1")
    made.write("user.yml", spec(tmp_path, "alpha", "beta"))
    yield made
    subprocess.run(["chmod", "-R", "u+w", str(tmp_path)], check=False)


def run(project: Project, command: str) -> str:
    """What a command of the profile prints; its absence for a command that is not there."""
    path = project.home / ".local/state/home.manager/current/home-path/bin" / command
    if not path.exists():
        return "absent"
    return subprocess.run([path], capture_output=True, text=True, check=True).stdout.strip()


def trees(project: Project) -> list[str]:
    folder = project.home / ".local/state/home.manager/packages"
    return sorted(name[33:] for name in os.listdir(folder) if name != "lock")


def test_packages_come_roll_back_come_again_and_are_freed(project, tmp_path):
    output = project.play()
    assert "added to home.lock: alpha, beta" in output
    assert (run(project, "alpha"), run(project, "beta")) == ("alpha 1.0", "beta 1.0")
    lock = (project.folder / "home.lock").read_text()
    assert "changed=0" in project.play()

    project.write("user.yml", spec(tmp_path, "alpha"))
    project.play()
    assert (run(project, "alpha"), run(project, "beta")) == ("alpha 1.0", "absent")
    # From here on nothing can be downloaded.
    for path in tmp_path.glob("*.tar.gz"):
        path.unlink()
    project.play(playbook="home.manager.rollback")
    assert run(project, "beta") == "beta 1.0"
    project.play()
    assert run(project, "beta") == "absent"
    assert trees(project) == ["alpha-1.0", "beta-1.0"]
    project.play("-e", "home_keep=1", playbook="home.manager.expire")
    assert trees(project) == ["alpha-1.0"]
    assert (project.folder / "home.lock").read_text() == lock


def test_an_update_changes_the_lock_alone_and_the_next_switch_follows(project, tmp_path):
    project.play()
    project.write("user.yml", spec(tmp_path, "alpha", "beta", version="1.1"))
    before = (project.folder / "home.lock").read_text()
    output = project.play("--check", playbook="home.manager.update")
    assert "alpha 1.0 -> 1.1 (archive)" in output
    assert (project.folder / "home.lock").read_text() == before
    output = project.play("-e", "home_packages=alpha", playbook="home.manager.update")
    assert "alpha 1.0 -> 1.1 (archive)" in output
    assert "beta" not in output
    assert run(project, "alpha") == "alpha 1.0"
    project.play()
    assert (run(project, "alpha"), run(project, "beta")) == ("alpha 1.1", "beta 1.0")


def test_a_preview_and_a_locked_project_add_nothing(project):
    output = project.play("--check")
    assert "home.lock lacks alpha, beta" in output
    output = project.play("-e", '{"home_locked": true}', fails=True)
    assert "home_locked forbids adding anything" in output
    assert not (project.folder / "home.lock").exists()
    assert not (project.home / ".local").exists()


def test_unknown_names_are_told_with_near_ones(project, tmp_path):
    project.write(
        "user.yml", spec(tmp_path, "alpha", "betta").replace("[alpha, betta]", "[{name: betta, provider: archive}]")
    )
    output = project.play(fails=True)
    assert "betta" in output
    assert not (project.folder / "home.lock").exists()


def test_a_preview_tells_what_cannot_be_had_as_the_switch_does(project, tmp_path):
    text = spec(tmp_path, "alpha", "gamma").replace("  packageCatalogue:\n", "  packageCatalogue:\n    gamma: {}\n")
    project.write("user.yml", text + "  file.a.text: a\n")
    ours = {"ANSIBLE_STDOUT_CALLBACK": "home.manager.plan"}
    preview = project.play("--check", fails=True, environment=ours)
    switch = project.play(fails=True, environment=ours)
    assert "+ file  ~/a" in preview, "the rest is shown"
    assert "error: no provider has 'gamma'. Tried: deb, uv, npm, archive.\n  user.yml:3:21\n" in preview
    assert "would not be switched: 1 error" in preview
    assert _errors(preview) == _errors(switch)
    preview = project.play("--check", "-e", "home_locked=true", fails=True)
    assert "home_locked forbids adding anything" in preview
    assert not (project.folder / "home.lock").exists()


def _errors(output: str) -> str:
    return output[output.index("error: ") : output.index("localhost  ")]


def test_a_changed_archive_is_refused_and_nothing_changes(project, tmp_path):
    project.play()
    archive(tmp_path / "beta-1.0.tar.gz", "beta", "9")
    other = tmp_path / "other"
    other.mkdir()
    second = Project(other)
    second.write("user.yml", spec(tmp_path, "alpha", "beta"))
    (second.folder / "home.lock").write_text((project.folder / "home.lock").read_text())
    output = second.play(fails=True)
    assert "SHA-256 is" in output
    assert "home.lock says" in output
    assert not (second.home / ".local/state/home.manager/current").exists()
    subprocess.run(["chmod", "-R", "u+w", str(other)], check=False)


def test_the_same_lock_gives_the_same_files(project, tmp_path):
    project.play()
    other = tmp_path / "other"
    other.mkdir()
    second = Project(other)
    second.write("user.yml", spec(tmp_path, "alpha", "beta"))
    (second.folder / "home.lock").write_text((project.folder / "home.lock").read_text())
    second.play("-e", '{"home_locked": true}')
    first, again = (_records(one) for one in (project, second))
    assert first == again
    assert first
    subprocess.run(["chmod", "-R", "u+w", str(other)], check=False)


def _records(project: Project) -> dict[str, Any]:
    found = {}
    for path in (project.home / ".local/state/home.manager/packages").glob("*/.hm/realisation.json"):
        record = json.loads(path.read_text())
        found[record["name"]] = (record["files"], record["parts"])
    return found


def test_what_a_module_wants_is_the_hosts_own(project, tmp_path):
    project.write("user.yml", spec(tmp_path) + "programs.git.enable: true\n")
    project.play()
    git = project.home / ".local/state/home.manager/current/home-path/bin/git"
    if not Path("/usr/bin/git").exists():
        pytest.skip("git is not the host's own here")
    assert os.readlink(git) == "/usr/bin/git"
    assert not (project.folder / "home.lock").exists()
    record = json.loads((project.home / ".local/state/home.manager/current/packages.json").read_text())
    assert record == {"host": ["/usr/bin/git"], "trees": []}


def test_a_package_that_is_removed_by_hand_comes_back(project):
    project.play()
    folder = project.home / ".local/state/home.manager/packages"
    subprocess.run(["chmod", "-R", "u+w", str(folder)], check=True)
    for tree in folder.glob("*-alpha-1.0"):
        subprocess.run(["rm", "-rf", str(tree)], check=True)
    assert run(project, "alpha") == "absent"
    project.play()
    assert run(project, "alpha") == "alpha 1.0"


def test_the_command_lists_packages(project, tmp_path):
    project.write("user.yml", spec(tmp_path, "alpha") + "programs.home-manager.enable: true\n")
    project.play()
    command = project.home / ".local/state/home.manager/current/home-path/bin/home-manager"
    found = [command] if command.exists() else list(project.home.glob(".local/bin/home-manager"))
    said = subprocess.run(
        [found[0], "--home", project.home, "packages"],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "USER": USER},
    ).stdout
    assert re.search(r"^alpha +1\.0 +archive +\d+ B +alpha$", said, re.MULTILINE), said


def test_verify_finds_a_changed_package(project):
    project.play()
    state = project.home / ".local/state/home.manager"
    program = next((state / "packages").glob("*-alpha-1.0/bin/alpha"))
    program.chmod(0o755)
    program.write_text("#!/bin/sh\necho evil\n")
    request = {"verb": "verify", "home": str(project.home), "state": str(state)}
    assert [item["path"].endswith("-alpha-1.0/bin/alpha") for item in handle(request)["drift"]] == [True]
    answer = handle({**request, "repair": True})
    assert answer["changed"]
    assert "switch to install it again" in answer["warnings"][0]
    project.play()
    assert run(project, "alpha") == "alpha 1.0"


def test_a_package_of_the_system_is_only_looked_for(project, tmp_path):
    text = spec(tmp_path).replace(
        "packages: []", "packages: [{name: sh, provider: system}, {name: nowhere, provider: system}]"
    )
    project.write("user.yml", text)
    output = project.play()
    assert "1 declared package is not installed here: nowhere" in output
    assert not (project.folder / "home.lock").exists()
    profile = project.home / ".local/state/home.manager/current/home-path/bin"
    assert os.readlink(profile / "sh").endswith("/bin/sh")


def test_a_program_that_the_host_gets_later_is_linked_by_the_next_switch(project, tmp_path, monkeypatch):
    """Whoever installed it: the generation remembers what nobody brought."""
    name = f"later-{os.getpid()}"
    place = Path("/usr/local/bin") / name
    if not os.access(place.parent, os.W_OK):
        pytest.skip("the host's programs cannot be changed here")
    text = spec(tmp_path).replace("packages: []", f"packages: [{{name: {name}, provider: system}}]")
    project.write("user.yml", text)
    project.play()
    assert "changed=0" in project.play()
    place.write_text("#!/bin/sh\necho here\n")
    try:
        place.chmod(0o755)
        project.play()
        assert run(project, name) == "here"
        assert "changed=0" in project.play()
    finally:
        place.unlink()


@pytest.mark.programs("apt-get", "dpkg-query")
def test_the_hosts_package_manager_is_asked_only_where_the_run_says_so(project, tmp_path):
    if os.geteuid() != 0:
        pytest.skip("only root may install packages of the host")
    absent = "hello" if not Path("/usr/bin/hello").exists() else "no-such-package-anywhere"
    text = spec(tmp_path).replace("packages: []", f"packages: [{{name: {absent}, provider: system}}]")
    project.write("user.yml", text)
    output = project.play("--check")
    assert f"1 declared package is not installed here: {absent}" in output
    project.write("user.yml", text.replace(absent, "no-such-package-anywhere"))
    output = project.play("-e", '{"home_install_on_host": true}', fails=True)
    assert "apt has no package no-such-package-anywhere" in output
    assert not (project.home / ".local/state/home.manager/current").exists()


def test_a_package_of_the_system_has_no_version(project, tmp_path):
    text = spec(tmp_path).replace("packages: []", "packages: [{name: sh, provider: system, version: '1'}]")
    project.write("user.yml", text)
    assert "version of the package sh has no effect with the provider system" in project.play(fails=True)


def test_downloads_are_announced_once_and_not_again(project, tmp_path):
    output = project.play()
    assert "up to 2 files of packages to download, " in output
    assert "to download" not in project.play()
    project.write("user.yml", spec(tmp_path, "alpha"))
    assert "to download" not in project.play()
    assert not (project.home / ".local/state/home.manager/downloads/progress").exists()


def test_pruning_takes_out_what_no_home_names(project, tmp_path):
    cache = tmp_path / "cache"
    vendor = ("-e", f"home_vendor={cache}")
    project.play(*vendor, playbook="home.manager.update")
    assert len(list(cache.iterdir())) == 2
    (cache / "README").write_text("mine")
    project.write("user.yml", spec(tmp_path, "alpha"))
    prune = ("-e", '{"home_prune": true}')
    output = project.play(*vendor, *prune, "--check", playbook="home.manager.update")
    assert "beta removed from home.lock: no home uses it" in output
    assert '"beta"' in (project.folder / "home.lock").read_text()
    output = project.play(*vendor, *prune, playbook="home.manager.update")
    assert "beta removed from home.lock: no home uses it" in output
    assert "1 files that home.lock does not list were removed" in output
    assert '"beta"' not in (project.folder / "home.lock").read_text()
    assert len(list(cache.iterdir())) == 2
    assert "beta" not in project.play(*vendor, *prune, playbook="home.manager.update")
    output = project.play(*prune, "--limit", "localhost", playbook="home.manager.update", fails=True)
    assert "it needs all of them" in output
