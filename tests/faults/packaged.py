# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Scenes with packages: archives in a cache folder, and stand-ins for the programs that make packages and caches.

The stand-ins keep what they install in the folder `host` of the place. A file `host/kill` names one of them, which then kills
the engine that runs it, lives on for a while, and leaves a mark if it gets that far.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from ansible_collections.home.manager.plugins.module_utils.engine.contract.objects import object_id
from ansible_collections.home.manager.plugins.module_utils.engine.packages import host_paths
from ansible_collections.home.manager.plugins.module_utils.engine.packages.providers import nix
from ansible_collections.home.manager.plugins.module_utils.engine.packages.recipe import Recipe, canonical

from ..unit.plugins.module_utils.engine.conftest import digest_of
from ..unit.plugins.module_utils.engine.packages.conftest import deb_of, tar_of
from .place import Place, put_back
from .scenes import FEW, Scene, after, ask, own

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Act = Callable[[Place], Any]

HERE = "x86_64-linux"
_SAYS = "#!/bin/sh\necho "

_BEGIN = """\
#!/bin/sh
host={host}
kill=$(cat $host/kill 2>/dev/null)
if [ "$kill" = {name} ] || [ "$kill" = "{name} $1" ]; then
    rm $host/kill
    echo $$ > $host/running
    kill -9 $PPID
    sleep 60
fi
for last; do :; done
"""
# What each of them does; `$last` is its last argument.
PROGRAMS = {
    "cargo": """\
case $1 in
    generate-lockfile)
        printf '[[package]]\\nname = "home-manager-lock"\\n[[package]]\\nname = "tool-cargo"\\nversion = "1.0"\\nchecksum = "%s"\\n' abcd > Cargo.lock ;;
    install) mkdir -p "$4/bin"; printf '#!/bin/sh\\necho cargo\\n' > "$4/bin/tool-cargo" ;;
esac
""",
    "go": """\
case $1 in
    mod) echo '{{"Path": "example.org/go", "Version": "v1.0", "Sum": "h1:A="}}' ;;
    install) mkdir -p "$GOBIN"; printf '#!/bin/sh\\necho go\\n' > "$GOBIN/tool-go" ;;
esac
""",
    "nix": """\
mkdir -p $host/store/aaa-tool-nix/bin
printf '#!/bin/sh\\necho nix\\n' > $host/store/aaa-tool-nix/bin/tool-nix
chmod 755 $host/store/aaa-tool-nix/bin/tool-nix
while [ "$1" != --out-link ]; do shift; done
ln -sfn $host/store/aaa-tool-nix "$2"
""",
    "brew": """\
case $1 in
    --cellar) echo $host/Cellar/tool-brew ;;
    info) echo '{{"formulae": [{{"name": "tool-brew", "versions": {{"stable": "1.0"}}, "revision": 0}}]}}' ;;
    install)
        mkdir -p $host/Cellar/tool-brew/1.0/bin
        printf '#!/bin/sh\\necho brew\\n' > $host/Cellar/tool-brew/1.0/bin/tool-brew
        chmod 755 $host/Cellar/tool-brew/1.0/bin/tool-brew ;;
esac
""",
    "flatpak": """\
here=$host/flatpak/org.example.Tool
case "$1 $3" in
    "info --show-commit") [ -d $here ] || exit 1; echo feed ;;
    "info --show-location") echo $here ;;
    install*) mkdir -p $here/export/share/applications; echo '[Desktop Entry]' > $here/export/share/applications/org.example.Tool.desktop ;;
esac
""",
    "update-mime-database": 'cat "$last"/packages/*.xml > "$last/mime.cache"; mkdir -p "$last/text"; echo type > "$last/text/x.xml"\n',
    "glib-compile-schemas": 'cat "$last"/*.xml > "$last/gschemas.compiled"\n',
    "gtk-update-icon-cache": 'all=$(find "$last" -type f | sed "s,.*/,," | LC_ALL=C sort); echo "$all" > "$last/icon-theme.cache"\n',
}
CACHES = {
    "types": "share/mime/mime.cache",
    "applications": "share/applications/mimeinfo.cache",
    "schemas": "share/glib-2.0/schemas/gschemas.compiled",
    "icons": "share/icons/hicolor/icon-theme.cache",
}
BUILDERS = ("cargo", "go", "nix", "brew", "flatpak")
CACHERS = ("update-mime-database", "glib-compile-schemas", "gtk-update-icon-cache")


