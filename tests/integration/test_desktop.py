# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Programs of a desktop take the files that are written for them, and refuse the same files with a fault in them."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.home.manager.plugins.plugin_utils.plan.files import Files
from ansible_collections.home.manager.plugins.plugin_utils.plan.home import Home, Request, with_deep_stack
from ansible_collections.home.manager.plugins.plugin_utils.spec.wire import from_wire

ON: dict[str, Any] = {"enable": True}
COLORS = {"border": "#000000", "background": "#111111", "text": "#ffffff"}
WINDOWS: dict[str, Any] = {
    "modifier": "Mod4",
    "fonts": {"names": ["Noto Sans", "monospace"], "style": "Bold", "size": 9.5},
    "gaps": {"inner": 4, "top": 3, "smartGaps": True, "smartBorders": "no_gaps"},
    "keycodebindings": {"214": "exec x"},
    "window": {"hideEdgeBorders": "smart", "commands": [{"command": "border pixel 1", "criteria": {"class": "X"}}]},
    "floating": {"criteria": [{"urgent": "latest"}, {"title": "a b", "floating": True}]},
    "assigns": {"2: web": [{"class": "x", "instance": "y"}]},
    "startup": [{"command": "a", "always": True}, {"command": "b"}],
    "workspaceOutputAssign": [{"workspace": "3: x", "output": ["VGA", "DP-1"]}],
    "defaultWorkspace": "workspace number 1",
    "bars": [
        {
            "id": "one",
            "position": "top",
            "statusCommand": "i3status",
            "trayPadding": 3,
            "colors": {"background": "#000000", "focusedStatusline": "#ffffff", "urgentWorkspace": COLORS},
            "extraConfig": 'separator_symbol "|"',
        }
    ],
}
DEVICES: dict[str, Any] = {
    "bindkeysToCode": True,
    "bindswitches": {"lid:on": {"action": "exec a", "locked": True}},
    "input": {"*": {"xkb_layout": "de"}, "type:touchpad": {"tap": "enabled"}},
    "output": {"*": {"bg": "#000000 solid_color"}},
    "seat": {"*": {"hide_cursor": "5000"}},
}
RASI: dict[str, Any] = {"width": 512, "color": {"_type": "literal", "value": "#fff"}, "str": 'say "x"'}
SPEC: dict[str, Any] = {
    "home": {"stateVersion": "26.05"},
    "programs": {
        "i3status": {**ON, "modules": {"disk /": {"position": 0.5, "settings": {"format": '"%avail"'}}}},
        "rofi": {
            **ON,
            "modes": ["drun", "run"],
            "font": "monospace 12",
            "theme": {"*": RASI, "#entry": {"cursor": "text"}},
        },
    },
    "services": {
        "dunst": {
            **ON,
            "settings": {"global": {"follow": "mouse", "mouse_left_click": ["close_current", "do_action"]}},
        },
        "kanshi": {
            **ON,
            "settings": [
                {
                    "profile": {
                        "name": "desk",
                        "outputs": [{"criteria": "Some Screen 1", "scale": 1.5, "transform": "90", "position": "0,0"}],
                        "exec": 'echo "a b"',
                    }
                }
            ],
        },
        "mako": {**ON, "settings": {"font": "monospace 10", "urgency=low": {"border-color": "#ff0000"}}},
        "picom": {
            **ON,
            "fadeExclude": ["class_g = 'a'"],
            "shadow": True,
            "settings": {"corner-radius": 3, "shadow-color": "#00ff00"},
        },
        "polybar": {
            **ON,
            "script": "polybar top &",
            "config": {"bar/top": {"width": "100%", "modules-left": "date"}},
            "settings": {
                "module/date": {"type": "internal/date", "date": "%d", "format": {"text": "<label>", "padding": 1}}
            },
        },
    },
    "wayland": {
        "windowManager": {
            "hyprland": {
                **ON,
                "settings": {
                    "mod": {"_var": "SUPER"},
                    "bind": [{"_args": [{"_type": "lua-inline", "expr": 'mod .. " + Q"'}, "exit"]}],
                    "config": {"general": {"gaps_in": 5}},
                },
                "submaps": {"resize": {"onDispatch": "reset", "settings": {"bind": [{"_args": ["a", True]}]}}},
                "extraLuaFiles": {"keys": "return {}\n"},
            },
            "sway": {**ON, "config": {**WINDOWS, **DEVICES}},
        }
    },
    "xsession": {
        "enable": True,
        "windowManager": {
            "bspwm": {
                **ON,
                "monitors": {"DP-1": ["web", "it's"]},
                "rules": {"Gimp": {"state": "floating", "splitRatio": 0.5}},
            },
            "command": {"_type": "override", "priority": 50, "content": "i3"},
            "i3": {**ON, "config": WINDOWS},
        },
    },
}


