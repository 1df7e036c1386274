# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the library tells people about its options: descriptions, examples that hold for the type, and a fixed order."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from ansible_collections.home.manager.plugins.plugin_utils.expressions.expression import Expression
from ansible_collections.home.manager.plugins.plugin_utils.expressions.lazy import plain
from ansible_collections.home.manager.plugins.plugin_utils.modules.module import declared_paths, is_declaration
from ansible_collections.home.manager.plugins.plugin_utils.modules.spec_file import load_file
from ansible_collections.home.manager.plugins.plugin_utils.plan.deep_stack import with_deep_stack
from ansible_collections.home.manager.plugins.plugin_utils.plan.home import EvaluatedHome, Request
from ansible_collections.home.manager.plugins.plugin_utils.syntax.nodes import Mapping

from . import compilers

LIBRARY = Path(__file__).resolve().parents[2] / "roles" / "home" / "modules"
EVERY = sorted(str(path.relative_to(LIBRARY)) for path in LIBRARY.rglob("*.yml"))
OLD_NAME = {"renamedTo", "removed", "changedTo", "aliasOf"}
# Words that say nothing of which values an option takes; an example is checked without them.
ASIDE = {
    "default",
    "legacyDefault",
    "example",
    "description",
    "readOnly",
    "internal",
    "visible",
    "apply",
    "feeds",
    "value",
}
# What the files that are imported with variables are tried with.
VARIABLES = {
    "lib/dav-accounts.yml": {"kind": "calendar", "suffix": ".ics", "servers": "caldav http google_calendar"},
    "lib/git-diff.yml": {"program": "delta"},
    "lib/i3-sway.yml": {"session": "wayland", "wm": "sway", "title": "sway"},
    "lib/vscode.yml": {
        "program": "vscode",
        "title": "Visual Studio Code",
        "folder": "Code",
        "data": ".vscode",
        "package": "vscode",
        "command": "code",
        "versioned": True,
    },
}
FIRST = ["enable", "package"]
WIDTH = 140

SHARE = 0.66  # of the options must have an example.


class Option(NamedTuple):
    """A declared option: where it is declared (`types` first for one of a named type), and its words."""

    path: tuple[str, ...]
    words: Mapping

    @property
    def name(self) -> str:
        return ".".join(self.path)

    @property
    def public(self) -> bool:
        return not OLD_NAME & self.words.keys() and not self.words.get("internal")


def below(node: Any, path: tuple[str, ...]) -> Iterator[Option]:
    """The options below an `options` node, those of submodules included."""
    for block in node if isinstance(node, list) else [node]:
        if not isinstance(block, dict):
            continue
        for key, value in block.items():
            if not isinstance(value, dict | list):
                continue
            if isinstance(value, dict) and is_declaration(value):
                yield Option((*path, key), value)
                yield from below(value.get("options"), (*path, key))
                yield from below(value.get("tags"), (*path, key))
            else:
                yield from below(value, (*path, key))


def options(module: Mapping) -> Iterator[Option]:
    """The options that a module declares, and those of the named types that it has."""
    yield from below(module.get("options"), ())
    for name, declaration in (module.get("types") or {}).items():
        yield from below(declaration.get("options"), ("types", name))


def named_types(module: Mapping) -> dict[str, Any]:
    shared = load_file(str(LIBRARY / "types.yml"))
    return {**shared["types"], **(module.get("types") or {})}


def word(option: Option, name: str, types: dict[str, Any]) -> Any:
    """A word of an option's declaration, or else of the named type that it is of."""
    kind = option.words.get("type")
    named = types.get(kind) if isinstance(kind, str) else None
    return option.words.get(name, named.get(name) if isinstance(named, dict) else None)


def group(module: Mapping) -> Any:
    """What `cfg` is in a module: the group that it names, or the one that its options have in common."""
    shared = takewhile(lambda parts: len(set(parts)) == 1, zip(*declared_paths(module.get("options")), strict=False))
    return module.get("root") or ".".join(parts[0] for parts in shared)


