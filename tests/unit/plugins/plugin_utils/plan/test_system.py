# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A system as it is shipped: its manifest, its homes, and what is refused before anything is asked of a host."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.home.manager.plugins.module_utils.engine.system.declaration import Declaration
from ansible_collections.home.manager.plugins.module_utils.engine.system.probe_answer import SystemProbeAnswer
from ansible_collections.home.manager.plugins.plugin_utils.modules.spec_file import load_text
from ansible_collections.home.manager.plugins.plugin_utils.packages.lock import Lock
from ansible_collections.home.manager.plugins.plugin_utils.packages.package_context import PackageContext
from ansible_collections.home.manager.plugins.plugin_utils.plan.bridge import Homes
from ansible_collections.home.manager.plugins.plugin_utils.plan.deep_stack import with_deep_stack
from ansible_collections.home.manager.plugins.plugin_utils.plan.system import LIBRARY, System, SystemRequest
from ansible_collections.home.manager.plugins.plugin_utils.plan.system_manifest import SystemPlan, build_system
from ansible_collections.home.manager.plugins.plugin_utils.play.packages import ProjectLock
from ansible_collections.home.manager.plugins.plugin_utils.play.system_homes import HomesInPlay
from ansible_collections.home.manager.plugins.plugin_utils.syntax.errors import SpecErrors

from .....library.host import HOST
from .systems import built


def manifest(text: str, folder: Path, **files: str) -> dict[str, Any]:
    return built(text, folder, **files)[0].manifest


def refused(text: str, folder: Path, **files: str) -> str:
    with pytest.raises(SpecErrors) as problem:
        built(text, folder, **files)
    return str(problem.value)


def test_nothing_declared_is_nothing_shipped(tmp_path: Path) -> None:
    found = Declaration.of(manifest("{}", tmp_path))
    assert (found.etc, found.lines, found.packages, found.provided, found.accounts.users) == ({}, {}, (), {}, ())
    assert found.accounts.groups == ()


def test_equal_systems_have_equal_digests(tmp_path: Path) -> None:
    text = "{services.openssh.enable: true, users.users: {a: {isNormalUser: true, password: x}}}"
    assert built(text, tmp_path)[0].digest == built(text, tmp_path)[0].digest


def test_a_unit_is_a_file_with_its_links(tmp_path: Path) -> None:
    etc = manifest(
        """
        systemd.services:
          web: {wantedBy: [multi-user.target], aliases: [www.service], script: "true"}
          gone: {enable: false}
          ssh: {overrideStrategy: asDropin, serviceConfig.Nice: 5}
          "w@1": {wantedBy: [multi-user.target], overrideStrategy: asDropin, serviceConfig.Nice: 5}
        """,
        tmp_path,
    )["etc"]
    units = {target.removeprefix("systemd/system/"): entry for target, entry in etc.items()}
    assert units["web.service"]["unit"] == "web.service"
    assert units["multi-user.target.wants/web.service"]["symlink"] == "../web.service"
    assert units["www.service"]["symlink"] == "web.service"
    assert units["gone.service"]["symlink"] == "/dev/null"
    assert "unit" not in units["ssh.service.d/home-manager.conf"]
    assert units["multi-user.target.wants/w@1.service"]["symlink"] == "../w@.service"


def test_a_unit_of_users_is_known_by_its_name(tmp_path: Path) -> None:
    entries = manifest(
        "systemd.user.services: {web.script: exec web, own: {overrideStrategy: asDropin, serviceConfig.Nice: 5}}",
        tmp_path,
    )["etc"]
    assert {target: entry.get("unit") for target, entry in entries.items() if target.startswith("systemd/user/")} == {
        "systemd/user/web.service": "web.service",
        "systemd/user/own.service.d/60-home-manager.conf": None,
    }


def test_a_masked_service_is_not_started(tmp_path: Path) -> None:
    said = "services: {cron.enable: true, nginx.enable: true}, systemd: {services.nginx.enable: false, maskedUnits: [a.service]}"
    assert list(manifest(f"{{{said}}}", tmp_path)["provided"]) == ["cron.service"]


