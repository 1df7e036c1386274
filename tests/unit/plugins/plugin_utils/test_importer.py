# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The collection's own code keeps its bytecode, whichever plugin Ansible loads first."""

from __future__ import annotations

import ast
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[4]
BASE = "ansible_collections.home.manager.plugins"
# What Ansible itself has to load: the packages above, and the finder.
ANSIBLES = {f"{BASE}.plugin_utils", f"{BASE}.module_utils", f"{BASE}.plugin_utils.importer"}
LOAD = """
import json, sys
from ansible.plugins.loader import init_plugin_loader, {kind}_loader
init_plugin_loader()
{kind}_loader.get({name!r}, class_only=True)
found = {{name: [type(module.__spec__.loader).__name__, module.__spec__.cached] for name, module in sys.modules.items()
         if name.startswith(({base!r} + ".plugin_utils", {base!r} + ".module_utils"))}}
print(json.dumps(found))
"""
PLUGINS = [
    ("action", "home"),
    ("action", "generation"),
    ("action", "system"),
    ("lookup", "users"),
    ("callback", "plan"),
    ("filter", "force"),
]


@pytest.fixture(scope="module")
def collections(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the collection, with no bytecode in it."""
    folder = tmp_path_factory.mktemp("collections")
    copy = folder / "ansible_collections" / "home" / "manager"
    for part in ("plugins", "meta"):
        shutil.copytree(ROOT / part, copy / part, ignore=shutil.ignore_patterns("__pycache__"))
    (copy / "galaxy.yml").write_bytes((ROOT / "galaxy.yml").read_bytes())
    return folder


def _loaded(collections: Path, kind: str, name: str) -> dict[str, tuple[str, str]]:
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    environment["ANSIBLE_COLLECTIONS_PATH"] = str(collections)
    program = LOAD.format(kind=kind, name=f"home.manager.{name}", base=BASE)
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True, cwd=collections
    )
    found: dict[str, tuple[str, str]] = json.loads(done.stdout.splitlines()[-1])
    return found


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "name"), PLUGINS)
def test_a_plugin_keeps_the_bytecode_of_what_it_imports(collections, kind, name):
    found = _loaded(collections, kind, name)
    own = {module: found[module] for module in found if module not in ANSIBLES}
    assert own
    assert {loader for loader, _cached in own.values()} <= {"SourceFileLoader", "NamespaceLoader"}
    files = [cached for _loader, cached in own.values() if cached]
    assert files
    assert all(Path(cached).is_relative_to(collections) and Path(cached).is_file() for cached in files)


@pytest.mark.parametrize(
    "path", sorted(p for kind in {k for k, _n in PLUGINS} for p in (ROOT / "plugins" / kind).glob("*.py"))
)
def test_every_plugin_imports_the_finder_before_other_code_of_the_collection(path):
    imports = [
        node for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(BASE)
    ]  # fmt: skip
    assert imports[0].module == f"{BASE}.plugin_utils"
    assert [alias.name for alias in imports[0].names] == ["importer"]


@pytest.mark.slow
def test_nothing_that_evaluates_is_imported_before_it_is_needed(collections):
    """A run with nothing to do only asks the target."""
    found = _loaded(collections, "action", "home")
    layers = {name.removeprefix(f"{BASE}.plugin_utils.").split(".")[0] for name in found if ".plugin_utils." in name}
    assert layers.isdisjoint({"formats", "modules", "options", "packages", "plan"})
