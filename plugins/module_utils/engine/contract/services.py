# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The user's services: how a switch has to treat them, and what it did to them."""

from __future__ import annotations

from .errors import ErrorKind
from .members import Members
from .value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Dict, List, Optional

    from .value import JsonObject

MANAGERS = ("systemd", "launchd")
DOMAINS = ("gui", "user")
SYSTEMD, LAUNCHD = MANAGERS


class ServicePolicy(Value):
    """How a switch treats the services of a generation.

    `manager` is whose files they are. `start`: bring what runs up to date; otherwise only suggest how. `timeout`: seconds
    to wait for all starts and stops. `linger`: let the manager run from boot on (false: no longer; None: as it is).
    `config` and `data` are the folders of configurations and of data, relative to the home. `agents`: label to domain,
    for launchd.
    """

    __slots__ = ("agents", "config", "data", "linger", "manager", "start", "timeout")

    def __init__(self, manager: str, start: bool = True, timeout: int = 120, linger: Optional[bool] = None) -> None:
        self.manager = manager
        self.start = start
        self.timeout = timeout
        self.linger = linger
        self.config = ".config"
        self.data = ".local/share"
        self.agents: Dict[str, str] = {}

    def json(self) -> JsonObject:
        """The attributes by their names; `agents` only where there are some."""
        found: JsonObject = {name: getattr(self, name) for name in self.__slots__ if name != "agents"}
        if self.agents:
            found["agents"] = self.agents
        return found

    @classmethod
    def of(cls, value: object) -> ServicePolicy:
        """The inverse of `json`. EngineError `manifest`."""
        members = Members(value, "the policy of services", ErrorKind.MANIFEST)
        manager, linger = members.choice("manager", MANAGERS), members.take("linger")
        if linger is not None and not isinstance(linger, bool):
            raise members.error("`linger` must be a boolean or null")
        policy = cls(manager, members.flag("start"), members.number("timeout"), linger)
        policy.config, policy.data = members.text("config"), members.text("data")
        for label, domain in members.mapping("agents").items():
            if domain not in DOMAINS or "/" in label:
                raise members.error("the agent %r cannot be in the domain %r" % (label, domain))
            policy.agents[label] = str(domain)
        members.end()
        return policy


class UnitFailure(Value):
    """A unit that did not come up: the manager's word for the reason, the exit status, and the last lines that it wrote."""

    __slots__ = ("lines", "message", "result", "status", "unit")

    def __init__(self, unit: str, result: str, status: int, lines: List[str], message: str) -> None:
        self.unit = unit
        self.result = result
        self.status = status
        self.lines = lines
        self.message = message

    def json(self) -> JsonObject:
        """The attributes by their names."""
        return {name: getattr(self, name) for name in self.__slots__}

    @classmethod
    def of(cls, value: object) -> UnitFailure:
        """The inverse of `json`."""
        members = Members(value, "a unit that failed", ErrorKind.REQUEST)
        unit, result, status = members.text("unit"), members.text("result"), members.number("status")
        return cls(unit, result, status, members.texts("lines"), members.text("message"))


class ServicesAnswer(Value):
    """What was done, or would be done, to the user's services.

    `manager` is `running`, `none` (it does not run: the files alone are in place) or `off` (the policy only suggests).
    `stop`, `reload`, `restart` and `start` are units in order; one that is in `stop` and in `start` is renewed. `keep`:
    unit to the reason why it is left alone. `why`: unit to what is behind an action. `later`: unit to what it waits for.
    `waiting`: units that were still starting when the time was over. `reloaded`: the manager has read its files again.
    """

    __slots__ = (
        "failed",
        "keep",
        "later",
        "manager",
        "reload",
        "reloaded",
        "restart",
        "start",
        "stop",
        "waiting",
        "why",
    )

    _LISTS = ("stop", "reload", "restart", "start", "waiting")
    _MAPPINGS = ("keep", "why", "later")

    def __init__(self, manager: str = "running") -> None:
        self.manager = manager
        self.stop: List[str] = []
        self.reload: List[str] = []
        self.restart: List[str] = []
        self.start: List[str] = []
        self.waiting: List[str] = []
        self.keep: Dict[str, str] = {}
        self.why: Dict[str, str] = {}
        self.later: Dict[str, str] = {}
        self.failed: List[UnitFailure] = []
        self.reloaded = False

    @property
    def acts(self) -> bool:
        """Whether a process is or would be touched."""
        return bool(self.stop or self.reload or self.restart or self.start)

    def json(self) -> JsonObject:
        """The attributes by their names."""
        found: JsonObject = {name: getattr(self, name) for name in (*self._LISTS, *self._MAPPINGS)}
        found.update(manager=self.manager, reloaded=self.reloaded, failed=[item.json() for item in self.failed])
        return found

    @classmethod
    def of(cls, value: object) -> ServicesAnswer:
        """The inverse of `json`."""
        members = Members(value, "the services", ErrorKind.REQUEST)
        answer = cls(members.text("manager"))
        for name in cls._LISTS:
            setattr(answer, name, members.texts(name))
        for name in cls._MAPPINGS:
            setattr(answer, name, {unit: str(text) for unit, text in members.mapping(name).items()})
        answer.failed = [UnitFailure.of(item) for item in members.sequence("failed")]
        answer.reloaded = members.flag("reloaded")
        return answer
