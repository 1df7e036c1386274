# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The formats of the contract: object names, digests, bundles."""

from __future__ import annotations

import io
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.home.manager.plugins.module_utils.engine.contract.bundle import read_bundle, write_bundle
from ansible_collections.home.manager.plugins.module_utils.engine.contract.errors import EngineError
from ansible_collections.home.manager.plugins.module_utils.engine.contract.manifest import (
    canonical,
    check,
    digest,
    object_id,
    reduced_name,
)


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


def test_the_canonical_text_is_sorted_and_unescaped():
    assert canonical({"b": "ü", "a": [1, None, True]}) == '{"a":[1,null,true],"b":"ü"}'.encode()
    assert digest({"b": 1, "a": 2}) == digest({"a": 2, "b": 1})


@given(st.lists(st.binary(max_size=3000), max_size=8), st.dictionaries(st.text(max_size=5), st.integers(), max_size=3))
def test_a_bundle_comes_back_as_it_went(contents, manifest):
    objects = [(object_id(content, "0444", str(number)), content) for number, content in enumerate(contents)]
    written = write_bundle(manifest, objects)
    assert written == write_bundle(manifest, iter(objects))
    for source in (written, io.BytesIO(written)):
        bundle = read_bundle(source)
        assert bundle.manifest == manifest
        assert list(bundle.contents()) == objects


@given(st.binary(max_size=200))
def test_rubbish_is_no_bundle(data):
    with pytest.raises(EngineError, match="cannot be read"):
        list(read_bundle(data).contents())


@given(st.integers(0, 10_000))
def test_a_bundle_that_is_cut_short_is_told(cut):
    written = write_bundle({}, [("a", bytes(range(256)) * 9), ("b", b"x" * 70_000)])
    if cut < len(written):
        with pytest.raises(EngineError, match="cannot be read"):
            list(read_bundle(written[:cut]).contents())


BASE = {
    "version": 1,
    "user": "alice",
    "home": "/home/alice",
    "uid": None,
    "state": "/home/alice/.local/state/home.manager",
    "files": {},
    "objects": {},
    "activation": [],
    "packages": [],
    "specialisations": {},
    "origin": {},
}
NAME = "0" * 32 + "-x"


@pytest.mark.parametrize(
    "change",
    [
        {"version": 2},
        {"user": ""},
        {"home": "home/alice"},
        {"state": "/home/../etc"},
        {"uid": "1000"},
        {"files": []},
        {"files": {"a": {"type": "fifo"}}},
        {"files": {"a": {"type": "file", "method": "link"}}},
        {"files": {"a": {"type": "file", "method": "link", "object": NAME}}},
        {"files": {"a": {"type": "file", "method": "steal", "object": NAME}}, "objects": {NAME: {"mode": "0444"}}},
        {"files": {"a": {"type": "file", "method": "copy", "object": NAME}}, "objects": {NAME: {"mode": "0444"}}},
        {"files": {"a": {"type": "symlink", "to": ""}}},
        {"files": {"a": {"type": "tree", "entries": {"../x": {"dir": True}}}}},
        {"objects": {"../../evil": {"mode": "0444"}}},
        {"objects": {NAME: {"mode": "4755"}}},
        {"activation": [{"name": "x"}]},
        {"activation": [{"name": "x", "script": "", "phase": "later"}]},
        {"specialisations": {"../x": {"files": {}, "objects": {}}}},
        {"specialisations": {"x": {"files": {}}}},
    ],
)
def test_manifests_that_are_refused(change):
    with pytest.raises(EngineError):
        check({**BASE, **change})


def test_a_manifest_that_is_well_formed():
    assert check(BASE) is BASE