def test_a_script_is_a_folder_of_the_store(tmp_path: Path) -> None:
    plan = built("systemd.services.web.script: echo hello", tmp_path)[0]
    unit = plan.contents[plan.manifest["etc"]["systemd/system/web.service"]["object"]].decode()
    (name,) = plan.manifest["folders"]
    assert f"ExecStart=/var/lib/home.manager/store/{name}/bin/web-start\n" in unit
    script = plan.contents[plan.manifest["folders"][name]["bin/web-start"]["object"]]
    assert script == b"#!/bin/bash -e\necho hello\n"


def test_passwords_are_objects_of_root_alone_and_the_last_counts(tmp_path: Path) -> None:
    plan = built(
        """
        users.users:
          a: {isNormalUser: true, initialPassword: first, initialHashedPassword: $6$x}
          d: {isNormalUser: true, initialPassword: first, hashedPassword: $6$z}
          b: {isNormalUser: true, hashedPasswordFile: /run/secrets/b}
          c: {isNormalUser: true, initialHashedPassword: $6$y}
        """,
        tmp_path,
    )[0]
    users = {user["name"]: user["password"] for user in plan.manifest["accounts"]["users"]}
    assert users["a"]["kind"] == "clear"
    assert users["a"]["initial"]
    assert plan.contents[users["a"]["source"]] == b"first"
    assert plan.manifest["objects"][users["a"]["source"]]["mode"] == "0600"
    assert users["b"] == {"kind": "file", "source": "/run/secrets/b", "initial": False}
    assert (users["c"]["kind"], users["c"]["initial"]) == ("hash", True)
    assert (users["d"]["kind"], users["d"]["initial"]) == ("hash", False)


def test_an_initial_password_is_the_password_where_accounts_cannot_change(tmp_path: Path) -> None:
    said = "users: {mutableUsers: false, users.root: {initialPassword: first, hashedPassword: $6$x}}"
    (root,) = manifest(said, tmp_path)["accounts"]["users"]
    assert (root["password"]["kind"], root["password"]["initial"]) == ("clear", False)


def test_only_what_is_declared_of_an_account_is_explicit(tmp_path: Path) -> None:
    (user,) = manifest("users.users.a: {isNormalUser: true, description: A}", tmp_path)["accounts"]["users"]
    assert user["explicit"] == ["description"]


def test_packages_have_the_names_of_the_host(tmp_path: Path) -> None:
    text = "{environment: {systemPackages: [fd, firefox, mine], packageAliases: {mine: ours}}}"
    want = manifest(text, tmp_path)["packages"]["want"]
    assert [package["name"] for package in want] == ["fd-find", "firefox-esr", "ours"]


def test_scripts_run_in_the_order_of_their_dependencies(tmp_path: Path) -> None:
    text = "{system.activationScripts: {a: {text: x, deps: [b]}, b: y, c: {text: z, deps: [users]}}}"
    assert [script["name"] for script in manifest(text, tmp_path)["activation"]] == ["b", "a", "c"]


HOMES = """
users.users: {alice: {isNormalUser: true}, bob: {isNormalUser: true, home: /srv/bob}}
networking.hostName: web1
home-manager:
  useUserPackages: true
  extraSpecialArgs: {role: desktop}
  sharedModules: [{home.stateVersion: "24.05"}]
  users: {alice: {imports: [users/person.yml]}, bob: {imports: [users/person.yml]}}
"""
PERSON = """
home.packages: [ripgrep]
home.file.".greeting".text: "{{ osConfig.networking.hostName }} {{ role }} {{ config.home.homeDirectory }}"
"""


def test_homes_know_their_system(tmp_path: Path) -> None:
    plan, homes = built(HOMES, tmp_path, users__person=PERSON)
    texts = []
    for user in ("alice", "bob"):
        home = homes.plans[user]
        texts.append(home.contents[home.manifest.json()["files"][".greeting"]["object"]].decode())
    assert texts == ["web1 desktop /home/alice", "web1 desktop /srv/bob"]
    assert plan.manifest["homes"] == homes.digests()
    assert {"name": "ripgrep", "version": None, "why": "home-manager.users.alice: home.packages"} in plan.manifest[
        "packages"
    ]["want"]


