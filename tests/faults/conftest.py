# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The bounded and the whole form of the run, scratch places, and the table that a whole run leaves behind."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ..unit.plugins.module_utils.engine.conftest import BASE
from .judge import Case
from .mounts import tmpfs
from .place import Place
from .scenes import SCENES
from .tally import Tally

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Choice = Callable[..., list[int]]
    Placer = Callable[..., Place]

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "reliability.md"
_TALLY = pytest.StashKey[Tally]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--whole`: every point, not a sample."""
    parser.addoption("--whole", action="store_true", help="tests/faults: every point, and write docs/reliability.md")
    parser.addoption("--sample", type=int, help="tests/faults: with --whole, at most so many points a row")


def pytest_configure(config: pytest.Config) -> None:
    """One tally a run."""
    config.stash[_TALLY] = Tally()


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Remember what was skipped and why."""
    if report.skipped and isinstance(report.longrepr, tuple) and "tests/faults/" in report.nodeid:
        _SKIPPED[report.nodeid.split("tests/faults/", 1)[1]] = report.longrepr[2].removeprefix("Skipped: ")


_SKIPPED: dict[str, str] = {}


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """What one of several processes found goes into the one table."""
    node.config.stash[_TALLY].take(node.workeroutput.get("faults", []))


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A whole run writes its table, whatever it says; a part of one (by a keyword or a test's name) its own rows."""
    config = session.config
    tally = config.stash[_TALLY]
    if hasattr(config, "workeroutput"):
        config.workeroutput["faults"] = tally.given()
    elif config.getoption("whole", default=False) and tally.rows:
        tally.skipped = dict(_SKIPPED)
        tally.sample = config.getoption("sample", default=None)
        tally.write(DOCUMENT, bool(config.getoption("keyword")) or any("::" in name for name in config.args))


@pytest.fixture
def tally(request: pytest.FixtureRequest) -> Tally:
    """Where results are noted."""
    return request.config.stash[_TALLY]


@pytest.fixture
def whole(request: pytest.FixtureRequest) -> bool:
    """Whether every point is to be tried."""
    return bool(request.config.getoption("whole", default=False))


@pytest.fixture
def choose(whole: bool, request: pytest.FixtureRequest) -> Choice:
    """A function from (how many points, how many at most in a bounded run, and in a whole one) to the points to try.

    They are the same in every run, and spread evenly.
    """

    sample = request.config.getoption("sample", default=None)

    def chosen(count: int, bounded: int, most: int | None = None) -> list[int]:
        most = most if whole else bounded
        if whole and sample is not None:
            most = min(most or sample, sample)
        if most is None or count <= most:
            return list(range(count))
        return sorted({number * (count - 1) // max(most - 1, 1) for number in range(most)})

    return chosen


def remove(base: Path) -> None:
    """Remove a scratch folder, read-only and immutable things included."""
    if base.exists():
        subprocess.run(["chmod", "-R", "u+rwX", str(base)], check=False, stderr=subprocess.DEVNULL)
        shutil.rmtree(base)


@pytest.fixture
def scratch() -> Iterator[Path]:
    """A folder of the test's own, in memory where that is to be had."""
    base = Path(tempfile.mkdtemp(prefix="hm-faults-", dir=BASE))
    base.chmod(0o755)
    yield base
    remove(base)


@pytest.fixture
def far(tmp_path: Path, scratch: Path) -> Iterator[Path]:
    """A folder on another file system than `scratch`."""
    if os.geteuid() == 0:
        with tmpfs(tmp_path / "far", "16m", 20000) as folder:
            yield folder
        return
    if os.stat(tmp_path).st_dev == os.stat(scratch).st_dev:
        pytest.skip("there is only one file system to be written to")
    yield tmp_path


@pytest.fixture(name="case")
def fixture_case(request: pytest.FixtureRequest, scratch: Path, new_place: Placer) -> Case:
    """The case of a scene, which is named indirectly."""
    scene = SCENES[request.param]
    state = request.getfixturevalue("far") / "state" if scene.far else None
    return Case(scene, new_place(state=state), scratch / "kept")


@pytest.fixture
def new_place(scratch: Path) -> Placer:
    """A function that makes places below `scratch`, or below what it is given."""
    made = 0

    def make(base: Path | None = None, state: Path | None = None, user: str | None = None) -> Place:
        nonlocal made
        made += 1
        folder = (base or scratch) / f"place-{made}"
        folder.mkdir()
        return Place(folder, state, user)

    return make
