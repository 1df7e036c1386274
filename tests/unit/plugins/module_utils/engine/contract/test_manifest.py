# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Manifests: what goes in comes out, and whatever is unsafe is refused."""

from __future__ import annotations

import pytest

from ansible_collections.home.manager.plugins.module_utils.engine.contract.canonical import digest
from ansible_collections.home.manager.plugins.module_utils.engine.contract.errors import EngineError, ErrorKind
from ansible_collections.home.manager.plugins.module_utils.engine.contract.manifest import Manifest
from ansible_collections.home.manager.plugins.module_utils.engine.methods.table import check

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
        {
            "files": {"a": {"type": "file", "method": "steal", "object": NAME}},
            "objects": {NAME: {"mode": "0444", "size": 1}},
        },
        {
            "files": {"a": {"type": "file", "method": "copy", "object": NAME}},
            "objects": {NAME: {"mode": "0444", "size": 1}},
        },
        {"files": {"a": {"type": "symlink", "to": ""}}},
        {"files": {"a": {"type": "tree", "entries": {"../x": {"dir": True}}}}},
        {"objects": {"../../evil": {"mode": "0444", "size": 1}}},
        {"objects": {NAME: {"mode": "4755", "size": 1}}},
        {"activation": [{"name": "x"}]},
        {"activation": [{"name": "x", "script": "", "phase": "later"}]},
        {"specialisations": {"../x": {"files": {}, "objects": {}}}},
        {"specialisations": {"x": {"files": {}, "home": "/"}}},
        {"objects": {NAME: {"mode": "0444"}}},
        {"profile": {"bin/x": {"object": NAME}}},
        {"profile": {"bin/../x": {"dir": True}}},
        {"files": {"a": {"type": "symlink", "to": "x", "method": "copy"}}},
        {"files": {"a": {"type": "symlink", "to": "x"}, "a/b": {"type": "symlink", "to": "x"}}},
        {"news": True},
    ],
)
def test_manifests_that_are_refused(change):
    with pytest.raises(EngineError) as caught:
        check(Manifest.of({**BASE, **change}))
    assert caught.value.kind in (ErrorKind.MANIFEST, ErrorKind.TARGET)


@pytest.mark.parametrize(
    "entry",
    [
        {"type": "file", "object": NAME, "method": "link"},
        {"type": "file", "object": NAME, "method": "copy", "mode": "0644", "onConflict": "backup", "force": True},
        {"type": "file", "object": NAME, "method": "seed", "mode": "0600", "sensitive": True},
        {"type": "file", "object": NAME, "method": "merge", "mode": "0644", "format": "json", "origin": "a.yml:1:2"},
        {"type": "tree", "method": "link", "entries": {"a": {"object": NAME, "sensitive": True}, "b": {"dir": True}}},
        {"type": "tree", "method": "link", "entries": {"a/b": {"symlink": "../c"}}, "onChange": "true"},
        {"type": "symlink", "to": "/etc/hosts"},
    ],
)
def test_a_manifest_comes_back_as_it_went(entry):
    part = {
        "files": {".config/a": entry},
        "objects": {NAME: {"mode": "0444", "size": 1}},
        "profile": {"bin/x": {"object": NAME}, "share": {"dir": True}},
        "activation": [{"name": "x", "script": "true", "phase": "check", "sensitive": True}],
        "packages": ["git"],
    }
    origin = {"host": "here", "project": None, "playbook": "home.yml", "inventory": None}
    value = {**BASE, **part, "uid": 7, "specialisations": {"night": part}, "origin": origin}
    manifest = Manifest.of(value)
    check(manifest)
    assert manifest.json() == value
    assert Manifest.of(manifest.json()) == manifest
    entry.pop("origin", None)  # a line more in the spec is the same home
    assert manifest.digest() == digest(value)
    assert manifest.specialised("night").view == manifest.view
