# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Packages of Alpine, on a model of apk: a world, packages that need others, a repository, and a folder of archives.

The model does and prints what the sources of apk-tools 2.10 to 3.0 have: a transaction makes the host what the world says, and where a
package could not be had the world has changed all the same. `top` needs `mid`, which needs `leaf`; `other` needs `leaf` too.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from ansible_collections.home.manager.plugins.module_utils.engine.contract.errors import EngineError
from ansible_collections.home.manager.plugins.module_utils.engine.system.declaration import WantedPackage
from ansible_collections.home.manager.plugins.module_utils.engine.system.packages import foreign
from ansible_collections.home.manager.plugins.module_utils.engine.system.packages.apk import Apk
from ansible_collections.home.manager.plugins.module_utils.engine.system.process import Done
from ansible_collections.home.manager.plugins.module_utils.engine.system.records import PackageRows

NEEDS = {"top": ["mid"], "mid": ["leaf"], "leaf": [], "other": ["leaf"], "base": [], "rival": []}
CONFLICTS = {("rival", "other")}


class Machine:
    """A host with apk. `reached`: whether its repositories can be; `broken`: packages that cannot be unpacked."""

    def __init__(self, folder: Path) -> None:
        self.root, self.state = folder / "root", folder / "state"
        self.repository = dict.fromkeys(NEEDS, "1.0-r0")
        self.reached = True
        self.broken: set[str] = set()
        self.calls: list[str] = []
        for path in ("lib/apk/db", "etc/apk", "var/cache/apk"):
            (self.root / path).mkdir(parents=True)
        self.state.mkdir()
        self.world, self.installed = ["base"], {"base": "1.0-r0"}

    @property
    def world(self) -> list[str]:
        return (self.root / "etc/apk/world").read_text().split()

    @world.setter
    def world(self, rows: list[str]) -> None:
        (self.root / "etc/apk/world").write_text("".join(f"{row}\n" for row in sorted(rows)))

    @property
    def installed(self) -> dict[str, str]:
        blocks = (self.root / "lib/apk/db/installed").read_text().split("\n\n")
        fields = [dict(line.split(":", 1) for line in block.splitlines()) for block in blocks if block.strip()]
        return {each["P"]: each["V"] for each in fields}

    @installed.setter
    def installed(self, packages: dict[str, str]) -> None:
        text = "".join(f"C:Q1{name}=\nP:{name}\nV:{version}\nA:x86_64\n\n" for name, version in packages.items())
        (self.root / "lib/apk/db/installed").write_text(text)

    def manager(self) -> Apk:
        return Apk("alpine 3.20", str(self.state), str(self.root))

    def run(self, command: Sequence[str], *_more: object, **_other: object) -> Done:
        words = list(command)
        assert words[:4] == ["apk", "--no-progress", "--wait", "30"]
        self.calls.append(" ".join(words[4:]))
        options = {word for word in words if word.startswith("--")}
        folder = Path(words[words.index("--cache-dir") + 1]) if "--cache-dir" in words else None
        plain = [word for word in words[4:] if not word.startswith("--") and word != str(folder)]
        online = self.reached and "--no-network" not in options
        return self.act(plain[0], plain[1:], options, folder, online)

    def act(self, verb: str, names: list[str], options: set[str], folder: Path | None, online: bool) -> Done:
        if verb == "update":
            return Done(0, "OK: 6 distinct packages available\n") if online else Done(2, "WARNING: network error\n")
        if verb == "fix":
            return Done(0, "OK: 1 MiB in 1 packages\n")
        world = {re.split("=|><", row, maxsplit=1)[0]: row for row in self.world}
        if verb == "del":
            unknown = [name for name in names if name not in NEEDS]
            if unknown:
                return Done(1, f"ERROR: No such package: {unknown[0]}\n")
            for name in names:
                world.pop(name, None)
        if verb in ("add", "cache"):
            assert verb == "add" or (names.pop(0) == "download" and "--add-dependencies" in options and folder)
            for item in names:
                name = Path(item).name.rsplit("-", 2)[0] if item.endswith(".apk") else item.split("=")[0]
                world[name] = f"{name}><Q1{name}=" if item.endswith(".apk") else item
        files = {Path(item).name for item in names if item.endswith(".apk")}
        target = self.solved(world, files)
        if isinstance(target, str):
            return Done(1, f"ERROR: unable to select packages:\n{target}")
        return self.commit(verb, world, target, options, folder, online)

    def solved(self, world: dict[str, str], files: set[str]) -> dict[str, str] | str:
        """The packages that a world comes to; what is printed when there are none."""
        target: dict[str, str] = {}
        waiting = list(world)
        while waiting:
            name = waiting.pop()
            if name in target:
                continue
            if name not in NEEDS:
                return f"  {name} (no such package):\n    required by: world[{name}]\n"
            file = next((file for file in files if file.startswith(f"{name}-")), None)
            version = (
                file.split("-", 1)[1].rsplit(".", 2)[0] if file else self.installed.get(name, self.repository[name])
            )
            asked = world.get(name, name).partition("=")[2] if "><" not in world.get(name, "") else ""
            if asked and asked not in (version, self.repository[name]):
                return f"  {name}-{self.repository[name]}:\n    breaks: world[{name}={asked}]\n"
            target[name] = asked or version
            waiting += NEEDS[name]
        for one, two in CONFLICTS:
            if one in target:
                target.pop(two, None)
        return target

    def commit(
        self,
        verb: str,
        world: dict[str, str],
        target: dict[str, str],
        options: set[str],
        folder: Path | None,
        online: bool,
    ) -> Done:
        before, lines, errors = self.installed, [], 0
        after = dict(before)
        changes = [*sorted(set(before) - set(target)), *(name for name in target if before.get(name) != target[name])]
        for number, name in enumerate(changes, 1):
            status, old, new = f"({number}/{len(changes)})", before.get(name), target.get(name)
            if new is None:
                lines.append(f"{status} Purging {name} ({old})")
                after.pop(name)
                continue
            what = "Installing" if old is None else "Upgrading" if old < new else "Downgrading"
            lines.append(f"{status} {what} {name}@edge ({new if old is None else f'{old} -> {new}'})")
            archive = folder / f"{name}-{new}.0badcafe.apk" if folder else None
            if "--simulate" in options:
                continue
            if not (online or (archive and archive.exists())) or name in self.broken:
                lines.append(f"ERROR: {name}-{new}: network error (check Internet connection and firewall)")
                errors += 1
                continue
            if archive:
                archive.touch()
            after[name] = new
        if verb == "cache":
            return Done(1 if errors else 0, "\n".join(lines))
        if "--simulate" not in options:
            self.world, self.installed = list(world.values()), after
        end = f"{errors} error;" if errors else "OK:"
        return Done(errors, "\n".join([*lines, f"{end} 10 MiB in {len(after)} packages\n"]))


