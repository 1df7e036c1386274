# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Prints what runs of home.manager would do, or did, as plans for people instead of results for machines."""

from __future__ import annotations

DOCUMENTATION = r"""
name: plan
type: stdout
short_description: Print what changes in homes and systems
version_added: 0.1.0
author:
  - The home.manager contributors (!UNKNOWN)
description:
  - Prints the changes of each home as a short list, under C(--diff) with the lines that change; errors with their source line and a
    remedy; and a summary line for each home.
  - A run with nothing to do prints one line per home. Homes with the same changes share one list.
  - Other tasks print nothing if they change nothing, and one line if they change something. If they fail, they are printed
    as by P(ansible.builtin.default#callback).
  - C(-v) leaves nothing out. C(-vv) and more print everything as P(ansible.builtin.default#callback) does.
  - Ansible loads this plugin in every C(ansible-playbook) of a project that enables it, so install the collection
    first; list it in the project's C(requirements.yml).
extends_documentation_fragment:
  - default_callback
  - result_format_callback
options:
  format:
    description:
      - C(text) prints for people, C(json) prints the plan of each home as one line of JSON.
    type: str
    choices: [text, json]
    default: text
    env:
      - name: HOME_PLAN_FORMAT
    ini:
      - section: callback_plan
        key: format
requirements:
  - Set as the stdout callback, C(stdout_callback = home.manager.plan).
"""

import atexit
import os
import shutil
import sys
from typing import Any

from ansible.plugins.callback.default import CallbackModule as Default
from ansible.utils.color import stringc

# Keeps the bytecode of what is imported below.
from ansible_collections.home.manager.plugins.plugin_utils import importer  # noqa: F401  # pylint: disable=unused-import

# isort: split
from ansible_collections.home.manager.plugins.module_utils.engine.voice import lines
from ansible_collections.home.manager.plugins.module_utils.engine.voice.lines import Line, View

# Refuses an ansible-core that is too old, before the imports below fail on it.
from ansible_collections.home.manager.plugins.plugin_utils.play import (  # pylint: disable=unused-import
    ansible_core,  # noqa: F401
    command_line,
    progress,
)
from ansible_collections.home.manager.plugins.plugin_utils.report.screen import Screen
from ansible_collections.home.manager.plugins.plugin_utils.report.task_result import (
    checkup_of,
    lines_of,
    lookup_error,
    other_line,
    plans_of,
    plans_of_unreachable,
)

COLOURS = {
    lines.ADD: "green",
    lines.REMOVE: "red",
    lines.CHANGE: "yellow",
    lines.STAY: "dark gray",
    lines.NEED: "magenta",
    lines.DONE: "cyan",
    lines.ERROR: "red",
    lines.WARNING: "bright yellow",
    lines.HOME: "white",
    lines.NOTE: "dark gray",
}


