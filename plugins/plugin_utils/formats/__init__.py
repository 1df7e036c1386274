# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Values as texts of the configuration formats that programs read.

``FORMATS`` maps the word of a format (a key of a file, and with ``to_`` before it a filter) to the function that writes
it: ``(value, **parameters) -> str``, raising ``FormatError`` for a value the format cannot hold.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import git_ini, ini, json, keyvalue, toml, yaml

if TYPE_CHECKING:
    from collections.abc import Callable

FORMATS: dict[str, Callable[..., str]] = {
    "cnf": ini.to_cnf,
    "env": keyvalue.to_env,
    "git_ini": git_ini.to_git_ini,
    "ini": ini.to_ini,
    "ini_global": ini.to_ini_global,
    "ini_ordered": ini.to_ini_ordered,
    "json": json.to_json,
    "keyvalue": keyvalue.to_keyvalue,
    "properties": keyvalue.to_properties,
    "ssh_config": keyvalue.to_ssh_config,
    "systemd": ini.to_systemd,
    "toml": toml.to_toml,
    "xresources": keyvalue.to_xresources,
    "yaml": yaml.to_yaml,
}
