# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A system is built with all its specialisations, so that a mistake in one is found by whichever run comes next."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from ansible_collections.home.manager.plugins.module_utils.engine.contract.manifest import Origin
from ansible_collections.home.manager.plugins.plugin_utils.modules.spec_file import load_text
from ansible_collections.home.manager.plugins.plugin_utils.plan.deep_stack import with_deep_stack
from ansible_collections.home.manager.plugins.plugin_utils.plan.home import Request, compiler
from ansible_collections.home.manager.plugins.plugin_utils.plan.system import LIBRARY, SystemRequest
from ansible_collections.home.manager.plugins.plugin_utils.plan.system_build import (
    BuiltSystem,
    build_with_specialisations,
)
from ansible_collections.home.manager.plugins.plugin_utils.syntax.errors import SpecErrors

from .....library.host import HOST

SYSTEM, HOME = compiler(LIBRARY), compiler()
ORIGIN = Origin("web1", None, "home.manager.rebuild", None)
PEOPLE = """
users.users.alice.isNormalUser: true
home-manager.users.alice: {home: {stateVersion: "26.05", file.a: {text: "{{ osConfig.networking.hostName }}"}}}
"""


def built(text: str, folder: Path, chosen: str = "") -> BuiltSystem:
    file = str(folder / "configuration.yml")

    def compute() -> BuiltSystem:
        node = load_text(textwrap.dedent(text), file, str(folder))
        return build_with_specialisations(
            SystemRequest([(node, file)], HOST, compiler=SYSTEM),
            Request([], HOST, packages="/usr", compiler=HOME),
            ORIGIN,
            chosen,
        )

    return with_deep_stack(compute)  # type: ignore[no-any-return]


def refused(text: str, folder: Path, chosen: str = "") -> list[str]:
    """Everything that is wrong, an error an entry."""
    with pytest.raises(SpecErrors) as problem:
        built(text, folder, chosen)
    return [str(error) for error in problem.value.errors]


DAY, NIGHT = "specialisation.day.configuration: {}\n", "specialisation.night.configuration: "


@pytest.mark.parametrize(
    ("mistake", "message", "column"),
    [
        ("networking.hostNam: x", "specialisation.night: `networking` has no option `hostNam`", 38),
        ("networking.hostName: 1", "specialisation.night: networking.hostName: must be", 38),
        ("assertions: [{assertion: false, message: no}]", "specialisation.night: no", 51),
        ("home-manager.users.alice.programs.gti.enable: true", "`programs` has no option `gti`", 38),
    ],
)
def test_a_mistake_in_a_variant_is_found(mistake: str, message: str, column: int, tmp_path: Path) -> None:
    (found,) = refused(f"{PEOPLE}{DAY}{NIGHT}{{{mistake}}}\n", tmp_path)
    assert message in found
    assert f"{tmp_path}/configuration.yml:5:{column}" in found


@pytest.mark.parametrize("chosen", ["day", "night"])
def test_a_mistake_in_a_variant_is_found_whichever_is_switched_to(chosen: str, tmp_path: Path) -> None:
    (found,) = refused(f"{DAY}{NIGHT}{{networking.hostName: 1}}\n", tmp_path, chosen)
    assert "specialisation.night: networking.hostName: must be" in found


def test_a_mistake_of_a_home_is_under_the_names_of_both(tmp_path: Path) -> None:
    variant = "specialisation.night.configuration: {home-manager.users.alice.home.file.b: {text: 1}}\n"
    (found,) = refused(PEOPLE + variant, tmp_path)
    assert found.startswith("specialisation.night: home-manager.users.alice: home.file.b.text: must be a string")


def test_what_is_wrong_with_the_system_is_not_repeated_for_its_variants(tmp_path: Path) -> None:
    text = 'time.timeZne: UTC\nspecialisation.night.configuration: {time.timeZone: 1}\nsystem.stateVersion: "24.05"\n'
    found = refused(text, tmp_path)
    assert [error.partition("\n")[0] for error in found] == [
        "time.timeZne: `time` has no option `timeZne`",
        "specialisation.night: time.timeZone: must be a string that matches `[A-Za-z0-9_+/-]+`, not the integer 1",
    ]


def test_mistakes_of_the_system_and_of_its_homes_are_reported_together(tmp_path: Path) -> None:
    text = PEOPLE + "time.timeZne: UTC\nhome-manager.users.alice.programs.gti.enable: true\n"
    assert len(refused(text, tmp_path)) == 2


def test_a_mistake_of_an_account_is_reported_once(tmp_path: Path) -> None:
    (found,) = refused(PEOPLE + "users.users.alice.home: 5\n", tmp_path)
    assert found.startswith("users.users.alice.home: must be")