def test_an_error_of_a_home_stops_the_host_under_the_user_s_name(tmp_path: Path) -> None:
    said = refused(HOMES, tmp_path, users__person=PERSON + "programs.gti.enable: true\n")
    assert "home-manager.users.alice: `programs` has no option `gti`" in said
    assert "home-manager.users.bob: `programs` has no option `gti`" in said


def with_packages(said: str, folder: Path) -> tuple[SystemPlan, Homes]:
    """A system that installs git, with a home that names git and jq, as the options of `home-manager` say."""
    text = f"""
        users.users.alice: {{isNormalUser: true}}
        environment.systemPackages: [git]
        home-manager: {{{said}, users.alice: {{home: {{stateVersion: "24.05", packages: [git, jq]}}}}}}
        """
    return built(text, folder, PackageContext(Lock(), "x86_64-linux"))


@pytest.mark.parametrize(("said", "own"), [("useGlobalPkgs: false", ["git", "jq"]), ("useGlobalPkgs: true", ["jq"])])
def test_a_home_has_packages_of_its_own(said: str, own: list[str], tmp_path: Path) -> None:
    plan, homes = with_packages(said, tmp_path)
    assert [item.name for item in homes.plans["alice"].packages.lacking if item.named] == own
    assert [package["name"] for package in plan.manifest["packages"]["want"]] == ["git"]


def test_packages_of_homes_are_installed_for_the_whole_host(tmp_path: Path) -> None:
    plan, homes = with_packages("useUserPackages: true", tmp_path)
    assert homes.plans["alice"].packages.lacking == []
    want = {package["name"]: package["why"] for package in plan.manifest["packages"]["want"]}
    assert want["jq"] == "home-manager.users.alice: home.packages"


def test_what_the_host_lacks_is_the_home_s_own(tmp_path: Path) -> None:
    text = """
        users.users.alice: {isNormalUser: true}
        home-manager:
          useUserPackages: true
          users.alice: {home: {stateVersion: "24.05", packages: [jq, vscode]}, programs.zsh: {enable: true, oh-my-zsh.enable: true}}
        """
    plan, homes = built(text, tmp_path, PackageContext(Lock(), "x86_64-linux"))
    want = {package["name"] for package in plan.manifest["packages"]["want"]}
    assert {"jq", "vscode", "zsh"} <= want
    assert "oh-my-zsh" not in want
    home = homes.plans["alice"]
    own = {item.name for item in home.packages.wanted}
    assert "oh-my-zsh" in own
    assert not own & {"jq", "vscode"}
    (content,) = (home.contents[e.object] for p, e in home.manifest.view.files.items() if p.endswith(".zshenv"))
    assert b"/current/home-path/share/oh-my-zsh" in content


def test_options_of_all_homes_reach_their_requests(tmp_path: Path) -> None:
    said = "backupCommand: mv, overwriteBackup: true, verbose: true, backupFileExtension: bak"
    homes = with_packages(said, tmp_path)[1]
    play = HomesInPlay(ProjectLock(str(tmp_path), print), False, False)
    assert play.home_options(homes).json() == {"backup_command": "mv", "overwrite_backup": True, "verbose": True}
    requests, bundles = play.requests(homes, SystemProbeAnswer({}, 0, False, [], {}))
    assert (requests["alice"]["backup_extension"], requests["alice"]["packages"]["without"]) == (None, [])
    assert [name for name, _content in bundles] == ["bundle-of-alice"]


def test_shared_modules_and_further_names_reach_all_homes(tmp_path: Path) -> None:
    homes = built(
        """
        users.users: {alice: {isNormalUser: true}, bob: {isNormalUser: true}}
        home-manager:
          extraSpecialArgs: {role: desk}
          sharedModules: [{home: {stateVersion: "24.05", file.role.text: "{{ role }}"}}]
          users: {alice: {}, bob: {home.file.role.text: !force mine}}
        """,
        tmp_path,
    )[1]
    texts = {user: plan.contents[plan.manifest.view.files["role"].object] for user, plan in homes.plans.items()}
    assert texts == {"alice": b"desk", "bob": b"mine"}


