# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Completes a home's plan with what only the controller knows: contents, positions, warnings, and how to keep lines."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count

from ...module_utils.engine.contract.answers import ProbeAnswer, SwitchAnswer
from ...module_utils.engine.contract.entries import Entry, FileEntry
from ...module_utils.engine.contract.manifest import View
from ...module_utils.engine.contract.texts import changed_lines, text_of
from ...module_utils.engine.voice.answers import ChoiceCommands, plan_of_probe, plan_of_switch
from ...module_utils.engine.voice.entries import Collision, Diff, File, Package
from ...module_utils.engine.voice.message import KEEP_LINES, Choice, Message, SourceLocation
from ...module_utils.engine.voice.plan import Owner, Plan
from .. import inputs
from ..expressions.source_file import kind_at
from ..packages.catalogue import Catalogue
from ..plan.manifest import SwitchBundle as Built
from .host_packages import host_name
from .run_result import with_remarks
from .source import Sources


def _numbered(name: str) -> Iterator[str]:
    """The name, then the name with a number."""
    yield name
    yield from (f"{name}.{number}" for number in count(1))


@dataclass(slots=True)
class HomeReporter:
    """Describes the runs of one home as plans for people.

    `built` is what the spec evaluated to; `command` the `ansible-playbook` command that was typed; `diff`: with texts; `local`:
    the home is on this machine; `project` the folder of the spec; `backup` the setting that backs up files in the way, if that is not
    an argument of the command; `problems` the errors that a switch would fail with, as far as a preview can find them.
    """

    owner: Owner
    built: Built
    check: bool
    sources: Sources
    diff: bool = False
    command: str = "ansible-playbook home.yml"
    local: bool = False
    project: str = ""
    specialisation: str | None = None
    warnings: tuple[Message, ...] = ()
    notes: tuple[Message, ...] = ()
    keeps: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    backup: str = ""
    problems: tuple[Message, ...] = ()

    @property
    def catalogue(self) -> Catalogue | None:
        """The catalogue that the spec was evaluated with; None without one."""
        return self.built.packages.settings.catalogue

    @property
    def view(self) -> View:
        """The part of the manifest that is switched to."""
        return self.built.manifest.specialised(self.specialisation).view

    def switched(self, answer: SwitchAnswer) -> Plan:
        """The plan of a switch."""
        ways = ChoiceCommands(self.backup or f"{self.command} -e home_backup_extension=bak")
        plan = plan_of_switch(answer, "switch", self.owner, self.check, ways)
        files = tuple(self._file(file) for file in plan.files)
        collisions = tuple(self._collision(item) for item in plan.collisions)
        packages = tuple(self._package(item) for item in plan.packages)
        hooks = tuple(hook._replace(origin=self._origin(hook.name)) for hook in plan.hooks)
        units = tuple(unit._replace(origin=self._origin_of_unit(unit.name)) for unit in plan.units)
        plan = plan._replace(files=files, collisions=collisions, packages=packages, hooks=hooks, units=units)
        return self._warned(plan)

    def _origin(self, name: str) -> tuple[SourceLocation, ...]:
        """Where a file (by its path) or a hook (by its name) is defined, and because of what."""
        origins = self.built.origins.get(self.specialisation or "", {})
        return self.sources.origin(origins.get(name, ()))

    def _origin_of_unit(self, name: str) -> tuple[SourceLocation, ...]:
        names = (name, f"{name}.plist")
        path = next((path for path in self.view.files if path.rpartition("/")[2] in names), "")
        return self._origin(path)

    def _package(self, package: Package) -> Package:
        if package.op != "lack":
            return package
        return package._replace(host_name=host_name(package.name, self.owner.packages, self.catalogue))

    def settled(self, answer: ProbeAnswer) -> Plan:
        """The plan of a probe that found nothing to do."""
        return self._warned(plan_of_probe(answer, self.owner, self.check))

    def _warned(self, plan: Plan) -> Plan:
        if self.problems:
            plan = plan._replace(outcome="refused", errors=(*plan.errors, *self.problems))
        return with_remarks(plan, self.warnings, self.notes)

    def _file(self, file: File) -> File:
        entry = self.view.files.get(file.path)
        return file._replace(diff=self._diff(file, entry), origin=self._origin(file.path))

    def _diff(self, file: File, entry: Entry | None) -> Diff | None:
        """The diff with the new text, which in check mode is only here."""
        diff = file.diff
        if (
            not self.diff
            or diff is None
            or file.secret
            or file.what == "binary"
            or diff.after is not None
            or file.op == "remove"
        ):
            return diff
        if not diff.has_text and file.op != "add":
            return diff
        after = self._text(entry)
        if after is None:
            return None
        removed, added = changed_lines(diff.before or "", after)
        return diff._replace(after=after, removed=removed, added=added)

    def _text(self, entry: Entry | None) -> str | None:
        """The text of a declared file; None when it has none that can be shown."""
        if not isinstance(entry, FileEntry) or entry.method == "merge" or entry.sensitive:
            return None
        return text_of(self.built.contents[entry.object])

    def _collision(self, found: Collision) -> Collision:
        entry = self.view.files.get(found.path)
        diff = found.diff
        after = self._text(entry) if diff is not None else None
        if diff is not None and after is not None:
            diff = diff._replace(after=after, added=len(after.splitlines()))
        choices = found.choices
        if found.kind == "file" and found.lines is not None and self.local and found.path in self.keeps:
            choices = (*choices, self._keeping(found.path))
        return found._replace(diff=diff, origin=self._origin(found.path), choices=choices)

    def _keeping(self, path: str) -> Choice:
        """How to keep the lines of a file that is in the way: by the option of the module that writes it."""
        option, where = self.keeps[path]
        name = os.path.basename(path).lstrip(".")
        variable = "old_" + re.sub(r"\W", "_", name)
        # A file of another home may already have that name in the project.
        kept = next(kept for kept in _numbered(f"files/{name}") if kind_at(kept) == inputs.ABSENT)
        home = self.built.manifest.home
        own = os.path.realpath(os.path.expanduser("~")) == os.path.realpath(home)
        there = f"~/{path}" if own else shlex.quote(f"{home}/{path}")
        folder = os.path.dirname(where) if where else ""
        source = os.path.relpath(kept, folder) if folder and not os.path.isabs(folder) else kept
        lines = [f"vars: {{{variable}: !path {source}}}", f'{option}: "{{{{ {variable} | content }}}}"']
        return Choice(
            f"keep your lines in the new ~/{path}",
            f"mkdir -p files && mv {there} {kept}",
            "\n".join(lines),
            where,
            option,
            KEEP_LINES,
        )
