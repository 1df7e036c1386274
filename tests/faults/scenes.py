# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What is being done when the fault comes. Whatever is the user's holds a word that begins with MINE."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from .place import Place

    Act = Callable[[Place], Any]


@dataclass(frozen=True)
class Scene:
    """`start` makes the home; `act` is what is disturbed; `again` does the same once more; `back` takes it back.

    `through`: what stands between start and end for a moment, where the act has two parts. `far`: the state lies on another
    file system. `drifted`: at the start the store is not as it should be.
    """

    name: str
    start: Act
    act: Act
    back: Act
    again: Act | None = None
    through: Act | None = None
    far: bool = False
    drifted: bool = False

    def repeat(self, place: Place) -> Any:
        """The next run after the fault."""
        return (self.again or self.act)(place)


FIRST = {
    ".bashrc": "bashrc 1\n",
    ".config/app/one": "one 1\n",
    ".config/app/two": "two 1\n",
    "bin/tool": {"text": "#!/bin/sh\n", "stored": "0555"},
    "secret/key": {"text": "secret 1\n", "sensitive": True},
    "copied": {"text": "copied 1\n", "method": "copy"},
    "seeded": {"text": "seeded 1\n", "method": "seed"},
    "settings.json": {"keys": {"ours": 1, "nested": {"ours": 1}}},
    "tree": {"tree": {"a": "tree a 1\n", "sub/b": "tree b 1\n"}},
    "outside": {"to": "/etc/hostname"},
}
SECOND = {
    ".bashrc": "bashrc 2\n",
    ".config/app/one": "one 2\n",
    ".config/new/three": "three 2\n",
    "secret/key": {"text": "secret 2\n", "sensitive": True},
    "copied": {"text": "copied 2\n", "method": "copy", "mode": "0600"},
    "seeded": {"text": "seeded 1\n", "method": "seed"},
    "settings.json": {"keys": {"ours": 2, "fresh": True}},
    "tree": {"tree": {"a": "tree a 2\n", "other/c": "tree c 2\n"}},
    "outside": {"to": "/nowhere/at/all"},
}
FEW = {".bashrc": "bashrc 1\n", "copied": {"text": "copied 1\n", "method": "copy"}}
IN_THE_WAY = {
    "file": "ours\n",
    "folder": "ours\n",
    "link": "ours\n",
    "parent/below/leaf": "ours\n",
    "parent/leaf": {"text": "ours\n", "method": "copy"},
    "copied": {"text": "ours\n", "method": "copy"},
    "same": "the same\n",
}
FAILS = [{"name": "boom", "script": "echo no; exit 3", "phase": "write"}]
HOOKED = {"hooked": {"text": "hooked 1\n", "onChange": "true"}}
# A seed that an interrupted run put there stays: it may be the user's by now.
SEEDLESS = {target: said for target, said in {**FIRST, **HOOKED}.items() if target != "seeded"}


def own(place: Place) -> None:
    """Files of the user's, none of them in the way."""
    place.write("notes", "MINE notes\n")
    place.write(".config/app/mine", "MINE in a folder of ours\n")
    place.write("settings.json", json.dumps({"theirs": "MINE setting", "nested": {"theirs": 1}}, indent=2))


def crowd(place: Place) -> None:
    """Files of the user's where ours are to go."""
    own(place)
    place.write("file", "MINE file\n")
    place.write("folder/inner", "MINE inner\n")
    place.write("real", "MINE real\n")
    (place.home / "link").symlink_to("real")
    place.write("parent", "MINE parent\n")
    place.write("copied", "MINE copied\n")
    place.write("same", "the same\n")


def switch(spec: dict[str, Any], **options: Any) -> Act:
    """The act of switching to a spec."""
    return lambda place: place.switch(spec, **options)


def ask(verb: str, **request: Any) -> Act:
    """The act of any other verb."""
    return lambda place: place.ask(verb, **request)


def after(*acts: Act) -> Act:
    """One act after the other."""

    def all_of_them(place: Place) -> None:
        for act in acts:
            act(place)

    return all_of_them


