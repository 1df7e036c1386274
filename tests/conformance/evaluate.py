# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Evaluates cases: a JSON request a line on standard input, a JSON answer a line on standard output.

A request has `id`, `user`, `home`, `platform` and `modules` (definitions in the wire form); an answer `files`, `packages`,
`warnings`, `failed_assertions` and `error`. With `"scope": "system"` there is no user or home, and the answer holds `etc`, `users`,
`groups`, `units` and what else a system has.
"""

from __future__ import annotations

import atexit
import json
import os
import re
import shutil
import sys
import tempfile
import traceback
from pathlib import Path as FilePath
from typing import Any

ROOT = FilePath(__file__).resolve().parents[2]


def collection_path() -> None:
    """Make `ansible_collections.home.manager` importable, wherever the checkout lies."""
    scratch = tempfile.mkdtemp(prefix="home-manager-")
    atexit.register(shutil.rmtree, scratch, ignore_errors=True)
    folder = FilePath(scratch) / "ansible_collections" / "home"
    folder.mkdir(parents=True)
    (folder / "manager").symlink_to(ROOT)
    sys.path.insert(0, str(folder.parent.parent))


collection_path()

from ansible_collections.home.manager.plugins.module_utils.engine.contract.manifest import Origin  # noqa: E402
from ansible_collections.home.manager.plugins.plugin_utils.formats import FORMATS  # noqa: E402
from ansible_collections.home.manager.plugins.plugin_utils.options.evaluation import Evaluation  # noqa: E402
from ansible_collections.home.manager.plugins.plugin_utils.options.unread import check_unread  # noqa: E402
from ansible_collections.home.manager.plugins.plugin_utils.plan.bridge import Bridge  # noqa: E402
from ansible_collections.home.manager.plugins.plugin_utils.plan.deep_stack import with_deep_stack  # noqa: E402
from ansible_collections.home.manager.plugins.plugin_utils.plan.files import Files, FileSource  # noqa: E402
from ansible_collections.home.manager.plugins.plugin_utils.plan.home import EvaluatedHome, Request, compiler  # noqa: E402
from ansible_collections.home.manager.plugins.plugin_utils.plan.system import LIBRARY as SYSTEM_LIBRARY  # noqa: E402
from ansible_collections.home.manager.plugins.plugin_utils.plan.system import System, SystemRequest  # noqa: E402
from ansible_collections.home.manager.plugins.plugin_utils.plan.system_parts import Parts, User  # noqa: E402
from ansible_collections.home.manager.plugins.plugin_utils.syntax.errors import SpecError, SpecErrors  # noqa: E402
from ansible_collections.home.manager.plugins.plugin_utils.syntax.wire import from_wire  # noqa: E402

COMPILER = compiler()
ORIGIN = Origin("host", None, "home.manager.rebuild", None)
SYSTEM_COMPILER = compiler(SYSTEM_LIBRARY)
SEARCH_PATH = re.compile('Environment="PATH=(.*):/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin"')
PACKAGE_FOLDER = re.compile("@([^@:]+)@/bin")


def host(request: dict[str, Any]) -> dict[str, Any]:
    """The facts of the host that a case supposes."""
    return {
        "platform": request.get("platform", "linux"),
        "machine": "x86_64" if request.get("platform") != "darwin" else "aarch64",
        "hostname": "host",
        "distribution": "debian",
        "user": {"name": request["user"], "home": request["home"], "uid": 1000, "gid": 1000, "shell": "/bin/bash"},
    }


def file_answer(leaf: FileSource, secret_mode: str | None) -> dict[str, Any]:
    if leaf.link is not None:
        return {"link": leaf.link}
    content, executable = leaf.read()
    try:
        return {"text": content.decode("utf-8"), "executable": executable}
    except UnicodeDecodeError:
        return {"source": leaf.path, "executable": executable}


def evaluate(request: dict[str, Any]) -> dict[str, Any]:
    """The answer to one request. Raises SpecErrors when the spec is refused."""
    roots = [(from_wire(module), "") for module in request["modules"]]
    home = EvaluatedHome(Request(roots, host(request), store="/nix/store", compiler=COMPILER))
    evaluation = home.evaluation
    planned = evaluation.attempt(lambda: Files(evaluation, local_places=True).collect(), {})
    packages = evaluation.attempt(lambda: [p.name for p in evaluation.get("home.packages")], [])
    evaluation.attempt(lambda: list(evaluation.get("home.activation").items()))
    check_unread(evaluation)
    failed = home.failed_assertions()
    files: dict[str, Any] = {}
    for target, file in sorted(planned.items()):
        if file.tree is not None:
            files[target] = {"source": file.folder}
        elif file.merge is not None:
            files[target] = {"text": FORMATS[file.merge[0]](file.merge[1]), "executable": False}
        elif file.members:
            for relative, leaf in file.members.items():
                path = f"{target}/{relative}"
                files[path] = evaluation.attempt(lambda leaf=leaf: file_answer(leaf, None), {"text": ""})
        elif file.leaf is not None:
            files[target] = evaluation.attempt(lambda file=file: file_answer(file.leaf, file.mode), {"text": ""})
    answer = {
        "id": request["id"],
        "files": files,
        "packages": packages,
        "warnings": [str(warning) for warning in home.warnings()],
        "failed_assertions": failed,
        "error": None,
    }
    if evaluation.errors:
        answer["error"] = str(SpecErrors(evaluation.errors))
    return answer


def system_host() -> dict[str, Any]:
    """The facts of the host that a system's case supposes: one that is called as NixOS calls a host without a name."""
    user = {"name": "root", "home": "/root", "uid": 0, "gid": 0, "shell": "/bin/bash"}
    facts = {
        "platform": "linux",
        "machine": "x86_64",
        "hostname": "nixos",
        "distribution": "debian",
        "distribution_version": "12",
    }
    return {**facts, "user": user}