class Stocked(Place):
    """A place whose folder `host` is kept and put back with its home, and whose packages are looked at too."""

    def keep(self, under: Path) -> None:
        super().keep(under)
        put_back(self.base / "host", under / "host")

    def put_back(self, under: Path) -> None:
        super().put_back(under)
        put_back(under / "host", self.base / "host")

    def unsound(self, drifted: bool = False) -> list[str]:
        wrong = super().unsound(drifted)
        for folder in sorted((self.state / "generations").glob("*")):
            for path in (folder / "home-path").rglob("*"):
                if path.is_symlink() and not path.exists():
                    wrong.append(f"{path.relative_to(self.state)} leads nowhere, to {os.readlink(path)}")
        return wrong + self._broken()

    def begun(self) -> list[str]:
        """The folders in which something was being made."""
        return [path.name for top in ("packages", "parts") for path in (self.state / top).glob(".tmp-*")]

    def _broken(self) -> list[str]:
        wrong = []
        for tree in (self.state / "packages").glob("[0-9a-f]*-*"):
            record = tree / ".hm/realisation.json"
            files = json.loads(record.read_text())["files"] if record.exists() else [".hm/realisation.json"]
            wrong += [f"{tree.name} lacks {path}" for path in files if not os.path.lexists(tree / path)]
        return wrong


class Shelf:
    """The packages of one place, by name: their recipes, the files that these are made from, and the host's programs."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.cache = place.base / "cache"
        self.host = place.base / "host"
        self.depot = f"{place.state}/packages"
        for folder in (self.cache, self.host / "bin"):
            folder.mkdir(parents=True, exist_ok=True)
        for name, text in PROGRAMS.items():
            program = self.host / "bin" / name
            if not program.exists():
                program.write_text(_BEGIN.format(name=name, host=self.host) + text.format())
                program.chmod(0o755)

    def recipe(self, name: str) -> Recipe:
        """The recipe of a package, which has its provider's name at its end (`tool-uv`); others are archives."""
        name, _at, version = name.partition("@")
        provider = name.rpartition("-")[2] if name.startswith("tool-") else "archive"
        value = {"realiser": 1, "provider": provider, "name": name, "version": version or "1.0", "platform": HERE}
        return Recipe.of({**value, **getattr(self, f"_{provider}")(name, version or "1.0")})

    def _archive(self, name: str, version: str) -> dict[str, Any]:
        members: list[Any] = [(f"top/bin/{name}", f"{_SAYS}{name} {version}\n".encode(), 0o755)]
        for path in ("mime/packages/{}.xml", "glib-2.0/schemas/{}.gschema.xml", "icons/hicolor/48x48/apps/{}.png"):
            members.append((f"top/share/{path.format(name)}", f"<{name} {version}/>\n".encode(), 0o644))
        desktop = f"[Desktop Entry]\nName={name} {version}\nMimeType=text/x-{name};\n".encode()
        members.append((f"top/share/applications/{name}.desktop", desktop, 0o644))
        return self._made_of(f"{name}-{version}.tar", tar_of(members, "w"), name)

    def _made_of(self, file: str, content: bytes, *commands: str) -> dict[str, Any]:
        sha256 = hashlib.sha256(content).hexdigest()
        if not (self.cache / sha256).exists():
            (self.cache / sha256).write_bytes(content)
        artefact = {"sha256": sha256, "size": len(content), "file": file, "at": ["nowhere:x"], "own": True}
        return {"artefacts": [artefact], "commands": dict(zip(commands, commands, strict=True))}

    def _deb(self, name: str, _version: str) -> dict[str, Any]:
        return self._made_of(f"{name}.deb", deb_of([(f"./usr/bin/{name}", f"{_SAYS}deb\n".encode(), 0o755)]), name)

    def _uv(self, name: str, version: str) -> dict[str, Any]:
        held = io.BytesIO()
        with zipfile.ZipFile(held, "w") as packed:
            about = f"tool_uv-{version}.dist-info"
            files = {
                "tool.py": "def main(): print('uv')\n",
                f"{about}/entry_points.txt": f"[console_scripts]\n{name} = tool:main\n",
            }
            for path, text in files.items():
                packed.writestr(zipfile.ZipInfo(path), text)
        return self._made_of(f"tool_uv-{version}-py3-none-any.whl", held.getvalue(), name)

    def _npm(self, name: str, version: str) -> dict[str, Any]:
        about = json.dumps({"name": name, "version": version, "bin": {name: "main.js"}})
        content = tar_of(
            [("package/package.json", about.encode(), 0o644), ("package/main.js", b"#!/usr/bin/env node\n", 0o755)], "w"
        )
        made = self._made_of(f"{name}.tar", content, name)
        node = self.recipe("nodejs").identity(self.depot)
        place = {f"node_modules/{name}": made["artefacts"][0]["sha256"]}
        return {**made, "place": place, "requires": {"nodejs": node}}

    def _cargo(self, name: str, _version: str) -> dict[str, Any]:
        return {"pinned": {"crate": name, "sha256": "abcd"}, "commands": {name: name}}

    def _go(self, name: str, _version: str) -> dict[str, Any]:
        pins = {"package": "example.org/go/tool-go", "module": "example.org/go", "sum": "h1:A="}
        return {"pinned": pins, "commands": {name: name}}

    def _nix(self, name: str, _version: str) -> dict[str, Any]:
        pins = {"paths": f"{self.host}/store/aaa-tool-nix", "flake": "nixpkgs", "attribute": name}
        return {"pinned": pins, "commands": {name: name}}

    def _brew(self, name: str, _version: str) -> dict[str, Any]:
        bottles = hashlib.sha256(canonical({})).hexdigest()
        return {"pinned": {"formula": name, "bottles": bottles}, "commands": {name: name}}

    def _flatpak(self, _name: str, _version: str) -> dict[str, Any]:
        return {"pinned": {"application": "org.example.Tool", "remote": "hub", "commit": "feed"}}

    @contextmanager
    def programs(self) -> Iterator[None]:
        """The host's programs are the stand-ins."""
        former = os.environ["PATH"], nix.STORE, host_paths.FOLDERS
        os.environ["PATH"], nix.STORE = f"{self.host}/bin:{former[0]}", f"{self.host}/store"
        host_paths.FOLDERS = (f"{self.host}/bin", *former[2])
        try:
            yield
        finally:
            os.environ["PATH"], nix.STORE, host_paths.FOLDERS = former


