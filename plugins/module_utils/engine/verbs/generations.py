# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The verbs for generations: list, activate, rollback, remove, expire."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..contract.errors import EngineError
from ..disk import filesystem
from ..state import layout, packaged
from ..transaction import expiry
from ..transaction.recovery import begin

if TYPE_CHECKING:
    from ..home.folder import HomeFolder
    from ..state.state import State
    from ..switching.switch import Settings

    Answer = dict[str, Any]


def listing(home: HomeFolder) -> Answer:
    """{"current": number, "specialisation", "generations": [...]}; each with its number, time and standing, the
    newest first.
    """
    state = home.state
    answer: Answer = {"changed": False, "current": None, "specialisation": None, "generations": []}
    if state is None:
        return answer
    answer["bytes"] = stored_bytes(state)
    current, completed = state.current(), state.completed()
    if current is not None:
        answer["packages"] = _packages(state.manifest(current))
        answer["current"], answer["specialisation"] = layout.parse_reference(current)
    failed = set(state.names(layout.FAILED))
    for number in reversed(state.generations()):
        manifest = state.manifest(layout.reference(number))
        about = state.about(number)
        answer["generations"].append(
            {
                "generation": number,
                "created": about.get("created", 0),
                "digest": about.get("digest", ""),
                "current": number == answer["current"],
                "completed": completed is not None and layout.parse_reference(completed)[0] == number,
                "failed": str(number) in failed,
                "files": len(manifest["files"]),
                "packages": [_package_name(item) for item in manifest.get("packages") or []],
                "specialisations": sorted(manifest.get("specialisations") or {}),
                "origin": manifest.get("origin") or {},
                "path": f"{home.state_path}/{layout.reference(number)}",
                "counts": about.get("counts"),
                "commit": about.get("commit"),
                "by": about.get("by") or "",
                "via": about.get("via") or "",
            }
        )
    return answer


def stored_bytes(state: State) -> int:
    """The size of all contents that the generations keep, in bytes."""
    total = 0
    for folder in (layout.STORE, layout.PACKS):
        for name in state.names(folder):
            status = filesystem.lstat(f"{folder}/{name}", state.fd)
            total += status.st_size if status is not None else 0
    return total


def _packages(manifest: Any) -> list[dict[str, Any]]:
    """The packages of a generation for people: name, version, provider, bytes to download, and commands."""
    from ..packages.installation import choose

    found = []
    for item in manifest.get("packages") or []:
        choice = choose(item)
        wanted = choice.requested
        value = {"name": wanted.name, "version": wanted.version, "provider": wanted.provider, "size": wanted.size}
        if choice.places is not None:
            value.update(version="", provider="host", size=0)
        if wanted.shown or isinstance(item, str):
            found.append({**value, "commands": sorted(wanted.commands)})
    return sorted(found, key=lambda value: str(value["name"]).lower())


def _package_name(item: Any) -> str:
    """The name of a package of a manifest, which is a mapping, or the name alone where it is only declared."""
    return str(item["name"]) if isinstance(item, dict) else str(item)


def settings(request: dict[str, Any], user: str) -> Settings:
    """The settings of a request."""
    from ..switching.switch import Settings

    chosen = Settings(
        user,
        bool(request.get("check")),
        request.get("backup_extension") or None,
        request.get("on_failure", "undo") == "undo",
        bool(request.get("diff")),
    )
    chosen.overwrite = tuple(request.get("overwrite") or ())
    return chosen


def activate(home: HomeFolder, request: dict[str, Any], user: str) -> Answer:
    """Go to `generation` (default: the current one), base or `specialisation`."""
    from ..switching.goal import goal_of_generation
    from ..switching.switch import run

    warnings = begin(home, bool(request.get("check")))
    number = request.get("generation")
    if number is None:
        current = home.require_state().current()
        if current is None:
            raise EngineError("no generation is current; say which one to activate", "generation")
        number = layout.parse_reference(current)[0]
    goal = goal_of_generation(home, int(number), request.get("specialisation"))
    return _with(run(home, goal, settings(request, user)), warnings)


def rollback(home: HomeFolder, request: dict[str, Any], user: str) -> Answer:
    """Go to the generation before the current one."""
    from ..switching.goal import goal_before
    from ..switching.switch import run

    warnings = begin(home, bool(request.get("check")))
    return _with(run(home, goal_before(home), settings(request, user)), warnings)


def remove(home: HomeFolder, request: dict[str, Any]) -> Answer:
    """Remove the generations in the list `generations`."""
    return _take_away(home, request, [int(number) for number in request.get("generations") or []])


def expire(home: HomeFolder, request: dict[str, Any]) -> Answer:
    """Remove the generations older than `older_than` seconds, and all but the newest `keep`; at least one must be
    said.
    """
    older_than, keep = request.get("older_than"), request.get("keep")
    if older_than is None and keep is None:
        raise EngineError("say an age or how many generations to keep", "request")
    if keep is not None and int(keep) < 0:
        raise EngineError("the number of generations to keep cannot be negative", "request")
    warnings = begin(home, bool(request.get("check")))
    if home.state is None:
        return _removed([], [])
    chosen = expiry.expired(
        home.state, None if older_than is None else float(older_than), None if keep is None else int(keep)
    )
    return _with(_take_away(home, request, chosen), warnings)


def _take_away(home: HomeFolder, request: dict[str, Any], numbers: list[int]) -> Answer:
    warnings = begin(home, bool(request.get("check")))
    state = home.require_state()
    if request.get("check"):
        fixed = expiry.protected(state)
        for number in numbers:
            if number not in state.generations() or number in fixed:
                raise EngineError(f"generation {number} is missing or in use", "generation")
        planned = [{"op": "remove", "path": layout.reference(number), "detail": ""} for number in numbers]
        return _with(_removed(numbers, planned), warnings)
    operations = expiry.remove(home, numbers)
    if filesystem.lstat(packaged.FOLDER, state.fd) is not None:
        freed, told = _free_packages(state)
        operations += freed
        warnings += told
    return _with(_removed(numbers, operations), warnings)


def _free_packages(state: State) -> tuple[list[dict[str, str]], list[str]]:
    """Remove the packages that no generation names and no process runs from: operations, and warnings."""
    from ..packages.depot import Depot
    from ..packages.freeing import free
    from ..packages.installation import needs

    live: set[str] = set()
    for number in state.generations():
        live |= needs(state.manifest(layout.reference(number)))
    freed = free(Depot(state.path, state.fd), live)
    operations = [{"op": "remove", "path": f"{packaged.FOLDER}/{name}", "detail": ""} for name in freed.packages]
    if freed.size:
        detail = f"{freed.size / (1 << 20):.1f} MB freed"
        operations.append({"op": "remove", "path": packaged.FOLDER, "detail": detail})
    return operations, [f"{name[33:]} stays as long as it runs" for name in freed.running]


def _removed(numbers: list[int], operations: list[dict[str, str]]) -> Answer:
    return {"changed": bool(numbers), "removed": numbers, "operations": operations, "warnings": []}


def _with(answer: Answer, warnings: list[str]) -> Answer:
    answer["warnings"] = warnings + answer["warnings"]
    return answer
