# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What is sent to a target that said what it has, when some of that has expired meanwhile."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from ansible_collections.home.manager.plugins.module_utils.engine.contract.answers import SwitchAnswer
from ansible_collections.home.manager.plugins.module_utils.engine.contract.bundle import read_bundle
from ansible_collections.home.manager.plugins.module_utils.engine.contract.errors import ErrorKind
from ansible_collections.home.manager.plugins.module_utils.engine.contract.objects import object_id
from ansible_collections.home.manager.plugins.module_utils.engine.voice.plan import Owner, Plan
from ansible_collections.home.manager.plugins.plugin_utils.play.delivery import deliver
from ansible_collections.home.manager.plugins.plugin_utils.report.run_result import Refused

CONTENTS = {object_id(text, "0444", name): text for name, text in (("a", b"1"), ("b", b"2"))}


class Target:
    """A target that refuses, so many times, whatever it is sent."""

    def __init__(self, kind, times=1):
        self.kind = kind
        self.times = times
        self.sent = []

    def call(self, _request, bundle, _engine):
        self.sent.append({name for name, _content in read_bundle(bundle).contents()})
        if len(self.sent) <= self.times:
            raise Refused(Plan("switch", Owner("alice", "here"), "refused"), kind=self.kind.value)
        return SwitchAnswer()


PLAN = SimpleNamespace(
    manifest=SimpleNamespace(json=dict),
    objects=lambda held: [item for item in CONTENTS.items() if item[0] not in held],
    declarations=lambda: list(CONTENTS.items())[:1],
)
HELD = set(list(CONTENTS)[:1])


def delivered(target, check=False):
    return deliver(target.call, PLAN, SimpleNamespace(check=check), HELD, False)


def test_what_expired_is_sent_with_everything():
    target = Target(ErrorKind.OBJECTS)
    assert isinstance(delivered(target), SwitchAnswer)
    assert target.sent == [set(CONTENTS) - HELD, set(CONTENTS)]


@pytest.mark.parametrize(("kind", "times", "sent"), [(ErrorKind.OBJECTS, 2, 2), (ErrorKind.SPACE, 1, 1)])
def test_any_other_refusal_is_reported(kind, times, sent):
    target = Target(kind, times)
    with pytest.raises(Refused) as caught:
        delivered(target)
    assert caught.value.result["kind"] == kind.value
    assert len(target.sent) == sent


def test_a_check_needs_what_is_declared_alone():
    target = Target(ErrorKind.OBJECTS, 0)
    delivered(target, check=True)
    assert target.sent == [set(list(CONTENTS)[:1])]
