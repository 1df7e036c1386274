# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The values that YAML cannot hold."""

from __future__ import annotations

import pytest

from ansible_collections.home.manager.plugins.plugin_utils.values import (
    FormatError,
    GVariant,
    Package,
    Path,
    Raw,
    StoreFile,
    path_text,
)


def test_places_are_their_text():
    assert str(Path("/a b/c")) == "/a b/c"
    assert str(Package("git")) == "@git@"
    assert str(Package("git", out="/opt/git")) == Package("git", out="/opt/git").out_path == "/opt/git"
    assert str(StoreFile("x", b"").at("/s/h-x")) == "/s/h-x"
    assert f"{Package('git')}/bin/git" == "@git@/bin/git"


def test_a_store_file_without_a_place_has_no_text():
    with pytest.raises(ValueError, match="'x' has no path"):
        str(StoreFile("x", b""))


def test_a_place_takes_no_part_in_equality():
    assert StoreFile("x", b"1").at("/a") == StoreFile("x", b"1")
    assert StoreFile("x", b"1") != StoreFile("x", b"1", executable=True)


def test_all_are_hashable():
    nested = GVariant("a{sv}", {"a": [GVariant("v", 1)]})
    assert len({Path("/a"), Package("a"), StoreFile("a", b""), Raw("lua-inline", "x"), nested, nested}) == 5
    assert hash(GVariant("b", True)) == hash(GVariant("b", 1))


@pytest.mark.parametrize(
    ("path", "text"),
    [(("user", "name"), "user.name"), (("a", 2, "b"), "a[2].b"), (("a.b", ""), '"a.b".""'), ((), "")],
)
def test_path_text(path, text):
    assert path_text(path) == text


def test_an_error_grows_outwards():
    error = FormatError("no null", ("b",)).within("a", 1)
    assert error.path == ("a", 1, "b")
    assert str(error) == "a[1].b: no null"
    assert str(FormatError("whole")) == "whole"
