# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A system with its homes, built together with all its specialisations: a mistake in a variant is found before anybody needs it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from ...module_utils.engine.contract.manifest import Origin
from ..syntax.errors import SpecError, SpecErrors, SpecWarning
from .bridge import Bridge, BuiltHome, Homes
from .home import Request
from .system import System, SystemRequest
from .system_manifest import SystemPlan, build_system


class BuiltSystem(NamedTuple):
    """A system with everything that it came to."""

    system: System
    plan: SystemPlan
    homes: Homes


def build_with_specialisations(
    request: SystemRequest, template: Request, origin: Origin, chosen: str = ""
) -> BuiltSystem:
    """The system, or its specialisation `chosen`; `template` is the request that its homes have in common.

    The system and every specialisation are built, whichever is asked for. What a specialisation warns of and the system does not is
    among the plan's warnings, under the specialisation's name. Raises SpecErrors with everything that is wrong in any of them.
    """
    system = System(request)
    variants = dict(system.specialisations())
    if chosen and chosen not in variants and not system.evaluation.errors:
        hint = f"the system has {', '.join(sorted(variants)) or 'none'}"
        raise SpecErrors([SpecError(f"there is no specialisation {chosen!r}", path="specialisation", hint=hint)])
    homes: dict[str, list[BuiltHome]] = {}
    built, errors = _built(system, template, origin, homes)
    found = {"": built}
    known = {(error.path, error.message) for error in errors}
    for name, variant in variants.items():
        found[name], own = _built(variant, template, origin, homes)
        # A specialisation is the same system and a module more: it repeats what is wrong with the system.
        errors += [error.below(f"specialisation.{name}") for error in own if (error.path, error.message) not in known]
    wanted = found.pop(chosen, None)
    if errors or wanted is None:
        raise SpecErrors(errors)
    found.pop("", None)
    _warn(wanted, {name: variant for name, variant in found.items() if variant is not None})
    return wanted


def _built(
    system: System, template: Request, origin: Origin, known: dict[str, list[BuiltHome]]
) -> tuple[BuiltSystem | None, list[SpecError]]:
    """A system as it came out, and what is wrong with it. Homes that are the same in several systems are built once."""
    errors: list[SpecError] = []
    homes = Homes()
    try:
        homes = Bridge(system, template, origin, known).homes()
    except (SpecError, SpecErrors) as problem:
        errors += getattr(problem, "errors", [problem])
    try:
        plan = build_system(system, homes.digests(), homes.packages)
    except SpecErrors as problem:
        # A home reads the options of its system, and repeats what is wrong with them.
        places = {(error.message, *error.positions) for error in problem.errors}
        errors = [error for error in errors if (error.message, *error.positions) not in places]
        return None, [*problem.errors, *errors]
    return (None if errors else BuiltSystem(system, plan, homes)), errors


def _warn(wanted: BuiltSystem, others: dict[str, BuiltSystem]) -> None:
    """Add to the warnings of a system those that only its other specialisations have."""
    known = {*map(str, wanted.plan.warnings), *wanted.homes.warnings}
    for name, other in others.items():
        wanted.plan.warnings += _below(name, (w for w in other.plan.warnings if str(w) not in known))
        wanted.homes.warnings += [f"specialisation {name}: {w}" for w in other.homes.warnings if w not in known]


def _below(name: str, warnings: Iterable[SpecWarning]) -> list[SpecWarning]:
    return [warning.below(f"specialisation.{name}") for warning in warnings]
