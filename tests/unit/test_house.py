# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The rules of this project that no linter knows: who may import what, what a file may be called, how long it may get."""

from __future__ import annotations

import ast
import functools
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
PLUGINS = ROOT / "plugins"
SOURCES = sorted(PLUGINS.rglob("*.py"))
CONTROLLER = [path for path in SOURCES if path.is_relative_to(PLUGINS / "plugin_utils")]
TARGET = [path for path in SOURCES if path.is_relative_to(PLUGINS / "module_utils")]

# What ansible-core itself stands on may be used by the controller's engine without importing Ansible.
BELOW_ANSIBLE = {"jinja2", "markupsafe", "yaml"}
HEADER = (
    "# Copyright: (c) 2026, the home.manager contributors\n"
    "# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)\n"
)


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@functools.cache
def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


# What the rules look at.
LOOKED_AT = (ast.Module, ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.Call, ast.ExceptHandler)


@functools.cache
def _nodes(path: Path) -> tuple[ast.AST, ...]:
    """The nodes of a file that the rules look at, the module first. Each file is parsed once for all rules."""
    found, left = [], [ast.parse(_text(path))]
    while left:
        node = left.pop()
        if isinstance(node, LOOKED_AT):
            found.append(node)
        for value in vars(node).values():
            if isinstance(value, list):
                left += [item for item in value if isinstance(item, ast.AST)]
            elif isinstance(value, ast.AST):
                left.append(value)
    return tuple(found)


def _functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in _nodes(path) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)))


def _docstring(path: Path) -> str | None:
    return ast.get_docstring(_nodes(path)[0])  # type: ignore[arg-type]


def _imported(path: Path) -> Iterator[str]:
    """The first part of every module that a file imports absolutely, including inside functions."""
    for node in _nodes(path):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.module.split(".")[0]


def test_there_is_something_to_check():
    assert CONTROLLER
    assert TARGET


@pytest.mark.slow
def test_target_engine_needs_only_the_standard_library():
    assert [_name(path) for path in TARGET if not set(_imported(path)) <= sys.stdlib_module_names] == []


@pytest.mark.slow
def test_only_the_adapter_imports_ansible():
    # The target's copy of the contract is the only one, so the controller imports it from the collection.
    allowed = sys.stdlib_module_names | BELOW_ANSIBLE | {"ansible_collections"}
    adapter = PLUGINS / "plugin_utils" / "play"
    others = [path for path in CONTROLLER if not path.is_relative_to(adapter)]
    assert [_name(path) for path in others if not set(_imported(path)) <= allowed] == []
    assert [_name(path) for path in CONTROLLER if not set(_imported(path)) <= allowed | {"ansible"}] == []


def test_names_are_nouns_of_the_domain():
    vague = {"utils", "util", "helpers", "helper", "common", "misc"}
    assert [_name(path) for path in SOURCES if path.stem in vague] == []


def test_every_file_has_a_licence_and_a_docstring():
    documented = {"modules", "action", "callback", "filter", "lookup", "test", "doc_fragments"}
    files = [path for path in SOURCES if _text(path)]
    assert [_name(p) for p in files if not _text(p).removeprefix("#!/usr/bin/python\n").startswith(HEADER)] == []
    rest = [path for path in files if path.relative_to(PLUGINS).parts[0] not in documented]
    assert [_name(path) for path in rest if not _docstring(path)] == []


MOST_LINES, MOST_LINES_OF_A_FUNCTION, MOST_PARAMETERS = 400, 50, 6