def switch(spec: dict[str, Any], *names: str) -> Act:
    """The act of switching to a spec with these packages; each of its programs is read through a link in the home."""

    def act(place: Place) -> dict[str, Any]:
        shelf = Shelf(place)
        recipes = [shelf.recipe(name) for name in names]
        shown = {command for recipe in recipes for command in recipe.commands}
        profile = f"{place.state}/current/home-path"
        links = {f"programs/{command}": {"to": f"{profile}/bin/{command}"} for command in shown}
        links.update({f"caches/{name}": {"to": f"{profile}/{path}"} for name, path in CACHES.items()})
        packages, held = [], {}
        for recipe in recipes:
            text = canonical(recipe.json())
            made = object_id(text, "0444", recipe.name)
            held[made] = text
            package = {"name": recipe.name, "version": recipe.version, "provider": recipe.provider, "host": False}
            identity = recipe.identity(shelf.depot)
            packages.append({**package, "id": identity, "recipe": made, "commands": recipe.commands})
        manifest, contents = place.manifest({**spec, **links}, packages=packages)
        manifest["objects"].update({name: {"mode": "0444", "size": len(text)} for name, text in held.items()})
        contents.update(held)
        with shelf.programs():
            probe = place.ask("probe", digest=digest_of(manifest))
            if probe["unchanged"]:
                return {"changed": bool(probe["repaired"]), "generation": probe["generation"]}
            lacking = [item for item in contents.items() if item[0] not in probe["objects"]]
            sources = {"cache": str(shelf.cache), "mirrors": {}, "snapshots": {}}
            return place.ship(manifest, lacking, packages={"sources": sources})

    return act


EVERY = ("tool-deb", "nodejs", "tool-npm", "tool-uv", *(f"tool-{name}" for name in BUILDERS))

SCENES = {
    scene.name: scene
    for scene in [
        Scene(
            "packages with caches",
            after(own, switch(FEW, "one", "old")),
            switch(FEW, "one@2.0", "two"),
            ask("activate", generation=1),
        ),
        Scene(
            "packages of every provider",
            after(own, switch(FEW, "one")),
            switch(FEW, *EVERY),
            ask("activate", generation=1),
        ),
        Scene(
            "expire of packages",
            after(own, switch(FEW, "one", "old"), switch(FEW, "two", "tool-nix"), switch(FEW, "one@2.0")),
            ask("expire", keep=1),
            ask("verify"),
        ),
    ]
}
