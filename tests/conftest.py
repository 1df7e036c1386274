# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The checkout as an installed collection, for every test.

Ansible and Python both find a collection only below a folder named ``ansible_collections/NAMESPACE/NAME``. A link of
that name is made outside the tree, put on ``sys.path`` and named to Ansible, before the first test is collected.
No test sees the caller's home: ``HOME`` is a scratch folder of the run, and no XDG variable is set.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import configuration, settings

if TYPE_CHECKING:
    from collections.abc import Iterator

CHECKOUT = Path(__file__).resolve().parent.parent
SCRATCH = Path(tempfile.mkdtemp(prefix="home.manager-tests-"))
COLLECTIONS = SCRATCH / "collections"
HOME = SCRATCH / "home"


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
        PATH=os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
    )


_install()

# The machine that runs the tests may be busy: nothing is judged by the clock. CI tries the same examples each time, so that a
# change is judged by what it changes; every other run tries new ones.
settings.register_profile("home.manager", deadline=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("home.manager")
configuration.set_hypothesis_home_dir(CHECKOUT / ".cache" / "hypothesis")


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
