# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a target answers is checked before it is believed or shown."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ansible_collections.home.manager.plugins.plugin_utils.play import answer
from ansible_collections.home.manager.plugins.plugin_utils.play.answer import AnswerError, parsed

REQUEST = {"verb": "probe", "user": "alice", "facts": True}
USER = {"name": "alice", "uid": 1000, "gid": 1000, "home": "/home/alice", "shell": "/bin/sh"}
FACTS = {
    "system": "Linux", "machine": "x86_64", "hostname": "h", "distribution": "debian", "distribution_version": "12", "user": USER,
}  # fmt: skip


def said(**changes: Any) -> str:
    return json.dumps({"answer": {"unchanged": True, "facts": FACTS, "objects": [], **changes}})


def test_a_right_answer_is_believed():
    reply = parsed(said(), REQUEST)
    assert reply.answer == {"unchanged": True, "facts": FACTS, "objects": []}
    assert reply.error is None
    assert parsed('{"engine": false}', REQUEST) == (None, None, True)
    assert parsed('{"error": {"message": "m", "kind": "lock", "details": {}}, "kept": false}', REQUEST).kept is False


WRONG = {
    "no JSON": "{",
    "a list": "[]",
    "a text": '"yes"',
    "nothing": "{}",
    "nested without end": "[" * 100_000,
    "nested deeply": '{"answer": {"hooks": ' + "[" * 60 + "]" * 60 + "}}",
    "an answer that is a list": '{"answer": []}',
    "an error without a message": '{"error": {"kind": "lock", "details": {}}}',
    "an error of a strange kind": '{"error": {"message": "m", "kind": "a b\\n", "details": {}}}',
    "an error with a text as details": '{"error": {"message": "m", "kind": "lock", "details": "x"}}',
    "no facts": '{"answer": {"unchanged": true}}',
    "no verdict": json.dumps({"answer": {"facts": FACTS}}),
    "a verdict that is a text": said(unchanged="true"),
    "a number as operations": said(operations=1),
    "a truth as a generation": said(generation=True),
    "a text as hooks": said(hooks="x"),
    "facts that are a list": said(facts=[]),
    "facts without a user": said(facts={**FACTS, "user": None}),
    "a host name of two lines": said(facts={**FACTS, "hostname": "a\nb"}),
    "a host name with an escape": said(facts={**FACTS, "hostname": "a\x1b[2J"}),
    "an endless host name": said(facts={**FACTS, "hostname": "a" * 5000}),
    "a host name that is a number": said(facts={**FACTS, "hostname": 1}),
    "another user": said(facts={**FACTS, "user": {**USER, "name": "root"}}),
    "a relative home": said(facts={**FACTS, "user": {**USER, "home": "../root"}}),
    "a user id below zero": said(facts={**FACTS, "user": {**USER, "uid": -1}}),
    "a user id that is true": said(facts={**FACTS, "user": {**USER, "uid": True}}),
    "a user id that is a text": said(facts={**FACTS, "user": {**USER, "uid": "0"}}),
}


@pytest.mark.parametrize("line", WRONG.values(), ids=list(WRONG))
def test_a_malformed_answer_is_rejected(line):
    with pytest.raises(AnswerError):
        parsed(line, REQUEST)


def test_a_large_answer_is_rejected(monkeypatch):
    monkeypatch.setattr(answer, "LARGEST", 100)
    with pytest.raises(AnswerError, match="more than 100 characters"):
        parsed(said(), REQUEST)
    monkeypatch.setattr(answer, "LARGEST", 1000)
    monkeypatch.setattr(answer, "MOST_VALUES", 10)
    with pytest.raises(AnswerError, match="too many values"):
        parsed(said(), REQUEST)


@pytest.mark.parametrize("character", "\x00\x07\x08\x1b\x7f\x9b\r\u202e\u2066\u200f")
def test_what_a_terminal_acts_on_is_written_out(character):
    reply = parsed(said(warnings=[f"a{character}b\tc\n"], operations=[{"op": "add", f"k{character}": 1}]), REQUEST)
    assert reply.answer is not None
    assert character not in repr(reply.answer["warnings"][0].replace("\\", "/")) or character == "\\"
    assert character not in reply.answer["warnings"][0]
    assert reply.answer["warnings"][0].endswith("b\tc\n")
    assert all(character not in key for key in reply.answer["operations"][0])
    error = parsed(json.dumps({"error": {"message": f"a{character}", "kind": "lock", "details": {}}}), REQUEST).error
    assert error is not None
    assert character not in error["message"]