def _parameters(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """How many parameters a caller passes; Jinja passes `context` itself."""
    arguments = function.args
    names = [argument.arg for argument in (*arguments.posonlyargs, *arguments.args)]
    passed = names[1:] if names[:1] in (["self"], ["cls"], ["context"]) else names
    return len(passed) + len(arguments.kwonlyargs)


def _oversized(path: Path) -> Iterator[str]:
    """What is too large in a file, with its size."""
    lines = _text(path).count("\n")
    if lines > MOST_LINES:
        yield f"{path.name}: {lines} lines"
    for function in _functions(path):
        lines = (function.end_lineno or function.lineno) - function.lineno + 1
        if lines > MOST_LINES_OF_A_FUNCTION:
            yield f"{path.name}: {function.name} has {lines} lines"
        if _parameters(function) > MOST_PARAMETERS:
            yield f"{path.name}: {function.name} has {_parameters(function)} parameters"


def test_files_functions_and_parameter_lists_are_short():
    assert [found for path in SOURCES for found in _oversized(path)] == []


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("x = 1\n" * 401, "a.py: 401 lines"),
        ("def f():\n" + "    x = 1\n" * 50, "a.py: f has 51 lines"),
        ("def f(a, b, c, d, e, *, f, g): ...\n", "a.py: f has 7 parameters"),
    ],
)
def test_what_is_too_large_is_found(text, size, tmp_path):
    path = tmp_path / "a.py"
    path.write_text(text)
    assert list(_oversized(path)) == [size]


# The target's engine, from the lowest layer upwards: a layer imports from those before it. `units`, `packages`, `system`
# and `voice` need only the lowest layers.
ENGINE = PLUGINS / "module_utils" / "engine"
TARGET_LAYERS = [
    "contract",
    "disk",
    "machine",
    "state",
    "home",
    "merging",
    "planning",
    "voice",
    "units",
    "packages",
    "system",
    "methods",
    "transaction",
    "switching",
    "examination",
    "verbs",
    "command",
]


def _relative_imports(path: Path, top: Path) -> Iterator[Path]:
    """The files below `top` that a file imports, wherever the import stands: in a function and for types alone too."""
    for node in _nodes(path):
        if not isinstance(node, ast.ImportFrom) or not node.level:
            continue
        base = path.parents[node.level - 1].joinpath(*(node.module or "").split("."))
        if base.with_suffix(".py").is_file():
            found = [base.with_suffix(".py")]
        else:
            names = [base / f"{alias.name}.py" for alias in node.names]
            found = [name if name.is_file() else base / "__init__.py" for name in names]
        yield from (file for file in found if file.is_relative_to(top))


def _first_cycle(files: list[Path], top: Path) -> list[Path]:
    """The files of one cycle of imports; none when there is no cycle."""
    graph = {path: set(_relative_imports(path, top)) - {path} for path in files}
    done: set[Path] = set()
    for start in files:
        way: list[tuple[Path, list[Path]]] = [(start, sorted(graph.get(start, ())))]
        while way:
            path, rest = way[-1]
            if path in done or not rest:
                done.add(path)
                way.pop()
                continue
            following = rest.pop()
            open_files = [file for file, _rest in way]
            if following in open_files:
                return [*open_files[open_files.index(following) :], following]
            way.append((following, sorted(graph.get(following, ()))))
    return []


def test_no_files_of_the_engine_import_each_other_in_a_circle():
    files = [path for path in TARGET if path.is_relative_to(ENGINE)]
    assert files
    assert [_name(path) for path in _first_cycle(files, ENGINE)] == []


def test_a_circle_of_imports_is_found(tmp_path):
    (tmp_path / "a.py").write_text("from .b import x\n")
    (tmp_path / "b.py").write_text("def f():\n    from . import c\n")
    (tmp_path / "c.py").write_text("from .a import y\n")
    files = sorted(tmp_path.glob("*.py"))
    assert {path.name for path in _first_cycle(files, tmp_path)} == {"a.py", "b.py", "c.py"}


def _layer(path: Path) -> str | None:
    parts = path.relative_to(ENGINE).parts
    return parts[0] if len(parts) > 1 else None


def _upward_imports(path: Path, layer: str) -> set[str | None]:
    """The layers above its own that a file of the engine imports from."""
    below = set(TARGET_LAYERS[: TARGET_LAYERS.index(layer) + 1])
    return {_layer(found) for found in _relative_imports(path, ENGINE)} - {None} - below


def test_layers_of_the_engine_import_downwards():
    layers = {path: _layer(path) for path in TARGET if path.is_relative_to(ENGINE)}
    assert {layer for layer in layers.values() if layer} <= set(TARGET_LAYERS)
    assert [_name(path) for path, layer in layers.items() if layer and _upward_imports(path, layer)] == []


