# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Values as texts of the configuration formats that programs read.

``FORMATS`` maps the word of a format (a key of a file, and with ``to_`` before it a filter) to the function that writes
it: ``(value, **parameters) -> str``, raising ``FormatError`` for a value the format cannot hold.

Other layers may import ``FORMATS``, and from `quoting` and `words` the functions of texts: ``QUOTING`` and ``WORDS``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .css import to_css
from .desktop import to_desktop
from .elisp import to_elisp
from .git_ini import to_git_ini
from .gvariant import to_dconf, to_gvariant
from .hyprconf import to_hyprconf
from .ini import to_cnf, to_ini, to_ini_global, to_ini_ordered, to_systemd
from .json import to_json
from .kdl import to_kdl
from .keyvalue import to_env, to_keyvalue, to_properties, to_ssh_config, to_xresources
from .libconfig import to_libconfig
from .lua import to_lua
from .nuon import to_nuon, to_nushell
from .plist import to_plist
from .rasi import to_rasi
from .scfg import to_scfg
from .sway_block import to_sway_block
from .toml import to_toml
from .vdf import to_vdf
from .xml import to_xml
from .yaml import to_yaml

if TYPE_CHECKING:
    from collections.abc import Callable

FORMATS: dict[str, Callable[..., str]] = {
    "cnf": to_cnf,
    "css": to_css,
    "dconf": to_dconf,
    "desktop": to_desktop,
    "elisp": to_elisp,
    "env": to_env,
    "git_ini": to_git_ini,
    "gvariant": to_gvariant,
    "hyprconf": to_hyprconf,
    "ini": to_ini,
    "ini_global": to_ini_global,
    "ini_ordered": to_ini_ordered,
    "json": to_json,
    "kdl": to_kdl,
    "keyvalue": to_keyvalue,
    "libconfig": to_libconfig,
    "lua": to_lua,
    "nuon": to_nuon,
    "nushell": to_nushell,
    "plist": to_plist,
    "properties": to_properties,
    "rasi": to_rasi,
    "scfg": to_scfg,
    "ssh_config": to_ssh_config,
    "sway_block": to_sway_block,
    "systemd": to_systemd,
    "toml": to_toml,
    "vdf": to_vdf,
    "xml": to_xml,
    "xresources": to_xresources,
    "yaml": to_yaml,
}
