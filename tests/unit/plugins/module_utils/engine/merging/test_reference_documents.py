# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The test documents of tomlkit and PyYAML: valid ones are read as the same values, invalid ones are refused.

`tests/documents` fetches them; without them these tests are skipped.
"""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.home.manager.plugins.module_utils.engine.merging.errors import MergeError
from ansible_collections.home.manager.plugins.module_utils.engine.merging.merged import merge, unmerge
from ansible_collections.home.manager.plugins.module_utils.engine.merging.toml_text import TomlDocument
from ansible_collections.home.manager.plugins.module_utils.engine.merging.values import Literal
from ansible_collections.home.manager.plugins.module_utils.engine.merging.yaml_text import YamlDocument

from .properties import equal

DOCUMENTS = Path(__file__).parents[6] / ".cache" / "documents"
ADDED = {"home-manager-test": {"key": 1}}


def folder(pattern: str) -> Path:
    """The folder of that kind in the fetched sources; skips the test without them."""
    found = sorted(DOCUMENTS.glob(pattern))
    if not found:
        pytest.skip(f"{pattern} is missing: run tests/documents")
    return found[-1]


# TOML


def tagged(value: Any) -> Any:
    """A value as toml-test writes the expected ones: each scalar as its type and text."""
    if isinstance(value, dict):
        return {key: tagged(item) for key, item in value.items()}
    if isinstance(value, list):
        return [tagged(item) for item in value]
    if isinstance(value, Literal):
        return moment(value.text)
    if isinstance(value, float):
        return ("float", value)
    names: dict[type, str] = {bool: "bool", int: "integer", str: "string"}
    return (names[type(value)], str(value).lower() if isinstance(value, bool) else str(value))


def expected(value: Any) -> Any:
    """The same for what toml-test expects."""
    if isinstance(value, list):
        return [expected(item) for item in value]
    if set(value) == {"type", "value"} and isinstance(value["value"], str):
        kind, text = value["type"], value["value"]
        if kind == "float":
            return (kind, float(text))
        return moment(text) if kind.startswith(("date", "time")) else (kind, text)
    return {key: expected(item) for key, item in value.items()}


def moment(text: str) -> tuple[str, object]:
    """A date, a time or both, whose notation varies."""
    for read in (datetime.date.fromisoformat, datetime.time.fromisoformat):
        try:
            return ("moment", read(text))
        except ValueError:
            continue
    return ("moment", datetime.datetime.fromisoformat(text.upper()))


def check_toml_is_merged(text: str, tree: dict[str, Any]) -> None:
    """A key more changes nothing else, and taking it out gives back the text."""
    merged = merge("toml", text, ADDED, None)
    assert equal(TomlDocument(merged.text).tree(), {**tree, **ADDED})
    assert unmerge("toml", merged.text, merged.record) == text


def test_toml_documents() -> None:
    tests = folder("tomlkit-*/tests/toml-test/tests")
    counts = {"valid": 0, "invalid": 0}
    for name in (tests / "files-toml-1.0.0").read_text(encoding="utf-8").split():
        if not name.endswith(".toml"):
            continue
        path = tests / name
        try:
            text = path.read_bytes().decode("utf-8")
        except UnicodeDecodeError:
            assert name.startswith("invalid/"), name
            continue
        counts[name.partition("/")[0]] += 1
        if name.startswith("invalid/"):
            with pytest.raises(MergeError):
                TomlDocument(text).tree()
            continue
        tree = TomlDocument(text).tree()
        assert equal(tagged(tree), expected(json.loads(path.with_suffix(".json").read_text(encoding="utf-8")))), name
        check_toml_is_merged(text, tree)
    assert min(counts.values()) >= 150, counts


def test_toml_examples() -> None:
    examples = folder("tomlkit-*/tests/examples")
    for path in sorted(examples.glob("*.toml")):
        check_toml_is_merged(path.read_text(encoding="utf-8"), TomlDocument(path.read_text(encoding="utf-8")).tree())
    invalid = sorted((examples / "invalid").glob("*.toml"))
    assert invalid
    for path in invalid:
        with pytest.raises(MergeError):
            TomlDocument(path.read_text(encoding="utf-8")).tree()


# YAML


class Loader(yaml.SafeLoader):
    """Keys are texts as they are written, merge keys stay keys, and unknown tags are left aside."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> Any:
        return {str(key.value): self.construct_object(value, deep=True) for key, value in node.value}


def untagged(loader: Loader, _suffix: str, node: yaml.Node) -> Any:
    """The text of a node with an unknown tag."""
    return node.value


Loader.add_constructor("tag:yaml.org,2002:map", Loader.construct_mapping)
Loader.add_multi_constructor("", untagged)


def same(found: Any, expected_value: Any) -> bool:
    """Whether the reader found what PyYAML did. It leaves alone what an anchor, alias or tag begins."""
    if isinstance(found, Literal):
        return found.text[0] in "&*!" or equal(yaml.load(found.text, Loader), expected_value)
    if isinstance(found, dict) and isinstance(expected_value, dict):
        return found.keys() == expected_value.keys() and all(same(found[key], expected_value[key]) for key in found)
    if isinstance(found, list) and isinstance(expected_value, list):
        return len(found) == len(expected_value) and all(map(same, found, expected_value))
    return equal(found, expected_value)


def malformed(text: str) -> bool:
    """Whether PyYAML refuses the text."""
    try:
        return not list(yaml.parse(text))
    except yaml.YAMLError:
        return True


# What the reader does not know although it is YAML (yaml_scan.py names it).
LIMITS = (
    "the file holds",
    "a file of several YAML documents",
    "content on the line of '---'",
    "a complex key",
    "a key of several lines",
    "is not allowed in YAML",
    "duplicate key",
    "an unknown or malformed directive",
)


def test_yaml_documents() -> None:
    data = folder("pyyaml-*/tests/legacy_tests/data")
    read = 0
    for path in sorted(data.glob("*.data")):
        try:
            text = path.read_bytes().decode("utf-8")
        except UnicodeDecodeError:
            continue
        try:
            tree = YamlDocument(text).tree()
        except MergeError as error:
            if not malformed(text) and not any(limit in str(error) for limit in LIMITS):
                pytest.fail(f"{path.name}: {error}")
            continue
        assert same(tree, yaml.load(text, Loader) or {}), path.name
        read += 1
        merged = merge("yaml", text, ADDED, None)
        assert same(YamlDocument(merged.text).tree(), yaml.load(merged.text, Loader)), path.name
        assert unmerge("yaml", merged.text, merged.record) == text
    assert read >= 50


def test_malformed_yaml_documents() -> None:
    data = folder("pyyaml-*/tests/legacy_tests/data")
    refused = 0
    for path in sorted(data.glob("*-error")):
        if path.suffix not in (".loader-error", ".single-loader-error", ".stream-error"):
            continue
        try:
            text = path.read_bytes().decode("utf-8")
        except UnicodeDecodeError:
            continue
        with pytest.raises(MergeError):
            YamlDocument(text)
        refused += 1
    assert refused >= 80
