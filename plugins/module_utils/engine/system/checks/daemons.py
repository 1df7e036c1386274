# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""How programs are asked about their own configuration below /etc, all of it at once."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from ...disk import queries

if TYPE_CHECKING:
    from typing import List, Pattern, Tuple

    from .future import Future

_CLUSTER = re.compile(r"postgresql/([0-9]+)/([A-Za-z0-9_-]+)/")
# A log that does not exist yet is no fault: whoever writes it may only start in this switch.
_NO_LOG_YET = re.compile(" WARNING |Have not found any log file|ERROR: test configuration failed")
_NO_FAULT = re.compile("^(?!error:)|^error: stat of ")
# Redis has no check, but reads its settings in order and ends at the first that it refuses: here, at one that comes last.
_REDIS = """
said=$(sed '/^dir /d' "$1" | redis-server - --home-manager-end yes 2>&1)
case $said in *"'home-manager-end"*) exit 0 ;; esac
printf '%s\\n' "$said" | sed -n '/^>>>/,$p' >&2
exit 1
"""
# What an older program says of an option that it does not have.
UNSUPPORTED = ("unknown flag", "unrecognized option", "invalid option")


class Daemon(NamedTuple):
    """One program that can judge its files. `prefixes` are the paths that concern it, `noise` the lines that say nothing of a fault."""

    name: str
    prefixes: Tuple[str, ...]
    command: List[str]
    refusal: str = ""
    noise: Pattern[str] = re.compile("(?!)")

    @property
    def program(self) -> str:
        """The program that is asked."""
        return self.command[0]

    @property
    def sentence(self) -> str:
        """How a refusal begins."""
        return self.refusal or f"{self.name} rejects the new configuration"


_DAEMONS = (
    Daemon("sudo as a whole", ("sudoers",), ["visudo", "-c"], "sudo rejects the new rules"),
    Daemon("nginx", ("nginx/",), ["nginx", "-t"]),
    Daemon("fail2ban", ("fail2ban/",), ["fail2ban-client", "-t"], noise=_NO_LOG_YET),
    Daemon("cups", ("cups/cupsd.conf",), ["cupsd", "-t"], noise=re.compile("^No .* (defined|found)")),
    Daemon("chrony", ("chrony/", "chrony.conf"), ["chronyd", "-p"]),
    Daemon("logrotate", ("logrotate.d/",), ["logrotate", "-d", "/etc/logrotate.conf"], noise=_NO_FAULT),
    Daemon("apt", ("apt/apt.conf.d/",), ["apt-config", "dump"]),
    Daemon("docker", ("docker/daemon.json",), ["dockerd", "--validate", "--config-file=/etc/docker/daemon.json"]),
)


def concerned(future: Future) -> List[Daemon]:
    """The programs whose files change, where some of these files are ours; a wrong rule of sudo is everybody's trouble."""
    touched = [daemon for daemon in _DAEMONS if future.touches(*daemon.prefixes)]
    return [daemon for daemon in touched if daemon.program == "visudo" or future.declares(*daemon.prefixes)] + [
        *_clusters(future),
        *_redis(future),
        *_shell(future),
    ]


def _redis(future: Future) -> List[Daemon]:
    files = future.under("home-manager/redis") if queries.exists("/usr/bin/redis-server") else []
    return [
        Daemon(
            f"redis: {file.target}", (), ["sh", "-c", _REDIS, "sh", f"/etc/{file.target}"], "Redis rejects its settings"
        )
        for file in files
    ]


def _shell(future: Future) -> List[Daemon]:
    """The code that every login or every shell reads."""
    files = [file for file in future.under("profile.d/home-manager", "home-manager/") if file.target.endswith(".sh")]
    return [
        Daemon(f"bash: {file.target}", (), ["bash", "-n", f"/etc/{file.target}"], "bash rejects the new code")
        for file in files
    ]


def _clusters(future: Future) -> List[Daemon]:
    """PostgreSQL, once for each cluster whose settings change: it reads all of them to print one."""
    found = {}
    for file in future.files:
        cluster = _CLUSTER.match(file.target)
        if cluster is not None and future.declares(cluster[0]):
            server = f"/usr/lib/postgresql/{cluster[1]}/bin/postgres"
            main = f"/etc/postgresql/{cluster[1]}/{cluster[2]}/postgresql.conf"
            if queries.exists(server) and queries.exists(main):
                command = ["runuser", "-u", "postgres", "--", server, "-C", "port", "-c", f"config_file={main}"]
                found[main] = Daemon("postgresql", (file.target,), command, "PostgreSQL rejects the new configuration")
    return list(found.values())