@pytest.fixture(name="machine")
def fixture_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    machine = Machine(tmp_path)
    monkeypatch.setattr(foreign, "run", machine.run)
    return machine


def wanted(*items: str) -> list[WantedPackage]:
    return [
        WantedPackage(item.split("=")[0], item.partition("=")[2] or None, "environment.systemPackages")
        for item in items
    ]


def switch(machine: Machine, rows: PackageRows, *items: str, allowed: Sequence[str] = ()) -> PackageRows:
    """As a switch does it: simulate, fetch, install, and remove at the end."""
    manager = machine.manager()
    plan = manager.plan(wanted(*items), rows)
    if plan.install:
        manager.simulate(plan, wanted(*items), allowed)
        manager.download(plan)
    rows = manager.install(plan, rows)
    rows = manager.release(manager.plan(wanted(*items), rows), rows)
    assert manager.plan(wanted(*items), rows).nothing
    return rows


def test_a_package_is_a_row_of_ours_in_the_world_and_goes_with_what_it_brought(machine: Machine) -> None:
    rows = switch(machine, PackageRows(), "top")
    assert (machine.world, set(machine.installed)) == (["base", "top"], {"base", "top", "mid", "leaf"})
    assert rows.ours == {"top": "wanted", "mid": "brought", "leaf": "brought"}
    assert switch(machine, rows).ours == {}
    assert (machine.world, set(machine.installed)) == (["base"], {"base"})


