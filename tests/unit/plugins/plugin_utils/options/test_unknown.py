# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What is suggested for an option that no module declares, in the spec of a home and in that of a system."""

from __future__ import annotations

import pytest

from ansible_collections.home.manager.plugins.plugin_utils.options.unknown import unknown_option


class Library:
    """Knows a few paths."""

    def __init__(self, *paths: str) -> None:
        self.paths = {tuple(path.split(".")) for path in paths}

    def is_known(self, path: tuple[str, ...]) -> bool:
        return path in self.paths


HOME = Library("home", "programs", "programs.git")
SYSTEM = Library("networking", "programs", "services")


@pytest.mark.parametrize(
    ("library", "path", "hint"),
    [
        (HOME, "hardware", "an option of a system, not of a home"),
        (SYSTEM, "hardware", "no such option"),
        (SYSTEM, "xdg", "an option of a home: write it below `home-manager.users.NAME`"),
        (SYSTEM, "hosts", "this is a spec, not a play"),
    ],
)
def test_a_name_at_the_top_belongs_to_a_home_or_to_a_system(library: Library, path: str, hint: str) -> None:
    assert unknown_option((path,), [], None, library).hint == hint


@pytest.mark.parametrize(
    ("library", "advice"),
    [
        (HOME, "write its files with `home.file`, and list it in `home.packages`: [jellyfin]"),
        (SYSTEM, "write its files with `environment.etc`, and list it in `environment.systemPackages`: [jellyfin]"),
    ],
)
def test_a_program_without_a_module_is_written_where_its_files_are(library: Library, advice: str) -> None:
    error = unknown_option(("programs", "jellyfin"), ["git"], None, library)
    assert error.message == "there is no module for jellyfin yet"
    assert list(error.advice) == [advice]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("gti", "`programs` has no option `gti`"),
        ("alacrity", "`programs` has no option `alacrity`"),
        ("btop", "there is no module for btop yet"),
        ("neomutt", "there is no module for neomutt yet"),
    ],
)
def test_only_a_slip_is_taken_for_another_program(name: str, message: str) -> None:
    names = ["git", "alacritty", "htop", "neovim"]
    assert unknown_option(("programs", name), names, None, HOME).message == message
