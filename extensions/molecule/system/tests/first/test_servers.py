# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The servers of Debian 12 and 13, as they say themselves what they understood."""

from __future__ import annotations

import ssl
import urllib.request
from typing import Any

import pytest
import testinfra

HOSTS = ("home.manager-web4", "home.manager-web5")
DAEMONS = (
    "nginx",
    "postgresql",
    "redis-server",
    "redis-cache",
    "fail2ban",
    "chrony",
    "prometheus-node-exporter",
    "cron",
)


@pytest.fixture(params=HOSTS, scope="module")
def server(request: pytest.FixtureRequest) -> Any:
    return testinfra.get_host(f"podman://{request.param}")


def sql(server: Any, query: str, user: str = "postgres", options: str = "") -> str:
    text: str = server.check_output(f'cd / && runuser -u {user} -- psql -At {options} -c "{query}"')
    return text


@pytest.mark.parametrize("daemon", DAEMONS)
def test_daemons_run_and_start_at_boot(server: Any, daemon: str) -> None:
    assert server.service(daemon).is_running
    assert server.check_output(f"systemctl is-enabled {daemon}") == "enabled"


def test_nothing_has_failed(server: Any) -> None:
    assert server.check_output("systemctl list-units --failed --no-legend") == ""


def test_nginx_serves_and_passes_on(server: Any) -> None:
    address = server.check_output("hostname -I").split()[0]
    trusting = ssl._create_unverified_context()

    def get(path: str) -> str:
        with urllib.request.urlopen(f"https://{address}{path}", context=trusting, timeout=10) as answer:
            text: str = answer.read().decode()
            return text.strip()

    assert get("/") == "served"
    assert get("/app/index.html") == "served"
    assert urllib.request.urlopen(f"http://{address}/", context=trusting, timeout=10).url == f"https://{address}/"
    moved = server.check_output(
        "python3 -c \"import http.client as h; c = h.HTTPConnection('127.0.0.1'); c.request('GET', '/x', headers={'Host': 'old.test'});"
        " print(c.getresponse().getheader('Location'))\""
    )
    assert moved == "http://example.test/x"


def test_only_what_is_allowed_gets_through(server: Any) -> None:
    rules = server.check_output("nft list chain inet nixos-fw input-allow")
    assert "tcp dport { 22, 80, 443 } accept" in rules


def test_postgresql_has_its_databases_users_and_settings(server: Any) -> None:
    assert sql(server, "select pg_get_userbyid(datdba) from pg_database where datname = 'app'") == "app"
    assert sql(server, "select rolcreatedb from pg_roles where rolname = 'app'") == "t"
    assert sql(server, "show max_connections") == "50"
    assert sql(server, "show log_line_prefix") == "it's %p "
    assert sql(server, "select count(*) from notes") == "1"
    assert sql(server, "select current_user", "www-data", "-U app app") == "app"
    assert server.run("cd / && runuser -u nobody -- psql -U app app -c 'select 1'").rc != 0


def test_each_redis_is_one_of_its_own(server: Any) -> None:
    assert "/etc/home-manager/redis.conf" in server.check_output("redis-cli info server")
    assert "67108864" in server.check_output("redis-cli -p 6380 config get maxmemory")
    assert server.file("/run/redis-cache/redis.sock").exists


def test_fail2ban_watches(server: Any) -> None:
    assert "app, sshd" in server.check_output("fail2ban-client status")
    assert server.check_output("fail2ban-client get sshd bantime") == "3600"
    assert "login failed from" in server.check_output("fail2ban-client get app failregex")
    server.check_output("fail2ban-client set app banip 192.0.2.7")
    assert "192.0.2.7" in server.check_output("nft list table inet f2b-table")
    server.check_output("fail2ban-client set app unbanip 192.0.2.7")


def test_cups_is_started_by_whoever_asks_it_from_afar(server: Any) -> None:
    assert ":631" in server.check_output("ss -ltn")
    assert "_share_printers=1" in server.check_output("cupsctl")


def test_chrony_asks_the_declared_servers_alone(server: Any) -> None:
    sources = [line for line in server.check_output("chronyd -p").splitlines() if line.startswith(("server", "pool"))]
    assert sources == ["server ntp.example.org iburst"]


def test_the_exporter_collects_what_it_should(server: Any) -> None:
    metrics = server.check_output(
        "python3 -c \"import urllib.request as u; print(u.urlopen('http://127.0.0.1:9111/metrics').read().decode())\""
    )
    assert 'collector="cpu"' in metrics
    assert 'collector="wifi"' not in metrics


def test_logs_are_rotated_and_the_kernel_is_told(server: Any) -> None:
    plan = server.run("logrotate -d /etc/logrotate.d/home-manager").stderr
    assert "weekly" in plan
    assert "(4 rotations)" in plan
    assert server.check_output("sysctl -n net.ipv4.tcp_fin_timeout") == "61"
