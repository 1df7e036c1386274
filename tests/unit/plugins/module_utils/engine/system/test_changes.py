# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What changes a system: confirmations, and the expiry of generations."""

from __future__ import annotations

import os

import pytest

from ansible_collections.home.manager.plugins.module_utils.engine.contract.bundle import write_bundle
from ansible_collections.home.manager.plugins.module_utils.engine.contract.canonical import digest

from .scratch_host import Host, system

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root switches a system")


def test_a_confirmation_in_check_mode_confirms_nothing(scratch_host: Host) -> None:
    scratch_host.switch("new", action="test")
    for check in (True, False):
        answer = scratch_host.verbs.answer({"step": "confirm", "check": check})
        assert (answer["changed"], answer["generation"], answer["previous"]) == (True, 2, 1)
        assert scratch_host.state("unconfirmed.json").exists() == check


@pytest.mark.parametrize(("keep", "removed"), [(3, []), (2, [1]), (1, [1, 2]), (0, [1, 2])])
def test_an_expiry_keeps_the_newest_generations(keep: int, removed: list[int], scratch_host: Host) -> None:
    for word in ("second", "third"):
        scratch_host.switch(word)
    assert scratch_host.verbs.answer({"step": "expire", "keep": keep, "check": True})["removed"] == removed
    assert scratch_host.verbs.answer({"step": "expire", "keep": keep})["removed"] == removed
    listed = scratch_host.verbs.answer({"step": "list"})["generations"]
    assert [generation["number"] for generation in listed] == sorted({1, 2, 3} - set(removed), reverse=True)


def test_a_preview_of_a_switch_that_is_refused_names_its_generation(scratch_host: Host) -> None:
    (scratch_host.etc / "a.conf").unlink()
    (scratch_host.etc / "a.conf").mkdir()
    manifest, objects = system("new")
    bundle = write_bundle(manifest, objects)
    answer = scratch_host.verbs.answer({"step": "switch", "digest": digest(manifest), "bundle": bundle, "check": True})
    assert [collision["path"] for collision in answer["collisions"]] == ["/etc/a.conf"]
    assert (answer["generation"], answer["previous"]) == (2, 1)
