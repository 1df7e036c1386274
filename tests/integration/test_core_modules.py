# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the core modules write, read by the programs that it is for."""

from __future__ import annotations

import os
import subprocess
import textwrap
from pathlib import Path

import pytest

from ansible_collections.home.manager.plugins.module_utils.engine.switching import hooks as activation
from ansible_collections.home.manager.plugins.plugin_utils.modules.spec_file import load_text
from ansible_collections.home.manager.plugins.plugin_utils.options.unread import check_unread
from ansible_collections.home.manager.plugins.plugin_utils.plan.files import Files
from ansible_collections.home.manager.plugins.plugin_utils.plan.home import EvaluatedHome, Request


class Rendered:
    """A home laid out below `home`, with the profile files and activation entries of one generation."""

    def __init__(self, folder: Path) -> None:
        self.home = folder / "home"
        self.generation = folder / "generation"  # moved aside by a test, it is an old one
        self.activation: dict[str, str] = {}
        (folder / "runtime").mkdir(mode=0o700)
        self.environment = {
            "HOME": str(self.home),
            "PATH": os.environ["PATH"],
            "LC_ALL": "C.UTF-8",
            "XDG_RUNTIME_DIR": str(folder / "runtime"),
        }

    def lay(self, spec: str) -> None:
        user = {"name": "alice", "home": str(self.home), "uid": os.getuid(), "gid": os.getgid(), "shell": "/bin/sh"}
        host = {"platform": "linux", "machine": "x86_64", "hostname": "host", "user": user}
        nodes = load_text('home.stateVersion: "26.11"\n' + textwrap.dedent(spec), "spec.yml", str(self.home))
        home = EvaluatedHome(Request([(nodes, "spec.yml")], host, packages="/usr"))
        for target, file in Files(home.evaluation).collect().items():
            assert file.leaf is not None
            content = self.generation / "home-files" / target
            for path in (content, self.home / target):
                path.parent.mkdir(parents=True, exist_ok=True)
                path.unlink(missing_ok=True)
            if file.leaf.link is None:
                content.write_bytes(file.leaf.read()[0])
            (self.home / target).symlink_to(file.leaf.link or content)
        for name, entry in home.evaluation.get("home.profileFile").items():
            path = self.generation / "home-path" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(entry["text"])
        self.activation = {name: entry["data"] for name, entry in home.evaluation.get("home.activation").items()}
        check_unread(home.evaluation)
        home.refuse()
        assert home.failed_assertions() == []

    def run(self, *command: str, **more: str) -> str:
        """Standard output and error of a program in this home."""
        done = subprocess.run(
            command, env={**self.environment, **more}, cwd=self.home, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr

    def activate(self, name: str, then: str, **more: str) -> str:
        """Run an activation entry inside a session bus, and a command behind it."""
        script = self.home / "activate"
        script.write_text(activation._PRELUDE + self.activation[name])
        self.run("dbus-run-session", "--", "sh", str(script), newGenPath=str(self.generation), **more)
        return self.run("dbus-run-session", "--", "sh", "-c", then)


@pytest.fixture
def rendered(tmp_path: Path) -> Rendered:
    (tmp_path / "home").mkdir()
    return Rendered(tmp_path)


@pytest.mark.programs("systemd-analyze")
def test_units_are_accepted(rendered: Rendered) -> None:
    rendered.lay(
        """
        systemd.user:
          services.foo: {Unit.Description: Foo, Service: {ExecStart: /bin/true, Environment: [A=1, B=2]}, Install.WantedBy: [default.target]}
          timers.foo: {Timer.OnCalendar: daily, Install.WantedBy: [timers.target]}
          sockets.foo: {Socket.ListenStream: "%t/foo"}
          paths.foo: {Path.PathExists: /tmp/foo}
          slices.app-foo: {Slice.MemoryMax: 40%}
          targets.foo: {Unit.Wants: [foo.service]}
        """
    )
    units = sorted(str(path) for path in (rendered.home / ".config/systemd/user").glob("*foo.*"))
    assert len(units) == 6
    assert "foo" not in rendered.run("systemd-analyze", "--user", "verify", *units)


@pytest.mark.programs("xdg-user-dir")
def test_the_folders_of_the_user(rendered: Rendered) -> None:
    rendered.lay("xdg.userDirs: {enable: true, music: /data/some music, extraConfig: {CODE: /src}}")
    assert rendered.run("xdg-user-dir", "MUSIC") == "/data/some music\n"
    assert rendered.run("xdg-user-dir", "CODE") == "/src\n"


@pytest.mark.programs("gio", "update-desktop-database")
def test_a_desktop_entry_opens_its_files(rendered: Rendered) -> None:
    rendered.lay(
        """
        xdg.desktopEntries.foo: {name: Foo, exec: /bin/true %U, mimeType: [text/html], actions.new: {exec: /bin/true}}
        xdg.mimeApps: {enable: true, defaultApplications: {text/html: foo.desktop}}
        """
    )
    rendered.run("update-desktop-database", ".local/share/applications")
    said = rendered.run("gio", "mime", "text/html")
    assert "Default application for \u201ctext/html\u201d: foo.desktop" in said
    assert "Recommended applications:\n\tfoo.desktop" in said


@pytest.mark.programs("fc-conflist", "fc-match", "fc-pattern")
def test_fonts_are_chosen_and_drawn(rendered: Rendered) -> None:
    rendered.lay(
        "fonts.fontconfig: {enable: true, antialiasing: false, hinting: slight, defaultFonts: {monospace: [No Such Font]}}"
    )
    said = rendered.run("fc-match", "-v", "monospace")
    assert "antialias: False" in said
    assert "hintstyle: 1" in said
    assert rendered.run("fc-pattern", "-c", "monospace", "family").count("No Such Font") == 1
    assert rendered.run("fc-conflist").count(str(rendered.home)) == 3


@pytest.mark.programs("dbus-run-session", "dbus-daemon", "dconf")
def test_dconf_takes_the_settings_and_forgets_old_ones(rendered: Rendered) -> None:
    rendered.lay(
        "dconf.settings.org/x: {a: 1, b: it's, c: [x, y], d: !gvariant {type: (uu), value: [1, 2]}, gone: true}"
    )
    rendered.activate("dconfSettings", "dconf write /org/x/mine 5")
    old = rendered.generation.rename(rendered.generation.with_name("old"))
    rendered.lay("dconf.settings.org/x: {a: 2, b: it's, c: [x, y], d: !gvariant {type: (uu), value: [1, 2]}}")
    said = rendered.activate("dconfSettings", "dconf dump /", oldGenPath=str(old))
    for line in ("[org/x]", "a=2", 'b="it\'s"', "c=['x', 'y']", "d=(uint32 1, uint32 2)", "mine=5"):
        assert line + "\n" in said
    assert "gone" not in said


@pytest.mark.programs("dbus-run-session", "dbus-daemon", "xfconf-query")
def test_xfconf_takes_the_settings(rendered: Rendered) -> None:
    rendered.lay("xfconf.settings.xfce4-session: {general/Command: a b, n: [1, {type: uint, value: 3}], off: false}")
    said = rendered.activate("xfconfSettings", "xfconf-query -c xfce4-session -lv; xfconf-query -c xfce4-session -p /n")
    for line in ("/general/Command  a b", "/off              false", "2 items:\n\n1\n3"):
        assert line + "\n" in said
