# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""A look that is refused says nothing about what is there."""

from __future__ import annotations

import errno
import os

import pytest

from ansible_collections.home.manager.plugins.module_utils.engine.disk import filesystem, queries
from ansible_collections.home.manager.plugins.module_utils.engine.machine import linger
from ansible_collections.home.manager.plugins.module_utils.engine.machine.facts import _distribution
from ansible_collections.home.manager.plugins.module_utils.engine.units.systemctl import Systemctl

LOOKS = [queries.exists, queries.is_taken, queries.is_folder, queries.is_file, queries.is_program]


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.__name__)
@pytest.mark.parametrize("number", [errno.EIO, errno.EACCES], ids=errno.errorcode.get)
def test_a_refused_look_is_an_error_with_its_path(look, number, monkeypatch):
    def refuse(*_args, **_named):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "stat", refuse)
    monkeypatch.setattr(os, "lstat", refuse)
    if look is queries.is_program and number == errno.EACCES:
        assert not look("/a/program")
        return
    with pytest.raises(OSError, match=os.strerror(number)) as raised:
        look("/a/program")
    assert (raised.value.errno, raised.value.filename) == (number, "/a/program")


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.__name__)
def test_what_is_absent_is_absent(look, tmp_path):
    (tmp_path / "file").write_text("")
    assert not look(str(tmp_path / "nothing"))
    assert not look(str(tmp_path / "file" / "below"))


def test_what_is_there(tmp_path):
    program = tmp_path / "program"
    program.write_text("")
    program.chmod(0o755)
    (tmp_path / "dangling").symlink_to("nowhere")
    (tmp_path / "link").symlink_to(tmp_path)
    assert queries.is_program(str(program))
    assert queries.is_file(str(program))
    assert queries.is_folder(str(tmp_path / "link"))
    assert queries.is_taken(str(tmp_path / "dangling"))
    assert not queries.exists(str(tmp_path / "dangling"))
    assert queries.names(str(tmp_path / "link")) == ["dangling", "link", "program"]
    assert queries.names(str(tmp_path / "none")) == []
    assert queries.names(str(program)) == []


def test_a_folder_that_cannot_be_listed_is_an_error(tmp_path, monkeypatch):
    (tmp_path / "a").mkdir()

    def refuse(_path):
        raise OSError(errno.EIO, os.strerror(errno.EIO), "/a")

    assert list(queries.walk(str(tmp_path / "none"))) == []
    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(OSError, match="Input/output error"):
        list(queries.walk(str(tmp_path)))
    monkeypatch.setattr(os, "listdir", refuse)
    with pytest.raises(OSError, match="Input/output error"):
        queries.names(str(tmp_path))


def test_a_look_at_the_machine_is_not_taken_for_absent(monkeypatch):
    def refuse(*_args, **_named):
        raise OSError(errno.EIO, os.strerror(errno.EIO), "x")

    monkeypatch.setattr(filesystem, "lstat", refuse)
    monkeypatch.setattr(filesystem, "open_file", refuse)
    with pytest.raises(OSError, match="Input/output error"):
        linger.lingers("alice")
    with pytest.raises(OSError, match="Input/output error"):
        _distribution(os.uname())


def test_a_manager_that_cannot_be_asked_is_not_taken_for_none(tmp_path):
    assert not Systemctl(1, str(tmp_path)).reachable()
    loop = tmp_path / "systemd"
    loop.symlink_to(loop)
    with pytest.raises(OSError, match="Too many levels") as raised:
        Systemctl(1, str(tmp_path)).reachable()
    assert raised.value.filename == str(loop / "private")
