# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Services in a switch of a home: a modelled manager reads the links that the engine makes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.home.manager.plugins.module_utils.engine.switching import hooks, services
from ansible_collections.home.manager.plugins.module_utils.engine.transaction import commit
from ansible_collections.home.manager.plugins.module_utils.engine.units import transition

from ..conftest import digest_of
from ..units.model import Calls, Folder, Manager

FOLDER = ".config/systemd/user/"
POLICY = {
    "manager": "systemd",
    "start": True,
    "timeout": 120,
    "linger": False,
    "config": ".config",
    "data": ".local/share",
}


class HomeManager(Calls):
    """The model of a manager that reads a home."""

    def __init__(self, home: Path) -> None:
        super().__init__(Manager({}), {})
        self.home = home
        self.there = True
        self.crash_at: str | None = None

    def __call__(self, timeout: float) -> HomeManager:
        return self

    def reachable(self) -> bool:
        return self.there

    def reload_manager(self) -> None:
        self._crash("reload")
        root = self.home / FOLDER
        self.new = {str(path.relative_to(root)): path.read_text() for path in root.rglob("*") if path.is_file()}
        super().reload_manager()

    def run(self, verb: str, units: Any) -> None:
        self._crash(verb)
        super().run(verb, units)

    def _crash(self, verb: str) -> None:
        if verb == self.crash_at:
            self.crash_at = None
            raise KeyboardInterrupt


@pytest.fixture
def manager(sandbox, monkeypatch) -> HomeManager:
    found = HomeManager(sandbox.home)
    monkeypatch.setattr(services, "Systemctl", found)
    monkeypatch.setattr(services, "_system_units", set)
    monkeypatch.setattr(transition, "SETTLE", 0)
    return found


def run(version: int = 1, more: str = "") -> str:
    return f"[Unit]\n{more}\n[Service]\nExecStart=/bin/v{version}\n"


def wanted(**versions: int) -> Folder:
    """Services by name, each wanted by default.target."""
    found: Folder = {}
    for name, version in versions.items():
        found[f"{name}.service"] = run(version)
        found[f"default.target.wants/{name}.service"] = run(version)
    return found


def switch(
    sandbox, units: Folder, files: dict[str, Any] | None = None, policy: Any = ..., **options: Any
) -> dict[str, Any]:
    """Switch to these units, with `activation` and options of a request."""
    spec = {FOLDER + path: text for path, text in units.items()}
    chosen = POLICY if policy is ... else policy
    more = {"services": chosen} if chosen else {}
    more.update({key: options.pop(key) for key in ("activation",) if key in options})
    manifest, contents = sandbox.manifest({**spec, **(files or {})}, **more)
    return sandbox.ship(manifest, list(contents.items()), **options)


def again(sandbox, units: Folder, **options: Any) -> bool:
    """Whether a second run has nothing to do."""
    spec = {FOLDER + path: text for path, text in units.items()}
    manifest, _contents = sandbox.manifest(spec, services=POLICY)
    return sandbox.ask("probe", digest=digest_of(manifest), **options)["unchanged"]


def test_units_follow_the_generation(sandbox, manager):
    first = switch(sandbox, wanted(a=1, b=1))
    assert first["services"]["start"] == ["a.service", "b.service"]
    assert first["services"]["why"]["a.service"] == "new, wanted by default.target"
    second = switch(sandbox, wanted(a=2, b=1))
    assert second["services"]["stop"] == second["services"]["start"] == ["a.service"]
    assert manager.model.starts == {"a.service": 2, "b.service": 1}
    assert not (sandbox.state / "services").exists()
    assert sandbox.tidy()
    back = sandbox.ask("rollback")
    assert back["services"]["start"] == ["a.service"]
    assert manager.model.text("a.service").values("Service", "ExecStart") == ["/bin/v1"]


