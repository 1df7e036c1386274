# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The checkout as an installed collection, for every test.

Ansible and Python both find a collection only below a folder named ``ansible_collections/NAMESPACE/NAME``. A link of
that name is made outside the tree, put on ``sys.path`` and named to Ansible, before the first test is collected.
No test sees the caller's home: ``HOME`` is a scratch folder of the run, and no XDG variable is set.

On Debian a test's ``PATH`` holds the commands of a bare system with git and Python, and nothing else: a test that needs
another program names it (``@pytest.mark.programs``, or the fixture ``programs``) and is skipped where it is missing.
A test that forgets to fails everywhere, not only on the machine that lacks the program.
"""

from __future__ import annotations

import gc
import os
import re
import resource
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import configuration, settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CHECKOUT = Path(__file__).resolve().parent.parent
SCRATCH = Path(tempfile.mkdtemp(prefix="home.manager-tests-"))
SCRATCH.chmod(0o755)  # programs in it are also run as another user
COLLECTIONS = SCRATCH / "collections"
HOME = SCRATCH / "home"
BARE = SCRATCH / "bare"
# Worker processes of a run inherit its narrowed PATH, and find the machine's own here.
MACHINE_PATH = os.environ.setdefault(
    "HOME_MANAGER_MACHINE_PATH",
    os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"], "/usr/sbin", "/sbin"]),
)
# What the README asks for, and the names that a bare Debian has by its alternatives.
ALWAYS_THERE = ("git", "python3", "awk", "which")
DPKG = Path("/var/lib/dpkg")
STARTED = pytest.StashKey[tuple[float, float]]()
SCHEDULER = Path("/proc/self/schedstat")  # on Linux: the time on a CPU, and the time spent waiting for one


def _install() -> None:
    """Link the checkout below ``COLLECTIONS`` and point this process and its children there."""
    namespace = COLLECTIONS / "ansible_collections" / "home"
    namespace.mkdir(parents=True)
    (namespace / "manager").symlink_to(CHECKOUT, target_is_directory=True)
    HOME.mkdir(mode=0o700)
    sys.path.insert(0, str(COLLECTIONS))
    for name in [name for name in os.environ if name.startswith(("ANSIBLE_", "XDG_", "GIT_CONFIG"))]:
        del os.environ[name]
    os.environ.update(
        HOME=str(HOME),
        ANSIBLE_HOME=str(SCRATCH / "ansible"),
        ANSIBLE_COLLECTIONS_PATH=str(COLLECTIONS),
        ANSIBLE_LOCALHOST_WARNING="false",
        ANSIBLE_NOCOLOR="true",
        ANSIBLE_PYTHON_INTERPRETER="/usr/bin/python3",
        # `~` is no help here: Ansible takes it for the home that the user database names, whatever HOME is.
        ANSIBLE_REMOTE_TEMP=str(SCRATCH / "ansible" / "tmp"),
        GIT_CONFIG_NOSYSTEM="1",
        PATH=_bare_path(),
    )


def _bare_path() -> str:
    """A ``PATH`` with the commands of a bare Debian; the machine's own where dpkg does not know them."""
    if not (DPKG / "status").is_file():
        return MACHINE_PATH
    # Worker processes use the folder of the process that started them.
    bare = Path(os.environ.setdefault("HOME_MANAGER_BARE_PATH", str(BARE)))
    if bare == BARE:
        _link_commands()
    return os.pathsep.join([str(Path(sys.executable).parent), str(bare)])


def _link_commands() -> None:
    """Fill ``BARE``."""
    required = re.findall(
        r"^Package: (\S+)\n(?=(?:.+\n)*(?:Essential: yes|Priority: required)\n)",
        (DPKG / "status").read_text(encoding="utf-8"),
        re.MULTILINE,
    )
    BARE.mkdir()
    listings = tuple(f"{package}{end}" for package in required for end in (".list", ":"))
    for name in os.listdir(DPKG / "info"):
        if name.endswith(".list") and name.startswith(listings):
            listing = (DPKG / "info" / name).read_text(encoding="utf-8")
            for command in re.findall(r"^(?:/usr)?/s?bin/([^/\n]+)$", listing, re.MULTILINE):
                _link(BARE, command)
    for command in ALWAYS_THERE:
        _link(BARE, command)


def _link(folder: Path, command: str) -> None:
    # The environment's own commands come first on every PATH here, and must not stand in for the system's.
    found = shutil.which(command, path="/usr/bin:/bin:/usr/sbin:/sbin") or shutil.which(command, path=MACHINE_PATH)
    if found and not (folder / command).is_symlink():
        (folder / command).symlink_to(found)


_install()

# The machine that runs the tests may be busy: nothing is judged by the clock. CI tries the same examples each time, so that a
# change is judged by what it changes; every other run tries new ones. A test that wants more or fewer examples scales `settings.default.max_examples`.
for profile, examples in {"fast": 10, "work": 100, "ci": 100, "nightly": 2_000}.items():
    settings.register_profile(profile, deadline=None, derandomize=profile == "ci", max_examples=examples)
