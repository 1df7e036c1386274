# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What a path of the controller leads to: absent is only what is known to be absent."""

from __future__ import annotations

import errno
import os

import pytest

from ansible_collections.home.manager.plugins.plugin_utils import inputs
from ansible_collections.home.manager.plugins.plugin_utils.expressions.source_file import kind_at
from ansible_collections.home.manager.plugins.plugin_utils.plan.source_errors import missing_file
from ansible_collections.home.manager.plugins.plugin_utils.syntax.errors import SpecError


@pytest.mark.parametrize("number", [errno.EACCES, errno.EIO, errno.ELOOP], ids=errno.errorcode.get)
def test_a_refused_look_is_an_error_with_its_path_and_reason(number, monkeypatch):
    def refuse(path):
        raise OSError(number, os.strerror(number), path)

    monkeypatch.setattr(os, "stat", refuse)
    with pytest.raises(SpecError, match=f"^/closed/file cannot be inspected: {os.strerror(number)}$"):
        kind_at("/closed/file")
    assert not inputs.is_still("/closed/file", inputs.ABSENT)


def test_what_is_absent_is_absent(tmp_path):
    (tmp_path / "file").write_text("")
    assert kind_at(str(tmp_path / "file" / "below")) == inputs.ABSENT
    assert kind_at(str(tmp_path / "nothing")) == inputs.ABSENT
    assert kind_at("\0") == inputs.ABSENT
    assert inputs.is_still(str(tmp_path / "nothing"), inputs.ABSENT)


def test_the_hint_of_a_missing_file_needs_no_readable_folder(tmp_path, monkeypatch):
    def refuse(path):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), path)

    monkeypatch.setattr(os, "listdir", refuse)
    assert not missing_file(str(tmp_path / "x"), 'home.file."x"', ()).hint