def test_what_somebody_else_needs_by_now_stays(machine: Machine) -> None:
    rows = switch(machine, PackageRows(), "top")
    machine.run(["apk", "--no-progress", "--wait", "30", "add", "other"])
    rows = switch(machine, rows)
    assert (machine.world, set(machine.installed)) == (["base", "other"], {"base", "other", "leaf"})
    assert rows.ours == {"leaf": "brought"}


def test_a_package_that_was_installed_before_is_not_ours(machine: Machine) -> None:
    machine.world, machine.installed = ["base", "top"], dict.fromkeys(("base", "top", "mid", "leaf"), "1.0-r0")
    rows = switch(machine, PackageRows(), "top")
    assert rows.ours == {}
    assert switch(machine, rows).ours == {}
    assert machine.world == ["base", "top"]


def test_a_dependency_is_added_to_the_world_and_taken_out_again(machine: Machine) -> None:
    machine.world, machine.installed = ["base", "top"], dict.fromkeys(("base", "top", "mid", "leaf"), "1.0-r0")
    rows = switch(machine, PackageRows(), "leaf")
    assert (machine.world, rows.marked) == (["base", "leaf", "top"], ["leaf"])
    rows = switch(machine, rows)
    assert (machine.world, rows.marked, "leaf" in machine.installed) == (["base", "top"], [], True)


def test_a_mark_that_would_remove_leftovers_of_others_fails(machine: Machine) -> None:
    machine.world, machine.installed = ["base", "top"], dict.fromkeys(("base", "top", "mid", "leaf", "other"), "1.0-r0")
    with pytest.raises(EngineError, match="apk would remove other along with that"):
        switch(machine, PackageRows(), "leaf")
    assert "other" in machine.installed


def test_versions_are_rows_with_a_version_and_come_from_the_archives_when_no_repository_has_them(
    machine: Machine,
) -> None:
    rows = switch(machine, PackageRows(), "top=1.0-r0")
    assert machine.world == ["base", "top=1.0-r0"]
    machine.repository["top"] = "2.0-r0"
    rows = switch(machine, rows, "top=2.0-r0")
    assert machine.installed["top"] == "2.0-r0"
    rows = switch(machine, rows, "top=1.0-r0")
    assert machine.installed["top"] == "1.0-r0"
    assert machine.world == ["base", "top><Q1top="]
    assert switch(machine, rows).ours == {}
    assert machine.world == ["base"]


def test_everything_is_undone_without_a_network(machine: Machine) -> None:
    rows = switch(machine, PackageRows(), "top")
    machine.reached = False
    rows = switch(machine, rows)
    assert set(machine.installed) == {"base"}
    # And back, out of the archives.
    manager = machine.manager()
    plan = manager.plan(wanted("top"), rows)
    rows = manager.install(plan, rows)
    assert rows.ours == {"top": "wanted", "mid": "brought", "leaf": "brought"}
    assert set(machine.installed) == {"base", "top", "mid", "leaf"}


def test_a_plan_that_removes_what_is_not_ours_is_refused(machine: Machine) -> None:
    machine.run(["apk", "--no-progress", "--wait", "30", "add", "other"])
    before = (machine.world, machine.installed)
    with pytest.raises(EngineError, match=r"would remove 1 package\(s\) that are not declared here: other"):
        switch(machine, PackageRows(), "rival")
    assert (machine.world, machine.installed) == before
    switch(machine, PackageRows(), "rival", allowed=["other"])
    assert "rival" in machine.installed