# The controller's engine, from the lowest layer upwards. A layer imports from itself, from those before it, and `values`.
LAYERS = ["syntax", "formats", "expressions", "modules", "options", "packages", "plan", "report", "play"]
CONTROLLER_TOP = PLUGINS / "plugin_utils"


def _rank(path: Path) -> int:
    """The place of a file's layer in LAYERS; -1 for the files below all layers, such as `values`."""
    parts = path.relative_to(CONTROLLER_TOP).parts
    return LAYERS.index(parts[0]) if len(parts) > 1 else -1


def test_layers_of_the_controller_import_downwards():
    upwards = [
        f"{_name(path)} imports {_name(found)}"
        for path in CONTROLLER
        for found in _relative_imports(path, CONTROLLER_TOP)
        if _rank(found) > _rank(path)
    ]
    assert upwards == []


def _absolute_imports(path: Path) -> Iterator[Path]:
    """The files of the controller that a file imports by its full name."""
    prefix = "ansible_collections.home.manager.plugins.plugin_utils."
    for node in _nodes(path):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(prefix):
            base = CONTROLLER_TOP.joinpath(*node.module.removeprefix(prefix).split("."))
            names = [base.with_suffix(".py"), *(base / f"{alias.name}.py" for alias in node.names)]
            yield from (name for name in names if name.is_file())


def _private_imports(path: Path) -> Iterator[Path]:
    """The files of other layers that a file imports although the docstring of their package does not offer them."""
    own = path.relative_to(CONTROLLER_TOP).parts[0] if path.is_relative_to(CONTROLLER_TOP) else ""
    for found in {*_relative_imports(path, CONTROLLER_TOP), *_absolute_imports(path)}:
        layer = found.relative_to(CONTROLLER_TOP).parts[0]
        if layer == own or found.parent == CONTROLLER_TOP or found.stem == "__init__":
            continue
        if f"`{found.stem}`" not in (_docstring(CONTROLLER_TOP / layer / "__init__.py") or ""):
            yield found


def test_other_layers_are_imported_through_their_public_files():
    rest = [path for path in SOURCES if path not in TARGET]
    private = [f"{_name(path)} imports {_name(found)}" for path in rest for found in _private_imports(path)]
    assert private == []


def test_no_files_of_the_controller_import_each_other_in_a_circle():
    assert [_name(path) for path in _first_cycle(CONTROLLER, CONTROLLER_TOP)] == []


# Imports that a function makes because their cost is wanted only by who needs them: the file, and what it imports.
DELAYED = {
    # Resolvers talk to package managers and servers; a switch that finds every package in the lock needs none of them.
    ("plugins/plugin_utils/play/packages.py", "packages.resolution"),
    # A home whose files and variables are as they were is not evaluated.
    ("plugins/plugin_utils/play/home.py", "switch"),
    ("plugins/plugin_utils/play/system.py", "system_run"),
    # Most runs do not ask about an option.
    ("plugins/plugin_utils/play/switch.py", "option_lookup"),
}


