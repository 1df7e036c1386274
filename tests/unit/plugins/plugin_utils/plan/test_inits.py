# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Systems for hosts without systemd: names of services, and what is refused with the user's own option and line."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.home.manager.plugins.plugin_utils.modules.spec_file import load_text
from ansible_collections.home.manager.plugins.plugin_utils.plan.deep_stack import with_deep_stack
from ansible_collections.home.manager.plugins.plugin_utils.plan.home import compiler
from ansible_collections.home.manager.plugins.plugin_utils.plan.system import LIBRARY, System, SystemRequest
from ansible_collections.home.manager.plugins.plugin_utils.plan.system_manifest import build_system
from ansible_collections.home.manager.plugins.plugin_utils.syntax.errors import SpecError, SpecErrors

ALPINE = {
    "platform": "linux",
    "machine": "x86_64",
    "hostname": "web1",
    "distribution": "alpine",
    "distribution_version": "3.20.3",
    "packageManager": "apk",
    "init": "openrc",
    "systemdBoot": False,
    "nix": False,
    "user": {"name": "root", "home": "/root", "uid": 0, "gid": 0, "shell": "/bin/ash"},
}
DEBIAN = {**ALPINE, "distribution": "debian", "distribution_version": "12", "packageManager": "apt"}
COMPILER = compiler(LIBRARY)
HINT = 'guard it with `when: host.init == "systemd"`'


def manifest(text: str, host: dict[str, Any] | None = None) -> dict[str, Any]:
    def compute() -> dict[str, Any]:
        root = (load_text(text, "/p/system.yml", "/p"), "/p/system.yml")
        return build_system(System(SystemRequest([root], host or ALPINE, compiler=COMPILER)), {}, {}).manifest

    return with_deep_stack(compute)  # type: ignore[no-any-return]


def errors(text: str, host: dict[str, Any]) -> list[SpecError]:
    try:
        manifest(text, host)
    except SpecErrors as problem:
        return problem.errors
    return []


def refused(text: str, host: dict[str, Any] | None = None) -> list[SpecError]:
    with pytest.raises(SpecErrors) as problem:
        manifest(text, host)
    return problem.value.errors


def test_services_go_by_the_names_that_openrc_has_for_them() -> None:
    text = "{services.openssh.enable: true, services.chrony.enable: true, virtualisation.docker.enable: true}"
    on = {"enable": True, "start": True}
    assert manifest(text)["provided"] == {"sshd": on, "chronyd": on, "docker": on}
    assert manifest(text, DEBIAN)["provided"] == {"ssh": on, "chrony": on, "docker": on}
    assert manifest(text)["etc"]["ssh/sshd_config.d/10-home-manager.conf"]["reloads"] == ["sshd"]


def test_a_name_that_is_not_known_is_given() -> None:
    text = (
        "{environment.etc.a: {text: b, restarts: [x.service, y.timer]}, openrc.services: {y.timer: yd, x.service: xd}}"
    )
    assert manifest(text)["etc"]["a"]["restarts"] == ["xd", "yd"]


@pytest.mark.parametrize(
    ("text", "option", "place"),
    [
        ("systemd.services.x.script: 'true'", "systemd.services.x", "/p/system.yml:1:1"),
        ("systemd.maskedUnits: [a.service]", "systemd.maskedUnits", "/p/system.yml:1:1"),
        ("users.users.a: {isNormalUser: true, linger: true}", "users.users.a.linger", "/p/system.yml:1:1"),
        ("services:\n  journald.storage: auto", "services.journald.storage", "/p/system.yml:2:3"),
        ("services.resolved.enable: true", "services.resolved.enable", "/p/system.yml:1:1"),
        ("services.fstrim.enable: true", "services.fstrim.enable", "/p/system.yml:1:1"),
        ("systemd.tmpfiles.rules: [d /x]", "systemd.tmpfiles.rules", "/p/system.yml:1:1"),
        ("boot.tmp.cleanOnBoot: true", "boot.tmp.cleanOnBoot", "/p/system.yml:1:1"),
        ("swapDevices: [{device: /x}]", "swapDevices", "/p/system.yml:1:1"),
        ("fileSystems./srv.device: /dev/sdb", "fileSystems", "/p/system.yml:1:1"),
        ("nix.gc.automatic: true", "nix.gc.automatic", "/p/system.yml:1:1"),
        ("system.autoUpgrade: {enable: true, flake: x, program: /y}", "system.autoUpgrade.enable", "/p/system.yml:1:22"),
        ("virtualisation.podman: {enable: true, autoPrune.enable: true}", "virtualisation.podman.autoPrune.enable", "/p/system.yml:1:39"),
        ("virtualisation.oci-containers.containers.web.image: x", "virtualisation.oci-containers.containers", "/p/system.yml:1:1"),
        ("environment.etc.a: {text: b, reloads: [x.timer]}", "environment.etc.a", "/p/system.yml:1:1"),
    ],
)  # fmt: skip
def test_what_needs_systemd_is_refused_with_its_option_and_its_line(text: str, option: str, place: str) -> None:
    (error,) = refused(text)
    assert error.path == option
    assert error.message.startswith("alpine has no systemd")
    assert (str(error.positions[0]), error.hint) == (place, HINT)