def test_a_home_without_an_account_is_refused(tmp_path: Path) -> None:
    text = '{home-manager.users.eve: {home.stateVersion: "24.05"}}'
    assert "home-manager.users.eve has no account" in refused(text, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("boot.loader.systemd-boot.enable: true", "web1 does not boot with systemd-boot"),
        ("fileSystems./.device: /dev/sda1", "is part of what the host boots from"),
        ("nix.settings.cores: 2", "Nix is not installed"),
        ("environment.etc: {a: {target: x, text: a}, b: {target: x, text: b}}", "two entries write /etc/x"),
        ('environment.etc."../passwd".text: x', "is not inside /etc"),
        (
            "system.programChecks.a: {files: 'a(', command: [a]}",
            "system.programChecks.a.files: is not a regular expression",
        ),
        ("security.pam.services.common-auth.text: x", "pam-auth-update"),
        ("apt.sources.x: {uris: [a], suites: [b]}", "has no key"),
        ("system.activationScripts.a: {text: x, deps: [nowhere]}", 'names "nowhere"'),
        ("system.switch.enable: false", "must not be switched"),
        ("specialisation.a/b.configuration: {}", "may only have letters"),
        ("systemd.services.a.wants: [network-interfaces.target]", "no longer exists"),
        ("users.groups: {a: {gid: 5000}, b: {gid: 5000}}", "several groups: 5000."),
        ("users.users: {a: {isNormalUser: true, name: x}, b: {isNormalUser: true, name: x}}", "several accounts: x."),
        ("services.openssh: {enable: true, listenAddresses: [{port: 22}]}", "has no addr"),
        ("systemd.services.a: {script: x, serviceConfig.Restart: sometimes}", "on-watchdog"),
        ("systemd.services.a: {script: x, aliases: [a.service]}", "writes /etc/systemd/system/a.service"),
        ("systemd.services: {a: {script: x, aliases: [b.service]}, b.script: x}", "systemd.services.b: another entry"),
        ("systemd.services: {a: {script: x, aliases: [c.service]}, b: {script: x, aliases: [c.service]}}", "c.service"),
        (
            '{systemd.services.a.script: x, environment.etc."systemd/system/a.service".text: x}',
            "systemd.services.a: another",
        ),
    ],
)
def test_what_cannot_be_is_refused(text: str, problem: str, tmp_path: Path) -> None:
    assert problem in refused(text, tmp_path)


def test_a_host_of_another_family_has_no_sources_of_apt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(HOST, "distribution", "fedora")
    assert manifest("environment.systemPackages: [git]", tmp_path)["packages"]["provider"] == "dnf"
    text = "apt.sources.x: {uris: [a], suites: [b], trusted: true}"
    assert "apt is not the package manager of fedora" in refused(text, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "warning"),
    [
        ("systemd.services.a: {after: [network-online.target], script: x}", "nothing starts that target"),
        ("systemd.mounts: [{what: a, where: /b, after: [network-online.target]}]", "nothing starts that target"),
        (
            "systemd.services.a: {script: x, serviceConfig: {Type: oneshot, Restart: always}}",
            "does not restart after success",
        ),
        ("systemd.services.a: {script: x, serviceConfig.StartLimitInterval: 5}", "startLimitIntervalSec"),
        ("systemd.services.a: {script: x, reloadIfChanged: true, reloadTriggers: [1]}", "act like restartTriggers"),
        ("users.users.a: {isNormalUser: true, hashedPassword: secret}", "The password hash of users.users.a"),
        ("users.users.a: {isNormalUser: true, hashedPassword: $6$x}", "none that login programs know"),
        ("users.users.a: {isNormalUser: true, initialHashedPassword: $1$x$yz}", "is guessed quickly"),
        ("security.sudo: {execWheelOnly: true, extraRules: [{users: [bob], commands: [ALL]}]}", "is for bob"),
        ("services.chrony: {enable: true, enableNTS: true}", "have no effect without servers"),
    ],
)
def test_what_would_not_do_what_it_says_is_warned_of(text: str, warning: str, tmp_path: Path) -> None:
    (found,) = built(text, tmp_path)[0].warnings
    assert warning in str(found)


