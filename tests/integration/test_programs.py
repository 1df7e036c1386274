# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Real programs, asked what they understood of the files rendered for them; each also has to refuse a spoilt file.

Every file `programs/NAME.yml` beside this one is about one program:

    program: batcat                   the command, where it is not NAME; or
    package: bat                      Debian's package of it, where it is not NAME; null when Debian 12 has none, or none that fits
    note: ...                         then: why
    version: bat --version            where it is not `PROGRAM --version`; the first line that holds a number is taken
    needs: [xvfb-run]                 other commands that the questions use
    spec: {...}                       a home (`home.stateVersion` is given); its packages lie in /usr
    checks:
      - file: .config/bat/config      the file in question, `$FILE` below
        ask: bat --color=always "$FILE"          for sh; `$HOME` is the rendered home
        typed: "q"                               what is typed when it is asked in a terminal
        status: 0                                how it ends when it is content
        says: [theme]                            what its output then holds
        never: [WARNING]                         what its output then does not hold
        spoilt: |                                text that is added to the file (`{before: ...}` puts it in front,
          --no-such-option                       `{replace: [OLD, NEW]}` changes what is there)
        refused: 2                               how it ends then, or what it says then

`python3 tests/integration/test_programs.py` writes docs/programs-checked.md from what is installed.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).resolve().parent
CHECKOUT = HERE.parents[1]
FILES = sorted((HERE / "programs").glob("*.yml"))
DOCUMENT = CHECKOUT / "docs" / "programs-checked.md"
DEBIAN = CHECKOUT / "tests" / "requirements" / "debian.txt"
WORDS = {"program", "package", "note", "version", "needs", "spec", "checks"}
CHECK_WORDS = {"file", "ask", "typed", "status", "says", "never", "spoilt", "refused"}
# Not as root: some programs (sway) refuse it, others (git, mercurial) trust fewer files of other owners.
NOBODY: dict[str, Any] = {"user": "nobody", "group": "nogroup", "extra_groups": []} if os.geteuid() == 0 else {}


def said_in(path: Path) -> dict[str, Any]:
    """What a file of `programs` says."""
    from ansible_collections.home.manager.plugins.plugin_utils.spec.library import load_file

    said: dict[str, Any] = load_file(str(path))
    return said


def planned(spec: Any, origin: str, home: Path, packages: str) -> Any:
    """The plan of a spec for somebody whose home is that folder and whose packages are at that place."""
    from ansible_collections.home.manager.plugins.plugin_utils.plan.home import Home, Request, with_deep_stack
    from ansible_collections.home.manager.plugins.plugin_utils.plan.manifest import build
    from ansible_collections.home.manager.plugins.plugin_utils.spec.nodes import Mapping

    user = {"name": "alice", "home": str(home), "uid": os.getuid(), "shell": "/bin/bash"}
    host = {"platform": "linux", "machine": "x86_64", "hostname": "laptop", "distribution": "debian", "user": user}
    roots = [(Mapping({"home.stateVersion": "26.05"}), ""), (spec, origin)]
    request = Request(roots, host, packages=packages)
    return with_deep_stack(lambda: build(Home(request), {}))


def laid(plan: Any, home: Path) -> None:
    """Write a plan's files, its profile and its store below a home, as plain files that can be spoilt."""
    manifest = plan.manifest
    state = Path(manifest["state"])

    def lay(path: Path, entry: dict[str, Any]) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        if "object" in entry:
            path.write_bytes(plan.contents[entry["object"]])
            path.chmod(int(entry.get("mode") or manifest["objects"][entry["object"]]["mode"], 8) | 0o200)
        elif entry.get("dir"):
            path.mkdir(exist_ok=True)
        else:
            path.symlink_to(entry.get("to") or entry["symlink"])

    for target, entry in manifest["files"].items():
        if entry["type"] == "tree":
            for relative, inner in entry["entries"].items():
                lay(home / target / relative, inner)
        else:
            lay(home / target, entry)
    for relative, entry in manifest["profile"].items():
        lay(state / "current" / "home-path" / relative, entry)
    for name in manifest["objects"]:
        lay(state / "store" / name, {"object": name})
    for private in (home / ".gnupg", home / ".ssh", home / "run"):
        private.mkdir(exist_ok=True)
        private.chmod(0o700)
    if NOBODY:
        owner = f"{NOBODY['user']}:{NOBODY['group']}"
        subprocess.run(["chown", "--recursive", "--no-dereference", owner, str(home)], check=True)


@pytest.fixture
def home() -> Iterator[Path]:
    """An empty home whose path is short enough for the sockets in it."""
    folder = Path(tempfile.mkdtemp(prefix="home-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def emptied(home: Path) -> None:
    for path in home.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()


def asked(command: str, home: Path, file: Path | None = None, typed: str | None = None, **more: str) -> tuple[int, str]:
    """How a command ended, and what it said, escape sequences of terminals taken out."""
    environment = {
        "HOME": str(home),
        "LC_ALL": "C.UTF-8",
        "PATH": os.environ["PATH"],
        "SHELL": "/bin/sh",
        "TERM": "xterm",
        "USER": "alice",
        "XDG_RUNTIME_DIR": str(home / "run"),
        **({"FILE": str(file)} if file else {}),
        **more,
    }
    words = ["sh", "-c", command]
    if typed is not None:
        words = ["script", "--quiet", "--return", "--command", shlex.join(words), "/dev/null"]
    done = subprocess.run(
        words,
        env=environment,
        cwd=home,
        input=(typed or "").encode(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=60,
        check=False,
        **NOBODY,
    )
    text = done.stdout.decode(errors="replace").replace("\r", "")
    return done.returncode, re.sub(r"\x1b(\[[0-9;?]*[ -/]*[@-~]|[()].|[=>]|\][^\x07\x1b]*(\x07|\x1b\\))", "", text)


def missing(said: dict[str, Any], name: str) -> list[str]:
    return [word for word in [said.get("program", name), *said.get("needs", [])] if shutil.which(word) is None]


def spoil(file: Path, how: Any) -> None:
    text = file.read_text()
    if isinstance(how, str):
        text = f"{text}\n{how}"
    elif "before" in how:
        text = how["before"] + text
    else:
        old, new = how["replace"]
        assert old in text, "what is to be replaced is not there"
        text = text.replace(old, new)
    file.write_text(text)


def refuses(check: dict[str, Any], status: int, output: str) -> bool:
    refused = check["refused"]
    return status == refused if isinstance(refused, int) else refused in output


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_program_understands_its_files_and_refuses_spoilt_ones(path: Path, home: Path) -> None:
    said = said_in(path)
    assert set(said) <= WORDS
    if lacking := missing(said, path.stem):
        pytest.skip(f"{', '.join(lacking)} not installed" + (f": {said['note']}" if "note" in said else ""))
    plan = planned(said["spec"], str(path), home, "/usr")
    for check in said["checks"]:
        assert set(check) <= CHECK_WORDS
        emptied(home)
        laid(plan, home)
        understood_and_refused(check, home)


def understood_and_refused(check: dict[str, Any], home: Path) -> None:
    file, typed = home / check["file"], check.get("typed")
    status, output = asked(check["ask"], home, file, typed)
    assert not refuses(check, status, output), output
    assert status == check.get("status", 0), output
    for part in check.get("says", []):
        assert part in output
    for part in check.get("never", []):
        assert part not in output

    spoil(file, check["spoilt"])
    status, output = asked(check["ask"], home, file, typed)
    assert refuses(check, status, output), f"{status}\n{output}"
