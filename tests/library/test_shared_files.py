# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What start-up files read below a package's `share` is brought to the profile by its entry in the catalogue."""

from __future__ import annotations

import re
from pathlib import Path

from ansible_collections.home.manager.plugins.module_utils.engine.packages.profile import SHOWN
from ansible_collections.home.manager.plugins.plugin_utils.packages.catalogue import Catalogue

from .test_library import answered

SPEC = {
    "spec": {
        "programs": {
            "autojump": {"enable": True},
            "bash": {"enable": True},
            "fish": {"enable": True},
            "fzf": {"enable": True},
            "zsh": {
                "enable": True,
                "antidote": {"enable": True, "plugins": ["a/b"]},
                "autosuggestion": {"enable": True},
                "syntaxHighlighting": {"enable": True},
                "zplug": {"enable": True},
            },
        }
    }
}
READ = re.compile(r"@([A-Za-z0-9_.+-]+)@/(share/[^\s\"';:)]+)")


def test_files_that_shells_read_are_in_the_profile():
    texts = answered(SPEC, Path(__file__))["files"].values()
    read = {found.groups() for text in texts for found in READ.finditer(text)}
    assert {name for name, _path in read} >= {"autojump", "fzf", "zplug", "antidote", "zsh-autosuggestions"}
    catalogue = Catalogue()
    missing = []
    for name, path in sorted(read):
        entry = catalogue.get(name)
        shown = (*SHOWN, *(entry.shares if entry is not None else ()))
        if not any(path == folder or path.startswith(f"{folder}/") for folder in shown):
            missing.append((name, path))
    assert missing == []
