# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The table of verbs: what requests may hold, and that each verb is complete."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ansible_collections.home.manager.plugins.module_utils.engine.contract.answers import Answer
from ansible_collections.home.manager.plugins.module_utils.engine.contract.errors import EngineError
from ansible_collections.home.manager.plugins.module_utils.engine.verbs import table
from ansible_collections.home.manager.plugins.module_utils.engine.verbs.dispatch import handle
from ansible_collections.home.manager.plugins.module_utils.engine.verbs.switch import Switch
from ansible_collections.home.manager.plugins.module_utils.engine.verbs.switching_verb import SwitchingVerb
from ansible_collections.home.manager.plugins.module_utils.engine.verbs.table import (
    all_verbs,
    argument_spec,
    public_verbs,
    settings,
    verb_named,
)
from ansible_collections.home.manager.plugins.module_utils.engine.verbs.verb import Verb

SAMPLES = {
    "str": "text",
    "path": "/some/where",
    "int": 7,
    "bool": True,
    "dict": {"a": 1},
    "list": [1, 2],
}


def sample(parameter):
    if parameter.choices:
        return parameter.choices[-1]
    if parameter.type.metavar == "TIME":
        return "30d"
    if parameter.type.elements == "str":
        return ["one"]
    return SAMPLES[parameter.type.ansible]


def test_every_file_with_a_verb_is_listed():
    files = {path.stem for path in Path(table.__file__).parent.glob("*.py") if "\nVERB = " in path.read_text()}
    assert sorted(files) == list(table.NAMES)


@pytest.mark.parametrize("verb", all_verbs(), ids=lambda verb: verb.name)
def test_each_verb_is_complete(verb):
    assert verb_named(verb.name) is verb
    assert verb.summary
    assert issubclass(verb.answer, Answer)
    for name, parameter in verb.parameters.items():
        assert parameter.name == name
        assert parameter.help or parameter.option is None, f"{name} is for people and has no help"
    assert set(verb.one_of) <= set(verb.parameters)
    for method in ("run", "report"):
        assert getattr(verb, method) is not getattr(Verb, method) or not verb.public


@pytest.mark.parametrize("verb", all_verbs(), ids=lambda verb: verb.name)
def test_requests_come_back_as_they_went(verb):
    whole = verb({name: sample(parameter) for name, parameter in verb.parameters.items()})
    travelled = json.loads(json.dumps(whole.json()))
    assert travelled["verb"] == verb.name
    again = verb.of(travelled)
    for name in verb.parameters:
        assert getattr(again, name) == getattr(whole, name), name
    if not verb.one_of:
        assert verb({}).json() == {"verb": verb.name}, "what is the default does not travel"


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        ({}, "unknown verb None"),
        ({"verb": "dance"}, "unknown verb 'dance' (known: activate, "),
        ({"verb": "parameter"}, "unknown verb 'parameter'"),
        ({"verb": "os.path"}, "unknown verb 'os.path'"),
        ({"verb": 3}, "unknown verb 3"),
        ({"verb": "list", "keep": 3}, "the verb list has no parameter `keep`"),
        ({"verb": "expire"}, "expire needs older_than or keep"),
        ({"verb": "expire", "keep": "many"}, "`keep` must be a whole number, got 'many'"),
        ({"verb": "expire", "keep": True}, "`keep` must be a whole number, got a boolean"),
        ({"verb": "remove", "generations": ["1"]}, "`generations` must be a list of whole numbers, got a list"),
        ({"verb": "rollback", "on_failure": "panic"}, "`on_failure` must be one of undo, keep, got 'panic'"),
        ({"verb": "rollback", "backup_extension": "../x"}, "`backup_extension` must be an extension of at most"),
        ({"verb": "rollback", "home": "somewhere"}, "`home` must be an absolute path, got 'somewhere'"),
        ({"verb": "probe", "user": 1}, "`user` must be a string, got a number"),
    ],
)
def test_wrong_requests_are_refused(request_, message):
    with pytest.raises(EngineError) as caught:
        handle(request_)
    assert message in caught.value.message
    assert caught.value.kind == "request"


def test_an_age_is_read_once():
    assert verb_named("expire").of({"verb": "expire", "older_than": "2w"}).older_than == 14 * 86400
    with pytest.raises(EngineError, match="not an age"):
        verb_named("expire").of({"verb": "expire", "older_than": "soon"})


def test_a_setting_belongs_to_every_verb_that_switches():
    names = {parameter.name for parameter in settings(Switch)}
    assert {"backup_extension", "on_failure", "hook_timeout", "lock_timeout"} <= names
    for verb in all_verbs():
        if issubclass(verb, SwitchingVerb):
            assert names <= set(verb.parameters), verb.name
    assert names <= set(argument_spec())


def test_the_specification_has_what_people_can_say():
    spec = argument_spec()
    assert spec["verb"]["choices"] == [verb.name for verb in public_verbs()]
    assert not {"check", "diff", "expected", "bundle", "raw"} & set(spec)
    assert spec["generations"] == {"type": "list", "elements": "int"}
