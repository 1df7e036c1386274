# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The documentation of modules says what their actions take."""

from __future__ import annotations

import pytest
import yaml

from ansible_collections.home.manager.plugins.module_utils.engine.verbs.switch import Switch
from ansible_collections.home.manager.plugins.module_utils.engine.verbs.table import (
    argument_spec,
    public_verbs,
    settings,
)
from ansible_collections.home.manager.plugins.modules import generation, home
from ansible_collections.home.manager.plugins.plugin_utils.play.arguments import CONFIG, specification

TAKEN = {
    "generation": argument_spec(),
    "home": {**specification(settings(Switch)), CONFIG: {"type": "dict"}},
}


@pytest.mark.parametrize("module", [generation, home], ids=lambda module: module.__name__.rsplit(".", 1)[1])
def test_it_says_what_the_action_takes(module):
    name = module.__name__.rsplit(".", 1)[1]
    taken, documented = TAKEN[name], yaml.safe_load(module.DOCUMENTATION)["options"]
    assert set(documented) == set(taken)
    for option, described in documented.items():
        for key in ("type", "default", "choices", "elements", "required"):
            assert described.get(key) == taken[option].get(key), (option, key)
    for example in yaml.safe_load(module.EXAMPLES):
        assert set(example[f"home.manager.{name}"] or {}) <= set(documented)
    assert yaml.safe_load(module.RETURN)


def test_it_describes_options_in_the_words_of_the_verbs():
    documented = yaml.safe_load(generation.DOCUMENTATION)["options"]
    for verb in public_verbs():
        for parameter in verb.parameters.values():
            if parameter.option is not None:
                assert " ".join(documented[parameter.option]["description"]) == parameter.help, parameter.option


def test_the_task_describes_settings_in_the_same_words():
    documented = yaml.safe_load(home.DOCUMENTATION)["options"]
    for parameter in settings(Switch):
        assert " ".join(documented[parameter.name]["description"]) == parameter.help, parameter.name


def test_every_verb_is_described():
    text = " ".join(yaml.safe_load(generation.DOCUMENTATION)["options"]["verb"]["description"])
    for verb in public_verbs():
        assert f"V({verb.name})" in text
        assert verb.summary
