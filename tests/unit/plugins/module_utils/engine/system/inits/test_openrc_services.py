# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What is made of the answers of OpenRC's programs. The answers are those of OpenRC 0.45."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.home.manager.plugins.module_utils.engine.system import process
from ansible_collections.home.manager.plugins.module_utils.engine.system.inits import openrc_services
from ansible_collections.home.manager.plugins.module_utils.engine.system.inits.openrc_services import OpenRCServices
from ansible_collections.home.manager.plugins.module_utils.engine.system.process import Done

GOOD = Done(0, " * Starting native ... [ ok ]\n")
NO_RELOAD = Done(1, " * native: unknown function `reload'\n")
ALREADY = Done(0, " * WARNING: native has already been started\n")
GONE = Done(1, " * Stopping native ...No /bin/sleep found running; none killed.\n * ERROR: native failed to stop\n")
REFUSED = Done(1, " * sshd: bad configuration\n * ERROR: sshd failed to stop\n")


@pytest.fixture(name="etc")
def fixture_etc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("init.d", "runlevels/default", "runlevels/boot"):
        (tmp_path / name).mkdir(parents=True)
    monkeypatch.setattr(openrc_services, "SCRIPTS", str(tmp_path / "init.d"))
    monkeypatch.setattr(openrc_services, "LEVELS", str(tmp_path / "runlevels"))
    (tmp_path / "init.d/native").touch()
    return tmp_path


class Recorded(OpenRCServices):
    """Programs that answer what was recorded, in its order."""

    def __init__(self, *answers: Done) -> None:
        super().__init__(60.0)
        self.answers, self.calls = list(answers), list[str]()

    def _run(self, command: list[str]) -> Done:
        self.calls.append(" ".join(command))
        return self.answers.pop(0)


@pytest.mark.parametrize(
    ("verb", "answers", "calls"),
    [
        ("start", [GOOD], ["start"]),
        ("reload", [GOOD], ["reload"]),
        ("reload", [NO_RELOAD, GOOD], ["reload", "restart"]),
        ("start", [ALREADY, GOOD], ["start", "restart"]),
        ("start", [ALREADY, GONE, GOOD, GOOD], ["start", "restart", "zap", "start"]),
        ("restart", [GONE, GOOD, GOOD], ["restart", "zap", "start"]),
    ],
)
def test_what_was_asked_for_is_reached(verb: str, answers: list[Done], calls: list[str]) -> None:
    services = Recorded(*answers)
    assert services.act(verb, "native").good
    assert services.calls == [f"rc-service --nocolor native {call}" for call in calls]


@pytest.mark.parametrize("verb", ["reload", "restart", "stop"])
def test_what_a_script_refuses_is_not_forced(verb: str) -> None:
    services = Recorded(REFUSED)
    assert services.act(verb, "sshd") == REFUSED
    assert len(services.calls) == 1


def test_a_service_without_a_script_is_not_there(etc: Path) -> None:
    services = Recorded()
    assert (services.there("other"), services.enabled("other"), services.running(["other"])) == (False, None, set())
    assert services.lacking("other") == f"no installed package brings the service {etc}/init.d/other"
    assert services.lacking("native") == ""


def test_runlevels_say_what_is_enabled_and_only_the_usual_one_is_changed(etc: Path) -> None:
    assert Recorded().enabled("native") is False
    (etc / "runlevels/boot/native").symlink_to(etc / "init.d/native")
    assert Recorded().enabled("native") is True
    refused = Recorded().disable("native")
    assert (refused.good, "rc-update del native boot" in refused.output) == (False, True)
    services = Recorded(GOOD)
    (etc / "runlevels/boot/native").unlink()
    assert services.disable("native").good
    assert services.calls == ["rc-update --quiet del native default"]


def test_what_a_service_leaves_running_does_not_hold_its_output(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "rc-service"
    program.write_text("#!/bin/sh\nsleep 3 &\necho started\n")
    program.chmod(0o755)
    monkeypatch.setattr(process, "environment", lambda _more: {"PATH": f"{tmp_path}:/usr/bin:/bin"})
    assert OpenRCServices(30.0).act("start", "native") == Done(0, "started\n")