def groups(node: Any, path: str = "") -> Iterator[tuple[str, list[str]]]:
    """The names of each group of options in the order of the file, with the group's path."""
    for block in node if isinstance(node, list) else [node]:
        if not isinstance(block, dict):
            continue
        yield path, list(block)
        for key, value in block.items():
            declared = isinstance(value, dict) and is_declaration(value)
            yield from groups(value.get("options") if declared else value, f"{path}.{key}" if path else key)


def disordered(file: str) -> list[str]:
    """The groups of options in which `enable` and `package` do not come first."""
    module = load_file(str(LIBRARY / file))
    nodes = [module.get("options"), *(t.get("options") for t in (module.get("types") or {}).values())]
    found = []
    for path, names in (group for node in nodes for group in groups(node)):
        leading = [name for name in FIRST if name in names]
        if names[: len(leading)] != leading:
            found.append(f"{file}: {path}")
    return found


def test_files_are_found() -> None:
    assert len(EVERY) > 100


def described(option: Option, types: dict[str, Any]) -> bool:
    """Whether an option has a description of a few letters at least."""
    description = word(option, "description", types)
    text = description.source if isinstance(description, Expression) else description
    return isinstance(text, str) and len(text.strip(" .")) >= 4


@pytest.mark.slow
def test_public_options_have_a_description() -> None:
    missing = []
    for file in EVERY:
        module = load_file(str(LIBRARY / file))
        types = named_types(module)
        missing += [f"{file}: {o.name}" for o in options(module) if o.public and not described(o, types)]
    assert missing == []


@pytest.mark.slow
@pytest.mark.parametrize("file", EVERY)
def test_examples_are_values_of_their_options(file: str) -> None:
    module = load_file(str(LIBRARY / file))
    shown = [option for option in options(module) if "example" in option.words]
    if not shown:
        return
    probes, values = Mapping(), Mapping()
    for number, option in enumerate(shown):
        kept = Mapping({k: v for k, v in option.words.items() if k not in ASIDE}, option.words.position)
        kept.positions = option.words.positions
        probes[f"option{number}"] = kept
        values[f"option{number}"] = option.words["example"]
        values.positions[f"option{number}"] = option.words.position_of("example")
    probe = Mapping({k: module[k] for k in ("types", "vars") if k in module})
    probe.update(root=group(module), options=Mapping({"probe": probes}), config=Mapping({"probe": values}))
    user = Mapping({"imports": [{"import": __file__, "vars": VARIABLES.get(file, {})}]})

    def evaluated() -> list[str]:
        base = Mapping({"home.stateVersion": "26.05"})
        host = {
            "platform": "linux",
            "machine": "x86_64",
            "hostname": "laptop",
            "user": {"name": "alice", "home": "/home/alice"},
        }

        def read(path: str) -> Any:
            return probe if path == __file__ else load_file(path)

        home = EvaluatedHome(Request([(base, ""), (user, "")], host, read=read, compiler=compilers.HOME))
        for number in range(len(shown)):
            home.evaluation.attempt(lambda number=number: plain(home.evaluation.get(f"probe.option{number}")))
        return [str(error) for error in home.evaluation.errors]

    assert with_deep_stack(evaluated) == []


def test_examples_are_common() -> None:
    modules = [load_file(str(LIBRARY / file)) for file in EVERY]
    public = [(option, named_types(module)) for module in modules for option in options(module) if option.public]
    shown = [option for option, types in public if word(option, "example", types) is not None]
    assert len(shown) >= SHARE * len(public), f"{len(shown)} of {len(public)} options have an example"


def test_enable_and_package_come_first() -> None:
    found = [group for file in EVERY for group in disordered(file)]
    assert found == []


def test_lines_are_short() -> None:
    lines = [(f, n, line) for f in EVERY for n, line in enumerate((LIBRARY / f).read_text("utf-8").splitlines(), 1)]
    long = [f"{file}:{number}" for file, number, line in lines if len(line) > WIDTH]
    assert long == []
