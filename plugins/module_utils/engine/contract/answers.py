# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the engine answers: what all answers have, and the answers to a probe and to a switch."""

from __future__ import annotations

from .errors import ErrorKind
from .facts import Facts
from .members import Members
from .operations import Collision, Operation, PackageChange, SessionChange
from .outcomes import Drift, Failure, HookRun, Recovered
from .value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import List, Optional, Type, TypeVar

    from .services import ServicesAnswer
    from .settings import SettingChange
    from .value import JsonObject

    Self = TypeVar("Self", bound="Answer")


class Answer(Value):
    """What all answers have: whether something changed (or would), and what a person should know of.

    `recovered` is an interrupted switch that was finished or undone first.
    """

    __slots__ = ("changed", "recovered", "warnings")

    def __init__(self) -> None:
        self.changed = False
        self.warnings: List[str] = []
        self.recovered: Optional[Recovered] = None

    def json(self) -> JsonObject:
        """As it travels."""
        found: JsonObject = {"changed": self.changed, "warnings": self.warnings}
        if self.recovered is not None:
            found["recovered"] = self.recovered.json()
        return found

    @classmethod
    def of(cls: Type[Self], value: object) -> Self:
        """The inverse of `json`. EngineError `request` for anything else."""
        answer = cls()
        answer._read(Members(value, "the answer", ErrorKind.REQUEST))
        return answer

    def _read(self, members: Members) -> None:
        self.changed, self.warnings = members.flag("changed"), members.texts("warnings")
        recovered = members.take("recovered")
        self.recovered = Recovered.of(recovered) if recovered is not None else None


class StateUsage(Value):
    """What there is before an uninstallation: the number of generations, and the bytes that they keep."""

    __slots__ = ("bytes", "generations")

    def __init__(self, generations: int, bytes: int) -> None:  # noqa: A002
        self.generations = generations
        self.bytes = bytes

    def json(self) -> JsonObject:
        """{"generations", "bytes"}."""
        return {"generations": self.generations, "bytes": self.bytes}

    @classmethod
    def of(cls, value: object) -> StateUsage:
        """The inverse of `json`."""
        members = Members(value, "the stock", ErrorKind.REQUEST)
        return cls(members.number("generations"), members.number("bytes"))


class SwitchAnswer(Answer):
    """What a switch did, or in check mode would do.

    - `generation` is current afterwards, `previous` was before; `failed` is None for success.
    - `wanting`: packages that nobody brings and that the request does not give up; then nothing was done.
    - `realised`: the packages that were downloaded and built for it.
    - `facts` come when the request supposed some; with `facts_differ` nothing was done, since some are others here.
    - `stock` is what an uninstallation removes.
    - `services` tells of the user's services, where those were concerned.
    """

    __slots__ = (
        "collisions",
        "facts",
        "facts_differ",
        "failed",
        "generation",
        "hooks",
        "operations",
        "packages",
        "previous",
        "realised",
        "services",
        "session",
        "settings",
        "stock",
        "wanting",
    )

    def __init__(self) -> None:
        super().__init__()
        self.services: Optional[ServicesAnswer] = None
        self.generation: Optional[int] = None
        self.previous: Optional[int] = None
        self.operations: List[Operation] = []
        self.session: List[SessionChange] = []
        self.settings: List[SettingChange] = []
        self.packages: List[PackageChange] = []
        self.collisions: List[Collision] = []
        self.hooks: List[HookRun] = []
        self.failed: Optional[Failure] = None
        self.wanting: List[str] = []
        self.realised: List[str] = []
        self.facts: Optional[Facts] = None
        self.facts_differ = False
        self.stock: Optional[StateUsage] = None

    def json(self) -> JsonObject:
        found: JsonObject = {
            **super().json(),
            "generation": self.generation,
            "previous": self.previous,
            "operations": [item.json() for item in self.operations],
            "session": [item.json() for item in self.session],
            "packages": [item.json() for item in self.packages],
            "collisions": [item.json() for item in self.collisions],
            "hooks": [item.json() for item in self.hooks],
        }
        for name in ("wanting", "realised"):
            if getattr(self, name):
                found[name] = getattr(self, name)
        if self.failed is not None:
            found["failed"] = self.failed.json()
        if self.facts is not None:
            found.update(facts=self.facts.json(), facts_differ=self.facts_differ)
        if self.settings:
            found["settings"] = [item.json() for item in self.settings]
        if self.stock is not None:
            found["stock"] = self.stock.json()
        if self.services is not None:
            found["services"] = self.services.json()
        return found

    def _read(self, members: Members) -> None:
        super()._read(members)
        self.generation, self.previous = members.optional_number("generation"), members.optional_number("previous")
        self.operations = [Operation.of(item) for item in members.sequence("operations")]
        self.session = [SessionChange.of(item) for item in members.sequence("session")]
        settings = members.sequence("settings")
        if settings:
            from .settings import SettingChange

            self.settings = [SettingChange.of(item) for item in settings]
        self.packages = [PackageChange.of(item) for item in members.sequence("packages")]
        self.collisions = [Collision.of(item) for item in members.sequence("collisions")]
        self.hooks = [HookRun.of(item) for item in members.sequence("hooks")]
        self.wanting, self.realised = members.texts("wanting"), members.texts("realised")
        failed, facts, stock = (members.take(name) for name in ("failed", "facts", "stock"))
        self.failed = Failure.of(failed) if failed is not None else None
        self.facts = Facts.of(facts) if facts is not None else None
        self.facts_differ = members.flag("facts_differ")
        self.stock = StateUsage.of(stock) if stock is not None else None
        services = members.take("services")
        if services is not None:
            from .services import ServicesAnswer

            self.services = ServicesAnswer.of(services)


