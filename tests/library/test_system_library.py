# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The library of systems: its files load, its options say what they are for, and what nobody declares is left alone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.home.manager.plugins.plugin_utils.expressions.expression import Expression
from ansible_collections.home.manager.plugins.plugin_utils.expressions.lazy import plain
from ansible_collections.home.manager.plugins.plugin_utils.modules.library import INDEX
from ansible_collections.home.manager.plugins.plugin_utils.modules.library_index import build, files
from ansible_collections.home.manager.plugins.plugin_utils.modules.module import is_declaration
from ansible_collections.home.manager.plugins.plugin_utils.modules.spec_file import load_file
from ansible_collections.home.manager.plugins.plugin_utils.options.unread import check_unread
from ansible_collections.home.manager.plugins.plugin_utils.plan.deep_stack import with_deep_stack
from ansible_collections.home.manager.plugins.plugin_utils.plan.system import System, SystemRequest
from ansible_collections.home.manager.plugins.plugin_utils.plan.system_parts import Parts
from ansible_collections.home.manager.plugins.plugin_utils.syntax.nodes import Mapping

from . import compilers, system_options
from .host import HOST

LIBRARY = Path(__file__).resolve().parents[2] / "roles" / "system" / "modules"
EVERY = list(files(str(LIBRARY)))
NOT_OF_THE_TYPE = {"default", "example", "description", "readOnly", "internal", "visible", "apply", "feeds", "value"}
OLD_NAME = {"renamedTo", "removed", "changedTo", "aliasOf"}
# Types whose values need no example.
OBVIOUS = {"bool", "enable", "nullOr bool", "package", "optionalPackage"}
SHARE = 0.97  # of the options must have an example, or a type that needs none.


def system(spec: dict[str, Any] | None = None, *more: tuple[Any, str]) -> System:
    return System(SystemRequest([(Mapping(spec or {}), ""), *more], HOST, compiler=compilers.SYSTEM))


def outcome(file: str | None) -> dict[str, Any]:
    """All that a system without any wish comes to, with one of the library's files loaded."""
    found = system()
    evaluation, parts = found.evaluation, Parts(found)
    if file is not None:
        evaluation._load(file)
    result = {
        "etc": [entry.target for entry in parts.etc()],
        "users": [user.name for user in parts.users()],
        "groups": [group.name for group in parts.groups()],
        "units": [unit.name for unit in parts.units()],
        "provided": sorted(evaluation.get("systemd.provided")),
        "packages": parts.packages(),
        "variables": plain(evaluation.get("environment.allVariables")),
        "lines": plain(evaluation.get("environment.addedLines")),
        "activation": sorted(evaluation.get("system.activationScripts")),
        "refused": found.failed_assertions(),
    }
    check_unread(evaluation)
    return {
        **result,
        "warnings": [str(warning) for warning in found.warnings()],
        "errors": [str(error) for error in evaluation.errors],
    }


def test_files_are_found() -> None:
    assert len(EVERY) > 60


@pytest.mark.slow
def test_the_committed_index_is_that_of_the_files() -> None:
    assert json.loads((LIBRARY / INDEX).read_text(encoding="utf-8")) == build(str(LIBRARY))


@pytest.mark.slow
@pytest.mark.parametrize("file", [None, *EVERY])
def test_nothing_is_touched_that_nobody_declares(file: str | None) -> None:
    assert {name for name, value in with_deep_stack(lambda: outcome(file)).items() if value} == set()


def below(node: Any, path: tuple[str, ...]) -> Iterator[tuple[str, Mapping]]:
    for block in node if isinstance(node, list) else [node]:
        if not isinstance(block, dict):
            continue
        for key, value in block.items():
            if isinstance(value, dict) and is_declaration(value):
                yield ".".join((*path, key)), value
                yield from below(value.get("options"), (*path, key))
            elif isinstance(value, dict | list):
                yield from below(value, (*path, key))


def declared(file: str) -> list[tuple[str, Mapping]]:
    module = load_file(str(LIBRARY / file))
    found = list(below(module.get("options"), ()))
    for name, declaration in (module.get("types") or {}).items():
        found += below(declaration.get("options"), ("types", name))
    return found


def test_every_option_has_a_description() -> None:
    missing = []
    for file in [*EVERY, "types.yml", "lib/unit.yml"]:
        for name, words in declared(file):
            description = words.get("description")
            text = description.source if isinstance(description, Expression) else description
            if not OLD_NAME & words.keys() and (not isinstance(text, str) or len(text.strip(" .")) < 4):
                missing.append(f"{file}: {name}")
    assert missing == []


@pytest.mark.slow
@pytest.mark.parametrize("file", [*EVERY, "types.yml", "lib/unit.yml"])
def test_examples_are_values_of_their_options(file: str) -> None:
    module = load_file(str(LIBRARY / file))
    shown = [(name, words) for name, words in declared(file) if "example" in words]
    probes, values = Mapping(), Mapping()
    for number, (_name, words) in enumerate(shown):
        # A check of an option against its neighbours needs them.
        left_out = NOT_OF_THE_TYPE | ({"check", "checkMessage"} if "this." in str(words.get("check")) else set())
        kept = Mapping({k: v for k, v in words.items() if k not in left_out}, words.position)
        kept.positions = words.positions
        probes[f"option{number}"], values[f"option{number}"] = kept, words["example"]
        values.positions[f"option{number}"] = words.position_of("example")
    probe = Mapping({key: module[key] for key in ("types", "vars") if key in module})
    probe.update(root="probe", options=Mapping({"probe": probes}), config=Mapping({"probe": values}))

    def evaluated() -> list[str]:
        evaluation = system(None, (probe, str(LIBRARY / file))).evaluation
        for number in range(len(shown)):
            evaluation.attempt(lambda number=number: plain(evaluation.get(f"probe.option{number}")))
        return [str(error) for error in evaluation.errors]

    assert with_deep_stack(evaluated) == []


def test_examples_are_common() -> None:
    every = [words for file in [*EVERY, "types.yml", "lib/unit.yml"] for _name, words in declared(file)]
    public = [words for words in every if not OLD_NAME & words.keys() and not words.get("internal")]
    obvious = [words for words in public if words.get("type") in OBVIOUS or "submodule" in str(words.get("type"))]
    shown = [words for words in public if "example" in words]
    assert len(shown) + len(obvious) >= SHARE * len(public), f"{len(shown)} of {len(public)} options have an example"


def test_the_reference_lists_the_options_as_they_are() -> None:
    assert system_options.DOCUMENT.read_text(encoding="utf-8") == system_options.document(), (
        "write it anew: python tests/library/system_options.py FOLDER-OF-ANSIBLE_COLLECTIONS"
    )
    assert len(system_options.options()) > 600
