# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The documentation of modules says what their actions take."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from ansible_collections.home.manager.plugins.doc_fragments import switch
from ansible_collections.home.manager.plugins.module_utils.engine.switching.options import SwitchOptions
from ansible_collections.home.manager.plugins.module_utils.engine.verbs.switch import Switch
from ansible_collections.home.manager.plugins.module_utils.engine.verbs.table import (
    argument_spec,
    public_verbs,
    settings,
)
from ansible_collections.home.manager.plugins.modules import generation, home, system
from ansible_collections.home.manager.plugins.plugin_utils.play.arguments import (
    CONFIG,
    PLAN_CACHE,
    RESTRICTED,
    SYSTEM,
    specification,
)

TAKEN = {
    "generation": argument_spec(),
    "home": {**specification(settings(Switch)), CONFIG: {"type": "dict"}},
    "system": {**SYSTEM, CONFIG: {"type": "dict"}},
}
FRAGMENTS = {"home.manager.switch": switch.ModuleDocFragment}
ROLE = Path(__file__).resolve().parents[4] / "roles" / "home"
# What the role hands to the task by other names, and what the task reads from the play by itself.
ROLE_ARGUMENTS = {"home_extra_special_args": "special_args", "home_package_prefix": "packages"}
OF_THE_PLAY = {"home_user"}


def documented_options(module):
    """The options of a module's documentation, with those of the fragments that it extends."""
    documentation = yaml.safe_load(module.DOCUMENTATION)
    found = dict(documentation["options"])
    for fragment in documentation.get("extends_documentation_fragment", []):
        shared = yaml.safe_load(FRAGMENTS[fragment].DOCUMENTATION)["options"]
        assert not found.keys() & shared.keys()
        found.update(shared)
    return found


@pytest.mark.parametrize("module", [generation, home, system], ids=lambda module: module.__name__.rsplit(".", 1)[1])
def test_it_says_what_the_action_takes(module):
    name = module.__name__.rsplit(".", 1)[1]
    taken, documented = TAKEN[name], documented_options(module)
    assert set(documented) == set(taken)
    for option, described in documented.items():
        for key in ("type", "default", "choices", "elements", "required"):
            assert described.get(key) == taken[option].get(key), (option, key)
    for example in yaml.safe_load(module.EXAMPLES):
        assert set(example[f"home.manager.{name}"] or {}) <= set(documented)
    assert yaml.safe_load(module.RETURN)


def test_it_describes_options_in_the_words_of_the_verbs():
    documented = documented_options(generation)
    for verb in public_verbs():
        for parameter in verb.parameters.values():
            if parameter.option is not None:
                assert " ".join(documented[parameter.option]["description"]) == parameter.help, parameter.option


def test_the_task_describes_settings_in_the_same_words():
    documented = documented_options(home)
    for parameter in settings(Switch):
        assert " ".join(documented[parameter.name]["description"]) == parameter.help, parameter.name


def test_every_verb_is_described():
    text = " ".join(yaml.safe_load(generation.DOCUMENTATION)["options"]["verb"]["description"])
    for verb in public_verbs():
        assert f"V({verb.name})" in text
        assert verb.summary


def test_the_role_takes_the_settings_of_a_switch_and_arguments_of_the_task():
    described = yaml.safe_load((ROLE / "meta" / "argument_specs.yml").read_text())["argument_specs"]["main"]["options"]
    defaults = yaml.safe_load((ROLE / "defaults" / "main.yml").read_text())
    assert {f"home_{parameter.name}" for parameter in settings(Switch)} <= set(described)
    assert {name: option["default"] for name, option in described.items()} == defaults
    for name, option in described.items():
        if name in OF_THE_PLAY:
            continue
        argument = TAKEN["home"][ROLE_ARGUMENTS.get(name, name.removeprefix("home_"))]
        # An empty text stands for an argument that is not given.
        unset = "" if argument.get("default") is None else argument["default"]
        assert option["default"] == unset, name
        assert option["type"] == {"path": "str"}.get(str(argument["type"]), argument["type"]), name
        assert option.get("choices") == (["", *argument["choices"]] if "choices" in argument else None), name
        assert option.get("elements") == argument.get("elements"), name


