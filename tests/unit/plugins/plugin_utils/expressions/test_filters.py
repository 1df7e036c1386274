# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The language's own filters for lists and mappings."""

from __future__ import annotations

import pytest

from ansible_collections.home.manager.plugins.plugin_utils.expressions.filters import (
    at_home,
    gnu_options,
    launchd_calendar,
    older_than,
    prune,
    record,
)
from ansible_collections.home.manager.plugins.plugin_utils.syntax.errors import SpecError
from ansible_collections.home.manager.plugins.plugin_utils.values import Package


def test_options_of_a_command_line_in_byte_order() -> None:
    options = {
        "x": "y z",
        "color": "always",
        "all": True,
        "quiet": False,
        "none": None,
        "rule": ["a", 2],
        "tool": Package("t"),
    }
    assert gnu_options(options) == ["--all", "--color=always", "--rule=a", "--rule=2", "--tool=@t@", "-x", "y z"]


def test_an_option_without_one_text_is_refused() -> None:
    with pytest.raises(SpecError):
        gnu_options({"a": {"b": 1}})
    with pytest.raises(SpecError):
        gnu_options({"a": 0.5})


def test_nulls_go_at_any_depth_and_emptied_mappings_where_asked() -> None:
    value = {"a": None, "b": {"c": None, "d": {"e": None}}, "f": [{"g": None}, 0], "h": False, "i": []}
    assert prune(value) == {"b": {"d": {}}, "f": [{}, 0], "h": False, "i": []}
    assert prune(value, empty=True) == {"f": [{}, 0], "h": False, "i": []}


def test_a_record_has_known_fields() -> None:
    assert record("init", "arguments", "order") == {"arguments": "init"}
    assert record({"order": 5}, "arguments", "order") == {"order": 5}
    with pytest.raises(SpecError, match="unknown field `oder`"):
        record({"oder": 5}, "arguments", "order")


def test_launchd_calendar_knows_the_events_that_have_a_name() -> None:
    assert launchd_calendar("weekly") == {"Weekday": 1, "Hour": 0, "Minute": 0}
    assert launchd_calendar("Mon *-*-* 10:00") is None


def test_at_home_moves_what_begins_with_the_tilde() -> None:
    assert [at_home(v, "%h") for v in ("~/a b", "~bob/a", "/~/a", "~", None)] == ["%h/a b", "~bob/a", "/~/a", "~", None]


DEBIAN = {"distribution": "debian", "distribution_version": "12"}


@pytest.mark.parametrize(
    ("package", "host", "older"),
    [
        (Package("git", version="2.9"), {}, True),
        (Package("git", version="2.46"), DEBIAN, False),
        (Package("git"), DEBIAN, True),
        (Package("git"), {**DEBIAN, "distribution_version": "13"}, False),
        (None, DEBIAN, True),
        (None, {}, False),
    ],
)
def test_a_package_is_as_old_as_its_version_says_or_else_the_host(
    package: Package | None, host: dict[str, str], older: bool
) -> None:
    assert older_than(package, "2.46", host, ["debian12"]) is older
