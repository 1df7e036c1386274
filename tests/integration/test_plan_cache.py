# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Plays that find nothing to do evaluate nothing, and still look at the target."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

SPEC = 'home: {stateVersion: "26.05", file.a: {text: "{{ said | default(1 ~ \'\') }}"}}\n'


def _cache(project) -> Path:
    return project.caller / ".cache" / "home.manager"


def _play(project, *arguments: str, **options) -> tuple[str, bool]:
    """The output of a play, and whether it evaluated the home: an evaluation keeps what it compiled."""
    for path in _cache(project).glob("expressions-*"):
        path.unlink()
    output = project.play(*arguments, **options)
    return output, bool(list(_cache(project).glob("expressions-*")))


@pytest.fixture
def settled(project):
    """A project that was switched, and whose plan is kept."""
    project.write("user.yml", SPEC)
    assert _play(project)[1]
    assert not _play(project)[1]
    return project


def test_a_second_play_evaluates_nothing_unless_it_is_told_to(settled):
    output, evaluated = _play(settled)
    assert "changed=0" in output
    assert not evaluated
    output, evaluated = _play(settled, "-e", "home_plan_cache=false")
    assert "changed=0" in output
    assert evaluated
    shutil.rmtree(_cache(settled) / "plans")
    assert _play(settled, "-e", "home_plan_cache=false")[1]
    assert not (_cache(settled) / "plans").exists()


def test_a_preview_and_a_switch_share_a_plan(settled):
    assert not _play(settled, "--check", "--diff")[1]
    settled.write("user.yml", SPEC.replace("1 ~", "2 ~"))
    output, evaluated = _play(settled, "--check", "--diff")
    assert evaluated
    assert "changed=1" in output
    output, evaluated = _play(settled)
    assert "changed=1" in output
    assert (settled.home / "a").read_text() == "2"


def test_a_link_that_was_removed_is_put_back(settled):
    (settled.home / "a").unlink()
    output, evaluated = _play(settled)
    assert "changed=1" in output
    assert not evaluated
    assert (settled.home / "a").read_text() == "1"


def test_a_home_that_was_rolled_back_is_switched_again(settled):
    settled.write("user.yml", SPEC.replace("1 ~", "2 ~"))
    _play(settled)
    settled.play("-e", "generation=1", playbook="home.manager.rollback")
    assert (settled.home / "a").read_text() == "1"
    output, evaluated = _play(settled)
    assert "changed=1" in output
    assert evaluated
    assert (settled.home / "a").read_text() == "2"


def test_a_variable_of_the_command_line_counts(settled):
    output, evaluated = _play(settled, "-e", "said=three")
    assert "changed=1" in output
    assert evaluated
    assert (settled.home / "a").read_text() == "three"
    assert not _play(settled, "-e", "said=three")[1]


def test_a_line_more_in_the_inventory_counts(settled):
    """The manifest says where an option of the inventory is defined."""
    path = settled.folder / "inventory.yml"
    path.write_text("# moved\n" + path.read_text())
    assert _play(settled)[1]


def test_whoever_lacks_the_password_uses_no_plan_of_who_has_it(settled):
    password = settled.folder / "password"
    password.write_text("secret\n")
    settled.write("user.yml", SPEC + "imports: [secret.yml]\n")
    settled.write("secret.yml", "home.file.b.text: hidden\n")
    command = ["ansible-vault", "encrypt", "--vault-password-file", "password", "secret.yml"]
    subprocess.run(command, cwd=settled.folder, check=True, capture_output=True)
    options = ("--vault-password-file", str(password))
    assert _play(settled, *options)[1]
    assert not _play(settled, *options)[1]
    output = settled.play(fails=True)
    assert "no vault password was given" in output


def test_a_home_that_was_lost_is_made_again(settled):
    """The engine was lost with it: everything is sent at once."""
    settled.home.rename(settled.home.parent / "lost")
    settled.home.mkdir()
    output, _evaluated = _play(settled, "-vvv")
    assert "changed=1" in output
    assert (settled.home / "a").read_text() == "1"
    assert output.count("> EXEC ") == 2
    assert "> PUT " not in output


def test_a_change_is_one_command(settled):
    settled.write("user.yml", SPEC.replace("1 ~", "2 ~"))
    output, _evaluated = _play(settled, "-vvv")
    assert "changed=1" in output
    assert (settled.home / "a").read_text() == "2"
    assert output.count("> EXEC ") == 1
    assert "changed=0" in _play(settled)[0]


def test_what_the_target_no_longer_has_is_sent_again(settled):
    settled.play("-e", "home_confirm=yes", playbook="home.manager.uninstall")
    settled.write("user.yml", SPEC.replace("1 ~", "2 ~"))
    output, _evaluated = _play(settled)
    assert "changed=1" in output
    assert (settled.home / "a").read_text() == "2"


def test_a_change_that_is_there_already_changes_nothing(settled):
    """Another controller has made it."""
    kept = [(path, path.read_bytes()) for path in (_cache(settled) / "plans").glob("*.json")]
    settled.write("user.yml", SPEC.replace("1 ~", "2 ~"))
    _play(settled)
    for path, content in kept:
        path.write_bytes(content)
    output, evaluated = _play(settled)
    assert evaluated
    assert "changed=0" in output
