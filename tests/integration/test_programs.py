# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Real programs, asked what they understood of the files rendered for them; each also has to refuse a spoilt file.

Every file `programs/NAME.yml` beside this one is about one program:

    program: batcat                   the command, where it is not NAME; or
    package: bat                      Debian's package of it, where it is not NAME; null when Debian 12 has none
    note: ...                         what a reader must know; then: where else it comes from
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
INTERACTIVE = HERE / "interactive.yml"
UNITS = HERE / "units.yml"
MODULES = CHECKOUT / "roles" / "home" / "modules"
DOCUMENT = CHECKOUT / "docs" / "programs-checked.md"
DEBIAN = CHECKOUT / "tests" / "requirements" / "debian.txt"
WORDS = {"program", "package", "note", "version", "needs", "spec", "checks"}
CHECK_WORDS = {"file", "ask", "typed", "status", "says", "never", "spoilt", "refused"}
# Debian's packages of the commands that questions use beside the program.
PACKAGES = {
    "Xvfb": "xvfb",
    "dbus-daemon": "dbus-daemon",
    "dbus-run-session": "dbus-daemon",
    "gpgconf": "gnupg",
    "i3-msg": "i3-wm",
    "swaymsg": "sway",
    "xauth": "xauth",
    "xvfb-run": "xvfb",
}
TITLE = """# Tested programs

Written by `PYTHONPATH=COLLECTIONS python3 tests/integration/test_programs.py` from `tests/integration/programs/*.yml`. Do not edit it.

Each program below reads the file that its module renders for the spec in `tests/integration/programs/NAME.yml`, and reports what it
understood; its output must contain the answers given there. Then the file is corrupted, and the program must reject it.
`$FILE` is the file and `$HOME` the rendered home. The versions are those of Debian 12, where the tests run.
"""
SHELLS = """## Interactive shells

{shells}: each starts as an interactive login shell in a terminal with the startup files of the home in
`tests/integration/interactive.yml`, and must print nothing except the answers to what is typed. This is tested with all programs installed,
with those of a bare Debian, and with none of the home's packages.

## Units

systemd {systemd}: `systemd-analyze --user verify` has nothing to say of any unit of {modules},
and names each of them once it is spoilt. Left out is what it says of keys that a newer systemd knows.
"""
# Keys of units that systemd knows from version 254 on; Debian 12 has 252, which leaves them out.
NEWER = ["RestartMaxDelaySec", "RestartSteps"]
# Not as root: some programs (sway) refuse it, others (git, mercurial) trust fewer files of other owners.
NOBODY: dict[str, Any] = {"user": "nobody", "group": "nogroup", "extra_groups": []} if os.geteuid() == 0 else {}


def said_in(path: Path) -> dict[str, Any]:
    """What a file of `programs` says."""
    from ansible_collections.home.manager.plugins.plugin_utils.modules.spec_file import load_file

    said: dict[str, Any] = load_file(str(path))
    return said


def planned(spec: Any, origin: str, home: Path, packages: str) -> Any:
    """The plan of a spec for somebody whose home is that folder and whose packages are at that place."""
    from ansible_collections.home.manager.plugins.module_utils.engine.contract.manifest import Origin
    from ansible_collections.home.manager.plugins.plugin_utils.plan.deep_stack import with_deep_stack
    from ansible_collections.home.manager.plugins.plugin_utils.plan.home import EvaluatedHome, Request
    from ansible_collections.home.manager.plugins.plugin_utils.plan.manifest import build
    from ansible_collections.home.manager.plugins.plugin_utils.syntax.nodes import Mapping

    user = {"name": "alice", "home": str(home), "uid": os.getuid(), "shell": "/bin/bash"}
    host = {"platform": "linux", "machine": "x86_64", "hostname": "laptop", "distribution": "debian", "user": user}
    roots = [(Mapping({"home.stateVersion": "26.05"}), ""), (spec, origin)]
    request = Request(roots, host, packages=packages)
    return with_deep_stack(lambda: build(EvaluatedHome(request), Origin()))