@dataclass(frozen=True)
class Check:
    """One file and the command (`{}` is the file) that reads it: it must end well (`rc`) and not say `complaint`; the file
    with `fault` before (or, with `end`, behind) its text must not pass."""

    path: str
    command: list[str]
    fault: str
    rc: set[int] = field(default_factory=lambda: {0})
    complaint: str = "\0"
    end: bool = True


X = ["xvfb-run", "-a"]
CHECKS = {
    "bash": Check(".config/bspwm/bspwmrc", ["bash", "-n", "{}"], "if\n"),
    "dash": Check(".xsession", ["dash", "-n", "{}"], "if\n"),
    "dunst": Check(
        ".config/dunst/dunstrc",
        [*X, "dbus-run-session", "timeout", "3", "dunst", "-conf", "{}"],
        "[urgency_low]\nmouse_left_click=nonsense\n",
        {124},
        "WARNING: ",
    ),
    "i3": Check(".config/i3/config", ["i3", "-C", "-c", "{}"], "nonsense x\n"),
    "i3status": Check(".config/i3status/config", ["i3status", "--run-once", "-c", "{}"], "nonsense x\n"),
    "kanshi": Check(
        ".config/kanshi/config", ["timeout", "3", "kanshi", "-c", "{}"], "x\n", {1}, "failed to parse", end=False
    ),
    "luac": Check(".config/hypr/hyprland.lua", ["luac", "-p", "{}"], "local 1\n"),
    "mako": Check(
        ".config/mako/config", ["timeout", "3", "mako", "-c", "{}"], "x=1\n", {1}, "Failed to parse", end=False
    ),
    "picom": Check(".config/picom/picom.conf", [*X, "picom", "--config", "{}", "--diagnostics"], "x = ;\n"),
    "polybar": Check(
        ".config/polybar/config.ini",
        [*X, "polybar", "-c", "{}", "top", "--dump=modules-left"],
        "[bar/other\nx",
        end=False,
    ),
    "rofi": Check(".local/share/rofi/themes/custom.rasi", ["rofi", "-rasi-validate", "{}"], "x = 1\n"),
    "sway": Check(".config/sway/config", ["sway", "-C", "-c", "{}"], "nonsense x\n"),
}


@cache
def files() -> dict[str, str]:
    """The texts of all files of the home."""
    user = {"name": "alice", "home": "/home/alice", "uid": 1000, "shell": "/bin/bash"}
    host = {"platform": "linux", "machine": "x86_64", "hostname": "laptop", "user": user}

    def collected() -> dict[str, str]:
        home = Home(Request([(from_wire(SPEC), "")], host))
        planned = Files(home.evaluation).collect()
        home.refuse()
        return {t: f.leaf.read()[0].decode() for t, f in planned.items() if f.leaf is not None and f.leaf.link is None}

    return with_deep_stack(collected)


def passes(check: Check, folder: Path, text: str) -> tuple[bool, str]:
    """Whether the program takes a file with this text, and what it said."""
    file = folder / Path(check.path).name
    file.write_text(text)
    runtime = folder / "runtime"
    runtime.mkdir(mode=0o700, exist_ok=True)
    command = [word.replace("{}", str(file)) for word in check.command]
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "XDG_RUNTIME_DIR": str(runtime),
        "WLR_BACKENDS": "headless",
        "WLR_RENDERER": "pixman",
        "LIBSEAT_BACKEND": "noop",
    }
    if os.geteuid() == 0:  # sway refuses to run as root
        shutil.chown(runtime, "nobody")
        shutil.chown(folder, "nobody")
        for above in [folder, *folder.parents][:4]:
            above.chmod(above.stat().st_mode | 0o055)
        command = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", *command]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    said = done.stdout + done.stderr
    return done.returncode in check.rc and check.complaint not in said, f"{done.returncode}\n{said}"


@pytest.mark.parametrize("program", CHECKS)
def test_program_reads_its_file(program: str, tmp_path: Path) -> None:
    check = CHECKS[program]
    missing = [word for word in [*check.command[:1], program] if shutil.which(word) is None]
    if missing:
        pytest.skip(f"{', '.join(missing)} is not installed")
    text = files()[check.path]
    taken, said = passes(check, tmp_path, text)
    assert taken, said
    wrong, said = passes(check, tmp_path, text + check.fault if check.end else check.fault + text)
    assert not wrong, said
