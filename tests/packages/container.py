# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""One container: packages come, run, go, come back and are freed, for one user, for a second, and from root's store."""

from __future__ import annotations

import functools
import http.server
import io
import json
import os
import re
import subprocess
import sys
import tarfile
import threading
import time
from pathlib import Path

STATE = ".local/state/home.manager"
DEBS = {
    "htop": "htop --version",
    "ripgrep": "printf 'a\\nbc\\n' | rg -n b",
    "fd": "cd / && fd -d 1 '^etc$'",
    "bat": "echo x | bat --plain --color never -",
    "jq": "echo '{\"a\": 1}' | jq -c .",
}
OTHERS = {
    "{name: ruff, provider: uv}": "ruff --version",
    "{name: httpie, provider: uv}": "http --version",
    "{name: yt-dlp, provider: uv}": "yt-dlp --version",
    "prettier": "echo 'a=1' | prettier --parser babel",
    "bash-language-server": "bash-language-server --version",
    "typescript": "tsc --version",
    "alpha": "alpha",
    "beta": "beta",
    "gamma": "gamma",
}
# Ansible's ssh, which reaches a container in another way.
SSH = """\
#!/usr/bin/env python3
import os, sys
words, user = sys.argv[1:], "root"
while words and words[0].startswith("-"):
    word = words.pop(0)
    if word in ("-o", "-S", "-p", "-l", "-i", "-F"):
        value = words.pop(0)
        if value.startswith("User="):
            user = value[5:].strip('"')
container = words.pop(0)
os.execvp("podman", ["podman", "exec", "--interactive", "--user", user, container, "sh", "-c", " ".join(words)])
"""


