# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Wheels and packages of npm: laid out, run by the interpreter that the lock names, and nothing else."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from ansible_collections.home.manager.plugins.module_utils.engine.contract.errors import EngineError
from ansible_collections.home.manager.plugins.module_utils.engine.packages.download import Sources
from ansible_collections.home.manager.plugins.module_utils.engine.packages.providers import wheel
from ansible_collections.home.manager.plugins.module_utils.engine.packages.realisation import realise

from .conftest import deb_of, recipe_of, tar_of


def run(depot, server, *recipes):
    realise(depot, {r.identity(depot.base): r for r in recipes}, Sources(None, {"test": (server.url,)}, {}))
    return [Path(depot.base) / r.identity(depot.base) for r in recipes]


def wheel_of(files: dict[str, str]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return held.getvalue()


def interpreter(server, name: str, program: str):
    script = f'#!/bin/sh\nexec {program} "$@"\n'.encode()
    deb = server.put(f"{name}.deb", deb_of([(f"./usr/bin/{name}", script, 0o755)]))
    return recipe_of(name, [deb], commands={name: name})


TOOL = {
    "tool/__init__.py": "import sys\nfrom dep import word\n\ndef main():\n    print(word, sys.argv[0], *sys.argv[1:])\n",
    "tool-1.0.dist-info/entry_points.txt": "[console_scripts]\ntool = tool:main\n",
    "tool-1.0.data/scripts/old": "#!python\nprint('old')\n",
    "tool-1.0.data/data/share/man/man1/tool.1": "manual",
}


def test_wheel_runs_with_the_locked_python_and_writes_nothing(depot, server):
    python = interpreter(server, "python3", sys.executable)
    artefacts = [
        server.put("dep-2.0-py3-none-any.whl", wheel_of({"dep.py": "word = 'dep'\n"}), own=False),
        server.put("tool-1.0-py3-none-any.whl", wheel_of(TOOL)),
    ]
    needs = {"python3": python.identity(depot.base)}
    recipe = recipe_of("tool", artefacts, provider="uv", commands={"tool": "tool", "old": "old"}, requires=needs)
    top = run(depot, server, python, recipe)[1]
    before = sorted(top.rglob("*"))
    said = subprocess.run([top / "bin/tool", "x"], capture_output=True, text=True, check=True).stdout
    assert said == "dep tool x\n"
    assert subprocess.run([top / "bin/old"], capture_output=True, text=True, check=True).stdout == "old\n"
    assert (top / "share/man/man1/tool.1").read_text() == "manual"
    assert sorted(top.rglob("*")) == before
    assert needs["python3"] in (top / "bin/tool").read_text()


def test_program_of_a_wheel_for_a_newer_libc_is_refused(depot, server, monkeypatch):
    monkeypatch.setattr(wheel, "_host_glibc", lambda: (2, 36))
    name = "tool-1.0-py3-none-manylinux_2_39_x86_64.whl"
    artefact = server.put(name, wheel_of({"tool-1.0.data/scripts/tool": "\x7fELF rest"}))
    with pytest.raises(EngineError, match=r"needs glibc 2\.39, this host has 2\.36"):
        run(depot, server, recipe_of("tool", [artefact], provider="uv"))


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        ("x-1-py3-none-any.whl", None),
        ("x-1-py3-none-manylinux_2_17_x86_64.manylinux2014_x86_64.whl", (2, 17)),
        ("x-1-py3-none-manylinux1_x86_64.whl", (2, 5)),
    ],
)
def test_libc_of_a_wheel(file, expected):
    assert wheel.glibc_of(file) == expected


def test_npm_package_finds_its_dependencies_and_runs_no_script(depot, server, tmp_path):
    node = interpreter(server, "node", "/bin/sh")._replace(name="nodejs")
    mark = tmp_path / "ran"
    about = {
        "name": "@scope/tool",
        "version": "1.0",
        "bin": {"tool": "./cli.js"},
        "scripts": {"postinstall": f"touch {mark}"},
    }
    main = server.put(
        "tool-1.0.tgz",
        tar_of(
            [
                ("package/package.json", json.dumps(about).encode(), 0o644),
                ("package/cli.js", b'cat "$(dirname "$0")/../../dep/word"\n', 0o644),
            ],
            "w:gz",
        ),
    )
    dep = server.put("dep-1.0.tgz", tar_of([("package/word", b"word\n", 0o644)], "w:gz"), own=False)
    recipe = recipe_of(
        "tool",
        [main, dep],
        provider="npm",
        commands={"tool": "tool"},
        place={"node_modules/@scope/tool": main.sha256, "node_modules/dep": dep.sha256},
        requires={"nodejs": node.identity(depot.base)},
    )
    top = run(depot, server, node, recipe)[1]
    assert subprocess.run([top / "bin/tool"], capture_output=True, text=True, check=True).stdout == "word\n"
    assert not mark.exists()
    assert os.listdir(top / "bin") == ["tool"]
