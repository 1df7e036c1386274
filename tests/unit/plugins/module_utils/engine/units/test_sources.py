# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Which files of a generation the manager reads."""

from __future__ import annotations

import pytest

from ansible_collections.home.manager.plugins.module_utils.engine.units.sources import (
    GenerationFile,
    Sources,
    UnitFolders,
)

READ = {"1": b"[Service]\nExecStart=/bin/a\n", "2": b"[Container]\nImage=x\n"}


def sources(files: dict[str, GenerationFile], places: UnitFolders = UnitFolders()) -> Sources:  # noqa: B008
    return Sources(files, places, READ.__getitem__, lambda _target, text: text.encode())


RELOADED = [
    ".config/systemd/user/a.service",
    ".config/systemd/user/a.service.d/x.conf",
    ".local/share/systemd/user/a.service",
    ".config/systemd/user.conf",
    ".config/systemd/user.conf.d/a.conf",
    ".config/systemd/user-generators/a",
    ".config/environment.d/10-a.conf",
    ".config/containers/systemd/a.container",
    ".config/autostart/a.desktop",
]
OTHERS = [
    ".config/git/config",
    "systemd/user/a.service",
    ".config/systemd/system.conf",
    ".config/containers/storage.conf",
]


@pytest.mark.parametrize("target", RELOADED)
def test_is_read_by_the_manager(target):
    assert sources({target: GenerationFile("1", None)}).identities() == {target: "1"}


@pytest.mark.parametrize("target", OTHERS)
def test_is_not(target):
    assert sources({target: GenerationFile("1", None)}).identities() == {}


def test_the_folders_may_be_others():
    files = {
        "cfg/systemd/user/a.service": GenerationFile("1", None),
        "dta/systemd/user/b.service": GenerationFile("1", None),
    }
    assert sources(files, UnitFolders("cfg", "dta")).units().units() == {"a.service", "b.service"}


def test_a_link_is_a_mask_an_alias_or_a_file_elsewhere():
    units = sources(
        {
            ".config/systemd/user/a.service": GenerationFile(None, "/dev/null"),
            ".config/systemd/user/b.service": GenerationFile(None, "c.service"),
            ".config/systemd/user/c.service": GenerationFile(None, "/opt/c.service"),
        }
    ).units()
    assert units.masks("a.service")
    assert units.resolved("b.service") == "c.service"
    assert units.owns("c.service")


def test_containers_and_what_must_not_be_shown():
    found = sources(
        {
            ".config/containers/systemd/web.container": GenerationFile("2", None, True),
            ".config/systemd/user/a.service.d/x.conf": GenerationFile("1", None, True),
            ".config/systemd/user/b.service": GenerationFile("1", None),
        }
    )
    assert found.containers() == {"web.service"}
    assert found.hidden() == {"web.service", "a.service"}


def test_variables_are_known_apart():
    target = ".config/environment.d/10-a.conf"
    assert sources({target: GenerationFile("1", None), RELOADED[0]: GenerationFile("1", None)}).environment() == {
        target: "1"
    }
