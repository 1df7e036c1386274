# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The language's tests of where a package is."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from ansible_collections.home.manager.plugins.plugin_utils.expressions.language import Language
from ansible_collections.home.manager.plugins.plugin_utils.expressions.scope import Outermost
from ansible_collections.home.manager.plugins.plugin_utils.expressions.tests import TESTS
from ansible_collections.home.manager.plugins.plugin_utils.values import OutOfStore, Package, Path


@pytest.mark.parametrize("prefix", [None, "/usr"])
def test_a_located_value_is_a_path_or_a_package_with_a_place_of_its_own(prefix: str | None) -> None:
    language = Language(packages=prefix)
    make = language.package
    context = SimpleNamespace(scope=Outermost(language, {}))
    located = TESTS["located"]
    assert located(context, make("vim", out="/opt/vim"))
    assert located(context, Path("/tmp/x"))
    assert located(context, OutOfStore("/opt/x"))
    assert not located(context, make("vim"))
    assert not located(context, "/opt/x")


def test_only_packages_in_the_systems_own_folders_are_systemwide() -> None:
    systemwide = TESTS["systemwide"]
    assert systemwide(Package("x", out="/usr"))
    assert systemwide(Package("x", out="/usr/local/"))
    assert not systemwide(Package("x"))
    assert not systemwide(Package("x", out="/opt/x"))
    assert not systemwide(OutOfStore("/usr"))
