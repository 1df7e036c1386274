# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The points are all there are: no change of the file system goes around the observer. The kernel is asked, and the source."""

from __future__ import annotations

import ast
import os
import re
import signal
import subprocess
from pathlib import Path

import pytest

from ansible_collections.home.manager.plugins.module_utils import engine

from . import child
from .scenes import SCENES

MARK = "/home.manager-observer-"
CHANGING = (
    "open openat openat2 creat write pwrite64 writev pwritev pwritev2 mkdir mkdirat rmdir unlink unlinkat rename renameat renameat2 "
    "link linkat symlink symlinkat chmod fchmod fchmodat fchmodat2 chown fchown lchown fchownat truncate ftruncate fallocate utime "
    "utimes utimensat futimesat mknod mknodat setxattr lsetxattr fsetxattr removexattr fremovexattr copy_file_range sendfile "
    "ioctl fsync fdatasync sync syncfs mount umount2"
).split()
TRACED = [name for name in CHANGING if name not in ("ioctl", "open", "creat", "utime", "utimes", "futimesat")]


def mark(phase, call, _what):
    # A path that is never there: the trace shows where the observer stood.
    try:
        os.rmdir(f"{MARK}{phase}-{call}")
    except OSError:
        return


def wait_and_run(place, act):
    os.kill(os.getpid(), signal.SIGSTOP)
    return act(place)


@pytest.mark.parametrize(
    "scene",
    [
        "first switch",
        "collision with backup",
        "file and folder, link and copy",
        "undo of a failed first switch",
        "expire",
        "uninstall",
        "switch over drift",
    ],
)
@pytest.mark.programs("strace")
def test_the_kernel_sees_nothing_else(scene, new_place, tmp_path, tally):
    place = new_place()
    SCENES[scene].start(place)
    lines = traced(place, SCENES[scene].act, tmp_path / "trace")
    outside, inside, marks = [], set(), 0
    within = ""
    for line in lines:
        found = re.match(rf'rmdir\("{MARK}(before|after)-(\w+)"', line)
        if found:
            marks += 1
            within = found[2] if found[1] == "before" else ""
        elif changes(line):
            inside.add(within)
            if not within:
                outside.append(line)
    assert outside == []
    assert marks > 40
    assert {"open", "write", "rename", "mkdir", "unlink", "fsync"} <= inside
    row = tally.row("strace: a change that the observer does not see", scene, marks)
    row.strike(scene, "", outside)


def traced(place, act, trace):
    """The lines of strace for one act, in a child that stands still until it is watched."""
    pid = os.fork()
    if pid == 0:
        try:
            os.kill(os.getpid(), signal.SIGSTOP)
            child.filesystem.observer = mark
            act(place)
        finally:
            os._exit(0)
    os.waitpid(pid, os.WUNTRACED)
    command = [
        "strace",
        "-p",
        str(pid),
        "-y",
        "-s",
        "80",
        "-o",
        str(trace),
        "-e",
        "trace=" + ",".join("?" + name for name in TRACED),
    ]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as watcher:
        first = watcher.stderr.readline()
        if "attached" not in first:
            os.kill(pid, signal.SIGKILL)
            os.kill(pid, signal.SIGCONT)
            os.waitpid(pid, 0)
            pytest.skip(f"strace may not watch: {first.strip()}")
        os.kill(pid, signal.SIGCONT)
        os.waitpid(pid, 0)
        watcher.wait()
    return trace.read_text(errors="replace").splitlines()


def changes(line):
    """Whether a line of strace tells a change of some file system."""
    call = line.split("(", 1)[0]
    if call not in TRACED or ("= -1 " in line and call != "write"):
        return False
    if call.startswith("open"):
        return bool(re.search(r"O_(CREAT|TRUNC|TMPFILE|WRONLY|RDWR)", line)) and "/dev/null" not in line
    if call in ("write", "writev", "pwrite64"):
        # Pipes, terminals and memory hold no file of a home.
        return not re.match(r"\w+\(\d+<(pipe:|socket:|/dev/(?!shm/)|/memfd:|anon_inode:)", line)
    return True


PLACE = Path(engine.__path__[0])
WRITERS = set(
    "mkdir makedirs rmdir removedirs remove unlink rename renames replace link symlink chmod chown lchown fchmod fchown utime truncate "
    "ftruncate write pwrite writev mknod mkfifo fsync fdatasync sync setxattr removexattr".split()
)


# The launcher and its importer write only the engine itself, before there is one; the second Python writes to pipes alone. The
# checks of a whole system work on copies of their own, in folders and mount namespaces that go with them.
SOURCES = [
    path
    for path in sorted(PLACE.rglob("*.py"))
    if path.name not in ("filesystem.py", "launcher.py", "modules.py", "second_python.py")
    and path.relative_to(PLACE).parts[:2] != ("system", "checks")
]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(PLACE)))
def test_the_source_says_the_same(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            assert not {"shutil", "pathlib"} & {alias.name for alias in node.names}, f"{path.name}:{node.lineno}"
        if isinstance(node, ast.ImportFrom) and node.module in ("shutil", "pathlib"):
            assert {alias.name for alias in node.names} <= {"get_terminal_size", "which"}, f"{path.name}:{node.lineno}"
        if not isinstance(node, ast.Call):
            continue
        function = node.func
        if isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name) and function.value.id == "os":
            assert function.attr not in WRITERS, f"{path.name}:{node.lineno}: os.{function.attr}"
            if function.attr == "open":
                flags = ast.unparse(node)
                if "os.devnull" not in flags:
                    assert not re.search("O_(CREAT|WRONLY|RDWR|TRUNC)", flags), f"{path.name}:{node.lineno}"
        if isinstance(function, ast.Name) and function.id == "open":
            mode = ast.literal_eval(node.args[1]) if len(node.args) > 1 else "r"
            assert not set(mode) & set("wax+"), f"{path.name}:{node.lineno}: open for writing"
