# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Writes docs/systems/options.md: every option of a system with its type, default, description and example.

python tests/library/system_options.py FOLDER      FOLDER holds `ansible_collections/home/manager`
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
LIBRARY = ROOT / "roles" / "system" / "modules"
DOCUMENT = ROOT / "docs" / "systems" / "options.md"
HEAD = """\
# The options of a system

Generated from `roles/system/modules`; `tests/library/system_options.py` writes it. Names, types and meaning are those of NixOS, apart from
what [coming from NixOS](from-nixos.md) lists. Anything that is not here is refused by name.

On [hosts without systemd](limits.md#hosts), what needs it is refused: `systemd.*` but for `systemd.packages`, `fileSystems`, `swapDevices`, `zramSwap`,
`boot.tmp`, `nix.gc`, `system.autoUpgrade`, `services.{fstrim,fwupd,journald,logind,redis,resolved,timesyncd}`, `services.openssh.startWhenNeeded`,
`programs.gnupg.agent`, `programs.ssh.startAgent`, `users.users.<name>.linger`, `virtualisation.oci-containers`, `virtualisation.docker.extraOptions`
and `virtualisation.{docker,podman}.autoPrune`.
"""
# What stands for a part of a name that the library computes.
WORDS = {"item": "<format>", "settings": "<kind>Config"}
IN_WORDS = re.compile(r"\{\{ (item|settings) \}\}")
OF_ONE_KIND = re.compile(r"^kind == '(\w+)'$")
UNITS = "systemd.<kind>s"
OF_UNITS = (
    "Units by name, without the ending. `<kind>` is service, socket, timer, path, slice, target, mount or automount; mounts and "
    "automounts are lists."
)
UNITS_OF_USERS = "systemd.user.<kind>s"
OF_UNITS_OF_USERS = (
    "Units of the service managers of all users, by name, with the same options. `<kind>` is service, socket, timer, path, slice or target. "
    "Running managers read them at once; what runs already is restarted at the next login."
)
OLD_NAME = {"renamedTo", "removed", "changedTo", "aliasOf"}


def text(value: Any) -> str:
    """A value as a cell of a table shows it."""
    source = getattr(value, "source", None)
    if source is not None:
        return "computed"
    if isinstance(value, bool):
        return str(value).lower()
    if value is None:
        return "null"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {text(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(text(item) for item in value) + "]"
    return str(value) if str(value) else '""'


def cell(value: str) -> str:
    return value.replace("|", "\\|").replace("\n", " ").strip()


def below(
    node: Any, path: tuple[str, ...], declared: Any, of_types: dict[str, Any], seen: tuple[str, ...] = ()
) -> Iterator[tuple[str, Any]]:
    """The options below a node with their dotted names; named types are followed once."""
    for block in node if isinstance(node, list) else [node]:
        for key, value in block.items() if isinstance(block, dict) else ():
            if not isinstance(value, dict) or key in ("loop", "when", "vars"):
                if isinstance(value, list) and key == "block":
                    yield from below(value, path, declared, of_types, seen)
                continue
            here = (*path, str(getattr(key, "source", key)))
            if not declared(value):
                yield from below(value, here, declared, of_types, seen)
                continue
            if OLD_NAME & value.keys() or value.get("internal"):
                continue
            yield ".".join(here), resolved(value, of_types)
            kind = str(getattr(value.get("type"), "source", value.get("type") or ""))
            step = "*" if "listOf" in kind else "<name>" if "ttrsOf" in kind else ""
            inner = (*here, step) if step else here
            if "options" in value:
                yield from below(value["options"], inner, declared, of_types, seen)
            for name, declaration in of_types.items():
                if name in kind.replace("(", " ").replace(")", " ").split() and name not in seen:
                    yield from below(declaration.get("options"), inner, declared, of_types, (*seen, name))


def resolved(words: dict[str, Any], of_types: dict[str, Any]) -> dict[str, Any]:
    """A declaration with what its named type says, unless that is a submodule, which is listed by its options."""
    named = of_types.get(str(words.get("type")), {})
    return words if "options" in named else {**words, **named, **{k: v for k, v in words.items() if k != "type"}}


def options() -> dict[str, Any]:
    """Every public option by its dotted name."""
    from ansible_collections.home.manager.plugins.plugin_utils.modules.library_index import files
    from ansible_collections.home.manager.plugins.plugin_utils.modules.module import is_declaration
    from ansible_collections.home.manager.plugins.plugin_utils.modules.spec_file import load_file

    shared = load_file(str(LIBRARY / "types.yml"))["types"]
    found: dict[str, Any] = {}
    for file in files(str(LIBRARY)):
        module = load_file(str(LIBRARY / file))
        found.update(below(module.get("options"), (), is_declaration, {**shared, **(module.get("types") or {})}))
    units = load_file(str(LIBRARY / "lib" / "unit.yml"))["options"][0]["systemd.{{ kind }}s"]
    found[UNITS] = {**units, "type": "attrsOf submodule", "default": {}, "description": OF_UNITS}
    found[UNITS_OF_USERS] = {**found[UNITS], "description": OF_UNITS_OF_USERS}
    # What every kind of unit has is listed once.
    for block in units["options"]:
        kind = OF_ONE_KIND.search(str(getattr(block.get("when"), "source", block.get("when"))))
        place = f"systemd.{kind[1] if kind else '<kind>'}s"
        found.update(below(block, (place, "<name>"), is_declaration, shared))
    found = {IN_WORDS.sub(lambda part: WORDS[part[1]], name): words for name, words in found.items()}
    return dict(sorted(found.items()))


def refusals() -> dict[str, str]:
    """The sentence on the families that refuse an option, by option."""
    from ansible_collections.home.manager.plugins.plugin_utils.modules.spec_file import load_file

    families = load_file(str(LIBRARY / "family.yml"))["vars"]["families"]
    names = {"dnf": "Fedora", "pacman": "Arch", "apk": "Alpine"}
    found: dict[str, list[str]] = {}
    for family, name in names.items():
        for option in {**families[family]["lacks"], **families[family].get("refuses", {})}:
            found.setdefault(option, []).append(name)
    return {option: f" Not supported on {_listed(lacking)}." for option, lacking in found.items()}


def _listed(names: list[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if names[1:] else names)


def document() -> str:
    """The whole text."""
    groups: dict[str, list[str]] = {}
    refused = refusals()
    for name, words in options().items():
        kind = words.get("type")
        default = text(words["default"]) if "default" in words else "none"
        description = words.get("description")
        said = str(getattr(description, "source", description) or "").replace("{{ section }}", "<Kind>")
        kind_text = re.sub(r'strMatching "[^"]*"', "strMatching ...", str(getattr(kind, "source", kind)))
        example = f" Example: `{cell(text(words['example']))}`" if "example" in words else ""
        row = f"| `{cell(name)}` | `{cell(kind_text)}` | `{cell(default)[:60]}` | {cell(said)}{refused.get(name, '')}{example} |"
        groups.setdefault(name.split(".")[0], []).append(row)
    parts = [HEAD]
    for group, rows in groups.items():
        parts.append(
            f"\n## {group}\n\n| option | type | default | description |\n|---|---|---|---|\n" + "\n".join(rows) + "\n"
        )
    return "".join(parts)


if __name__ == "__main__":
    sys.path.insert(0, sys.argv[1])
    DOCUMENT.write_text(document(), encoding="utf-8")