def test_a_debian_that_openrc_boots_is_told_so() -> None:
    (error,) = refused("systemd.services.x.script: 'true'", DEBIAN)
    assert error.message == "this debian host was not booted by systemd"


def test_the_condition_that_the_error_suggests_works() -> None:
    text = """
    config:
      - when: host.init == "systemd"
        systemd.services.x.script: "true"
        services.journald.storage: auto
      - environment.etc.a.text: b
    """
    assert set(manifest(text)["etc"]) == {"a"}
    assert "systemd/system/x.service" in manifest(text, {**DEBIAN, "init": "systemd"})["etc"]


def test_the_firewall_is_loaded_by_a_script() -> None:
    etc = manifest("networking.firewall.enable: true")["etc"]
    assert etc["init.d/home-manager-nftables"]["mode"] == "0755"
    assert etc["runlevels/boot/home-manager-nftables"]["symlink"] == "/etc/init.d/home-manager-nftables"
    assert "runlevels/sysinit/home-manager-nftables" in manifest("networking.firewall.enable: true", DEBIAN)["etc"]
    assert not any(target.startswith("systemd/") for target in etc)


@pytest.mark.parametrize(
    ("text", "option", "why"),
    [
        ("console.keyMap: de", "console.keyMap", "setup-keymap"),
        ("i18n.extraLocales: all", "i18n.extraLocales", "musl-locales"),
        ("security.pam.loginLimits: [{domain: a, item: nofile, value: 1}]", "security.pam.loginLimits", "do not ask PAM"),
        ("boot.kernelParams: [quiet]", "boot.kernelParams", "/etc/update-extlinux.conf"),
    ],
)  # fmt: skip
def test_what_alpine_has_not_is_refused_with_what_to_do(text: str, option: str, why: str) -> None:
    error = refused(text)[0]
    assert (error.path, str(error.positions[0])) == (option, "/p/system.yml:1:1")
    assert why in error.message
    assert not any("not supported" in problem.message for problem in errors(text, DEBIAN))


def test_jobs_of_busybox_are_lines_of_their_users() -> None:
    found = manifest('services.cron.systemCronJobs: ["* * * * * root  a b", "@daily bob c", "1 2 3 4 5 root d"]')
    assert found["lines"] == {"crontabs/root": ["* * * * * a b", "1 2 3 4 5 d"], "crontabs/bob": ["@daily c"]}
    assert found["provided"] == {"crond": {"enable": True, "start": True}}
    other = manifest('services.cron: {package: cronie, systemCronJobs: ["* * * * * root a"]}')
    assert (set(other["etc"]), set(other["provided"])) == ({"cron.d/home-manager"}, {"cronie"})


def test_alpine_has_its_own_shell_and_asks_no_pam() -> None:
    found = manifest(
        "{users.users.a.isNormalUser: true, services.openssh.enable: true, environment.sessionVariables.A: b}"
    )
    assert found["accounts"]["users"][0]["shell"] == "/bin/ash"
    assert "environment" not in found["lines"]
    assert "profile.d/home-manager.sh" in found["etc"]