settings.load_profile(os.environ.get("HOME_MANAGER_TESTS", "ci" if os.environ.get("CI") else "work"))
configuration.set_hypothesis_home_dir(CHECKOUT / ".cache" / "hypothesis")


def pytest_collection_finish() -> None:
    """Keep what was imported and collected out of the search for garbage, which otherwise costs a tenth of a quick run."""
    gc.freeze()


def pytest_sessionfinish() -> None:
    """Leave what the tests made to the end of the process. Python would look through it for garbage first, for seconds."""
    gc.freeze()


def pytest_unconfigure() -> None:
    """Take the run's scratch folder away."""
    for folder, _folders, _files in os.walk(SCRATCH):
        Path(folder).chmod(0o700)
    shutil.rmtree(SCRATCH, ignore_errors=True)


@pytest.fixture(scope="session")
def checkout() -> Path:
    """The root of this repository."""
    return CHECKOUT


@pytest.fixture(scope="session")
def collections_path() -> Path:
    """A folder that serves as ``ANSIBLE_COLLECTIONS_PATH`` and holds this checkout as ``home.manager``."""
    return COLLECTIONS


@pytest.fixture
def scratch_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty home of the test's own, which ``HOME`` names while the test runs."""
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    monkeypatch.setenv("HOME", str(home))
    yield home
    for folder, _folders, _files in os.walk(home):
        Path(folder).chmod(0o700)


def _find_program(name: str) -> str:
    found = shutil.which(name, path=MACHINE_PATH)
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


class Programs:
    """What a test may run besides the programs of a bare Debian with git."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="programs-", dir=SCRATCH))
        self._folder.chmod(0o755)
        os.environ["PATH"] += os.pathsep + str(self._folder)

    def need(self, *names: str) -> None:
        """Put programs on the test's ``PATH``; the test is skipped on a machine that lacks one of them."""
        for name in names:
            target, link = _find_program(name), self._folder / name
            if not link.is_symlink():
                link.symlink_to(target)


# How many seconds a test of the fast loop may compute, and how many it may wait: see `tests/run`.
FAST_LIMIT = 1.0
costs: dict[str, tuple[float, float]] = {}


def _clock() -> tuple[float, float]:
    """The CPU time of this process and of its ended children; and the wall time less what it spent waiting for a CPU."""
    queued = 0.0
    if SCHEDULER.exists():
        queued = int(SCHEDULER.read_text().split()[1]) / 1e9
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime, time.monotonic() - queued


def _fast_loop() -> bool:
    return os.environ.get("HOME_MANAGER_TESTS") == "fast"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Iterator[None]:
    """Note what the test has cost, its fixtures included, in its last report."""
    result = yield
    if _fast_loop():
        (cpu, wall), (cpu_before, wall_before) = _clock(), item.stash[STARTED]
        computed = cpu - cpu_before
        item.user_properties.append(("cost", [computed, max(0.0, wall - wall_before - computed)]))
    return result


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Collect the costs that the worker processes noted."""
    if report.when == "teardown":
        for name, value in report.user_properties:
            if name == "cost" and isinstance(value, list):
                costs[report.nodeid] = (value[0], value[1])


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name the tests that are too slow for the fast loop."""
    if not _fast_loop() or not costs:
        return
    computed, waited = (sum(values) for values in zip(*costs.values(), strict=True))
    terminalreporter.section(f"{len(costs)} tests computed for {computed:.1f} s and waited for {waited:.1f} s")
    slow = {name: cost for name, cost in costs.items() if max(cost) > FAST_LIMIT}
    for name, cost in sorted(slow.items(), key=lambda item: -sum(item[1])):
        terminalreporter.line(f"{cost[0]:.2f} s + {cost[1]:.2f} s  {name}")
    if slow:
        terminalreporter.line(f"More than {FAST_LIMIT:.0f} s: make them cheaper, or mark them with pytest.mark.slow.")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol() -> Iterator[None]:
    """Give every test the ``PATH`` of a bare system again."""
    path = os.environ["PATH"]
    try:
        return (yield)
    finally:
        os.environ["PATH"] = path


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Provide the programs that a test is marked with, before its fixtures start any of them."""
    if _fast_loop():
        item.stash[STARTED] = _clock()
    names = [name for marker in item.iter_markers("programs") for name in marker.args]
    if names:
        Programs().need(*names)


@pytest.fixture(scope="session")
def machine_path() -> str:
    """The ``PATH`` with everything that is installed here."""
    return MACHINE_PATH


@pytest.fixture(scope="session")
def find_program() -> Callable[[str], str]:
    """``find_program("lua5.4")``: the program's path; the test is skipped where it is not installed."""
    return _find_program


@pytest.fixture
def programs() -> Programs:
    """``programs.need("tmux")`` puts tmux on this test's ``PATH``, or skips the test where it is not installed."""
    return Programs()
