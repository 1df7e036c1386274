# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Downloads: what is kept is whole and has the right hash, whatever the server does."""

from __future__ import annotations

import os
import random

import pytest

from ansible_collections.home.manager.plugins.module_utils.engine.contract.errors import EngineError
from ansible_collections.home.manager.plugins.module_utils.engine.packages.download import (
    Downloads,
    Sources,
    without_credentials,
)

CONTENT = random.Random(7).randbytes(700_000)


def downloads(depot, server, cache=None, snapshots=()):
    sources = Sources(cache, {"test": (server.url,)}, {"test": tuple(snapshots)})
    return Downloads(depot.fd, depot.path, sources)


def test_many_files_at_once(depot, server):
    wanted = [server.put(f"f{index}", CONTENT[: 1000 * index]) for index in range(1, 20)]
    assert downloads(depot, server).fetch(wanted) == sum(item.size for item in wanted)
    for item in wanted:
        assert downloads(depot, server).read(item) == CONTENT[: item.size]


def test_a_connection_that_ends_early_is_resumed_by_range(depot, server):
    wanted = server.put("f", CONTENT)
    server.cut = 300_000
    with pytest.raises(EngineError, match=r"ended after 300000 of 700000 bytes"):
        downloads(depot, server).fetch([wanted])
    downloads(depot, server).fetch([wanted])
    assert server.asked == [("/f", ""), ("/f", "bytes=300000-")]
    assert downloads(depot, server).read(wanted) == CONTENT


def test_a_server_without_ranges_starts_anew(depot, server):
    wanted = server.put("f", CONTENT)
    server.cut, server.ranges = 300_000, False
    with pytest.raises(EngineError):
        downloads(depot, server).fetch([wanted])
    downloads(depot, server).fetch([wanted])
    assert downloads(depot, server).read(wanted) == CONTENT


def test_a_wrong_hash_is_told_and_nothing_is_kept(depot, server):
    wanted = server.put("f", CONTENT)
    server.files["/f"] = b"y" + CONTENT[1:]
    with pytest.raises(EngineError, match=r"f from http://127\S+: SHA-256 is [0-9a-f]{12}…, home\.lock says") as caught:
        downloads(depot, server).fetch([wanted])
    assert caught.value.kind == "hash"
    assert os.listdir(f"{depot.path}/downloads") == []


def test_a_longer_file_is_refused(depot, server):
    wanted = server.put("f", CONTENT)
    server.files["/f"] = CONTENT + b"more"
    with pytest.raises(EngineError) as caught:
        downloads(depot, server).fetch([wanted])
    assert caught.value.kind == "hash"


def test_half_of_another_file_does_not_spoil_the_next_try(depot, server):
    wanted = server.put("f", CONTENT)
    with open(f"{depot.path}/downloads/{wanted.sha256}.part", "wb") as part:
        part.write(b"z" * 1000)
    downloads(depot, server).fetch([wanted])
    assert downloads(depot, server).read(wanted) == CONTENT


def test_cache_comes_first_and_snapshot_last(depot, server, tmp_path):
    cached, gone = server.put("a", b"cached"), server.put("b", b"gone from the mirror")
    (tmp_path / cached.sha256).write_bytes(b"cached")
    server.files["/old/b"] = server.files.pop("/b")
    downloads(depot, server, str(tmp_path), [f"{server.url}/old"]).fetch([cached, gone])
    assert ("/a", "") not in server.asked
    assert server.asked == [("/b", ""), ("/old/b", "")]


def test_what_is_nowhere_says_where_it_was_looked_for(depot, server):
    wanted = server.put("f", CONTENT)
    del server.files["/f"]
    with pytest.raises(EngineError, match=r"f cannot be downloaded \(http://127\S+: HTTP 404\)") as caught:
        downloads(depot, server).fetch([wanted])
    assert "home.manager.update" in caught.value.message


def test_no_place_at_all(depot, server):
    wanted = server.put("f", CONTENT)._replace(at=("elsewhere:f",))
    with pytest.raises(EngineError, match=r"home\.packageSources"):
        downloads(depot, server).fetch([wanted])


def test_a_password_in_an_address_is_not_shown():
    assert without_credentials("https://me:secret@example.org/x") == "https://example.org/x"
