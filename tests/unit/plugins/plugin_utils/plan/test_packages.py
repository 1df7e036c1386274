# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Which packages the manifest of a home names, and what it says of them."""

from __future__ import annotations

from typing import Any

from ansible_collections.home.manager.plugins.module_utils.engine.contract.manifest import Origin, View
from ansible_collections.home.manager.plugins.plugin_utils.modules.spec_file import load_text
from ansible_collections.home.manager.plugins.plugin_utils.packages.lock import Lock
from ansible_collections.home.manager.plugins.plugin_utils.packages.package_context import PackageContext
from ansible_collections.home.manager.plugins.plugin_utils.plan.deep_stack import with_deep_stack
from ansible_collections.home.manager.plugins.plugin_utils.plan.home import EvaluatedHome, Request
from ansible_collections.home.manager.plugins.plugin_utils.plan.manifest import build

from .homes import COMPILER, HOST


def view_of(text: str, lock: Lock | None = None) -> View:
    """The manifest's view of a home."""
    root = load_text('home: {stateVersion: "26.05"}\n' + text, "/p/user.yml")
    request = Request(
        [(root, "/p/user.yml")], HOST, supply=PackageContext(lock or Lock(), "x86_64-linux"), compiler=COMPILER
    )
    plan = with_deep_stack(lambda: build(EvaluatedHome(request), Origin()))
    return plan.manifest.view


def packages_of(text: str, lock: Lock | None = None) -> dict[str, Any]:
    """The packages of a home's manifest by name."""
    return {item.name: item for item in view_of(text, lock).packages}


def test_program_that_the_catalogue_does_not_list_is_wanted_where_a_text_starts_it():
    text = "home.file.x.text: \"{{ pkgs.emacs | exe('emacsclient') }} {{ pkgs.coreutils | exe('kill') }}\"\n"
    found = packages_of(text)
    assert found["emacs"].commands == {"emacs": "emacs-gtk", "emacsclient": "emacsclient"}
    assert found["coreutils"].commands["kill"] == "kill"


def test_what_a_package_needs_comes_with_it_and_may_be_the_hosts():
    found = packages_of("home.packages: [\"{{ pkgs.vimPlugins['fzf-vim'] }}\"]\n")
    assert found["fzf"].host
    assert "fzf" not in packages_of("home.packages: [\"{{ pkgs.vimPlugins['vim-nix'] }}\"]\n")


def test_program_that_no_text_names_is_not_wanted():
    text = (
        "vars: {client: \"{{ pkgs.emacs | exe('emacsclient') }}\"}\n"
        "home.file.x.text: \"{{ pkgs.emacs | exe }} {{ 'a' if client else 'b' }}\"\n"
    )
    assert packages_of(text)["emacs"].commands == {"emacs": "emacs-gtk"}


def test_scripts_find_the_programs_of_the_extra_activation_path():
    text = """
home.extraActivationPath: [jq]
home.activation.look: !entry_after {after: [writeBoundary], data: "jq --version"}
home.file.note: {text: a, onChange: "jq --version"}
home.onChange.notes: {below: [note], script: "jq --version"}
"""
    view = view_of(text)
    expected = "PATH=/home/alice/.local/state/home.manager/current/home-path/bin:$PATH\njq --version"
    assert [script.script for script in view.scripts("write")] == [expected, expected]
    assert view.files["note"].on_change == expected
    assert [item.name for item in view.packages] == ["jq"]


def test_scripts_without_extra_programs_stay_as_they_are():
    assert [script.script for script in view_of("home.activation.look: jq\n").scripts("write")] == ["jq"]
