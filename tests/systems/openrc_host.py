# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""On a host that OpenRC has booted, where `tests/systems/openrc` runs it: one part of the test, by its name.

    python3 openrc_host.py FOLDER PART

FOLDER holds the engine and `kill_points.py`. Every part begins with the state that it needs.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

sys.path.insert(0, sys.argv[1])

from engine.contract.bundle import write_bundle  # type: ignore[import-not-found]
from engine.contract.canonical import digest  # type: ignore[import-not-found]
from engine.contract.objects import object_id  # type: ignore[import-not-found]
from engine.disk import filesystem  # type: ignore[import-not-found]
from engine.system.verbs import SystemVerbs  # type: ignore[import-not-found]

FOLDER = sys.argv[1]
STATE = "/var/lib/home.manager"
SSHD = "ssh/sshd_config.d/10-home-manager.conf"
DAEMON = "busybox-syslogd"


def check(what: bool, sentence: str) -> None:
    if not what:
        raise SystemExit(f"BAD: {sentence}")
    print(f"good: {sentence}", flush=True)


def system(word: str, tries: int = 6, packages: tuple[str, ...] = (), **provided: bool) -> Any:
    """A declaration with its objects. `provided`: services, with `_` for `-`, and whether they are wanted."""
    contents = {"word": f"{word}\n".encode(), SSHD: f"MaxAuthTries {tries}\n".encode()}
    objects = {target: object_id(content, "0444", target) for target, content in contents.items()}
    etc: dict[str, Any] = {target: {"object": name, "mode": "0644"} for target, name in objects.items()}
    etc[SSHD]["reloads"] = ["ssh"]
    services = {name.replace("_", "-"): {"enable": on, "start": True} for name, on in {"ssh": True, **provided}.items()}
    user = {"name": f"of-{word}", "group": "users", "home": f"/home/of-{word}", "normal": True, "createHome": True}
    manifest = {
        "kind": "system",
        "version": 1,
        "etc": etc,
        "provided": services,
        "accounts": {"users": [{**user, "shell": "/bin/sh"}], "groups": []},
        "packages": {"provider": "apt", "want": [{"name": name, "version": None, "why": ""} for name in packages]},
        "objects": {name: {"mode": "0444", "size": len(contents[target])} for target, name in objects.items()},
    }
    return manifest, [(name, contents[target]) for target, name in objects.items()]


def ask(**request: Any) -> dict[str, Any]:
    answer: dict[str, Any] = SystemVerbs(lambda _request: {}).answer(request)
    return answer


def switch(what: Any, **more: Any) -> dict[str, Any]:
    bundle = write_bundle(what[0], sorted(what[1]))
    request = {"step": "switch", "digest": digest(what[0]), "bundle": bundle, "allow_lockout": True, "homes": {}}
    answer = ask(**{**request, **more})
    check(not answer.get("failed") and not answer.get("collisions"), f"the switch succeeds: {answer.get('failed')}")
    return answer


def unchanged(what: Any) -> bool:
    return bool(ask(step="probe", digest=digest(what[0]), homes={})["unchanged"])


def word() -> str:
    with open("/etc/word", encoding="utf-8") as source:
        return source.read().strip()


def tries() -> str:
    done = subprocess.run(["sshd", "-T"], stdout=subprocess.PIPE, text=True, check=True)
    return next(line.split()[1] for line in done.stdout.splitlines() if line.startswith("maxauthtries"))


def runs(name: str) -> bool:
    return subprocess.run(["rc-service", name, "status"], stdout=subprocess.DEVNULL, check=False).returncode == 0


def sshd() -> int:
    """The process of the daemon that listens."""
    with open("/run/sshd.pid", encoding="ascii") as source:
        return int(source.read())


def processes(name: str) -> list[str]:
    """The processes of a program."""
    found = []
    for number in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{number}/comm", encoding="utf-8") as source:
                found += [number] if source.read().strip() == name else []
        except (FileNotFoundError, ProcessLookupError):
            continue
    return found


def enabled(name: str) -> bool:
    return os.path.lexists(f"/etc/runlevels/default/{name}")


def waiting() -> int | None:
    """The process that the note of the timer names, while it runs."""
    try:
        with open(f"{STATE}/timer.json", encoding="utf-8") as source:
            pid = int(json.load(source)["pid"])
        os.kill(pid, 0)
    except (FileNotFoundError, ProcessLookupError):
        return None
    return pid


def within(seconds: float, what: Callable[[], bool]) -> bool:
    end = time.monotonic() + seconds
    while not what() and time.monotonic() < end:
        time.sleep(0.1)
    return what()