def test_controller_imports_at_the_top_of_a_file():
    found = set()
    for path in CONTROLLER:
        for node in (inner for function in _functions(path) for inner in ast.walk(function)):
            if isinstance(node, ast.Import):
                found |= {(_name(path), alias.name) for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                found.add((_name(path), node.module or "."))
    assert found <= DELAYED


def test_no_python_file_names_a_program():
    """What one program needs becomes a word of the language: its name stands in its own file of the library alone."""
    programs = {path.stem for path in (ROOT / "roles" / "home" / "modules" / "programs").glob("*.yml")}
    assert not {_name(path) for path in CONTROLLER + TARGET if path.stem in programs}


# What an evaluation asks of the file system is noted, or a kept plan could be used when it is not right any more.
LOOKS = {
    "access", "exists", "expanduser", "isdir", "isfile", "islink", "lexists", "listdir", "lstat", "open", "readlink", "realpath",
    "scandir", "stat", "walk",
}  # fmt: skip
NOTED_LAYERS = ("syntax", "formats", "expressions", "modules", "options", "plan")
# Functions that look without noting, and why a plan does not depend on it.
UNNOTED = {
    # These note it themselves.
    ("expressions/source_file.py", "read_file"),
    ("expressions/template.py", "_unchanged"),
    ("modules/spec_file.py", "load_file"),
    # What was read before, and so noted.
    ("expressions/path_values.py", "stored"),
    # Compiled code, by its text.
    ("expressions/cache.py", "_load"),
    ("expressions/cache.py", "save"),
    ("expressions/cache.py", "_forget_others"),
    ("expressions/language_version.py", "language_version"),
    # The same, of the library's templates.
    ("expressions/template_code.py", "_of_folder"),
    ("expressions/template_code.py", "made"),
    # A tool of developers; a library without an index is never kept.
    ("modules/library_index.py", "files"),
    ("modules/library_index.py", "main"),
    # Hints of errors, which are no plan.
    ("expressions/template.py", "find"),
    ("modules/imports.py", "_nearest_file"),
    ("plan/source_errors.py", "missing_file"),
}


def _looks(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    for node in ast.walk(function):
        if isinstance(node, ast.Call):
            called = node.func
            if isinstance(called, ast.Name) and called.id == "open":
                return True
            if (
                isinstance(called, ast.Attribute)
                and called.attr in LOOKS
                and ast.unparse(called.value) in ("os", "os.path")
            ):
                return True
    return False


@pytest.mark.parametrize("layer", NOTED_LAYERS)
def test_an_evaluation_looks_at_files_where_that_is_noted(layer):
    found = {
        (str(path.relative_to(CONTROLLER_TOP)), function.name)
        for path in (CONTROLLER_TOP / layer).rglob("*.py")
        for function in _functions(path)
        if _looks(function)
    }
    assert found <= UNNOTED


# Only `disk` says that something is absent, and every other error of the system goes on: what is read decides what becomes of
# a user's files. This holds in every layer, and in the files beside them.
LENIENT = {f"os.path.{name}" for name in ("exists", "lexists", "isdir", "isfile", "islink")} | {"os.walk", "os.access"}
# The layers that work on the home and on the state do not even ask in ways that raise: an error has to bear the whole path.
CAREFUL = ("state", "home", "planning", "methods", "transaction", "switching", "verbs")
ASKING = LENIENT | {f"os.{name}" for name in ("listdir", "scandir", "stat", "lstat", "readlink")}
SYSTEM_ERRORS = {"OSError", "PermissionError", "EnvironmentError", "IOError"}
# Functions that may ask in another way, or go on after an error, each with the reason.
ALLOWED = {
    "state/state.py:failed_in": "a name for people; the mark itself counts",
    "switching/switch_undo.py:mark_failed": "a name for people; the mark itself is there",
    "state/lock.py:_sign": "the number in the lock file only serves a message",
    "switching/hooks.py:_environment": "whether a login has a folder at run time: no part of the home",
    "switching/hooks.py:_shell": "the shell of the machine",
    "switching/planner.py:_denied": "finds the folder of a refusal that is noted",
    "switching/switch.py:_settle": "after an error that goes on: what it cannot do, the next run does",
    "switching/switch.py:_fail": "the message says what was refused, and the next run goes on",
    "transaction/commit.py:commit": "the undo before the error goes on; the journal stays for the next run",
    "transaction/roll_forward.py:_attempt": "noted as a problem: the switch fails, and the ledger keeps the former record",
    "transaction/roll_forward.py:_drop_folder": "noted: the folder stays in the ledger",
    "transaction/roll_forward.py:_forget_pin": "tried again by `clean`, which raises",
    "transaction/roll_forward.py:clean": "raised after the other steps",
    "verbs/dispatch.py:_forget": "an empty folder that stays does no harm",
    "verbs/doctor.py:_findings": "shown as a finding",
    "verbs/list.py:_generation": "shown as a damaged generation",
    "disk/filesystem.py:with_path": "the path of another error",
    "disk/filesystem.py:chmod": "tried again by the name alone, which raises",
    "disk/queries.py:is_program": "what a user must not reach, the user cannot run",
    "disk/queries.py:walk": "raises what `os.walk` would keep to itself",
    "machine/linger.py:await_manager": "asked again; whether there is a manager is asked by the switch",
    "machine/process_group.py:_end": "nobody of ours is left in the group",
    "machine/process_group.py:_lives": "what is not known is waited for",
    "machine/process_group.py:_runs_in": "the process has ended, or is somebody else's; else it is waited for",
    "machine/process_group.py:run": "a program that cannot be started has failed, and its output says why",
    "machine/process_group.py:run_separately": "a program that cannot be started has failed, and its errors say why",
    "packages/freeing.py:running_from": "the processes of others; where nothing is known, nothing is freed",
    "packages/program.py:run": "a program that cannot be started has failed, and its output says why",
    "packages/providers/wheel.py:_host_glibc": "asks the C library, and no file",
    "units/launchd.py:command": "a program that cannot be started has failed, and its output says why",
    "system/command.py:main": "printed, and the exit status is 1",
    "system/accounts/hashing.py:_library": "asks the C library, and no file",
    "system/host.py:refuse_foreign": "the answer is a refusal",
    "system/inits/timer.py:_leave": "a control group that may not be left ends the process early at worst, and the boot reverts then",
    "command/main.py:main": "printed, and the exit status is 1",
    "command/start.py:kept_engine": "a kept engine is a saving: the archive has the same modules",
    "command/start.py:start": "bytecode that is not kept is compiled again",
    "command/session.py:_inventory_name": "the machine shows its own name; the request meets the error",
    # Before the engine: these look at the engine's own files, and what they cannot use is shipped again.
    "archive.py:sources": "the controller's own files, as they were imported",
    "launcher.py:become": "a variable of the environment",
    "launcher.py:discard": "the engine is shipped again",
    "launcher.py:is_kept": "the engine is shipped again",
    "launcher.py:keep": "the engine is shipped again",
    "launcher.py:let_linger": "asked again by the switch, which tells what is not as wished",
    "launcher.py:respond": "the engine is shipped again",
    "modules.py:_compiled": "the bytecode is made anew",
    "second_python.py:be_user": "descriptors that are closed already",
    "second_python.py:ended": "a process that has ended",
    "second_python.py:run": "whoever listened is gone, and the process ends",
    "second_python.py:start_python": "the next Python is tried, and all refusals are told",
}


def _called(call: ast.Call) -> str:
    """The dotted name of what is called; empty where it is something else."""
    names, node = [], call.func
    while isinstance(node, ast.Attribute):
        names.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(names)]) if isinstance(node, ast.Name) else ""