def laid(plan: Any, home: Path) -> None:
    """Write a plan's files below a home as a switch does: links through the state folder to files (which can be spoilt)."""
    manifest = plan.manifest.json()
    state = Path(manifest["state"])

    def lay(path: Path, entry: dict[str, Any], link: Path | None = None) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        if entry.get("dir"):
            path.mkdir(exist_ok=True)
        elif "object" not in entry:
            path.symlink_to(entry.get("to") or entry["symlink"])
        elif link is not None:
            lay(link, entry)
            path.symlink_to(link)
        else:
            path.write_bytes(plan.contents[entry["object"]])
            path.chmod(int(entry.get("mode") or manifest["objects"][entry["object"]]["mode"], 8) | 0o200)

    kept = state / "current" / "home-files"
    for target, entry in manifest["files"].items():
        if entry["type"] == "tree":
            for relative, inner in entry["entries"].items():
                lay(home / target / relative, inner, kept / target / relative)
        else:
            lay(home / target, entry, kept / target if entry.get("method") == "link" else None)
    for relative, entry in manifest["profile"].items():
        lay(state / "current" / "home-path" / relative, entry)
    for name in manifest["objects"]:
        lay(state / "store" / name, {"object": name})
    # Where this is missing, a first fish goes on in the background to make it from the manual pages.
    (home / ".local/share/fish/generated_completions").mkdir(parents=True, exist_ok=True)
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
    return done.returncode, plain(done.stdout.decode(errors="replace"))


def plain(text: str) -> str:
    """A text of a terminal without escape sequences and carriage returns."""
    return re.sub(r"\x1b(\[[0-9;?]*[ -/]*[@-~]|[()].|[=>]|\][^\x07\x1b]*(\x07|\x1b\\))|\r", "", text)


def needed(said: dict[str, Any], name: str) -> list[str]:
    """The commands that the questions about a program use."""
    return [said.get("program", name), *said.get("needs", [])]


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
def test_a_program_understands_its_files_and_refuses_spoilt_ones(path: Path, home: Path, programs: Any) -> None:
    said = said_in(path)
    assert set(said) <= WORDS
    programs.need(*needed(said, path.stem))
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


def bare_path(shell: str, folder: Path) -> str:
    """A folder that holds what a bare Debian has on its PATH, and the shell."""
    if shutil.which("dpkg-query") is None:
        pytest.skip("only dpkg knows what a bare system holds")
    listed = subprocess.run(
        ["dpkg-query", "--show", "--showformat", "${Essential} ${Package}\\n"],
        capture_output=True,
        text=True,
        check=True,
    )
    essential = [line.removeprefix("yes ") for line in listed.stdout.splitlines() if line.startswith("yes ")]
    held = subprocess.run(["dpkg-query", "--listfiles", *essential], capture_output=True, text=True, check=True)
    found = [Path(line) for line in held.stdout.splitlines() if re.match(r"(/usr)?/s?bin/[^/]+$", line)]
    folder.mkdir()
    for program in [*found, Path(shutil.which(shell) or "")]:
        link = folder / program.name
        if not link.is_symlink():
            link.symlink_to(program)
    return str(folder)


def complaints(shell: dict[str, Any], name: str, home: Path, path: str) -> list[str]:
    """What a shell says beyond the answers, as an interactive login shell with one command, and when it is typed at."""
    found = []
    command = shlex.join([name, "-lic", shell["typed"]])
    _status, output = asked(f"{command} 2>errors", home, typed="", PATH=path)
    if output.removesuffix("logout\n") != shell["says"]:
        found.append(output)
    found.append((home / "errors").read_text())
    typed = shell["typed"] + "\n"
    _status, output = asked(f"{name} -il 2>errors", home, typed=typed + "exit\n", PATH=path)
    found += [f"without {line!r}: {output}" for line in shell["says"].splitlines() if line not in output]
    prompts = shell.get("prompts", "").replace("TYPED\n", typed)
    found.append(re.sub(r"\n+", "\n", plain((home / "errors").read_text())).removeprefix(prompts).strip())
    return [text for text in found if text]


@pytest.mark.parametrize("present", ["as they are here", "of a bare system", "none"])
@pytest.mark.parametrize("name", ["bash", "fish", "zsh"])
def test_a_shell_comes_up_in_silence(name: str, present: str, home: Path, programs: Any, machine_path: str) -> None:
    programs.need(name)
    said = said_in(INTERACTIVE)
    shell = said["shells"][name]
    path = machine_path
    laid(planned(said["spec"], str(INTERACTIVE), home, "/nowhere" if present == "none" else "/usr"), home)
    if present != "as they are here":
        path = bare_path(name, home / "programs")
    assert complaints(shell, name, home, path) == []
    spoil(home / shell["file"], "no_such_command_here\n")
    assert len([text for text in complaints(shell, name, home, path) if "no_such_command_here" in text]) == 2


def unit_modules() -> list[str]:
    """The names of the modules that render units."""
    pattern = re.compile(
        r'^[ -]*"?systemd\.user\.(services|sockets|timers|targets|paths|slices|mounts)\b', re.MULTILINE
    )
    return sorted(path.stem for path in MODULES.rglob("*.yml") if pattern.search(path.read_text()))