def services() -> None:
    before = sshd()
    answer = switch(system("old"))
    check(answer["units"]["reload"] == ["ssh"], "sshd is told of its new file")
    check((sshd(), tries(), word()) == (before, "6", "old"), "its process stays, and the file counts")
    check(runs("ssh") and enabled("ssh"), "it runs and is enabled")
    check(os.access("/etc/init.d/home-manager-recover", os.X_OK), "the script of the boot can be run")
    levels = [
        level
        for level in os.listdir("/etc/runlevels")
        if os.path.lexists(f"/etc/runlevels/{level}/home-manager-recover")
    ]
    check(levels == ["sysinit"], "it is in the runlevel that mounts the file systems")
    check(unchanged(system("old")), "a second run has nothing to do")
    facts = ask(step="probe", digest="", homes={})["facts"]
    check(facts["init"] == "openrc", "the host says that OpenRC has booted it")


def accounts() -> None:
    switch(system("old"))
    with open("/etc/passwd", encoding="utf-8") as source:
        check("of-old:" in source.read() and os.path.isdir("/home/of-old"), "the account and its home are there")


def admin_stops() -> None:
    switch(system("old", packages=(DAEMON,), busybox_syslogd=True))
    check(runs(DAEMON) and enabled(DAEMON), "the service of a package is enabled and runs")
    subprocess.run(["rc-service", DAEMON, "stop"], check=True, stdout=subprocess.DEVNULL)
    switch(system("new", 5, packages=(DAEMON,), busybox_syslogd=True))
    check(not runs(DAEMON) and enabled(DAEMON), "one that an administrator stopped stays stopped")
    switch(system("new", 5, packages=(DAEMON,), busybox_syslogd=False))
    check(not enabled(DAEMON), "one that is not wanted is disabled")
    switch(system("new", 5, packages=(DAEMON,), busybox_syslogd=True))
    check(runs(DAEMON) and enabled(DAEMON), "and back")


def packages() -> None:
    switch(system("old"))
    # Its script and its runlevel stay until somebody purges the package, as Debian has it.
    check(not os.path.exists("/sbin/syslogd") and not processes("syslogd"), "a service goes with its package")
    bad = system("new", nowhere=True)
    bundle = write_bundle(bad[0], sorted(bad[1]))
    answer = ask(step="switch", digest="x", homes={}, allow_lockout=True, bundle=bundle)
    said = "no installed package brings the service /etc/init.d/nowhere"
    check(said in json.dumps(answer.get("failed")), "a service that no package brings is a failure")
    switch(system("old"))


NATIVE = """\
#!/sbin/openrc-run
command=/bin/sleep
command_args=1000
command_background=yes
pidfile=/run/native.pid
"""


def native() -> None:
    """A script in OpenRC's own way, which cannot reload, and whose process is killed."""
    from engine.system.inits.openrc_services import OpenRCServices  # type: ignore[import-not-found]

    with open("/etc/init.d/native", "w", encoding="utf-8") as script:
        script.write(NATIVE)
    os.chmod("/etc/init.d/native", 0o755)
    openrc = OpenRCServices(60.0)

    def process() -> str:
        with open("/run/native.pid", encoding="ascii") as source:
            return source.read().strip()

    check(openrc.act("start", "native").good and openrc.running(["native"]) == {"native"}, "a script is started")
    first = process()
    check(openrc.act("reload", "native").good and process() != first, "one that cannot reload is restarted")
    second = process()
    for verb in ("start", "restart"):
        os.kill(int(process()), 9)
        time.sleep(0.5)
        check(openrc.act(verb, "native").good, f"{verb} succeeds where its process was killed")
        check(os.path.exists(f"/proc/{process()}") and process() != second, "and it runs again")
        second = process()
    check(openrc.act("stop", "native").good and not openrc.running(["native"]), "it is stopped")
    check(openrc.enable("native").good and openrc.enabled("native") is True, "it is enabled")
    check(openrc.disable("native").good and openrc.enabled("native") is False, "and disabled")
    subprocess.run(["rc-update", "--quiet", "add", "native", "sysinit"], check=True)
    check(not openrc.disable("native").good, "in another runlevel it is left alone")
    subprocess.run(["rc-update", "--quiet", "del", "native", "sysinit"], check=True)
    os.unlink("/etc/init.d/native")


def rollback() -> None:
    switch(system("old"))
    old = int(os.path.basename(os.readlink(f"{STATE}/current")))
    switch(system("new", 5, packages=(DAEMON,), busybox_syslogd=True))
    check((word(), tries(), runs(DAEMON)) == ("new", "5", True), "the new state is whole")
    answer = ask(step="rollback", generation=old, allow_lockout=True)
    check(not answer.get("failed"), "the rollback succeeds")
    check((word(), tries(), processes("syslogd")) == ("old", "6", []), "the old state is whole again")