def evaluate_system(request: dict[str, Any]) -> dict[str, Any]:
    """The answer to one request for a system."""
    roots = [(from_wire(module), "") for module in request["modules"]]
    system = System(SystemRequest(roots, system_host(), store="/nix/store", packages=None, compiler=SYSTEM_COMPILER))
    evaluation = system.evaluation
    parts = Parts(system)
    answer: dict[str, Any] = {"id": request["id"]}
    for name, compute, empty in (
        ("etc", lambda: {f"etc/{f.target}": etc_answer(f) for f in parts.etc()}, {}),
        ("users", lambda: {u.name: {**u.options, **lists_of(evaluation, u)} for u in parts.users()}, {}),
        ("groups", lambda: {g.name: {"gid": g.gid, "members": list(g.members)} for g in parts.groups()}, {}),
        ("units", lambda: {u.name: unit_answer(u) for u in parts.units()}, {}),
        ("packages", parts.packages, []),
        ("variables", lambda: dict(evaluation.get("environment.allVariables")), {}),
        ("shell_aliases", lambda: {k: str(v) for k, v in evaluation.get("environment.shellAliases").items() if v is not None}, {}),
        ("nftables", lambda: evaluation.get("networking.nftables.rules"), ""),
        ("locales", lambda: list(evaluation.get("i18n.supportedLocales")), []),
        ("timezone", lambda: evaluation.get("time.timeZone"), None),
    ):  # fmt: skip
        answer[name] = evaluation.attempt(compute, empty)
    check_unread(evaluation)
    answer["failed_assertions"] = system.failed_assertions()
    answer["warnings"] = [str(warning) for warning in system.warnings()]
    add_homes(system, answer)
    answer["error"] = str(SpecErrors(evaluation.errors)) if evaluation.errors else None
    return answer


def lists_of(evaluation: Evaluation, user: User) -> dict[str, list[str]]:
    """The public keys that may log in as a user, and the names of the user's packages."""
    declared = next(value for value in evaluation.get("users.users").values() if value["name"] == user.name)
    packages = [package.name for package in declared["packages"]]
    return {"keys": list(declared["openssh"]["authorizedKeys"]["keys"]), "packages": packages}


def add_homes(system: System, answer: dict[str, Any]) -> None:
    """Complete the answer of a system by what its homes add: their packages, warnings and failed assertions."""
    try:
        homes = Bridge(system, Request([], system_host(), compiler=COMPILER), ORIGIN).homes()
    except SpecErrors as errors:
        answer["failed_assertions"] += [str(error) for error in errors.errors]
        return
    answer["packages"] = list(dict.fromkeys([*answer["packages"], *homes.packages]))
    answer["warnings"] += homes.warnings


def etc_answer(file: Any) -> dict[str, Any]:
    if file.leaf.link is not None:
        return {"link": file.leaf.link}
    where = {"mode": file.mode, "user": file.user, "group": file.group}
    content, _executable = file.leaf.read()
    return {"text": content.decode("utf-8", "replace"), **where}


def listed_path(found: re.Match[str]) -> str:
    """What a service's `path` names, as the reference lists it: packages by name, and none of the folders that every service has."""
    return "X-Test-Path=" + PACKAGE_FOLDER.sub(r"\1", found[1]).replace(":", " ")


def unit_answer(unit: Any) -> dict[str, Any]:
    return {
        "text": SEARCH_PATH.sub(listed_path, unit.text),
        "wantedBy": unit.wanted_by,
        "requiredBy": unit.required_by,
        "upheldBy": unit.upheld_by,
        "aliases": unit.aliases,
        "masked": unit.masked,
        "scripts": unit.scripts,
    }


def answered(line: str) -> dict[str, Any]:
    request: dict[str, Any] = {"id": None}
    try:
        request = json.loads(line)
        return evaluate_system(request) if request.get("scope") == "system" else evaluate(request)
    except (SpecError, SpecErrors) as error:
        return {"id": request.get("id"), "error": str(error)}
    except Exception:
        return {"id": request.get("id"), "error": "internal: " + traceback.format_exc()}


def main() -> None:
    for line in sys.stdin:
        if line.strip():
            answer = with_deep_stack(lambda line=line: answered(line))
            print(json.dumps(answer, default=str), flush=True)


if __name__ == "__main__":
    os.environ.setdefault("PYTHONHASHSEED", "0")
    main()