@pytest.mark.parametrize("hashed", ["$6$x$yz", "$6$rounds=9000$x$yz", "$y$j9T$a$b", "!$6$x$yz", "!", "*", ""])
def test_hashes_and_locks_are_not_warned_of(hashed: str, tmp_path: Path) -> None:
    assert built(f"users.users.a: {{isNormalUser: true, hashedPassword: '{hashed}'}}", tmp_path)[0].warnings == []


def test_time_servers_are_for_the_time_service_that_is_chosen(tmp_path: Path) -> None:
    assert "systemd/timesyncd.conf.d/home-manager.conf" in manifest("networking.timeServers: [a.b]", tmp_path)["etc"]
    etc = manifest("{networking.timeServers: [a.b], services.chrony.enable: true}", tmp_path)["etc"]
    assert list(etc) == ["chrony/chrony.conf"]


def test_a_keyboard_layout_of_x_counts_for_the_console(tmp_path: Path) -> None:
    assert "default/keyboard" in manifest("console.useXkbConfig: true", tmp_path)["etc"]


def test_a_socket_takes_the_place_of_sshd_with_its_ports(tmp_path: Path) -> None:
    said = "services.openssh: {enable: true, startWhenNeeded: true, listenAddresses: [{addr: '::1'}, {addr: 10.0.0.1, port: 23}]}"
    plan = built(said, tmp_path)[0]
    provided = plan.manifest["provided"]
    assert (provided["ssh.service"]["enable"], provided["ssh.socket"]["enable"]) == (False, True)
    dropin = plan.contents[plan.manifest["etc"]["systemd/system/ssh.socket.d/home-manager.conf"]["object"]].decode()
    assert dropin == "[Socket]\nListenStream=\nListenStream=[::1]:22\nListenStream=10.0.0.1:23\n"


def text_of(said: str, target: str, folder: Path) -> str:
    return built(said, folder)[0].text(target).decode()


def test_principals_of_users_are_read_by_sshd(tmp_path: Path) -> None:
    file = "ssh/sshd_config.d/10-home-manager.conf"
    user = "users.users.a: {isNormalUser: true, openssh.authorizedPrincipals: [ops]}"
    said = f"{{{user}, services.openssh.enable: true}}"
    assert "AuthorizedPrincipalsFile /etc/ssh/authorized_principals.d/%u\n" in text_of(said, file, tmp_path)
    said = f"{{{user}, services.openssh: {{enable: true, settings.AuthorizedPrincipalsFile: /srv/p}}}}"
    assert "AuthorizedPrincipalsFile /srv/p\n" in text_of(said, file, tmp_path)
    assert "AuthorizedPrincipalsFile none\n" in text_of("services.openssh.enable: true", file, tmp_path)


def test_keys_are_looked_for_in_further_files_first(tmp_path: Path) -> None:
    said = "services.openssh: {enable: true, authorizedKeysFiles: [/srv/%u]}"
    wanted = "AuthorizedKeysFile /srv/%u %h/.ssh/authorized_keys /etc/ssh/authorized_keys.d/%u\n"
    assert wanted in text_of(said, "ssh/sshd_config.d/10-home-manager.conf", tmp_path)


def test_what_is_added_to_the_file_of_sudo_is_in_it(tmp_path: Path) -> None:
    said = "security.sudo.configFile: Defaults insults"
    lines = text_of(said, "sudoers.d/60-home-manager", tmp_path).splitlines()
    assert "Defaults insults" in lines
    assert "%sudo ALL=(ALL:ALL) SETENV: ALL" in lines


def test_a_reload_stands_for_the_restart_that_is_not_wanted(tmp_path: Path) -> None:
    flags = "{script: x, restartIfChanged: false%s}"
    name = "systemd/system/a.service"
    assert "X-RestartIfChanged=false" in text_of(f"systemd.services.a: {flags % ''}", name, tmp_path)
    both = text_of(f"systemd.services.a: {flags % ', reloadIfChanged: true'}", name, tmp_path)
    assert "X-ReloadIfChanged=true" in both
    assert "X-RestartIfChanged" not in both


def test_interfaces_have_quotes_where_their_names_could_be_words_of_nft(tmp_path: Path) -> None:
    ports = "{allowedTCPPorts: [80]}"
    said = f"networking.firewall: {{enable: true, interfaces: {{eth1: {ports}, ip6: {ports}, br-lan: {ports}}}}}"
    text = text_of(said, "home-manager/nftables.conf", tmp_path)
    for name in ("eth1", '"ip6"', "br-lan"):
        assert f"iifname {name} tcp dport {{ 80 }} accept" in text


