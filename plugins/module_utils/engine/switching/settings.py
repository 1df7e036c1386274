# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What changes in the settings stores between two generations, by what they declare."""

from __future__ import annotations

import json

from ..contract.settings import SettingChange, settings_objects

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Callable, Dict, List, Tuple

    from ..contract.manifest import View

    # Path and key to value.
    Declared = Dict[Tuple[str, str], str]


def setting_changes(before: View, after: View, content: Callable[[str], bytes]) -> List[SettingChange]:
    """The keys that come, go or change, by store, path and key. `content` gives that of an object."""
    old, new = settings_objects(before.profile), settings_objects(after.profile)
    found: List[SettingChange] = []
    for path in sorted({*old, *new}):
        if old.get(path) == new.get(path):
            continue
        was = _declared(path, content(old[path])) if path in old else {}
        comes = _declared(path, content(new[path])) if path in new else {}
        store, database = path.split(".")[0].split("/")[0], path.rpartition("/")[2].rpartition(".")[0]
        prefix = "" if database in ("user", store) else f"{database}: "
        for group, key in sorted({*was, *comes}):
            values = was.get((group, key), ""), comes.get((group, key), "")
            if values[0] != values[1]:
                found.append(SettingChange(store, prefix + group, key, *values))
    return found


def _declared(path: str, content: bytes) -> Declared:
    """What a file declares. Nothing for what cannot be read: it is for people alone."""
    text = content.decode("utf-8", "replace")
    return _of_json(text) if path.endswith(".json") else _of_ini(text)


def _of_ini(text: str) -> Declared:
    found: Declared = {}
    section = ""
    for line in text.splitlines():
        if line.startswith("[") and line.endswith("]"):
            section = line[1:-1]
        elif "=" in line:
            key, _equals, value = line.partition("=")
            found[section, key] = value
    return found


def _of_json(text: str) -> Declared:
    try:
        channels = json.loads(text)
    except ValueError:
        return {}
    if not isinstance(channels, dict):
        return {}
    return {
        (str(channel), str(name)): json.dumps(value, ensure_ascii=False)
        for channel, properties in channels.items()
        if isinstance(properties, dict)
        for name, value in properties.items()
    }