def _edit(place: Place) -> None:
    # As an editor does: a new file, renamed over the old one.
    for target in ("kept", "replaced", "saved", "dropped"):
        place.write(target + "~", f"MINE edited {target}\n")
        os.rename(place.home / (target + "~"), place.home / target)
    settings = json.loads(place.read("settings.json"))
    settings["added"] = "MINE added"
    place.write("settings.json", json.dumps(settings, indent=1))


COPIES_1 = {
    "kept": {"text": "kept 1\n", "method": "copy", "onConflict": "keep"},
    "replaced": {"text": "replaced 1\n", "method": "copy", "onConflict": "backup"},
    "saved": {"text": "saved 1\n", "method": "copy", "onConflict": "backup"},
    "dropped": {"text": "dropped 1\n", "method": "copy"},
    "untouched": {"text": "untouched 1\n", "method": "copy"},
    "settings.json": {"keys": {"ours": 1, "gone": [1, 2]}},
    "config.ini": {"text": json.dumps({"section": {"key": "1"}}), "method": "merge", "format": "ini"},
    "seeded": {"text": "seeded 1\n", "method": "seed"},
}
COPIES_2 = {
    "kept": {"text": "kept 2\n", "method": "copy", "onConflict": "keep"},
    "replaced": {"text": "replaced 2\n", "method": "copy", "onConflict": "backup"},
    "saved": {"text": "saved 2\n", "method": "copy", "onConflict": "backup"},
    "untouched": {"text": "untouched 2\n", "method": "copy"},
    "settings.json": {"keys": {"ours": 2}},
    "config.ini": {
        "text": json.dumps({"section": {"key": "2"}, "more": {"a": "b"}}),
        "method": "merge",
        "format": "ini",
    },
    "seeded": {"text": "seeded 2\n", "method": "seed"},
    "another": {"text": "another\n", "method": "seed"},
}
KINDS_1 = {
    "file-folder": "leaf\n",
    "folder-file/a": "a\n",
    "folder-file/b/c": "c\n",
    "link-copy": "text 1\n",
    "copy-link": {"text": "text 1\n", "method": "copy"},
    "link-merge": "{}\n",
    "merge-link": {"keys": {"k": 1}},
    "link-seed": "text 1\n",
    "tree-leaves": {"tree": {"a": "a\n", "s/b": "b\n"}},
    "leaves-tree/a": "a\n",
    "leaves-tree/s/b": "b\n",
    "copy-folder": {"text": "text\n", "method": "copy"},
    "copies-link/a": {"text": "a\n", "method": "copy"},
    "symlink-file": {"to": "/nowhere"},
}
KINDS_2 = {
    "file-folder/leaf": "leaf\n",
    "file-folder/deeper/copy": {"text": "leaf\n", "method": "copy"},
    "folder-file": "file\n",
    "link-copy": {"text": "text 2\n", "method": "copy"},
    "copy-link": "text 2\n",
    "link-merge": {"keys": {"k": 1}},
    "merge-link": "text\n",
    "link-seed": {"text": "text 2\n", "method": "seed"},
    "tree-leaves/a": "a 2\n",
    "tree-leaves/s/b": "b 2\n",
    "leaves-tree": {"tree": {"a": "a 2\n", "s/b": "b 2\n"}},
    "copy-folder/inner": "inner\n",
    "copies-link": {"to": "/nowhere/else"},
    "symlink-file": "text\n",
}
UNIT = ".config/systemd/user/x.service"
MANY = {f"many/{number % 7}/{number}": f"number {number}\n" for number in range(80)}
NIGHT = {"night": {".bashrc": "dark\n", "only/at/night": "x\n"}}


def _enable(place: Place) -> None:
    wants = place.home / ".config/systemd/user/default.target.wants"
    wants.mkdir()
    (wants / "x.service").symlink_to(place.state / "generations/1/home-files" / UNIT)


def _spoil(place: Place) -> None:
    """What owners do: rewrite an object in place, delete a link, change a mode."""
    for target in (".bashrc", "bin/tool"):
        shown = (place.home / target).resolve()
        shown.chmod(0o644)
        shown.write_text(f"MINE written through {target}\n")
    (place.home / ".config/app/one").unlink()
    (place.home / "copied").chmod(0o666)


