# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Bundles: what goes in comes out, and nothing else is taken for one."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.home.manager.plugins.module_utils.engine.contract.bundle import read_bundle, write_bundle
from ansible_collections.home.manager.plugins.module_utils.engine.contract.errors import EngineError
from ansible_collections.home.manager.plugins.module_utils.engine.contract.manifest import Manifest, View
from ansible_collections.home.manager.plugins.module_utils.engine.contract.objects import object_id
from ansible_collections.home.manager.plugins.module_utils.engine.contract.package import Package


@given(st.lists(st.binary(max_size=3000), max_size=8), st.lists(st.text(max_size=5), max_size=3, unique=True))
def test_a_bundle_comes_back_as_it_went(contents, packages):
    manifest = Manifest("alice", "/home/alice", "/state", View(packages=[Package(name) for name in packages]))
    objects = [(object_id(content, "0444", str(number)), content) for number, content in enumerate(contents)]
    written = write_bundle(manifest.json(), objects)
    assert written == write_bundle(manifest.json(), iter(objects))
    for source in (written, io.BytesIO(written)):
        bundle = read_bundle(source)
        assert bundle.manifest() == manifest
        assert list(bundle.contents()) == objects


@given(st.binary(max_size=200))
def test_rubbish_is_no_bundle(data):
    with pytest.raises(EngineError, match="cannot be read"):
        list(read_bundle(data).contents())


@given(st.integers(0, 10_000))
def test_a_bundle_that_is_cut_short_is_told(cut):
    written = write_bundle(None, [("a", bytes(range(256)) * 9), ("b", b"x" * 70_000)])
    if cut < len(written):
        with pytest.raises(EngineError, match="cannot be read"):
            list(read_bundle(written[:cut]).contents())
