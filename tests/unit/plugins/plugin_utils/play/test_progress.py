# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The line that says what a task is doing."""

from __future__ import annotations

import pytest

from ansible_collections.home.manager.plugins.plugin_utils.play import progress


def test_the_line_is_written_over_the_one_before(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(progress.SHOWN, "1")
    progress.update("alice@laptop", progress.sending(b"x" * 2_100_000))
    shown = capsys.readouterr()
    assert shown.err == "\r\x1b[Kalice@laptop: sending 2.1 MB"
    assert shown.out == ""


@pytest.mark.parametrize("value", ["0", None])
def test_nothing_is_shown_without_a_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], value: str | None
) -> None:
    monkeypatch.delenv(progress.SHOWN, raising=False)
    if value is not None:
        monkeypatch.setenv(progress.SHOWN, value)
    progress.update("alice@laptop", "evaluating")
    assert capsys.readouterr() == ("", "")
