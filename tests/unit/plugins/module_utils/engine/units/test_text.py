# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""How units' texts are read, and which differences count."""

from __future__ import annotations

import pytest

from ansible_collections.home.manager.plugins.module_utils.engine.units.text import (
    Text,
    differences,
    merged,
    parse,
    truth,
)

SERVICE = "[Unit]\nDescription=a\n[Service]\nExecStart=/bin/a\n"

PARSED = {
    "keys repeat in order": ("[S]\nA=1\nA=2\n", {"S": {"A": ["1", "2"]}}),
    "an empty value voids what came before": ("[S]\nA=1\nA=\nA=2\n", {"S": {"A": ["", "2"]}}),
    "sections repeat": ("[S]\nA=1\n[T]\nB=1\n[S]\nA=2\n", {"S": {"A": ["1", "2"]}, "T": {"B": ["1"]}}),
    "comments": ("# x\n[S]\n; y\n  # z\nA=1 # no comment\n", {"S": {"A": ["1 # no comment"]}}),
    "a backslash joins with a blank": ("[S]\nA=one\\\n  two\\\n# comment\nthree\n", {"S": {"A": ["one two three"]}}),
    "an escaped backslash does not": ("[S]\nA=one\\\\\nB=2\n", {"S": {"A": ["one\\\\"], "B": ["2"]}}),
    "a backslash at the very end": ("[S]\nA=one\\", {"S": {"A": ["one"]}}),
    "blanks around": ("  [S]  \n  A  =  1  \n", {"S": {"A": ["1"]}}),
    "an equals sign in the value": ("[S]\nEnvironment=A=1\n", {"S": {"Environment": ["A=1"]}}),
    "lines that say nothing": ("A=0\n[S]\nnonsense\nA=1\n", {"S": {"A": ["1"]}}),
    "line ends of another system": ("\ufeff[S]\r\nA=1\r\n", {"S": {"A": ["1"]}}),
}


@pytest.mark.parametrize(("text", "expected"), PARSED.values(), ids=PARSED)
def test_reads_as_systemd_does(text, expected):
    assert parse(text) == expected


@pytest.mark.parametrize("value", ["1", "yes", "y", "true", "t", "on", "TRUE", " On "])
def test_true(value):
    assert truth(value)


@pytest.mark.parametrize("value", ["0", "no", "false", "off", "", "2", "ja"])
def test_not_true(value):
    assert not truth(value)


def _text(text: str, whole: bool = True) -> Text:
    return Text(parse(text), whole)


CHANGED = {
    "command": (SERVICE + "Nice=3\n", ["Service.Nice"]),
    "order of a list": (SERVICE.replace("/bin/a", "/bin/b\nExecStart=/bin/a"), ["Service.ExecStart"]),
    "requirement": (SERVICE + "[Unit]\nRequires=b.service\n", ["Unit.Requires"]),
    "trigger of a restart": (SERVICE + "[Unit]\nX-Restart-Triggers=b\n", ["Unit.X-Restart-Triggers"]),
    "somebody's own key": (SERVICE + "[Unit]\nX-Mine=b\n", ["Unit.X-Mine"]),
}
SAME = {
    "labels": SERVICE + "[Unit]\nDescription=b\nDocumentation=man:b\nSourcePath=/b\n",
    "what follows its end": SERVICE + "[Unit]\nOnFailure=b.service\nOnSuccess=b.service\nOnFailureJobMode=fail\n",
    "who may start it": SERVICE
    + "[Unit]\nRefuseManualStart=yes\nRefuseManualStop=yes\nAllowIsolate=yes\nStopWhenUnneeded=yes\n",
    "order among others": SERVICE + "[Unit]\nBefore=b.service\nAfter=c.service\nWants=d.service\n",
    "installation": SERVICE + "[Install]\nWantedBy=default.target\n",
    "how to switch": SERVICE
    + "[Unit]\nX-SwitchMethod=restart\nX-RestartIfChanged=no\nX-StopOnRemoval=no\nX-StopIfChanged=no\n",
    "in [Service] too": SERVICE + "X-SwitchMethod=restart\nX-ReloadIfChanged=yes\n",
    "triggers of a reload": SERVICE + "[Unit]\nX-Reload-Triggers=b\n",
    "an emptied key": SERVICE + "Nice=3\nNice=\n",
}


@pytest.mark.parametrize(("text", "expected"), CHANGED.values(), ids=CHANGED)
def test_counts_as_a_change(text, expected):
    assert differences(_text(SERVICE), _text(text)) == expected


@pytest.mark.parametrize("text", SAME.values(), ids=SAME)
def test_does_not_count(text):
    assert differences(_text(SERVICE), _text(text)) == []


def test_emptying_a_key_of_somebody_elses_unit_counts():
    old, new = "[Service]\nExecStart=/bin/b\n", "[Service]\nExecStart=\nExecStart=/bin/b\n"
    assert differences(_text(old, whole=False), _text(new, whole=False)) == ["Service.ExecStart"]


def test_reload_triggers_are_known_apart():
    assert _text(SERVICE + "[Unit]\nX-Reload-Triggers=b\n").reload_triggers() == ("b",)


def test_drop_ins_add_and_void():
    texts = ("[S]\nA=1\nB=1\n", "[S]\nA=2\n", "[S]\nB=\nB=3\n")
    text = Text(merged(parse(text) for text in texts), True)
    assert text.values("S", "A") == ["1", "2"]
    assert text.values("S", "B") == ["3"]
    assert text.last("S", "A") == "2"


def test_switching_keys_may_be_in_either_section():
    assert _text("[Unit]\nX-SwitchMethod=reload\n").switching("X-SwitchMethod") == "reload"
    assert _text("[Service]\nX-SwitchMethod=restart\n").switching("X-SwitchMethod") == "restart"
    assert _text(SERVICE).switching("X-SwitchMethod") is None