def test_a_message_after_the_login_takes_the_place_of_the_host_s(tmp_path: Path) -> None:
    assert text_of("users.motd: Welcome", "motd", tmp_path) == "Welcome\n"


def test_switched_off_ipv6_can_be_overruled_for_one_key(tmp_path: Path) -> None:
    said = "{networking.enableIPv6: false, boot.kernel.sysctl: {net.ipv6.conf.all.disable_ipv6: false}}"
    text = text_of(said, "sysctl.d/60-home-manager.conf", tmp_path)
    assert text.splitlines() == ["net.ipv6.conf.all.disable_ipv6=0", "net.ipv6.conf.default.disable_ipv6=1"]


def test_a_controller_that_has_the_collection_elsewhere_makes_the_same_plan(tmp_path: Path) -> None:
    role = tmp_path / "elsewhere" / "roles" / "system"
    shutil.copytree(Path(LIBRARY).parent, role)
    file = str(tmp_path / "configuration.yml")
    text = "{services.openssh.enable: true, security.sudo.enable: true, users.users.a.isNormalUser: true, networking.firewall.enable: true}"

    def plan(library: str) -> SystemPlan:
        request = SystemRequest([(load_text(text, file, str(tmp_path)), file)], HOST, library=library)
        return with_deep_stack(lambda: build_system(System(request), {}, {}))  # type: ignore[no-any-return]

    here, there = plan(LIBRARY), plan(str(role / "modules"))
    assert here.manifest == there.manifest
    assert here.digest == there.digest
    origins = [str(entry["origin"]) for entry in here.manifest["etc"].values() if "origin" in entry]
    assert any(origin.startswith(f"{file}:1:") for origin in origins)
    assert not any(LIBRARY in origin for origin in origins)


def test_an_assertion_that_loads_a_module_is_shown_at_its_own_place(tmp_path: Path) -> None:
    said = refused('assertions: [{assertion: "{{ config.networking.domain != null }}", message: no domain}]', tmp_path)
    assert said.splitlines()[:2] == ["no domain", f"  at {tmp_path}/configuration.yml:1:14"]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("users.users: {bob: {isNormalUser: true}, alice: {isNormalUser: true, group: nobodys}}", "1:70"),
        ("networking.hosts: {10.0.0.1: [localhost]}", "1:1"),
        ("fileSystems: {/x: {fsType: ext4}}", "1:19"),
        ("users: {mutableUsers: false, users.a.isNormalUser: true}", "1:9"),
    ],
)
def test_a_failed_assertion_is_at_the_line_that_it_names(text: str, place: str, tmp_path: Path) -> None:
    assert f"{tmp_path}/configuration.yml:{place}" in refused(text, tmp_path)


@pytest.mark.parametrize(
    ("home", "problem"),
    [
        ("{home.username: bob}", "home.username: is bob, but the account has alice"),
        ("{home.homeDirectory: /srv}", "home.homeDirectory: is /srv, but the account has /home/alice"),
        ("alice.yml", "home-manager.users.alice: must be a module, not the string 'alice.yml'"),
    ],
)
def test_a_home_is_that_of_its_account(home: str, problem: str, tmp_path: Path) -> None:
    said = refused(
        f"""
        users.users.alice.isNormalUser: true
        home-manager: {{sharedModules: [{{home.stateVersion: "24.05"}}], users.alice: {home}}}
        """,
        tmp_path,
    )
    assert problem in said.replace("home-manager.users.alice: home.", "home.")
    assert f"{tmp_path}/configuration.yml:3:" in said


def test_the_home_of_an_account_that_is_switched_off_is_left_out(tmp_path: Path) -> None:
    plan, homes = built(
        """
        users.users.alice: {isNormalUser: true, enable: false}
        home-manager.users.alice: {home.stateVersion: "24.05"}
        """,
        tmp_path,
    )
    assert homes.plans == {}
    assert "home-manager.users.alice is left out" in str(plan.warnings[0])
