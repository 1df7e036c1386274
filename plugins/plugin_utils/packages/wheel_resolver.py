# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Resolving Python packages: wheels for the Python of the locked release, on every platform that has them."""

from __future__ import annotations

from .catalogue import CatalogueEntry
from .lock import Lock, LockedArtefact, LockedPackage
from .pip import Wheel, wheels
from .resolver import Resolver
from .wanted import Wanted

# The interpreter's name in the catalogue, and the version that the locked release has.
INTERPRETER, PYTHON = "python3", "3.13"


class WheelResolver(Resolver):
    """Asks pip; the hashes are those of first sight."""

    provider = "uv"

    def resolve(self, wanted: Wanted, entry: CatalogueEntry) -> Lock:
        """The wheels of each platform. Raises SpecError when no platform has them all."""
        details = entry.providers.get(self.provider, {})
        project = str(details.get("package") or wanted.name)
        requirement = f"{project}=={wanted.version}" if wanted.version else project

        def find(platform: str) -> list[Wheel]:
            return wheels(requirement, platform, PYTHON, self.context.sources)

        found = self.on_linux(find, wanted, "wheels")
        everything = [wheel for closure in found.values() for wheel in closure]
        plain = project.partition("[")[0].lower().replace("_", "-").replace(".", "-")
        main = next(wheel for wheel in everything if wheel.name == plain)
        locked = LockedPackage(
            provider=self.provider,
            version=main.version,
            asked=wanted.asked(),
            commands=dict(wanted.commands) or dict(entry.commands),
            closure={platform: tuple(f"{w.name}={w.sha256}" for w in closure) for platform, closure in found.items()},
            own=(main.name,),
            package=project,
            launch=entry.launch,
            write=dict(entry.write),
            make=entry.make,
            shares=entry.shares,
            requires=(INTERPRETER,) if details.get("interpreter", True) else (),
        )
        return Lock(
            platforms=tuple(sorted(found)),
            packages={wanted.name: locked},
            artefacts={w.sha256: LockedArtefact(w.size, w.file, (w.url,)) for w in everything},
        )