def test_a_comparison_of_generations_tells_what_becomes_of_units(sandbox, manager):
    switch(sandbox, wanted(a=1, b=1, c=1))
    switch(sandbox, wanted(a=2, b=1, d=1))
    switch(sandbox, wanted(a=2, b=1, d=1), {".vimrc": "set ai\n"})
    manager.calls.clear()
    services = sandbox.ask("diff", between=[1, 2])["services"]
    assert services["stop"] == ["c.service", "a.service"]
    assert services["start"] == ["a.service", "d.service"]
    assert services["why"]["a.service"] == "changed: Service.ExecStart"
    assert "services" not in sandbox.ask("diff", between=[2, 3])
    assert manager.calls == []


def test_nothing_is_asked_when_no_unit_differs(sandbox, manager):
    switch(sandbox, wanted(a=1))
    manager.calls.clear()
    answer = switch(sandbox, wanted(a=1), {".vimrc": "set ai\n"})
    assert manager.calls == []
    assert "services" not in answer
    assert again(sandbox, wanted(a=1)) is False
    assert manager.calls == []


def test_a_run_with_nothing_to_do_loads_nothing_of_services(sandbox, manager):
    switch(sandbox, wanted(a=1))
    manifest, _contents = sandbox.manifest({FOLDER + path: text for path, text in wanted(a=1).items()}, services=POLICY)
    request = {"verb": "probe", "home": str(sandbox.home), "state": str(sandbox.state), "digest": digest_of(manifest)}
    program = (
        "import json, sys\n"
        "from ansible_collections.home.manager.plugins.module_utils.engine.verbs.dispatch import handle\n"
        f"assert handle(json.loads({json.dumps(request)!r}))['unchanged'] is True\n"
        "print([name for name in sys.modules if '.units' in name or 'services' in name or name == 'subprocess'])\n"
    )
    path = next(entry for entry in sys.path if (Path(entry) / "ansible_collections").is_dir())
    done = subprocess.run(
        [sys.executable, "-c", program], env={"PYTHONPATH": path}, capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"


def test_check_mode_asks_once_and_touches_nothing(sandbox, manager):
    switch(sandbox, wanted(a=1))
    manager.calls.clear()
    manager.model.jobs.clear()
    answer = switch(sandbox, wanted(a=2, n=1), check=True)
    assert answer["services"]["stop"] == ["a.service"]
    assert answer["services"]["start"] == ["a.service", "n.service"]
    assert answer["services"]["why"]["a.service"] == "changed: Service.ExecStart"
    assert manager.calls == ["show"]
    assert manager.model.jobs == []


def test_services_are_switched_at_their_place_among_the_scripts(sandbox, manager, tmp_path):
    log = tmp_path / "log"
    scripts = [
        {"name": "early", "script": f"echo early >> {log}", "phase": "write"},
        {"name": "reloadSystemd", "script": "", "phase": "services"},
        {"name": "late", "script": f"echo late >> {log}", "phase": "write"},
    ]
    original = manager.reload_manager

    def reload_manager() -> None:
        with log.open("a") as file:
            file.write("reload\n")
        original()

    manager.reload_manager = reload_manager
    switch(sandbox, wanted(a=1), activation=scripts)
    assert log.read_text().split() == ["early", "reload", "late"]


def test_a_failed_unit_fails_the_switch_and_leaves_the_generation(sandbox, manager):
    manager.model.outcome["a.service"] = "failed"
    answer = switch(sandbox, wanted(a=1, b=1))
    assert answer["failed"]["kind"] == "service"
    assert answer["failed"]["undone"] is False
    assert answer["failed"]["message"] == (
        "a.service failed to start (exit-code, status 1): line of 1."
        " The new generation is in place; the other unit was switched"
    )
    assert sandbox.current() == "generations/1"
    assert manager.model.active["b.service"] == "active"
    assert not again(sandbox, wanted(a=1, b=1))


def test_the_next_run_tries_again_what_failed(sandbox, manager):
    manager.model.outcome["a.service"] = "failed"
    switch(sandbox, wanted(a=1))
    still = switch(sandbox, wanted(a=1))
    assert still["failed"]["kind"] == "service"
    assert still["services"]["start"] == ["a.service"]
    del manager.model.outcome["a.service"]
    mended = switch(sandbox, wanted(a=1))
    assert "failed" not in mended
    assert mended["changed"] is True
    assert again(sandbox, wanted(a=1))


def test_a_unit_that_is_up_by_then_only_ends_the_record(sandbox, manager):
    manager.model.outcome["a.service"] = "failed"
    switch(sandbox, wanted(a=1))
    manager.model.active["a.service"] = "active"
    answer = switch(sandbox, wanted(a=1))
    assert answer["changed"] is False
    assert again(sandbox, wanted(a=1))


def test_undo_puts_generation_and_units_back_where_it_is_asked_for(sandbox, manager):
    switch(sandbox, wanted(a=1, c=1))
    manager.model.outcome["b.service"] = "failed"
    answer = switch(sandbox, wanted(a=2, b=1), on_failure="undo")
    assert answer["failed"] == {**answer["failed"], "kind": "service", "undone": True}
    assert sandbox.current() == "generations/1"
    assert manager.model.active["a.service"] == manager.model.active["c.service"] == "active"
    assert manager.model.text("a.service").values("Service", "ExecStart") == ["/bin/v1"]
    assert manager.model.active.get("b.service") not in ("active", "failed")
    assert not (sandbox.state / "services").exists()
    assert again(sandbox, wanted(a=1, c=1))


def test_a_failed_hook_puts_the_units_back_too(sandbox, manager):
    switch(sandbox, wanted(a=1))
    scripts = [
        {"name": "reloadSystemd", "script": "", "phase": "services"},
        {"name": "bad", "script": "exit 3", "phase": "write"},
    ]
    answer = switch(sandbox, wanted(a=2), activation=scripts)
    assert answer["failed"]["kind"] == "hook"
    assert manager.model.text("a.service").values("Service", "ExecStart") == ["/bin/v1"]
    assert manager.model.starts["a.service"] == 3
    assert again(sandbox, wanted(a=1))


def test_a_hook_that_fails_before_leaves_the_units_alone(sandbox, manager):
    switch(sandbox, wanted(a=1))
    manager.model.jobs.clear()
    answer = switch(sandbox, wanted(a=2), activation=[{"name": "bad", "script": "exit 3", "phase": "write"}])
    assert answer["failed"]["kind"] == "hook"
    assert manager.model.jobs == []
    assert again(sandbox, wanted(a=1))


@pytest.mark.slow
@pytest.mark.parametrize("verb", ["stop", "reload", "restart", "start"])
def test_a_crash_forgets_nobody(sandbox, manager, verb):
    switch(sandbox, wanted(a=1, b=1))
    manager.model.active["x.service"] = "inactive"
    manager.crash_at = verb
    with pytest.raises(KeyboardInterrupt):
        switch(sandbox, wanted(a=2, b=2, n=1))
    assert json.loads((sandbox.state / "services").read_text())["active"]
    answer = switch(sandbox, wanted(a=2, b=2, n=1))
    assert "failed" not in answer
    assert {unit for unit in ("a.service", "b.service", "n.service") if manager.model.active[unit] == "active"} == {
        "a.service",
        "b.service",
        "n.service",
    }
    assert again(sandbox, wanted(a=2, b=2, n=1))


def test_a_crash_right_after_the_flip_leaves_the_record(sandbox, manager, monkeypatch):
    switch(sandbox, wanted(a=1))
    original = hooks.Hooks.run_all

    def crash(*_arguments: Any, **_more: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(hooks.Hooks, "run_all", crash)
    with pytest.raises(KeyboardInterrupt):
        switch(sandbox, wanted(a=2))
    assert (sandbox.state / "services").exists()
    monkeypatch.setattr(hooks.Hooks, "run_all", original)
    answer = switch(sandbox, wanted(a=2))
    assert answer["services"]["stop"] == ["a.service"]
    assert manager.model.text("a.service").values("Service", "ExecStart") == ["/bin/v2"]


def test_a_crash_before_the_flip_leaves_none(sandbox, manager, monkeypatch):
    switch(sandbox, wanted(a=1))

    def crash(*_arguments: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(commit._Preparation, "run", crash)
        with pytest.raises(KeyboardInterrupt):
            switch(sandbox, wanted(a=2))
    assert not (sandbox.state / "services").exists()
    assert again(sandbox, wanted(a=1))


def test_without_a_manager_the_files_are_in_place_and_that_is_said(sandbox, manager):
    manager.there = False
    answer = switch(sandbox, wanted(a=1, b=1))
    assert answer["services"]["manager"] == "none"
    assert manager.calls == []
    assert (sandbox.home / FOLDER / "a.service").read_text() == run(1)
    assert len(answer["warnings"]) == 1
    assert answer["warnings"][0] == (
        f"{sandbox.user} has no running service manager: 2 units are in place and start at the next login;"
        " `home.linger: true` starts them now and at boot"
    )
    assert again(sandbox, wanted(a=1, b=1))


def test_suggestions_touch_no_unit(sandbox, manager):
    switch(sandbox, wanted(a=1))
    manager.model.jobs.clear()
    answer = switch(sandbox, wanted(a=2), policy={**POLICY, "start": False})
    assert manager.model.jobs == []
    assert "not done, because of `startServices`: systemctl --user restart a.service" in answer["warnings"]


def test_a_repaired_link_is_read_again_and_starts_nothing(sandbox, manager):
    switch(sandbox, wanted(a=1))
    manager.model.active["a.service"] = "inactive"
    (sandbox.home / FOLDER / "default.target.wants/a.service").unlink()
    manager.calls.clear()
    assert again(sandbox, wanted(a=1))
    assert manager.calls == ["show", "daemon-reload"]
    assert manager.model.active["a.service"] == "inactive"


def test_a_changed_variable_is_said(sandbox, manager):
    switch(sandbox, wanted(a=1), {".config/environment.d/10.conf": "A=1\n"})
    answer = switch(sandbox, wanted(a=1), {".config/environment.d/10.conf": "A=2\n"})
    assert (
        "session variables changed: units that run keep their old ones until they are restarted" in answer["warnings"]
    )
    assert answer["services"]["reloaded"] is True


@pytest.mark.parametrize(("version", "starts"), [(1, 0), (2, 1)])
def test_a_file_of_the_users_own_that_is_taken_over_counts_as_the_old_text(sandbox, manager, version, starts):
    sandbox.write(FOLDER + "a.service", run(1))
    manager.reload_manager()
    manager.model.active["a.service"] = "active"
    answer = switch(sandbox, {"a.service": run(version)}, backup_extension="bak")
    assert "failed" not in answer
    assert manager.model.starts.get("a.service", 0) == starts
    assert manager.model.text("a.service").values("Service", "ExecStart") == [f"/bin/v{version}"]


def test_uninstall_stops_what_it_takes_away(sandbox, manager):
    switch(sandbox, wanted(a=1))
    answer = sandbox.ask("uninstall")
    assert answer["services"]["stop"] == ["a.service"]
    assert manager.model.active["a.service"] == "inactive"
    assert not sandbox.state.exists()


def test_policy_goes_with_the_last_unit(sandbox, manager):
    switch(sandbox, wanted(a=1))
    answer = switch(sandbox, {}, {".vimrc": "x"}, policy=None)
    assert answer["services"]["stop"] == ["a.service"]


@pytest.mark.parametrize("content", [b"", b"[1]", b'{"source": 3}', b"\x00"])
def test_a_damaged_record_of_units_is_set_aside(content, sandbox, manager):
    switch(sandbox, wanted(a=1))
    (sandbox.state / "services").write_bytes(content)
    answer = switch(sandbox, wanted(a=2))
    assert not answer.get("failed")
    assert any("services was damaged" in text for text in answer["warnings"])
    assert not (sandbox.state / "services").exists()