def test_a_variant_is_the_system_and_a_module_more(tmp_path: Path) -> None:
    text = (
        PEOPLE + "specialisation.night.configuration: {networking.hostName: night}\nnetworking.hostName: !default day\n"
    )
    for chosen, name in (("", "day"), ("night", "night")):
        found = built(text, tmp_path, chosen)
        assert found.plan.text("hostname") == f"{name}\n".encode()
        assert name.encode() in found.homes.plans["alice"].contents.values()


def test_a_variant_without_the_system_s_modules_is_its_own(tmp_path: Path) -> None:
    own = "{inheritParentConfig: false, configuration: {environment.etc.a.text: b}}"
    found = built(f"{PEOPLE}networking.hostName: day\nspecialisation.bare: {own}\n", tmp_path, "bare")
    assert list(found.plan.targets) == ["a"]
    assert not found.homes.plans


def test_a_variant_sees_the_facts_of_the_host(tmp_path: Path) -> None:
    text = NIGHT + "{networking.hostName: 'of-{{ host.hostname }}'}\n"
    assert built(text, tmp_path, "night").plan.text("hostname") == f"of-{HOST['hostname']}\n".encode()


def test_a_variant_is_refused_with_those_that_there_are(tmp_path: Path) -> None:
    (found,) = refused("specialisation: {day: {configuration: {}}, night: {configuration: {}}}", tmp_path, "nigth")
    assert "there is no specialisation 'nigth'" in found
    assert "the system has day, night" in found


@pytest.mark.parametrize(
    ("chosen", "first"), [("", "specialisation.night: x"), ("night", "x"), ("day", "specialisation.night: x")]
)
def test_only_what_a_variant_adds_is_warned_of_under_its_name(chosen: str, first: str, tmp_path: Path) -> None:
    text = (
        "warnings: [common]\nspecialisation: {day: {configuration: {}}, night: {configuration: {warnings: [x]}}}\n"
        + PEOPLE
        + "home-manager.users.alice.warnings: [own]\n"
    )
    found = built(text, tmp_path, chosen)
    assert sorted(warning.message for warning in found.plan.warnings) == sorted(["common", first])
    assert len(found.homes.warnings) == 1


def test_a_home_of_a_variant_warns_under_both_names(tmp_path: Path) -> None:
    text = PEOPLE + "specialisation.night.configuration: {home-manager.users.alice.warnings: [late]}\n"
    (found,) = built(text, tmp_path).homes.warnings
    assert found.startswith("specialisation night: alice: late")


def test_homes_that_a_variant_does_not_change_are_built_once(tmp_path: Path) -> None:
    text = """
        users.users: {alice: {isNormalUser: true}, bob: {isNormalUser: true}, carol: {isNormalUser: true}, dan: {isNormalUser: true}}
        home-manager.users:
          alice: {home: {stateVersion: "26.05", file.a.text: "{{ host.user.home }}"}}
          bob: {home: {stateVersion: "26.05", file.a.text: "{{ osConfig.networking.hostName }}"}}
          carol: {home: {stateVersion: "26.05", file.a.text: "{{ host.user.home }}"}}
          dan: {home: {stateVersion: "26.05"}}
        networking.hostName: !default day
        specialisation.night.configuration:
          networking.hostName: night
          users.users.carol.home: /srv/carol
          home-manager.users.dan.home.file.a.text: more
        """
    homes = {name: built(text, tmp_path, name).homes.plans for name in ("", "night")}
    same = {user for user in homes[""] if homes[""][user].digest == homes["night"][user].digest}
    assert same == {"alice"}


def test_an_assertion_that_fails_in_all_variants_is_reported_once(tmp_path: Path) -> None:
    text = (
        "home-manager.users.alice.home.stateVersion: '26.05'\n"
        + NIGHT
        + "{home-manager.users.alice.home.file.a.text: b}\n"
    )
    (found,) = refused(text, tmp_path)
    assert found.startswith("home-manager.users.alice has no account")


def test_assertions_of_the_user_s_own_go_with_those_of_the_library(tmp_path: Path) -> None:
    text = "systemd.services.a.script: x\nassertions: [{assertion: true, message: fine}, {assertion: false, message: bad}]\n"
    (found,) = refused(text, tmp_path)
    assert found.startswith("bad")


def test_a_message_of_the_user_s_own_is_checked_although_its_assertion_holds(tmp_path: Path) -> None:
    (found,) = refused("assertions: [{assertion: true, message: '{{ nowhere }}'}]\n", tmp_path)
    assert "nowhere" in found
