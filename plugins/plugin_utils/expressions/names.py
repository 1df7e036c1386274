# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The names of the language for what is around a spec: `pkgs`, `host`, `lib`, `formats` and the like."""

from __future__ import annotations

from collections.abc import Callable

from ...module_utils.engine.archive import archive
from ..formats import FORMATS
from ..values import OMIT, OutOfStore, Package, StoreFile
from .language import Language
from .thunk import Thunk

PACKAGE_SETS = {
    "vimPlugins", "tmuxPlugins", "kakounePlugins", "fishPlugins", "zshPlugins", "emacsPackages", "nodePackages", "python3Packages",
    "python311Packages", "python312Packages", "python313Packages", "perlPackages", "haskellPackages", "gitAndTools", "xorg", "gnome",
    "kdePackages", "libsForQt5", "plasma5Packages", "vscode-extensions", "mpvScripts", "nerd-fonts", "hyprlandPlugins", "rofi-plugins",
    "nushellPlugins", "yaziPlugins", "luaPackages", "lua51Packages", "lua54Packages", "rubyPackages", "weechatScripts",
    "mate", "xfce", "pantheon", "cinnamon", "lxqt", "unixtools", "obs-studio-plugins",
}  # fmt: skip

# Sets whose packages are named by a publisher and a name: `pkgs['vscode-extensions'].golang.go`, or one key `golang.go`.
PUBLISHED = {"vscode-extensions"}


class Packages(dict[str, object]):
    """`pkgs`: every name is a package; a few are sets of packages, and `stdenv` tells the platform."""

    def __init__(
        self, make: Callable[..., Package], host: dict[str, object], set_name: str | None = None, publisher: str = ""
    ) -> None:
        super().__init__()
        self.make = make
        self.host = host
        self.set_name = set_name
        self.publisher = publisher

    def __getitem__(self, name: str) -> object:
        if self.set_name in PUBLISHED and "." not in name:
            if not self.publisher:
                return Packages(self.make, self.host, self.set_name, name)
            name = f"{self.publisher}.{name}"
        if self.set_name is None:
            if name == "stdenv":
                return {**platform_facts(self.host), "hostPlatform": platform_facts(self.host)}
            if name in PACKAGE_SETS:
                return Packages(self.make, self.host, name)
            if name == "system":
                return platform_facts(self.host)["system"]
        return self.make(name, set_name=self.set_name)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str)

    __hash__ = None


def platform_facts(host: dict[str, object]) -> dict[str, object]:
    """What Nix's `stdenv` says of a platform."""
    machine = {"arm64": "aarch64", "amd64": "x86_64"}.get(str(host["machine"]), str(host["machine"]))
    system = f"{machine}-{host['platform']}"
    return {
        "isLinux": host["platform"] == "linux",
        "isDarwin": host["platform"] == "darwin",
        "isx86_64": machine == "x86_64",
        "isAarch64": machine == "aarch64",
        "system": system,
    }


def language_names(host: dict[str, object], language: Language, special: dict[str, object]) -> dict[str, object]:
    """All names but `config` and `options`.

    `host` has at least platform, machine, hostname and user; `special` are the extra special arguments, and hold `osConfig` when
    the home is part of a system.
    """
    return {
        "osConfig": None,
        **special,
        "pkgs": Packages(language.package, host),
        "host": host,
        "platform": host["platform"],
        "formats": sorted(FORMATS),
        "engine": Thunk(lambda: language.store_file(StoreFile("home-manager", archive(), executable=True))),
        "omit": OMIT,
        "lib": {"file": {"mkOutOfStoreSymlink": lambda path: OutOfStore(str(path))}},
    }