def _put_right(place: Place) -> Any:
    return place.ask("verify", repair=True)


SCENES = {
    scene.name: scene
    for scene in [
        Scene("first switch", own, switch(FIRST), ask("uninstall")),
        Scene("change", after(own, switch(FIRST)), switch(SECOND), ask("activate", generation=1)),
        Scene("removal", after(own, switch(FIRST)), switch(FEW), ask("activate", generation=1)),
        Scene(
            "rollback",
            after(own, switch(FIRST), switch(SECOND)),
            ask("rollback"),
            ask("activate", generation=2),
            again=ask("activate", generation=1),
        ),
        Scene("collision with backup", crowd, switch(IN_THE_WAY, backup_extension="bak"), ask("uninstall")),
        Scene(
            "return of backups",
            after(crowd, switch(IN_THE_WAY, backup_extension="bak")),
            switch({}),
            ask("activate", generation=1, backup_extension="bak"),
        ),
        Scene(
            "copies, seeds and merges",
            after(own, switch(COPIES_1), _edit),
            switch(COPIES_2),
            ask("activate", generation=1),
        ),
        Scene("file and folder, link and copy", switch(KINDS_1), switch(KINDS_2), ask("activate", generation=1)),
        Scene("link and copy, file and folder", switch(KINDS_2), switch(KINDS_1), ask("activate", generation=1)),
        Scene(
            "undo of a failed hook",
            after(own, switch(FIRST)),
            switch({**SECOND, **HOOKED}, activation=FAILS),
            ask("activate", generation=1),
            through=switch({**SECOND, **HOOKED}, activation=FAILS, on_failure="keep"),
        ),
        Scene(
            "undo of a failed first switch",
            crowd,
            switch(IN_THE_WAY, activation=FAILS, backup_extension="bak"),
            ask("uninstall"),
            through=switch(IN_THE_WAY, activation=FAILS, backup_extension="bak", on_failure="keep"),
        ),
        Scene(
            "undo of the first hook",
            own,
            switch(SEEDLESS, activation=FAILS),
            ask("uninstall"),
            through=switch(SEEDLESS, activation=FAILS, on_failure="keep"),
        ),
        Scene(
            "a failure that is kept",
            after(own, switch(FEW)),
            switch({**FIRST, **HOOKED}, activation=FAILS, on_failure="keep"),
            ask("activate", generation=1),
        ),
        Scene(
            "expire",
            after(switch({UNIT: "1\n"}), _enable, *[switch({UNIT: f"{text}\n", "b": "x"}) for text in "234"]),
            ask("expire", keep=1),
            ask("verify"),
        ),
        Scene(
            "remove",
            after(*[switch({"a": f"{text}\n", "b": "x\n"}) for text in "123"]),
            lambda place: place.ask("remove", generations=[1, 2]),
            ask("verify"),
            again=ask("expire", keep=1),
        ),
        Scene(
            "uninstall",
            after(crowd, switch({**FIRST, **IN_THE_WAY}, backup_extension="bak"), switch({**SECOND, **IN_THE_WAY})),
            ask("uninstall"),
            ask("uninstall"),
        ),
        Scene("repair", after(own, switch(FIRST), _spoil), _put_right, _put_right, drifted=True),
        Scene(
            "switch over drift",
            after(own, switch(FIRST), _spoil),
            switch(SECOND),
            ask("activate", generation=1),
            through=_put_right,
            drifted=True,
        ),
        Scene(
            "specialisation",
            switch(FEW, specialisations=NIGHT),
            ask("activate", specialisation="night"),
            ask("activate", generation=1),
        ),
        Scene("more than 64 files", own, switch(MANY), ask("uninstall")),
        Scene(
            "state on another file system",
            after(crowd, switch(FIRST, backup_extension="bak")),
            switch({**SECOND, **IN_THE_WAY}, backup_extension="bak"),
            ask("activate", generation=1),
            far=True,
        ),
    ]
}