class Run:
    """A project on this machine whose homes are in a container."""

    def __init__(self, folder: Path, container: str, release: str) -> None:
        self.folder = folder
        self.container = container
        self.release = release
        (folder / "project").mkdir(parents=True)
        (folder / "archives").mkdir()
        (folder / "ssh").write_text(SSH)
        (folder / "ssh").chmod(0o755)
        for name in ("alpha", "beta", "gamma"):
            self._archive(name)
        handler = functools.partial(Quiet, directory=str(folder / "archives"))
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self._write("home.yml", "[{hosts: all, gather_facts: false, roles: [home.manager.home]}]")

    def _archive(self, name: str) -> None:
        text = f"#!/bin/sh\necho {name} 1.0\n".encode()
        with tarfile.open(self.folder / "archives" / f"{name}-1.0.tar.gz", "w:gz") as packed:
            item = tarfile.TarInfo(f"{name}-1.0/bin/{name}")
            item.size, item.mode = len(text), 0o755
            packed.addfile(item, io.BytesIO(text))

    def _write(self, name: str, text: str) -> None:
        (self.folder / "project" / name).write_text(text)

    def play(self, user: str, packages: list[str], *arguments: str, playbook: str = "home.yml") -> float:
        """Run a playbook for a home with these packages; the seconds that it took."""
        port = self.server.server_address[1]
        own = "".join(
            f"        {name}: {{archive: {{url: 'http://127.0.0.1:{port}/{name}-1.0.tar.gz', version: '1.0'}}, commands: [{name}]}}\n"
            for name in ("alpha", "beta", "gamma")
        )
        self._write(
            "inventory.yml",
            f"all:\n  hosts: {{{self.container}: {{}}}}\n  vars:\n    ansible_user: {user}\n    ansible_connection: ssh\n"
            f"    ansible_ssh_executable: {self.folder}/ssh\n    ansible_ssh_transfer_method: piped\n    ansible_pipelining: true\n"
            f"    home_users:\n      {user}:\n        home:\n          stateVersion: '26.05'\n          packages: [{', '.join(packages)}]\n"
            f"          packageCatalogue:\n{own.replace('        ', '            ')}",
        )
        began = time.monotonic()
        command = ["ansible-playbook", "-i", "inventory.yml", playbook, *arguments]
        environment = {**os.environ, "HOME": str(self.folder), "ANSIBLE_NOCOLOR": "1"}
        done = subprocess.run(
            command, cwd=self.folder / "project", env=environment, capture_output=True, text=True, check=False
        )
        if done.returncode:
            sys.exit(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")
        return time.monotonic() - began

    def inside(self, user: str, script: str, check: bool = True) -> str:
        """What a shell script prints in the container, with the profile's commands before the system's."""
        path = f"PATH=/home/{user}/{STATE}/current/home-path/bin:/usr/bin:/bin; export PATH; cd\n"
        command = [
            "podman",
            "exec",
            "--user",
            user,
            "--env",
            f"HOME=/home/{user}",
            self.container,
            "sh",
            "-c",
            path + script,
        ]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if check and done.returncode:
            sys.exit(f"{script!r} failed in the container: {done.stdout}{done.stderr}")
        return done.stdout.strip()

    def works(self, user: str, programs: dict[str, str]) -> None:
        """Run the programs, each found in the profile."""
        for wish, script in programs.items():
            said = self.inside(user, script)
            if not said:
                sys.exit(f"{wish}: {script!r} prints nothing")
            command = re.findall(r"[a-z-]+", script.split("|")[-1].replace("cd / && ", ""))[0]
            place = self.inside(user, f"command -v {command}")
            if "/home-path/bin/" not in place:
                sys.exit(f"{command} is {place}, not in the profile")

    def files(self, user: str) -> dict[str, dict[str, str]]:
        """The hash of every file of every package, by the package's name; without the user's own path."""
        script = f"cat {STATE}/packages/*/.hm/realisation.json"
        found = {}
        for line in self.inside(user, script).replace("}{", "}\n{").splitlines():
            record = json.loads(line)
            # A profile's caches differ with what else is in it.
            if record["provider"] != "profile":
                found[f"{record['name']} {record['version']}"] = record["parts"]
        return found

    def say(self, text: str) -> None:
        """Tell what works."""
        print(f"Debian {self.release}: {text}", flush=True)


class Quiet(http.server.SimpleHTTPRequestHandler):
    """A server that logs nothing."""

    def log_message(self, *_told: object) -> None:
        """Say nothing."""


def main(folder: Path, container: str, release: str) -> None:
    """Do it all."""
    run = Run(folder, container, release)
    everything = [*DEBS, *OTHERS]
    seconds = run.play("alice", everything)
    run.works("alice", {**DEBS, **OTHERS})
    run.say(f"{len(everything)} packages installed in {seconds:.0f} s, every one runs")

    run.play("alice", ["htop"])
    gone = run.inside("alice", "for c in rg fd jq ruff prettier alpha; do command -v $c; done", check=False)
    if "/home-path/" in gone:
        sys.exit(f"still there: {gone}")
    run.server.shutdown()
    run.inside("alice", f"rm -rf {STATE}/downloads/*")
    run.play("alice", ["htop"], playbook="home.manager.rollback")
    run.works("alice", {**DEBS, **OTHERS})
    run.say("a rollback brings all of them back, without the server of archives")

    seconds = run.play("bob", list(DEBS), "-e", '{"home_locked": true}')
    run.works("bob", DEBS)
    alice, bob = run.files("alice"), run.files("bob")
    if any(alice[name] != parts for name, parts in bob.items()) or len(bob) != len(DEBS):
        sys.exit("a second user got other files by the same lock")
    run.say(f"a second user gets the same {sum(map(len, bob.values()))} files by the same lock, in {seconds:.1f} s")

    run.play("alice", ["htop"])
    before = run.inside("alice", f"du -sm {STATE} | cut -f1")
    run.play("alice", ["htop"], "-e", "home_keep=1", playbook="home.manager.expire")
    after = run.inside("alice", f"du -sm {STATE} | cut -f1")
    if len(run.files("alice")) != 1:
        sys.exit(f"expire left {sorted(run.files('alice'))}")
    run.works("alice", {"htop": DEBS["htop"]})
    run.say(f"expire frees what nobody uses: {before} MB before, {after} MB after")

    _empty_root(run)
    _root_store(run)


def _empty_root(run: Run) -> None:
    """The debs run where there is nothing but the store, /proc and /etc/passwd."""
    script = f"""
        set -e
        mkdir -p /var/empty-root/home/bob/.local/state /var/empty-root/etc /var/empty-root/dev
        cp -a /home/bob/{STATE} /var/empty-root/home/bob/.local/state/
        cp /etc/passwd /var/empty-root/etc/
        cp -a /dev/null /var/empty-root/dev/ 2>/dev/null || : > /var/empty-root/dev/null
        cd /var/empty-root
        for command in htop rg fd bat jq; do
            chroot --userspec=bob /var/empty-root /home/bob/{STATE}/current/home-path/bin/$command --version | head -n 1
        done
    """
    done = subprocess.run(
        ["podman", "exec", run.container, "sh", "-c", script], capture_output=True, text=True, check=False
    )
    if done.returncode or len(done.stdout.splitlines()) < len(DEBS):
        sys.exit(f"in an empty root: {done.stdout}{done.stderr}")
    run.say("the five Debian packages run in an empty root")


def _root_store(run: Run) -> None:
    """Root's own packages serve a user of the host: nothing is downloaded again."""
    subprocess.run(["podman", "exec", run.container, "mkdir", "-p", "/var/lib/home.manager/packages"], check=True)
    run.play("root", ["jq", "bat"])
    run.play("admin", ["jq", "bat"], "-e", '{"home_locked": true}')
    run.works("admin", {name: DEBS[name] for name in ("jq", "bat")})
    links = run.inside("admin", f"find {STATE}/packages -maxdepth 1 -type l | wc -l")
    if links != "2":
        sys.exit(f"{links} packages of the second user are links into root's store, not 2")
    run.say("a user takes root's packages as links, without a download")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3])