class CallbackModule(Default):
    """Thin adapter: events in, plans to the `Screen`; everything else to Ansible's own callback."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "stdout"
    CALLBACK_NAME = "home.manager.plan"

    def __init__(self) -> None:
        super().__init__()
        self._screen: Screen | None = None
        self._waiting: dict[str, None] = {}
        self._started = 0
        self._progress_shown = False
        # A run that is interrupted has no end; what is held is printed all the same.
        atexit.register(self._flush)

    @property
    def _native(self) -> bool:
        """Whether Ansible's own output was asked for."""
        return bool(self._display.verbosity >= 2)

    @property
    def screen(self) -> Screen:
        """The screen, made when the options are known."""
        if self._screen is None:
            width = shutil.get_terminal_size().columns if sys.stdout.isatty() else 0
            self._screen = Screen(
                self._write,
                View(width=width, verbose=self._display.verbosity > 0),
                self.get_option("format") == "json",
                command_line.typed_command(),
            )
        return self._screen

    def _write(self, line: Line) -> None:
        self._progress("")
        colour = COLOURS.get(line.style)
        stderr = line.style == lines.ERROR and self.get_option("display_failed_stderr")
        self._display.display(stringc(line.text, colour) if colour and line.text else line.text, stderr=stderr)

    def _flush(self) -> None:
        if self._screen is not None:
            self._screen.end_task()

    def _progress(self, text: str) -> None:
        """One line on the terminal's stderr, written over the one before; empty to take it away."""
        if (text or self._progress_shown) and sys.stderr.isatty():
            self._progress_shown = bool(text)
            sys.stderr.write("\r\x1b[K" + text[: shutil.get_terminal_size().columns - 1])
            sys.stderr.flush()

    def _taken(self, result: Any) -> bool:
        """Whether a result was printed, or kept for printing, by this plugin."""
        self._waiting.pop(result.host.get_name(), None)
        found = plans_of(result.result)
        for plan in found:
            self.screen.add(plan)
        if found:
            return True
        examined = checkup_of(result.host.get_name(), result.result)
        if examined is not None:
            self.screen.examine(*examined)
            return True
        shown = lookup_error(result.result) or lines_of(result.result, self.screen.view)
        if shown:
            self.screen.say(shown)
        return bool(shown)

    # -- the events

    def v2_playbook_on_start(self, playbook: Any) -> None:
        if self._native:
            super().v2_playbook_on_start(playbook)

    def v2_playbook_on_play_start(self, play: Any) -> None:
        if self._native:
            super().v2_playbook_on_play_start(play)
            return
        self._flush()
        self._play = play
        manager = play.get_variable_manager()
        hosts = manager.get_vars(play=play, include_hostvars=False).get("ansible_play_hosts_all") or []
        # Read by the tasks, in processes of their own.
        os.environ[progress.SHOWN] = "1" if len(hosts) == 1 and sys.stderr.isatty() else "0"
        self.screen.hosts += [host for host in hosts if host not in self.screen.hosts]

    def _task_start(self, task: Any, prefix: str | None = None) -> None:
        if self._native:
            super()._task_start(task, prefix)
            return
        self._flush()
        self._task_type_cache[task._uuid] = prefix or "TASK"
        self._last_task_name = task.get_name().strip()
        self._waiting, self._started = {}, 0

    def v2_runner_on_start(self, host: Any, task: Any) -> None:
        if self._native:
            super().v2_runner_on_start(host, task)
            return
        self._waiting[host.get_name()] = None
        self._started += 1
        self._tell_progress(task)

    def _tell_progress(self, task: Any) -> None:
        if self._started > 1:
            done = self._started - len(self._waiting)
            some = ", ".join(list(self._waiting)[:3]) + (", ..." if len(self._waiting) > 3 else "")
            self._progress(f"{self._started} hosts: {done} done" + (f", waiting for {some}" if some else ""))
        elif self._waiting:
            self._progress(f"{next(iter(self._waiting))}: {task.get_name().strip()}")

    def v2_runner_on_ok(self, result: Any) -> None:
        if self._native:
            super().v2_runner_on_ok(result)
            return
        self._waiting.pop(result.host.get_name(), None)
        if result.task.loop and "results" in result.result:
            self._tell_progress(result.task)
            return
        self._done(result)

    def v2_runner_item_on_ok(self, result: Any) -> None:
        if self._native:
            super().v2_runner_item_on_ok(result)
        else:
            self._done(result)

    def _done(self, result: Any) -> None:
        if self._taken(result):
            return
        if result.result.get("warnings") or result.result.get("deprecations"):
            self._flush()
            self._progress("")
            self._handle_warnings_and_exception(result)
        shown = other_line(result.host.get_name(), self._last_task_name or "", result.result, self._item(result))
        if shown:
            self.screen.say(shown)

    def _item(self, result: Any) -> str:
        return str(self._get_item_label(result.result) or "") if "ansible_loop_var" in result.result else ""

    def v2_runner_on_failed(self, result: Any, ignore_errors: bool = False) -> None:
        if not self._native and result.task.loop and "results" in result.result:
            # Each item was told by itself.
            return
        if self._native or not self._taken(result):
            self._flush()
            self._progress("")
            super().v2_runner_on_failed(result, ignore_errors)

    def v2_runner_item_on_failed(self, result: Any) -> None:
        if not self._native and result.result.get("unreachable"):
            # Told once for the host, when all its items are.
            return
        if self._native or not self._taken(result):
            self._flush()
            self._progress("")
            super().v2_runner_item_on_failed(result)

    def v2_runner_on_unreachable(self, result: Any) -> None:
        self._waiting.pop(result.host.get_name(), None)
        if self._native:
            super().v2_runner_on_unreachable(result)
            return
        for plan in plans_of_unreachable(result.host.get_name(), result.result):
            self.screen.add(plan)

    def v2_runner_on_skipped(self, result: Any) -> None:
        self._waiting.pop(result.host.get_name(), None)
        if self._native:
            super().v2_runner_on_skipped(result)

    def v2_runner_item_on_skipped(self, result: Any) -> None:
        if self._native:
            super().v2_runner_item_on_skipped(result)

    def v2_on_file_diff(self, result: Any) -> None:
        # A plan holds its own diffs.
        results = result.result.get("results", [result.result]) if not self._native else []
        if self._native or not any(plans_of(item) for item in results if isinstance(item, dict)):
            self._flush()
            self._progress("")
            super().v2_on_file_diff(result)

    def v2_playbook_on_include(self, included_file: Any) -> None:
        if self._native:
            super().v2_playbook_on_include(included_file)

    def v2_playbook_on_stats(self, stats: Any) -> None:
        if self._native:
            super().v2_playbook_on_stats(stats)
            return
        self._progress("")
        self.screen.end_run()
        self._progress("")
