# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What a preview knows of packages that the lock lacks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ansible_collections.home.manager.plugins.plugin_utils.packages.deb_resolver import DebResolver
from ansible_collections.home.manager.plugins.plugin_utils.packages.wanted import Wanted
from ansible_collections.home.manager.plugins.plugin_utils.plan.packages import PackageSettings
from ansible_collections.home.manager.plugins.plugin_utils.play.packages import ProjectLock, unobtainable
from ansible_collections.home.manager.plugins.plugin_utils.syntax.position import Position

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_names_that_nobody_has_are_told_with_near_ones_and_their_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(DebResolver, "knows", lambda _self, name: name == "known-to-debian")
    lock, place = ProjectLock(str(tmp_path), print), Position("alice.yml", 3, 14)
    wanted = [Wanted("ripgrep"), Wanted("known-to-debian"), Wanted("htopp", position=place), Wanted("x", provider="y")]
    errors = unobtainable(lock, wanted, PackageSettings(), "x86_64-linux")
    assert [error.message.partition(".")[0] for error in errors] == [
        "no provider has 'htopp'",
        "x: there is no provider 'y' (known: archive, brew, cargo, deb, flatpak, go, nix, npm, system, uv)",
    ]
    assert (errors[0].positions, errors[0].hint) == ([place], "did you mean `htop`?")
    assert not (tmp_path / "home.lock").exists()