def unit_complaints(home: Path, units: list[str]) -> dict[str, list[str]]:
    """What systemd says of units, by their names."""
    command = "systemd-analyze --user --man=no --recursive-errors=no verify " + shlex.join(units)
    _status, output = asked(f"cd {home}/.config/systemd/user && {command}", home)
    newer = "|".join(NEWER)
    lines = [line for line in output.splitlines() if not re.search(f"Unknown key '({newer})'", line)]
    return {unit: [line for line in lines if re.search(rf"(^|[\s/]){re.escape(unit)}\b", line)] for unit in units}


@pytest.mark.programs("systemd-analyze")
@pytest.mark.parametrize("name", unit_modules())
def test_systemd_takes_every_unit_of_a_module(name: str, home: Path) -> None:
    said = said_in(UNITS)
    specs = [(said[name], str(UNITS))] if name in said else []
    for path in sorted(CHECKOUT.glob(f"tests/library/*/{name}/*.yml")) if not specs else []:
        case = said_in(path)
        if "refused" not in case and case.get("platform", "linux") == "linux":
            specs.append((case["spec"], str(path)))
    seen = set()
    for spec, origin in specs:
        emptied(home)
        laid(planned(spec, origin, home, f"{home}/packages"), home)
        folder = home / ".config/systemd/user"
        units = sorted(path.name for path in folder.iterdir() if path.is_file()) if folder.is_dir() else []
        for program in {
            word
            for unit in units
            for word in re.findall(rf"{home}/packages/\w+/[\w./+-]*\w", (folder / unit).read_text())
        }:
            Path(program).parent.mkdir(parents=True, exist_ok=True)
            Path(program).touch(mode=0o755)
        if not units:
            continue
        assert unit_complaints(home, units) == {unit: [] for unit in units}
        for unit in units:
            spoil(folder / unit, "[Nonsense]\nx=1\n")
        assert [unit for unit, lines in unit_complaints(home, units).items() if not lines] == []
        seen.update(units)
    assert seen, f"{UNITS.name} needs a spec with which {name} renders its units"


def packages(said: dict[str, Any], name: str) -> list[str]:
    """Debian's packages that a file of `programs` needs."""
    own = said.get("package", name)
    return [*([] if own is None else [own]), *(PACKAGES[word] for word in said.get("needs", []))]


def version(said: dict[str, Any], name: str) -> str:
    """The version that a program says it is."""
    done = subprocess.run(
        ["sh", "-c", said.get("version", f"{said.get('program', name)} --version")],
        env={"PATH": os.environ["PATH"], "HOME": "/nonexistent", "LC_ALL": "C.UTF-8"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        **NOBODY,
    )
    numbers = re.search(r"\d+\.[\w.]*\w|\d{2,}", done.stdout)
    if numbers is None:
        raise ValueError(f"{name} tells no version: {done.stdout}")
    return numbers[0]


def table() -> str:
    """What docs/programs-checked.md says, with the versions of what is installed."""
    lines = [TITLE]
    for path in FILES:
        said = said_in(path)
        if lacking := [word for word in needed(said, path.stem) if shutil.which(word) is None]:
            raise ValueError(f"{', '.join(lacking)} not installed")
        program = said.get("program", path.stem)
        lines += [f"## {path.stem}", "", f"`{program}` {version(said, path.stem)}. {said.get('note', '')}".rstrip()]
        for check in said["checks"]:
            lines += ["", f"`{check['file']}` is checked with", "```sh", check["ask"].rstrip(), "```"]
        lines += [""]
    systemd = version({}, "systemctl")
    shells = ", ".join(f"{name} {version({}, name)}" for name in said_in(INTERACTIVE)["shells"])
    return "\n".join([*lines, SHELLS.format(shells=shells, systemd=systemd, modules=", ".join(unit_modules()))])


def test_every_program_is_listed_and_comes_with_what_the_tests_install() -> None:
    listed = DOCUMENT.read_text()
    installed = DEBIAN.read_text().split("\n")
    for path in FILES:
        said = said_in(path)
        assert f"\n## {path.stem}\n" in listed, "python3 tests/integration/test_programs.py writes the list"
        assert all(f"\n{check['ask'].rstrip()}\n" in listed for check in said["checks"])
        assert [package for package in packages(said, path.stem) if package not in installed] == []


if __name__ == "__main__":
    DOCUMENT.write_text(table())