def _lenient(path: Path, top: Path | None = None) -> Iterator[str]:
    """The functions of a file (`ROOM/FILE:FUNCTION`) that ask for themselves what is there, or swallow an error of the system."""
    functions = list(_functions(path))
    for node in _nodes(path):
        called = _called(node) if isinstance(node, ast.Call) else ""
        if called in (ASKING if top is None and _layer(path) in CAREFUL else LENIENT):
            found = True
        elif called.endswith("suppress") and isinstance(node, ast.Call):
            found = any(_named(argument) & SYSTEM_ERRORS for argument in node.args)
        elif isinstance(node, ast.ExceptHandler) and node.type is not None and _named(node.type) & SYSTEM_ERRORS:
            found = not any(isinstance(inner, ast.Raise) for inner in ast.walk(node))
        else:
            found = False
        if found and isinstance(node, (ast.Call, ast.ExceptHandler)):
            around = [
                function for function in functions if function.lineno <= node.lineno <= (function.end_lineno or 0)
            ]
            name = max(around, key=lambda function: function.lineno).name if around else ""
            yield f"{path.relative_to(top or ENGINE)}:{name}"


def _named(node: ast.AST) -> set[str]:
    return {inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)}


def test_only_the_disk_says_that_something_is_absent():
    found = {name for path in ENGINE.rglob("*.py") for name in _lenient(path)}
    assert found <= set(ALLOWED), "ask `disk`, and let its errors go on: " + ", ".join(sorted(found - set(ALLOWED)))
    assert set(ALLOWED) <= found, "no longer needed: " + ", ".join(sorted(set(ALLOWED) - found))


