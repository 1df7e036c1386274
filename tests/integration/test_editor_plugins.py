# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Editors have the plugins of the lock, Neovim those of the example: the editors themselves are asked.

The plugins are archives of this test at the places of the shipped catalogue's, which no test downloads.
"""

from __future__ import annotations

import io
import json
import os
import subprocess
import tarfile
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples/homes/users/neovim.yml"
CATALOGUE = ROOT / "roles/home/packages/catalogue.json"
PLUGINS: dict[str, dict[str, str]] = {
    "vim-nix": {
        "ftdetect/nix.vim": "au BufRead,BufNewFile *.nix set filetype=nix\n",
        "plugin/a.vim": "let g:has_nix = 1\n",
    },
    "vim-fugitive": {"plugin/fugitive.vim": "command! Git echo 1\n"},
    "fzf-vim": {"plugin/fzf.vim": "command! Files call fzf#run({})\n"},
}
FOUND = (
    'vim.bo.filetype, vim.g.has_nix, vim.fn.exists(":Git"), vim.fn.exists(":Files"), vim.fn.exists("*fzf#run"),'
    ' vim.fn.exists(":Nowhere")'
)


def entry(name: str, folder: Path) -> dict[str, Any]:
    """The shipped catalogue's entry of a plugin, with an archive of this test instead of its own."""
    shipped = json.loads(CATALOGUE.read_text())["packages"][f"vimPlugins.{name}"]
    top = next(iter(shipped.get("archive", {}).get("map", {}).values()), "*").replace("*", "0")
    with tarfile.open(folder / f"{name}.tar", "w") as packed:
        for path, text in PLUGINS[name].items():
            item = tarfile.TarInfo(f"{top}/{path}")
            item.size = len(text)
            packed.addfile(item, io.BytesIO(text.encode()))
    place = {f"share/nvim/site/pack/home/start/{name}": "*"}
    archive = {"map": place, **shipped.pop("archive", {}), "url": str(folder / f"{name}.tar"), "version": "1"}
    shipped.pop("deb", None)
    return {**shipped, "archive": archive}


@pytest.mark.slow
@pytest.mark.programs("nvim", "fzf", "git")
def test_neovim_has_the_plugins_of_the_example(project, tmp_path):
    if not any(Path("/usr/share/doc/fzf/examples").rglob("fzf.vim")):
        pytest.skip("this host's fzf has no functions for Vim where Debian keeps them")
    spec = yaml.safe_load(EXAMPLE.read_text())
    spec["home"].pop("username")
    spec["home"].pop("homeDirectory")
    spec["home"].update(stateVersion="26.05", packages=[])
    catalogue = {f"vimPlugins.{name}": entry(name, tmp_path) for name in PLUGINS}
    spec["home"]["packageCatalogue"] = {**catalogue, "wl-clipboard": {"optional": True}}
    project.write("user.yml", yaml.safe_dump(spec))
    project.play()
    bare = {name: text for name, text in os.environ.items() if not name.startswith("XDG_")}
    file = project.home / "flake.nix"
    file.write_text("{}\n")
    variables = project.home / ".local/state/home.manager/current/home-path/etc/profile.d/hm-session-vars.sh"
    script = (
        f". {variables}; exec vim --headless -i NONE {file} -c 'lua io.stdout:write(vim.inspect({{{FOUND}}}))' -c qa"
    )
    said = subprocess.run(
        ["/bin/sh", "-c", script], env={**bare, "HOME": str(project.home)}, capture_output=True, text=True, check=True
    )
    assert said.stdout == '{ "nix", 1, 2, 2, 1, 0 }', said.stderr


@pytest.mark.slow
@pytest.mark.programs("vim")
def test_vim_has_a_plugin_of_the_lock(project, tmp_path):
    catalogue = {"vimPlugins.vim-nix": entry("vim-nix", tmp_path)}
    spec = {
        "home": {"stateVersion": "26.05", "packageCatalogue": catalogue},
        "programs.vim": {"enable": True, "plugins": ["vim-nix"]},
    }
    project.write("user.yml", yaml.safe_dump(spec))
    project.play()
    said = project.home / "said"
    ask = f"redir! > {said} | echo get(g:, 'has_nix', 0) | redir END"
    command = ["vim", "-N", "-i", "NONE", "--not-a-term", str(project.home / "a.nix"), "-c", ask, "-c", "qa!"]
    bare = {name: text for name, text in os.environ.items() if not name.startswith("XDG_")}
    environment = {**bare, "HOME": str(project.home), "TERM": "dumb"}
    subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, timeout=30, check=True)
    assert said.read_text().strip() == "1"