def confirmed() -> None:
    switch(system("old"))
    answer = switch(system("new", 5), confirm=60)
    pid = waiting()
    check(bool(answer["armed"]) and pid is not None, "the timer runs")
    ask(step="confirm", homes={}, allow_lockout=True)
    check(within(3, lambda: waiting() is None) and not os.path.exists(f"/proc/{pid}"), "the confirmation ends it")
    check(word() == "new" and unchanged(system("new", 5)), "and the new state stays")


def unconfirmed() -> None:
    switch(system("old"))
    switch(system("new", 5, busybox_syslogd=False), confirm=2)
    check((word(), tries()) == ("new", "5"), "the new state is in effect")
    check(within(40, lambda: not os.path.exists(f"{STATE}/unconfirmed.json")), "the timer reverts")
    found = within(10, lambda: (word(), tries(), runs("ssh")) == ("old", "6", True))
    check(found, f"the old state is whole again: {word()}, {tries()}, {runs('ssh')}")


def session() -> None:
    """The same over a connection of its own, which ends at once."""
    switch(system("old"))
    home = "/home/admin/.ssh"
    os.makedirs(home, exist_ok=True)
    key = "/root/session-key"
    if not os.path.exists(key):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
    with (
        open(f"{key}.pub", encoding="ascii") as source,
        open(f"{home}/authorized_keys", "w", encoding="ascii") as target,
    ):
        target.write(source.read())
    subprocess.run(["chown", "-R", "admin:", home], check=True)
    command = f"sudo python3 {FOLDER}/openrc_host.py {FOLDER} in_session"
    options = ["-o", "StrictHostKeyChecking=no", "-o", "BatchMode=yes", "-i", key]
    began = time.monotonic()
    subprocess.run(["ssh", "-tt", *options, "admin@127.0.0.1", command], check=True, stdin=subprocess.DEVNULL)
    check(time.monotonic() - began < 15, "the session ends without waiting for the timer")
    check(word() == "new" and waiting() is not None, "which runs on")
    with open(f"/proc/{waiting()}/cgroup", encoding="ascii") as source:
        check("ssh" not in source.read(), "outside the control group of sshd")
    subprocess.run(["rc-service", "ssh", "restart"], check=True, stdout=subprocess.DEVNULL)
    check(waiting() is not None, "and survives a restart of sshd")
    check(within(60, lambda: not os.path.exists(f"{STATE}/unconfirmed.json")) and word() == "old", "until it reverts")


def in_session() -> None:
    switch(system("new", 5), confirm=20)


def no_timer() -> None:
    """A timer that cannot be looked at is none: everything is undone."""
    switch(system("old"))
    from engine.contract.errors import EngineError  # type: ignore[import-not-found]
    from engine.system.inits import timer  # type: ignore[import-not-found]

    timer.started_at, real = (lambda _pid: None), timer.started_at
    try:
        switch(system("new", 5), confirm=60)
    except EngineError as error:
        check("could not be started" in error.message and "Nothing was changed" in error.message, error.message)
    finally:
        timer.started_at = real
    left = [name for name in ("journal.json", "unconfirmed.json", timer.NOTE) if os.path.exists(f"{STATE}/{name}")]
    check((word(), tries(), left) == ("old", "6", []), "a switch whose timer does not run is undone")


def before_boot_unconfirmed() -> None:
    switch(system("old"))
    switch(system("new", 5), confirm=600)
    check(word() == "new", "the new state is in effect, and waits for a confirmation")


def after_boot_unconfirmed() -> None:
    check((word(), tries(), runs("ssh")) == ("old", "6", True), "the boot reverted it")
    check(not os.path.exists(f"{STATE}/unconfirmed.json") and waiting() is None, "and nothing waits any more")
    # The account that only the other state had is locked until a whole run removes it.
    switch(system("old"))
    check(unchanged(system("old")), "the next run completes it")


def before_boot_interrupted() -> None:
    """A switch that is killed where it is about to put a file in place: its commit is done, and /etc is a mixture."""
    switch(system("old"))
    child = os.fork()
    if child == 0:

        def observer(when: str, call: str, path: str) -> None:
            if (when, call, path) == ("before", "rename", "/etc/word"):
                os.kill(os.getpid(), signal.SIGKILL)

        filesystem.observer = observer
        switch(system("new", 5))
        os._exit(0)
    check(os.WIFSIGNALED(os.waitpid(child, 0)[1]), "a switch was killed")
    check(os.path.exists(f"{STATE}/journal.json"), f"after its commit: /etc still says {word()}")


def after_boot_interrupted() -> None:
    check((word(), tries(), runs("ssh")) == ("new", "5", True), "the boot finished the switch")
    check(not os.path.exists(f"{STATE}/journal.json"), "and nothing of it is left over")


if __name__ == "__main__":
    globals()[sys.argv[2]]()
