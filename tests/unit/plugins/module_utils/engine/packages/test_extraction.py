# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Archives that want to write outside of their folder, or something else than files, folders and links."""

from __future__ import annotations

import io
import os
import tarfile
import zipfile
from typing import TYPE_CHECKING, Any

import pytest

from ansible_collections.home.manager.plugins.module_utils.engine.contract.errors import EngineError
from ansible_collections.home.manager.plugins.module_utils.engine.disk import filesystem
from ansible_collections.home.manager.plugins.module_utils.engine.packages.extraction import Extraction, ar_members
from ansible_collections.home.manager.plugins.module_utils.engine.packages.providers.deb import flattened

if TYPE_CHECKING:
    from pathlib import Path

from .conftest import deb_of, link_of, tar_of


def unpack(tmp_path: Path, content: bytes, mapping: Any = lambda path: path) -> Path:
    (tmp_path / "out").mkdir(mode=0o700)
    at = filesystem.open_folder(str(tmp_path))
    try:
        Extraction("out", at, mapping).tar(io.BytesIO(content))
    finally:
        os.close(at)
    return tmp_path / "out"


def special(name: str, kind: bytes) -> tarfile.TarInfo:
    item = tarfile.TarInfo(name)
    item.type = kind
    return item


FILE = ("a/f", b"x", 0o644)
HOSTILE = {
    "above": ([("../x", b"x", 0o644)], "leaves the archive"),
    "above, deep": ([("a/../../x", b"x", 0o644)], "leaves the archive"),
    "through a link": ([link_of("a", "/tmp"), ("a/x", b"x", 0o644)], "below a link"),
    "through a relative link": ([FILE, link_of("b", "a"), ("b/x", b"x", 0o644)], "below a link"),
    "link that leaves": ([link_of("a/b", "../../x")], "leads out of the archive"),
    "hard link out": ([link_of("x", "/etc/passwd", tarfile.LNKTYPE)], "hard link"),
    "hard link to a link": ([link_of("l", "/etc/passwd"), link_of("x", "l", tarfile.LNKTYPE)], "hard link"),
    "fifo": ([special("x", tarfile.FIFOTYPE)], "device or a pipe"),
    "character device": ([special("x", tarfile.CHRTYPE)], "device or a pipe"),
    "block device": ([special("x", tarfile.BLKTYPE)], "device or a pipe"),
    "twice": ([FILE, FILE], "twice"),
    "file over folder": ([("a/", None, 0o755), ("a", b"x", 0o644)], "twice"),
    "folder over file": ([("a", b"x", 0o644), ("a/", None, 0o755)], "a file and a folder"),
    "below a file": ([("a", b"x", 0o644), ("a/b", b"x", 0o644)], "below a link or a file"),
    "link over folder": ([("a/", None, 0o755), link_of("a", "b")], "a link and a folder"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_archive_is_refused(tmp_path, case):
    members, words = HOSTILE[case]
    with pytest.raises(EngineError, match=words) as caught:
        unpack(tmp_path, tar_of(members))
    assert caught.value.kind == "archive"
    assert sorted(os.listdir(tmp_path)) == ["out"]


def test_absolute_names_stay_below_and_setuid_is_dropped(tmp_path):
    out = unpack(tmp_path, tar_of([("/bin/su", b"x", 0o4755), ("etc/x", b"y", 0o666)]))
    assert (out / "bin/su").stat().st_mode & 0o7777 == 0o555
    assert (out / "etc/x").stat().st_mode & 0o7777 == 0o444


def test_a_merged_usr_is_one_tree(tmp_path):
    members = [
        link_of("./bin", "usr/bin"),
        ("./usr/bin/x", b"x", 0o755),
        link_of("./usr/lib/l.so", "../../lib/real.so"),
        ("./lib/real.so", b"y", 0o644),
        link_of("./usr/bin/editor", "/etc/alternatives/editor"),
    ]
    out = unpack(tmp_path, tar_of(members), flattened)
    assert sorted(os.listdir(out)) == ["bin", "lib"]
    assert not (out / "bin").is_symlink()
    assert os.readlink(out / "lib/l.so") == "real.so"
    assert os.readlink(out / "bin/editor") == "/etc/alternatives/editor"


@pytest.mark.parametrize("kind", ["w:gz", "w:bz2", "w:xz", "w"])
def test_every_compression(tmp_path, kind):
    assert (unpack(tmp_path, tar_of([FILE], kind)) / "a/f").read_bytes() == b"x"


@pytest.mark.slow
@pytest.mark.parametrize("size", [0, 1, 100, 200, 10240])
def test_half_an_archive_is_an_error(tmp_path, size):
    content = tar_of([("f", os.urandom(100_000), 0o644)], "w:xz")
    with pytest.raises(EngineError) as caught:
        unpack(tmp_path, content[:size])
    assert caught.value.kind == "archive"


def test_zip_members_are_held_to_the_same_rules(tmp_path):
    def packed(name: str, mode: int) -> bytes:
        held = io.BytesIO()
        with zipfile.ZipFile(held, "w") as archive:
            item = zipfile.ZipInfo(name)
            item.external_attr = mode << 16
            archive.writestr(item, "x")
        return held.getvalue()

    (tmp_path / "out").mkdir()
    at = filesystem.open_folder(str(tmp_path))
    extraction = Extraction("out", at, lambda path: path)
    extraction.zip(io.BytesIO(packed("bin/x", 0o100755)))
    for name, mode in (("../x", 0o100644), ("p", 0o010644), ("bin/x", 0o100644)):
        with pytest.raises(EngineError):
            extraction.zip(io.BytesIO(packed(name, mode)))
    os.close(at)
    assert (tmp_path / "out/bin/x").stat().st_mode & 0o777 == 0o555


def test_ar_reads_a_deb_and_refuses_a_damaged_one():
    content = deb_of([FILE])
    assert [name for name, _content in ar_members(content)] == ["debian-binary", "control.tar.xz", "data.tar.xz"]
    for damaged in (b"", b"no", content[:-7], content[:56] + b"xxxxxxxxxx" + content[66:]):
        with pytest.raises(EngineError):
            list(ar_members(damaged))
