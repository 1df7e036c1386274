# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The names of objects."""

from __future__ import annotations

from hashlib import sha256

import pytest

from ansible_collections.home.manager.plugins.module_utils.engine.contract.objects import object_id, reduced_name


def test_an_object_is_named_by_mode_content_and_base_name():
    assert object_id(b"x", "0444", ".config/git/config") == sha256(b"0444\0x").hexdigest()[:32] + "-config"
    assert object_id(b"x", "0444", "a") != object_id(b"x", "0555", "a")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (".bashrc", "bashrc"),
        ("..a", "a"),
        ("ä b/ü.txt", "txt"),
        ("a+b-c_d.E", "a+b-c_d.E"),
        ("日本", "file"),
        ("x" * 300, "x" * 100),
        ("", "file"),
    ],
)
def test_reduced_names(name, expected):
    assert reduced_name(name) == expected
