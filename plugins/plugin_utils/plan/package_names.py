# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Names of packages as each family of distributions has them, where they differ from the names that configurations use."""

from __future__ import annotations

ALIASES: dict[str, dict[str, str]] = {
    "apt": {
        "bashInteractive": "bash",
        "delta": "git-delta",
        "dig": "dnsutils",
        "docker": "docker.io",
        "fd": "fd-find",
        "firefox": "firefox-esr",
        "gnumake": "make",
        "inetutils": "inetutils-tools",
        "libvirt": "libvirt-daemon-system",
        "mtr": "mtr-tiny",
        "netcat": "netcat-openbsd",
        "openssh": "openssh-client",
        "p7zip": "p7zip-full",
        "qemu": "qemu-system-x86",
        "sqlite": "sqlite3",
        "wireshark-cli": "tshark",
        "xz": "xz-utils",
    },
    "dnf": {
        "docker": "moby-engine",
        "fd": "fd-find",
        "gnumake": "make",
        "gnupg": "gnupg2",
        "openssh": "openssh-clients",
        "vim": "vim-enhanced",
    },
    "pacman": {"gnumake": "make", "python3": "python", "delta": "git-delta", "dig": "bind"},
    "apk": {"gnumake": "make", "dig": "bind-tools", "openssh": "openssh-client"},
}


def native(name: str, provider: str, own: dict[str, str]) -> str:
    """The name of a package for a package manager; `own` are the names that the configuration itself gives."""
    return own.get(name) or ALIASES.get(provider, {}).get(name, name)