class ProbeAnswer(Answer):
    """What is there already, and whether a switch would have anything to do.

    - `generation`, `digest` and `specialisation` are of what is current.
    - `unchanged`: there is nothing to do, now that `repaired` is done. `kept`: files that stay as the user edited them.
    - `hooks_due`: the hooks of the current generation still have to run.
    - `objects`: the IDs in the store, and `trees` the packages that are there, unless it is unchanged.
    """

    __slots__ = (
        "digest",
        "drift",
        "facts",
        "generation",
        "hooks_due",
        "kept",
        "objects",
        "repaired",
        "specialisation",
        "trees",
        "unchanged",
    )

    def __init__(self) -> None:
        super().__init__()
        self.generation: Optional[int] = None
        self.digest: Optional[str] = None
        self.specialisation: Optional[str] = None
        self.unchanged = False
        self.objects: List[str] = []
        self.trees: List[str] = []
        self.drift: List[Drift] = []
        self.repaired: List[Operation] = []
        self.kept: List[Operation] = []
        self.hooks_due = False
        self.facts: Optional[Facts] = None

    def json(self) -> JsonObject:
        return {
            **super().json(),
            "generation": self.generation,
            "digest": self.digest,
            "specialisation": self.specialisation,
            "unchanged": self.unchanged,
            "objects": self.objects,
            "trees": self.trees,
            "drift": [item.json() for item in self.drift],
            "repaired": [item.json() for item in self.repaired],
            "kept": [item.json() for item in self.kept],
            "hooks_due": self.hooks_due,
            "facts": self.facts.json() if self.facts is not None else None,
        }

    def _read(self, members: Members) -> None:
        super()._read(members)
        self.generation, self.digest = members.optional_number("generation"), members.optional_text("digest")
        self.specialisation, self.unchanged = members.optional_text("specialisation"), members.flag("unchanged")
        self.objects, self.hooks_due = members.texts("objects"), members.flag("hooks_due")
        self.trees = members.texts("trees")
        self.drift = [Drift.of(item) for item in members.sequence("drift")]
        self.repaired = [Operation.of(item) for item in members.sequence("repaired")]
        self.kept = [Operation.of(item) for item in members.sequence("kept")]
        facts = members.take("facts")
        self.facts = Facts.of(facts) if facts is not None else None
