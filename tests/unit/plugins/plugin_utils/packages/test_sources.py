# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Where packages come from, by what this machine's own package managers are set to."""

from __future__ import annotations

import pytest

from ansible_collections.home.manager.plugins.plugin_utils.packages.apt import Apt
from ansible_collections.home.manager.plugins.plugin_utils.packages.sources import PackageSources, sources_of
from ansible_collections.home.manager.plugins.plugin_utils.syntax.errors import SpecError
from tests.unit.plugins.module_utils.engine.packages.transcript import Transcript

FORM = ["indextargets", "Created-By: Packages", "--format", "$(REPO_URI)|$(ORIGIN)|$(LABEL)"]
UPDATE = ["update", "--print-uris"]


@pytest.fixture
def apt(tmp_path, monkeypatch):
    """A machine whose only program is apt-get."""
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    return lambda rows: Transcript(tmp_path / "bin", "apt-get", rows)


def test_mirrors_are_those_of_apt_by_origin_and_label(apt):
    told = "http://a.test/debian/|Debian|Debian\nhttp://b.test/x/|Other|Other\nhttp://a.test/security/|Debian|Debian-Security\n"
    apt([{"arguments": FORM, "output": told}])
    assert PackageSources().of("debian") == ("http://a.test/debian",)
    assert PackageSources().of("debian-security") == ("http://a.test/security",)
    assert PackageSources({"debian": ("http://c.test",)}).of("debian") == ("http://c.test",)


def test_mirrors_are_known_before_lists_were_ever_read(apt):
    told = (
        "'http://a.test/debian/dists/bookworm/InRelease' a.test_debian_dists_bookworm_InRelease 0 \n"
        "'http://a.test/debian/dists/bookworm-updates/InRelease' x 0 \n"
        "'http://a.test/debian-security/dists/bookworm-security/InRelease' x 0 \n"
        "'http://b.test/other/dists/stable/InRelease' x 0 \n"
    )
    apt([{"arguments": FORM}, {"arguments": UPDATE, "output": told}])
    assert PackageSources().of("debian") == ("http://a.test/debian",)
    assert PackageSources().of("debian-security") == ("http://a.test/debian-security",)


def test_machine_without_security_mirror_can_still_resolve(apt, tmp_path):
    apt([{"arguments": FORM, "output": "http://a.test/debian/|Debian|Debian\n"}])
    found = Apt(str(tmp_path), PackageSources())
    assert found.mirrors == {"debian": ("http://a.test/debian",)}
    assert not found.has_security
    assert "trixie-security main" not in found._sources()


def test_unknown_addresses_and_sources_say_what_to_set(apt):
    apt([{"arguments": FORM}, {"arguments": UPDATE}])
    with pytest.raises(SpecError, match="no address of debian is known") as caught:
        PackageSources().of("debian")
    assert "home.packageSources.debian" in str(caught.value.hint)
    with pytest.raises(SpecError, match="has no source 'debain'"):
        sources_of({"debain": "x"})
