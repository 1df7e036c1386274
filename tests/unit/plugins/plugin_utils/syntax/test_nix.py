# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A person who knows Nix is told how it is said here, and nothing of it is taken for something else."""

from __future__ import annotations

import pytest

from ansible_collections.home.manager.plugins.plugin_utils.syntax.errors import SpecErrors
from ansible_collections.home.manager.plugins.plugin_utils.syntax.nix import advice

DECLARED = "options: {on: {type: bool}, count: {type: int}, list: {type: listOf package}}\nconfig:\n  "


@pytest.mark.parametrize(
    ("definition", "hint"),
    [
        ("on: true;", "remove the `;`"),
        ("on: lib.mkForce true", "`!force v`"),
        ("on: mkIf config.x true", "a block with `when`"),
        ("on: config.programs.git.enable", "put an expression into braces"),
        ("on: '${config.on}'", "`{{ config.x }}`"),
        ("list: with pkgs; [ ripgrep fd ]", "separate the elements of a list with commas"),
        ("list: [ripgrep fd]", "must be a package"),
        ("list: [pkgs.ripgrep]", "write ripgrep"),
        ("list: ['']", "must be a package"),
    ],
)
def test_a_definition(value, definition, hint):
    with pytest.raises(SpecErrors) as caught:
        value(definition.partition(":")[0], DECLARED + definition)
    assert hint in str(caught.value)
    assert "A.yml:3:" in str(caught.value)


def test_a_whole_file(evaluate, tmp_path):
    evaluation = evaluate(
        ("main.yml", "imports: [nix.yml, text.yml]"),
        files={"nix.yml": 'home.stateVersion = "26.05";\nprograms.git.enable = true;\n', "text.yml": "hello\n"},
    )
    said = "\n".join(map(str, evaluation.errors))
    assert f"{tmp_path}/nix.yml:1:1" in said
    assert "without `=` and `;`" in said
    assert f"{tmp_path}/text.yml:1:1" in said


@pytest.mark.parametrize("text", ["ripgrep", "/usr", "a b", "x = 1", "echo ${HOME}; ls", "https://x.org/?a=b", ""])
def test_other_texts_are_left_alone(text):
    assert advice(text) == ""


def test_a_hyphen_in_a_package_name_is_no_subtraction(value):
    with pytest.raises(SpecErrors, match=r"write `pkgs\['nerd-fonts'\]`"):
        value("list", DECLARED + 'list: ["{{ pkgs.nerd-fonts }}"]')
