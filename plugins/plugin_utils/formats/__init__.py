# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Values as texts of the configuration formats that programs read.

``FORMATS`` maps the word of a format (a key of a file, and with ``to_`` before it a filter) to the function that writes
it: ``(value, **parameters) -> str``, raising ``FormatError`` for a value the format cannot hold.

Other layers may import ``FORMATS``, and from `quoting` and `words` the functions of texts: ``QUOTING`` and ``WORDS``.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator, Mapping

Writer = Callable[..., str]

# The formats of each file here, whose functions are called `to_FORMAT`.
_FILES = {
    "css": ("css",),
    "desktop": ("desktop",),
    "elisp": ("elisp",),
    "git_ini": ("git_ini",),
    "gvariant": ("dconf", "gvariant"),
    "hyprconf": ("hyprconf",),
    "ini": ("cnf", "ini", "ini_global", "ini_ordered", "systemd"),
    "json": ("json",),
    "kdl": ("kdl",),
    "keyvalue": ("env", "keyvalue", "properties", "ssh_config", "xresources"),
    "libconfig": ("libconfig",),
    "lua": ("lua",),
    "nuon": ("nuon", "nushell"),
    "plist": ("plist",),
    "rasi": ("rasi",),
    "scfg": ("scfg",),
    "sway_block": ("sway_block",),
    "toml": ("toml",),
    "vdf": ("vdf",),
    "xml": ("xml",),
    "yaml": ("yaml",),
}


class Formats(Mapping[str, Writer]):
    """The function of each format. Its file is imported when it is asked for: a home uses a few of them."""

    def __init__(self, files: Mapping[str, tuple[str, ...]]) -> None:
        self._file = {name: file for file, names in sorted(files.items()) for name in names}
        self._found: dict[str, Writer] = {}

    def __getitem__(self, name: str) -> Writer:
        if name not in self._found:
            module = importlib.import_module(f".{self._file[name]}", __package__)
            self._found[name] = getattr(module, f"to_{name}")
        return self._found[name]

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._file))

    def __len__(self) -> int:
        return len(self._file)


FORMATS = Formats(_FILES)
