# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The request for packages: what the controller sends is what the target reads."""

from __future__ import annotations

import pytest

from ansible_collections.home.manager.plugins.module_utils.engine.contract.errors import EngineError
from ansible_collections.home.manager.plugins.module_utils.engine.packages.download import Sources
from ansible_collections.home.manager.plugins.module_utils.engine.packages.package_request import ANY, PackageRequest

SOURCES = Sources("/cache", {"debian": ("http://a.test",)}, {"debian": ("http://b.test/1",)})


def test_the_target_reads_what_the_controller_sends() -> None:
    request = PackageRequest(SOURCES, frozenset(("jq", "htop")), {"htop": {"apt": "htop"}})
    assert PackageRequest.of(request.json()) == request
    assert PackageRequest.of(None) == PackageRequest(Sources(None, {}, {}))


def test_only_named_packages_may_be_missing_unless_any_may() -> None:
    request = PackageRequest(SOURCES, frozenset(("jq",)))
    assert [request.may_lack(name) for name in ("jq", "htop")] == [True, False]
    assert request._replace(without=frozenset((ANY,))).may_lack("htop")


@pytest.mark.parametrize("value", [[1], {"sources": 1}, {"without": "jq"}, {"host": {"jq": "jq"}}])
def test_a_malformed_request_is_an_error(value: object) -> None:
    with pytest.raises(EngineError):
        PackageRequest.of(value)
