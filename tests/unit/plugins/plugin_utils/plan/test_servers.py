# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What servers' options come to on a host: the files that their programs read, and the units that run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .systems import built

if TYPE_CHECKING:
    from pathlib import Path


def etc(text: str, folder: Path, **files: str) -> dict[str, Any]:
    """The entries below /etc, each with its text."""
    plan = built(text, folder, **files)[0]
    entries = plan.manifest["etc"]
    return {
        target: {**entry, "text": plan.contents[entry["object"]].decode() if "object" in entry else None}
        for target, entry in entries.items()
    }


def test_nginx_reads_one_main_file_in_which_each_setting_is_made_once(tmp_path: Path) -> None:
    found = etc(
        """
        services.nginx:
          enable: true
          recommendedOptimisation: true
          appendConfig: worker_rlimit_nofile 4096;
          commonHttpConfig: log_format short '$remote_addr';
        """,
        tmp_path,
    )
    main = found["nginx/nginx.conf"]
    words = [line.split()[0] for line in main["text"].splitlines() if line.strip().endswith(";")]
    once = [word for word in words if word != "include"]
    assert sorted(once) == sorted(set(once))
    assert {"server_tokens", "types_hash_max_size", "sendfile", "ssl_protocols", "worker_rlimit_nofile"} <= set(once)
    assert (main["divert"], main["replace"], main["reloads"]) == (True, True, ["nginx.service"])
    assert "server" not in found["nginx/sites-enabled/default"]["text"]


def test_a_virtual_host_listens_as_declared(tmp_path: Path) -> None:
    found = etc(
        """
        services.nginx:
          enable: true
          virtualHosts:
            tls.test: {forceSSL: true, default: true, sslCertificate: /a.crt, sslCertificateKey: /a.key, listenAddresses: ["::1"]}
            own.test: {listen: [{addr: 127.0.0.1, port: 8080, extraParameters: [reuseport]}, {addr: "unix:/run/own.sock"}]}
        """,
        tmp_path,
    )
    lines = [line.strip() for line in found["nginx/conf.d/50-tls.test.conf"]["text"].splitlines()]
    assert [line for line in lines if line.startswith("listen")] == [
        "listen [::1]:80 default_server;",
        "listen [::1]:443 ssl http2 default_server;",
    ]
    assert lines.count("server_name tls.test;") == 2
    own = found["nginx/conf.d/50-own.test.conf"]["text"]
    assert "    listen 127.0.0.1:8080 reuseport;\n    listen unix:/run/own.sock;\n    server_name own.test;\n" in own


def test_each_redis_server_is_a_unit_and_the_packages_own_only_runs_when_declared(tmp_path: Path) -> None:
    own = built("services.redis.servers: {'': {enable: true}, cache: {enable: true, port: 6380}}", tmp_path)[0].manifest
    assert {"systemd/system/redis-server.service", "systemd/system/redis-cache.service"} <= set(own["etc"])
    assert own["provided"]["redis-server.service"]["enable"] is True
    other = built("services.redis.servers.cache: {enable: true, port: 6380}", tmp_path)[0].manifest
    assert "systemd/system/redis-server.service" not in other["etc"]
    assert other["provided"]["redis-server.service"]["enable"] is False
