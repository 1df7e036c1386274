# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Which files make a unit: drop-ins, instances, masks, aliases, links, container files."""

from __future__ import annotations

import pytest

from ansible_collections.home.manager.plugins.module_utils.engine.units import name as names
from ansible_collections.home.manager.plugins.module_utils.engine.units.unit_set import UnitFile, UnitSet

from .model import files, unit_set

RUN = "[Service]\nExecStart=/bin/a\n"


def nice(units: UnitSet, unit: str) -> list[str]:
    return units.text(unit).values("Service", "Nice")


def test_drop_ins_come_in_the_order_of_their_names_and_the_special_folder_wins():
    units = unit_set(
        {
            "a-b.service": RUN,
            "service.d/10.conf": "[Service]\nNice=1\n",
            "a-.service.d/20.conf": "[Service]\nNice=2\n",
            "a-b.service.d/20.conf": "[Service]\nNice=3\n",
            "a-b.service.d/05.conf": "[Service]\nNice=4\n",
            "a-b.service.d/no.txt": "[Service]\nNice=5\n",
        }
    )
    assert nice(units, "a-b.service") == ["4", "1", "3"]


def test_an_instance_has_its_template_and_drop_ins_of_both():
    units = unit_set(
        {
            "a@.service": RUN,
            "a@.service.d/1.conf": "[Service]\nNice=1\n",
            "a@x.service.d/2.conf": "[Service]\nNice=2\n",
        }
    )
    assert units.owns("a@x.service")
    assert nice(units, "a@x.service") == ["1", "2"]
    assert nice(units, "a@y.service") == ["1"]
    assert units.identity("a@x.service") != units.identity("a@y.service")


def test_a_drop_in_for_a_whole_type_makes_no_unit_ours():
    units = unit_set({"service.d/1.conf": "[Service]\nNice=1\n", "a.service": RUN})
    assert "a.service" in units
    assert nice(units, "a.service") == ["1"]
    assert "dbus.service" not in units
    assert units.identity("dbus.service") == ()


@pytest.mark.parametrize("mask", [{"link": "/dev/null"}, ""], ids=["link", "empty file"])
def test_masks(mask):
    units = unit_set({"a.service": mask})
    assert units.masks("a.service")
    assert not units.owns("a.service")


def test_an_alias_is_no_unit_of_its_own():
    units = unit_set(
        {"a.service": RUN, "b.service": {"link": "a.service"}, "t.target.wants/b.service": {"link": "../a.service"}}
    )
    assert units.units() == {"a.service"}
    assert units.links() == {("t.target", "a.service")}


def test_aliases_in_a_circle_end():
    units = unit_set({"a.service": {"link": "b.service"}, "b.service": {"link": "a.service"}})
    assert units.resolved("a.service") in ("a.service", "b.service")


def test_a_link_to_a_file_of_the_same_name_is_that_file():
    item = UnitFile("link /opt/a.service", lambda: RUN, "/opt/a.service")
    assert UnitSet([{"a.service": item}]).text("a.service").values("Service", "ExecStart") == ["/bin/a"]


def test_a_link_that_leads_nowhere_still_differs_from_another():
    def missing() -> str:
        raise FileNotFoundError

    old, new = (
        UnitSet([{"a.service": UnitFile(link, missing, link)}]) for link in ("/opt/1/a.service", "/opt/2/a.service")
    )
    assert old.identity("a.service") != new.identity("a.service")
    assert old.text("a.service").compared() != new.text("a.service").compared()


def test_who_pulls_in_whom():
    units = unit_set(
        {
            "a@.service": "[Unit]\nWants=b@%i.service\nRequires=c.service\nBindsTo=%p.socket\nUpholds=d.service\nAfter=e.service\n"
            + RUN,
            "t.target.requires/c.service": RUN,
            "t.target.upholds/d.service": RUN,
            "a@.service.wants/f@.service": RUN,
        }
    )
    assert units.links() == {("t.target", "c.service"), ("t.target", "d.service"), ("a@.service", "f@.service")}
    assert {unit for _holder, unit in units.pulls("a@x.service")} == {
        "b@x.service",
        "c.service",
        "a.socket",
        "d.service",
    }


def test_configuration_comes_before_data():
    units = UnitSet([files({"a.service": RUN + "Nice=1\n"}), files({"a.service": RUN + "Nice=2\n", "b.service": RUN})])
    assert nice(units, "a.service") == ["1"]
    assert units.owns("b.service")


def test_container_files_are_units():
    containers = files(
        {
            "web.container": "[Container]\nImage=x\n[Install]\nWantedBy=default.target\n",
            "web.container.d/1.conf": "[Container]\nPublishPort=80\n",
            "data.volume": "[Volume]\n",
            "sub/db.container": "[Container]\nImage=y\nServiceName=base\n",
            "notes.txt": "x",
        }
    )
    units = UnitSet([{}], containers)
    assert units.units() == {"web.service", "data-volume.service", "base.service"}
    assert units.links() == {("default.target", "web.service")}
    assert units.text("web.service").values("Container", "PublishPort") == ["80"]


def test_nothing_is_read_to_tell_equal_from_different():
    def never() -> str:
        raise AssertionError("read")

    units = UnitSet([{"a.service": UnitFile("1", never), "a.service.d/x.conf": UnitFile("2", never)}])
    assert units.identity("a.service") == (("", "1"), ("x.conf", "2"))


@pytest.mark.parametrize(
    ("path", "unit"),
    [
        ("a.container", "a.service"),
        ("a@.container", "a@.service"),
        ("a@x.container", "a@x.service"),
        ("a.network", "a-network.service"),
        ("d/a.pod", "a-pod.service"),
        ("a.service", None),
        (".container", None),
    ],
)
def test_names_that_a_generator_gives(path, unit):
    assert names.generated(path) == unit


def test_prefixes():
    assert list(names.prefixes("a-b-c@x.service")) == ["a-b-.service", "a-.service"]
    assert list(names.prefixes("a.service")) == []


def test_specifiers():
    assert names.expanded("%p@%i.service 100%% %N %n %h", "a@x.service") == "a@x.service 100% a@x a@x.service %h"