def test_a_removal_that_takes_leftovers_of_others_along_is_refused(machine: Machine) -> None:
    rows = switch(machine, PackageRows(), "top")
    # Somebody edited the world by hand, and has not run apk since.
    machine.installed = {**machine.installed, "other": "1.0-r0"}
    with pytest.raises(EngineError, match=r"would remove 1 package\(s\) that are not managed: other \(to remove top\)"):
        machine.manager().release(machine.manager().plan([], rows), rows)
    assert "top" in machine.world


def test_what_a_repository_does_not_have_is_told(machine: Machine) -> None:
    with pytest.raises(EngineError, match=r'environment\.systemPackages: alpine 3\.20 has no "nope"'):
        switch(machine, PackageRows(), "nope")
    with pytest.raises(EngineError, match=r"cannot install what is declared: breaks: world\[top=9\]"):
        switch(machine, PackageRows(), "top=9")
    assert machine.world == ["base"]


def test_a_world_that_could_not_be_had_is_taken_back(machine: Machine) -> None:
    machine.broken = {"mid"}
    manager = machine.manager()
    plan = manager.plan(wanted("top"), PackageRows())
    with pytest.raises(EngineError, match=r"cannot be installed: ERROR: mid-1\.0-r0: network error"):
        manager.install(plan, PackageRows())
    assert (machine.world, set(machine.installed)) == (["base"], {"base"})


def test_a_name_that_another_package_provides_is_that_package(machine: Machine) -> None:
    database = machine.root / "lib/apk/db/installed"
    database.write_text("P:base\nV:1.0-r0\n\nP:7zip\nV:24.08-r0\np:p7zip=24.08-r0 cmd:7z=24.08-r0\n\n")
    machine.world = ["base", "7zip"]
    assert machine.manager().plan(wanted("p7zip"), PackageRows()).nothing


def test_a_version_that_could_not_be_had_is_taken_back(machine: Machine) -> None:
    rows = switch(machine, PackageRows(), "top=1.0-r0")
    machine.repository["top"], machine.broken = "2.0-r0", {"top"}
    manager = machine.manager()
    with pytest.raises(EngineError, match="cannot be installed"):
        manager.install(manager.plan(wanted("top=2.0-r0"), rows), rows)
    assert machine.world == ["base", "top=1.0-r0"]


def test_a_preview_fetches_nothing(machine: Machine) -> None:
    manager = machine.manager()
    found = manager.simulate(manager.plan(wanted("top"), PackageRows()), wanted("top"), [], refresh=False)
    assert sorted(found.install) == ["leaf", "mid", "top"]
    assert machine.calls == ["add --simulate top"]
    assert list(machine.state.iterdir()) == []


def test_the_world_is_read_as_it_can_be_written(machine: Machine) -> None:
    (machine.root / "etc/apk/world").write_text("a b@edge c=1.0-r0 d>=2 e~3 !f\n.build-deps=2024.1\ng><Q1abc=\n")
    assert set(machine.manager().world()) == {"a", "b", "c", "d", "e", ".build-deps", "g"}


def test_a_broken_package_is_somebody_elses_interruption(machine: Machine) -> None:
    database = machine.root / "lib/apk/db/installed"
    database.write_text("P:base\nV:1.0-r0\nf:s\n\n")
    manager = machine.manager()
    plan = manager.plan(wanted("base"), PackageRows())
    assert plan.broken == ["base"]
    with pytest.raises(EngineError, match=r'Run "apk fix" on the host'):
        manager.check_whole(plan, repair=False)
    manager.check_whole(plan, repair=True)
    assert machine.calls == ["fix"]


def test_the_newer_place_of_the_database_is_found(machine: Machine) -> None:
    new = machine.root / "usr/lib/apk/db"
    new.mkdir(parents=True)
    (machine.root / "lib/apk/db/installed").rename(new / "installed")
    assert machine.manager().installed() == {"base"}
