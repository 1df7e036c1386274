# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Makes a repository of packages that have the names, units and files of a family, in a container where its package manager is.

    python3 packages.py fedora|arch FOLDER          makes it, and second versions of some packages in the folder `second` beside it
    python3 packages.py add fedora|arch FOLDER      lets it know of what lies in its folder

What they contain is made up, but for PostgreSQL's unit, which starts Debian's server as the family does.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import NamedTuple

POSTGRES = """\
[Unit]
Description=PostgreSQL database server

[Service]
Type=notify
User=postgres
Group=postgres
ExecStartPre=/bin/false this is not how the declared server starts
ExecStart=/usr/bin/postgres -D {data}
RuntimeDirectory=postgresql

[Install]
WantedBy=multi-user.target
"""
SETUP = "#!/bin/sh\nexec runuser -u postgres -- /usr/bin/initdb -D /var/lib/pgsql/data > /dev/null\n"


def unit(description: str) -> str:
    """A service that does nothing, for ever."""
    return f"[Unit]\nDescription={description}\n[Service]\nExecStart=/usr/bin/sleep infinity\n[Install]\nWantedBy=multi-user.target\n"


class MadeUp(NamedTuple):
    """A package: its files by path, and of these the ones of configuration."""

    name: str
    version: str = "1.0"
    needs: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()
    files: tuple[tuple[str, str], ...] = ()
    folders: tuple[str, ...] = ()

    @property
    def configuration(self) -> list[str]:
        return [path for path, _text in self.files if path.startswith("etc/")]


def common(family: str) -> list[MadeUp]:
    """The packages that are the same in both families but for their names."""
    fedora = family == "fedora"
    units = "usr/lib/systemd/system"
    cron = "crond.service" if fedora else "cronie.service"
    data = "/var/lib/pgsql/data" if fedora else "/var/lib/postgres/data"
    return [
        MadeUp("tree", files=(("usr/share/tree/version", "1.0\n"),), needs=("tree-data",)),
        MadeUp("tree-data"),
        MadeUp("vim-enhanced" if fedora else "vim"),
        MadeUp("cronie", files=((f"{units}/{cron}", unit("Command scheduler")),)),
        MadeUp(
            "chrony",
            files=((f"{units}/chronyd.service", unit("NTP client")), ("etc/chrony.conf", "pool 2.pool.example\n")),
        ),
        MadeUp("firewalld", files=((f"{units}/firewalld.service", unit("firewalld")),)),
        MadeUp("less-conf", files=(("etc/lessrc", "default of 1.0\n"),)),
        MadeUp("less-conf", "2.0", files=(("etc/lessrc", "default of 2.0\n"),)),
        MadeUp("extra-conf", files=(("etc/extrarc", "default\n"),)),
        MadeUp("rival", conflicts=("tree",)),
        MadeUp(
            "postgresql-server" if fedora else "postgresql",
            files=((f"{units}/postgresql.service", POSTGRES.format(data=data)), ("usr/bin/postgresql-setup", SETUP)),
            folders=(data,),
        ),
        *(
            MadeUp(name)
            for name in ("bash-completion", "git", "kbd", "nftables", "sudo", "tzdata", "openssh-clients", "gnupg2")
        ),
        *(
            MadeUp(name)
            for name in (
                "postgresql-contrib",
                "glibc-langpack-de",
                "glibc-langpack-en",
                "glibc",
                "openssh-server",
                "openssh",
            )
        ),
    ]


def tree_of(package: MadeUp, folder: str) -> None:
    for path, text in package.files:
        os.makedirs(os.path.join(folder, os.path.dirname(path)), exist_ok=True)
        with open(os.path.join(folder, path), "w", encoding="utf-8") as output:
            output.write(text)
        os.chmod(os.path.join(folder, path), 0o755 if path.startswith("usr/bin/") else 0o644)
    for path in package.folders:
        os.makedirs(folder + path)
        shutil.chown(folder + path, "postgres", "postgres")
        os.chmod(folder + path, 0o700)
    note = os.path.join(folder, "usr/share/made-up", package.name)
    os.makedirs(note)


def run(*command: str, cwd: str | None = None) -> None:
    done = subprocess.run(command, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(command)}: {done.stdout}")


def rpm(package: MadeUp, folder: str, work: str) -> None:
    tree = f"{work}/{package.name}-{package.version}"
    tree_of(package, tree)
    lines = [
        f"Name: {package.name}", f"Version: {package.version}", "Release: 1", "Summary: made up", "License: none", "BuildArch: noarch", "AutoReqProv: no",
        *(f"Requires: {name}" for name in package.needs), *(f"Conflicts: {name}" for name in package.conflicts),
        "%description", "made up", "%install", f"cp -a {tree}/. %{{buildroot}}", "%files", f"/usr/share/made-up/{package.name}",
        *(f"{'%config(noreplace) ' if path in package.configuration else ''}/{path}" for path, _text in package.files),
        *(f"%attr(0700, postgres, postgres) {path}" for path in package.folders), "",
    ]  # fmt: skip
    with open(f"{tree}.spec", "w", encoding="utf-8") as output:
        output.write("\n".join(lines))
    defines = {"_topdir": work, "_rpmdir": folder, "_build_name_fmt": "%%{NAME}-%%{VERSION}-%%{RELEASE}.%%{ARCH}.rpm"}
    words = [word for key, value in defines.items() for word in ("--define", f"{key} {value}")]
    run("rpmbuild", "-bb", "--quiet", "--nodeps", *words, f"{tree}.spec")


def pacman(package: MadeUp, folder: str, work: str) -> None:
    tree = f"{work}/{package.name}-{package.version}"
    tree_of(package, tree)
    lines = [
        f"pkgname = {package.name}", f"pkgver = {package.version}-1", "pkgdesc = made up", "builddate = 1700000000", "size = 10", "arch = any",
        *(f"depend = {name}" for name in package.needs), *(f"conflict = {name}" for name in package.conflicts),
        *(f"backup = {path}" for path in package.configuration), "",
    ]  # fmt: skip
    with open(f"{tree}/.PKGINFO", "w", encoding="utf-8") as output:
        output.write("\n".join(lines))
    archive = f"{folder}/{package.name}-{package.version}-1-any.pkg.tar.zst"
    run("bsdtar", "--zstd", "-cf", archive, *sorted(os.listdir(tree)), cwd=tree)


def main(family: str, folder: str) -> None:
    """Fill the repository. Second versions of packages are made too, in the folder `second` beside it."""
    work, later = f"{folder}-work", os.path.join(os.path.dirname(folder), "second")
    for path in (work, later):
        os.makedirs(path)
    packages = common(family)
    for package in packages:
        (rpm if family == "fedora" else pacman)(package, later if package.version == "2.0" else folder, work)
    add(family, folder)
    shutil.rmtree(work)


def add(family: str, folder: str) -> None:
    """Let the repository's lists name what lies in its folder."""
    if family == "fedora":
        # A folder of a lower layer of the image cannot be renamed.
        shutil.rmtree(f"{folder}/repodata", ignore_errors=True)
        run("createrepo_c", "--quiet", folder)
        return
    # A list of pacman names one version of a package, the last one that is added.
    archives = sorted(name for name in os.listdir(folder) if name.endswith(".pkg.tar.zst"))
    run("repo-add", "--quiet", f"{folder}/made-up.db.tar.gz", *(f"{folder}/{name}" for name in archives))


if __name__ == "__main__":
    (add if sys.argv[1:2] == ["add"] else main)(*sys.argv[-2:])
