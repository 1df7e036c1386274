# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A new project, from an empty folder to the first switch, and the collection installed from a git repository."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from .conftest import USER

WRITTEN = {
    ".editorconfig", ".git", ".gitignore", ".vscode/settings.json", "ansible.cfg", "home.yml", "inventory.yml", "modules/shell.yml",
    "requirements.yml", f"users/{USER}.yml",
}  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "dotfiles"
    made.mkdir()
    return made


def begin(folder: Path, *arguments: str, code: int = 0) -> str:
    command = ["ansible-playbook", "-i", "localhost,", "home.manager.init", *arguments]
    environment = {**os.environ, "HOME": str(folder.parent), "PWD": str(folder), "USER": USER}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_init_writes_a_project_in_a_repository_without_a_warning(folder: Path) -> None:
    said = begin(folder)
    assert "WARNING" not in said
    assert f"users/{USER}.yml" in said
    assert {
        str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file() and ".git/" not in str(path)
    } == WRITTEN - {".git"}
    assert (folder / ".git/HEAD").read_text() == "ref: refs/heads/main\n"
    assert json.loads((folder / ".vscode/settings.json").read_text())["yaml.customTags"]
    done = subprocess.run(["git", "status", "--porcelain"], cwd=folder, capture_output=True, text=True, check=True)
    assert "?? home.yml" in done.stdout


def test_init_knows_what_git_knows(folder: Path) -> None:
    (folder.parent / ".gitconfig").write_text("[user]\n\tname = Alice Example\n\temail = alice@example.org\n")
    begin(folder)
    text = (folder / "users" / f"{USER}.yml").read_text()
    assert 'name: "Alice Example"' in text
    assert 'email: "alice@example.org"' in text


def test_init_leaves_what_is_there(folder: Path) -> None:
    begin(folder)
    (folder / "home.yml").write_text("mine\n")
    (folder / ".gitignore").unlink()
    assert "New in" in begin(folder)
    assert (folder / "home.yml").read_text() == "mine\n"
    assert (folder / ".gitignore").exists()
    assert "Everything is there" in begin(folder)


def test_init_makes_no_repository_in_a_repository(folder: Path) -> None:
    subprocess.run(["git", "init", "--quiet", str(folder.parent)], check=True)
    begin(folder)
    assert not (folder / ".git").exists()


def test_init_can_go_on_to_the_first_switch(folder: Path) -> None:
    home = folder.parent / "home"
    home.mkdir()
    (folder / "users").mkdir()
    spec = f'home.stateVersion: "26.05"\nhome.homeDirectory: {home}\nhome.file.hello.text: hello\n'
    (folder / "users" / f"{USER}.yml").write_text(spec)
    assert "generation 1" in begin(folder, "-e", "home_switch=yes")
    assert (home / "hello").read_text() == "hello"
    (home / "mine").write_text("mine\n")
    (folder / "users" / f"{USER}.yml").write_text(spec + "home.file.mine.text: ours\n")
    said = begin(folder, "-e", "home_switch=yes", code=2)
    assert "in the way" in said
    assert "the switch failed" in said
    begin(folder, "-e", "home_switch=yes", "-e", "home_backup_extension=bak")
    assert (home / "mine.bak").read_text() == "mine\n"


def test_the_collection_installs_from_a_repository(checkout: Path, tmp_path: Path) -> None:
    if not (checkout / ".git").exists():
        pytest.skip("this checkout is no repository")
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "--quiet", "--depth", "1", f"file://{checkout}", str(clone)], check=True)
    target = tmp_path / "collections"
    install = ["ansible-galaxy", "collection", "install", f"git+file://{clone}", "-p", str(target)]
    environment: dict[str, Any] = {**os.environ, "ANSIBLE_COLLECTIONS_PATH": str(target)}
    done = subprocess.run(install, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    installed = target / "ansible_collections" / "home" / "manager"
    assert (installed / "roles/home/modules/index.json").exists()
    assert not (installed / "tests").exists()
    folder = tmp_path / "dotfiles"
    folder.mkdir()
    command = ["ansible-playbook", "-i", "localhost,", "home.manager.init"]
    subprocess.run(command, cwd=folder, env={**environment, "PWD": str(folder)}, capture_output=True, check=True)
    listed = ["ansible-galaxy", "collection", "install", "-r", "requirements.yml", "-p", str(target)]
    done = subprocess.run(listed, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
