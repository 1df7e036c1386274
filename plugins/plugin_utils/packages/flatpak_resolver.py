# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Resolving applications of Flatpak: the remote names the commit."""

from __future__ import annotations

from ...module_utils.engine.packages.program import run
from ...module_utils.engine.packages.providers.flatpak import ARCHITECTURES
from ...module_utils.engine.packages.providers.tool import fields
from ..syntax.errors import SpecError
from .catalogue import CatalogueEntry
from .tool_resolver import Pins, ToolResolver
from .wanted import Wanted

_REMOTE = "flathub"


class FlatpakResolver(ToolResolver):
    """What the catalogue may say: `package`, the application, and the name of a `remote`."""

    provider = "flatpak"
    program = "flatpak"
    what = "applications of Flatpak"
    systems = tuple(ARCHITECTURES)

    def found(
        self, wanted: Wanted, entry: CatalogueEntry, platforms: list[str], folder: str
    ) -> tuple[str, dict[str, Pins]]:
        """The newest commit of each architecture. Raises SpecError."""
        application = self.package(wanted, entry)
        remote = str(self.details(entry).get("remote") or _REMOTE)
        pins: dict[str, Pins] = {}
        version, problem = "", ""
        for platform in platforms:
            done = run([self.tool(), "remote-info", f"--arch={ARCHITECTURES[platform]}", remote, application])
            found = fields(done.output)
            if done.code or "Commit" not in found:
                problem = problem or done.last
                continue
            version = version or found.get("Version", "") or found["Commit"][:12]
            pins[platform] = {"application": application, "remote": remote, "commit": found["Commit"]}
        if not pins:
            raise SpecError(f"the remote {remote} has no {application}: {problem}", [wanted.position])
        if wanted.version and wanted.version != version:
            message = f"the remote {remote} has {application} {version}, not {wanted.version}"
            raise SpecError(message, [wanted.position], hint="remove `version`")
        return version, pins

    def commands(self, wanted: Wanted, entry: CatalogueEntry) -> dict[str, str]:
        """Every command of the catalogue starts the application, and so does its own name."""
        application = self.package(wanted, entry)
        names = list(entry.commands) or [wanted.name]
        return {**dict.fromkeys(names[:1], application), application: application}
