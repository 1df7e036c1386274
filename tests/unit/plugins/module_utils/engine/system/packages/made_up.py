# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Repositories of made-up packages, for the real rpmbuild and pacman: each brings a file of its own and a file of configuration.

`top` needs `mid`, which needs `leaf`. `rival` conflicts with `other`, `heir` replaces it, and `newer-name` provides `oldname`.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

LONG = "a-package-with-a-name-that-is-so-long-that-no-table-of-eighty-columns-has-room-for-it-in-one-line-" + "x" * 40


class MadeUp(NamedTuple):
    """A package; relations are lists of names with or without a version."""

    name: str
    version: str = "1.0"
    needs: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()
    replaces: tuple[str, ...] = ()
    provides: tuple[str, ...] = ()


PACKAGES = (
    MadeUp("leaf"),
    MadeUp("mid", needs=("leaf",)),
    MadeUp("top", needs=("mid",)),
    MadeUp("other"),
    MadeUp("stray", needs=("leaf",)),
    MadeUp("rival", conflicts=("other",)),
    MadeUp("newer-name", provides=("oldname",)),
    MadeUp(LONG),
)
SECOND_TOP = MadeUp("top", "2.0", needs=("mid",))
HEIRS = (MadeUp("heir", replaces=("other",)), MadeUp("long-heir", replaces=(LONG,)))


def content(package: MadeUp, folder: Path) -> None:
    """The files of a package below a folder."""
    (folder / "usr/share" / package.name).mkdir(parents=True)
    (folder / "usr/share" / package.name / "version").write_text(f"{package.version}\n")
    (folder / "etc").mkdir()
    (folder / "etc" / f"{package.name[:40]}.conf").write_text(f"default of {package.version}\n")


def _run(*command: str, cwd: Path | None = None) -> None:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"


def _spec(package: MadeUp, tree: Path) -> str:
    relations = {
        "Requires": package.needs,
        "Conflicts": package.conflicts,
        "Obsoletes": tuple(f"{name} < 9" for name in package.replaces),
        "Provides": tuple(f"{name} = {package.version}" for name in package.provides),
    }
    lines = [f"{key}: {value}" for key, values in relations.items() for value in values]
    return "\n".join(
        [
            f"Name: {package.name}",
            f"Version: {package.version}",
            "Release: 1",
            "Summary: made up",
            "License: none",
            "BuildArch: noarch",
            *lines,
            "%description",
            "made up",
            "%install",
            f"cp -r {tree}/. %{{buildroot}}",
            "%files",
            f"/usr/share/{package.name}",
            f"%config(noreplace) /etc/{package.name[:40]}.conf",
            "",
        ]
    )


def rpm_repository(folder: Path, packages: Iterable[MadeUp]) -> None:
    """A repository for dnf."""
    work = folder.parent / f"{folder.name}-work"
    folder.mkdir(exist_ok=True)
    for package in packages:
        tree = work / f"{package.name}-{package.version}"
        content(package, tree)
        spec = work / f"{package.name}-{package.version}.spec"
        spec.write_text(_spec(package, tree))
        name = "%%{NAME}-%%{VERSION}-%%{RELEASE}.%%{ARCH}.rpm"
        defines = {"_topdir": str(work), "_rpmdir": str(folder), "_build_name_fmt": name}
        words = [word for key, value in defines.items() for word in ("--define", f"{key} {value}")]
        _run("rpmbuild", "-bb", "--quiet", "--nodeps", *words, str(spec))
    shutil.rmtree(work)
    _run("createrepo_c", "--quiet", str(folder))


def pacman_archive(folder: Path, package: MadeUp) -> Path:
    """A package for pacman, as makepkg would write it."""
    tree = folder / f"{package.name}-{package.version}-tree"
    tree.mkdir(parents=True)
    content(package, tree)
    relations = {
        "depend": package.needs,
        "conflict": (*package.conflicts, *package.replaces),
        "replaces": package.replaces,
        "provides": package.provides,
    }
    about = [
        f"pkgname = {package.name}",
        f"pkgver = {package.version}-1",
        "pkgdesc = made up",
        "builddate = 1700000000",
        "size = 10",
        "arch = any",
        f"backup = etc/{package.name[:40]}.conf",
        *(f"{key} = {value}" for key, values in relations.items() for value in values),
    ]
    (tree / ".PKGINFO").write_text("\n".join([*about, ""]))
    archive = folder / f"{package.name}-{package.version}-1-any.pkg.tar.zst"
    _run("bsdtar", "--zstd", "-cf", str(archive), ".PKGINFO", "etc", "usr", cwd=tree)
    shutil.rmtree(tree)
    return archive


def pacman_repository(folder: Path, packages: Iterable[MadeUp]) -> None:
    """A repository for pacman, or more packages in one."""
    archives = [str(pacman_archive(folder, package)) for package in packages]
    _run("repo-add", "--quiet", str(folder / f"{folder.name}.db.tar.gz"), *archives)