# The same for the controller: what a spec names is not taken for missing because it cannot be looked at.
LENIENT_HERE = {
    # Caches and remembered facts: without them the run takes longer.
    "expressions/cache.py:_load",
    "expressions/cache.py:save",
    "expressions/template_code.py:_of_folder",
    "packages/apt.py:refresh",
    "packages/vendor.py:_has",
    "play/engine.py:engine",
    "play/engine.py:packed_sources",
    "play/facts.py:remember",
    "play/facts.py:remembered",
    "play/plan_cache.py:_load_key",
    "play/plan_cache.py:key",
    "play/plan_cache.py:objects_of_last",
    "play/private_folder.py:usable",
    "play/private_folder.py:write",
    "inputs.py:is_still",
    "inputs.py:signature_of",
    # Hints of errors, and their source lines.
    "expressions/template.py:find",
    "modules/imports.py:_nearest_file",
    "plan/source_errors.py:missing_file",
    "play/users.py:_position_of_key",
    "report/source.py:_read",
    # A bit of a file that is read right after.
    "expressions/path_values.py:stored",
    # Noted before the error goes on.
    "expressions/source_file.py:read_file",
    # Taken for a secret.
    "play/datatags.py:encrypted_file",
    # Remarks: who switches, the commit, how far a download is.
    "play/downloading.py:_read",
    "report/provenance.py:_git",
    "report/provenance.py:_may_be_repository",
    "report/provenance.py:provenance",
    # Without the lists of packages, they are asked for.
    "packages/sources.py:_lines",
    # The library's own files; what was listed before; a tool of developers.
    "modules/library_index.py:files",
    "expressions/template_code.py:made",
    "play/build_folder.py:present",
}


def test_only_what_is_absent_is_missing_on_the_controller():
    found = {name for path in CONTROLLER for name in _lenient(path, CONTROLLER_TOP)}
    assert found <= LENIENT_HERE, "ask `kind_at`: " + ", ".join(sorted(found - LENIENT_HERE))
    assert found >= LENIENT_HERE, "no longer needed: " + ", ".join(sorted(LENIENT_HERE - found))


@pytest.mark.parametrize(
    "text",
    [
        "def f():\n    try:\n        g()\n    except OSError:\n        return None\n",
        "def f():\n    try:\n        g()\n    except (ValueError, PermissionError):\n        pass\n",
        "def f():\n    with contextlib.suppress(OSError):\n        g()\n",
        "def f():\n    return os.path.exists(name)\n",
    ],
)
def test_a_swallowed_error_is_found(text, tmp_path, monkeypatch):
    monkeypatch.setitem(globals(), "ENGINE", tmp_path)
    path = tmp_path / "state" / "file.py"
    path.parent.mkdir()
    path.write_text(text)
    assert list(_lenient(path)) == ["state/file.py:f"]


# Tests are found where one looks for them: `tests/unit/PATH/test_NAME.py` for `PATH/NAME.py`, or the test in this list.
ELSEWHERE = ROOT / "tests" / "unit" / "elsewhere.txt"
# Files below this size are small parts of what the tests of others exercise.
SUBSTANCE = 100


def _large_sources() -> list[Path]:
    """The engines' files of substance, relative to the checkout."""
    large = [path for path in CONTROLLER + TARGET if _text(path).count("\n") >= SUBSTANCE]
    return sorted(path.relative_to(ROOT) for path in large if path.stem != "__init__")


def _has_own_test(source: Path) -> bool:
    return (ROOT / "tests" / "unit" / source.parent / f"test_{source.stem}.py").is_file()


def _elsewhere() -> dict[str, str]:
    """The test of each file that has none of its own name."""
    lines = ELSEWHERE.read_text(encoding="utf-8").splitlines()
    pairs = [line.split() for line in lines if not line.startswith("#")]
    assert [source for source, _test in pairs] == sorted({source for source, _test in pairs}), "sort the list"
    return {line[0]: line[1] for line in pairs}


def test_every_source_file_of_substance_has_a_test() -> None:
    listed = _elsewhere()
    untested = [str(path) for path in _large_sources() if not _has_own_test(path) and str(path) not in listed]
    assert untested == [], f"write a test of that name, or add the file to {ELSEWHERE.name}"


def test_the_list_is_as_short_as_possible() -> None:
    needed = {str(path) for path in _large_sources() if not _has_own_test(path)}
    assert sorted(set(_elsewhere()) - needed) == [], f"remove these from {ELSEWHERE.name}"


def test_the_listed_tests_exist() -> None:
    assert sorted({test for test in _elsewhere().values() if not (ROOT / test).is_file()}) == []