def test_the_role_hands_over_what_is_no_setting():
    (task,) = yaml.safe_load((ROLE / "tasks" / "main.yml").read_text())
    described = yaml.safe_load((ROLE / "meta" / "argument_specs.yml").read_text())["argument_specs"]["main"]["options"]
    read_by_itself = {parameter.name for parameter in settings(Switch)} | {PLAN_CACHE, RESTRICTED}
    handed_over = {ROLE_ARGUMENTS.get(name, name.removeprefix("home_")) for name in set(described) - OF_THE_PLAY}
    assert set(task["home.manager.home"]) - {"user"} == handed_over - read_by_itself


def test_the_role_describes_settings_in_the_words_of_the_task():
    described = yaml.safe_load((ROLE / "meta" / "argument_specs.yml").read_text())["argument_specs"]["main"]["options"]
    for parameter in settings(Switch):
        text = described[f"home_{parameter.name}"]["description"]
        assert " ".join([text] if isinstance(text, str) else text) == parameter.help, parameter.name


def test_a_setting_is_an_attribute_and_its_documentation():
    """What a switch asks for is what `SwitchOptions` has, with the same types and defaults."""
    of_a_switch = {parameter.name: parameter for parameter in settings(Switch)}
    for name, parameter in SwitchOptions.parameters.items():
        assert of_a_switch[name].argument_spec() == parameter.argument_spec(), name
    assert set(of_a_switch) - set(SwitchOptions.parameters) == {"lock_timeout"}, "which every verb has"


def test_the_role_of_systems_takes_the_arguments_of_its_task():
    role = ROLE.parent / "system"
    described = yaml.safe_load((role / "meta" / "argument_specs.yml").read_text())["argument_specs"]["main"]["options"]
    (task,) = yaml.safe_load((role / "tasks" / "main.yml").read_text())
    handed_over = task["home.manager.system"]
    assert set(handed_over) == set(SYSTEM)
    for name, text in handed_over.items():
        (variable,) = re.findall(r"home_(?:system_\w+|plan_cache)", text)
        option, argument = described[variable], SYSTEM[name]
        assert option["type"] == argument["type"], variable
        assert (option.get("default") or None) == (argument.get("default") or None), variable
        assert option.get("choices") == argument.get("choices"), variable
        assert option.get("elements") == argument.get("elements"), variable


def documentations():
    """Everything that ansible-doc shows of the collection, by file."""
    root = ROLE.parents[1]
    for path in sorted((root / "plugins").glob("*/*.py")):
        for number, found in enumerate(
            re.findall(r'^ *(?:DOCUMENTATION|RETURN) = r?"""(.*?)"""', path.read_text(), re.S | re.M)
        ):
            yield pytest.param(found, id=f"{path.relative_to(root)}-{number}")
    for path in sorted(root.glob("roles/*/meta/argument_specs.yml")):
        yield pytest.param(path.read_text(), id=str(path.relative_to(root)))


def mistaken(node, path=""):
    """The descriptions that are no text: a colon in a line without quotes makes a mapping of it."""
    for key, value in node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ():
        where = f"{path}/{key}"
        if key in ("description", "short_description", "notes") and not (isinstance(value, dict) and "type" in value):
            lines = value if isinstance(value, list) else [value]
            yield from (f"{where}[{number}]" for number, line in enumerate(lines) if not isinstance(line, str))
        yield from mistaken(value, where)


@pytest.mark.parametrize("text", list(documentations()))
def test_descriptions_are_text(text):
    assert list(mistaken(yaml.safe_load(text))) == []
