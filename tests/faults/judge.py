# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A scene with its oracle: what the home may hold after a fault, and what it must hold after the next run."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from . import child

if TYPE_CHECKING:
    from pathlib import Path

    from .child import Observer, Result
    from .place import Place, Tree
    from .scenes import Scene

OLD, NEW, BOTH = "old", "new", "path by path"
# The three ways on after a fault: look (which recovers), do it again, go back.
LOOK, AGAIN, BACK = "verify", "again", "back"
WAYS = (LOOK, AGAIN, BACK)
_MINE = re.compile(rb"MINE[a-z ]*")


class Standing:
    """A home at rest: its tree, and what each managed path reads."""

    def __init__(self, place: Place, targets: set[str]) -> None:
        self.tree: Tree = place.snapshot()
        self.reads = {target: place.reads(target) for target in targets}


class Verdict(NamedTuple):
    """What came of one try.

    `side`: how the home read right after the fault. `until`: what was wrong with it until the next run. `wrong`: what was
    lost, or still wrong after that run.
    """

    side: str
    until: list[str]
    wrong: list[str]


class Case:
    """One scene in one place. The undisturbed runs are made once, here."""

    def __init__(self, scene: Scene, place: Place, kept: Path) -> None:
        self.scene = scene
        self.place = place
        self.kept = kept
        scene.start(place)
        place.keep(kept)
        self.mine = {word for text in place.texts() for word in _MINE.findall(text)}
        self.targets = self._targets()
        self.before = Standing(place, self.targets)
        self.points = child.points_of(place, scene.act)
        self.after = Standing(place, self.targets)
        self._well(scene.back)
        self.back_after = place.snapshot()
        self.reset()
        self._well(scene.back)
        self.back_before = place.snapshot()
        self.stages = [self.before, self.after]
        if scene.through is not None:
            self.reset()
            self._run(scene.through)
            self.stages.append(Standing(place, self.targets))
        self.reset()

    def reset(self) -> None:
        """The home as it was at the start."""
        self.place.put_back(self.kept)

    def disturb(self, observer: Observer) -> Result:
        """Do it, with the fault."""
        return child.run(self.place, self.scene.act, observer)

    def harm(self) -> list[str]:
        """What a user would miss right after the fault, before anything was recovered."""
        wrong = self._lost()
        sides: dict[int, str] = {}
        for target in sorted(self.targets):
            found = self.place.reads(target)
            fitting = [number for number, stage in enumerate(self.stages) if _fits(found, stage.reads[target])]
            if not fitting:
                wrong.append(f"{target} reads {found!r}: neither as before nor as after")
            elif len(fitting) == 1 and not self.scene.drifted and self._flips(target):
                sides[fitting[0]] = target
        if len(sides) > 1:
            wrong.append(f"linked files do not flip together: {sorted(sides.values())}")
        return wrong

    def verdict(
        self, way: str, result: Result | None = None, lasting: bool = False, observer: Observer | None = None
    ) -> Verdict:
        """Look at the home after a fault, and let the next run recover by `way`; `observer` stands at that one's calls.

        `result` is that of a run that met errors: what it says must be true. With `lasting`, many of its calls were refused.
        """
        side, until, wrong = self.side(), self.harm(), []
        if result is not None:
            wrong += self._untrue(result)
            if not result.well and not lasting and side == BOTH:
                wrong.append(f"one error left the home half done: {result.error or result.answer}; {self.mixture()}")
        wrong += self.unrecovered(way, self.recover(way, observer))
        return Verdict(side, until, wrong)

    def _untrue(self, result: Result) -> list[str]:
        """What a run says that is not so: that all is well when it is not, or an error of which nobody learns what it was."""
        if result.bug:
            return [result.bug]
        if result.error is not None and not result.error["message"]:
            return ["an error without a message"]
        if result.well:
            tree = self.place.snapshot()
            if tree != self.after.tree:
                return [f"it says that all is well: {_difference(tree, self.after.tree)}"]
            return [f"it says that all is well: {item}" for item in self.place.unsound()]
        return []

    def side(self) -> str:
        """On which side of the commit the home reads: `old`, `new`, or some paths here and some there."""
        reads = {target: self.place.reads(target) for target in self.targets}
        for name, stage in zip((OLD, NEW, NEW), self.stages, strict=False):
            if reads == stage.reads:
                return name
        if self.scene.drifted and all(found in self._repaired(target) for target, found in reads.items()):
            return OLD
        return BOTH

    def mixture(self) -> str:
        """Which paths read as before, and which as after, of a home that stands between."""
        reads = {target: self.place.reads(target) for target in sorted(self.targets)}
        old = [target for target, found in reads.items() if found == self.before.reads[target]]
        return f"as before: {old}; otherwise: {[target for target in reads if target not in old]}"

    def recover(self, way: str, observer: Observer | None = None) -> Result:
        """The next run: it must work without anybody's help."""
        return child.run(self.place, self._way(way), observer)

    def recovery_points(self, way: str) -> list[list[str]]:
        """The points that such a run passes now."""
        return child.points_of(self.place, self._way(way))

    def _way(self, way: str) -> Any:
        return {LOOK: lambda place: place.ask("verify"), AGAIN: self.scene.repeat, BACK: self.scene.back}[way]

    def unrecovered(self, way: str, result: Result) -> list[str]:
        """What is wrong after that run."""
        if result.error is not None and not self._nothing_there(way, result):
            return [f"{way} failed: {result.error['message']}"]
        wrong = self._lost() + self.place.unsound(self.scene.drifted and way == LOOK)
        tree = self.place.snapshot()
        allowed = {
            LOOK: [self.before.tree, self.after.tree],
            AGAIN: [self.after.tree],
            BACK: [self.back_after, self.back_before],
        }[way]
        if way == LOOK and len(self.stages) > 2:
            allowed.append(self.stages[2].tree)
        if tree not in allowed:
            nearest = min((_difference(tree, other) for other in allowed), key=len)
            wrong.append(f"after {way}: {nearest}")
        return wrong

    def _nothing_there(self, way: str, result: Result) -> bool:
        """Whether it was said that there is nothing to go back to, rightly."""
        kinds = ("generation", "empty")
        return way == BACK and result.error is not None and result.error["kind"] in kinds and not self._generations()

    def _generations(self) -> list[str]:
        folder = self.place.state / "generations"
        return [path.name for path in folder.iterdir() if path.name == "1"] if folder.exists() else []

    def _targets(self) -> set[str]:
        targets = self.place.managed()
        self._run(self.scene.through or self.scene.act)
        targets |= self.place.managed()
        self.reset()
        return targets

    def _run(self, act: Any) -> None:
        result = child.run(self.place, act)
        if result.error is not None:
            raise AssertionError(f"{self.scene.name}, undisturbed: {result.error['message']}")

    def _well(self, act: Any) -> None:
        self._run(act)
        wrong = self.place.unsound()
        if wrong:
            raise AssertionError(f"{self.scene.name}, undisturbed: {wrong}")

    def _repaired(self, target: str) -> list[Any]:
        """What a path reads before the switch, whether it is put right already or not."""
        return [stage.reads[target] for stage in (self.stages[0], self.stages[-1])]

    def _flips(self, target: str) -> bool:
        """Whether the same link shows it in all stages, so that only the flip changes what it reads."""
        links = [stage.tree.get(target) for stage in self.stages]
        return links[0] is not None and links[0][0] == "link" and all(link == links[0] for link in links)

    def _lost(self) -> list[str]:
        there = b"\0".join(self.place.texts())
        return [f"lost: {word.decode()}" for word in sorted(self.mine) if word not in there]


def _fits(found: Any, stage: Any) -> bool:
    """Whether a path reads as in a stage. Of a folder that gives way, single files may be gone before it: each is a path of its own."""
    if isinstance(found, dict) and isinstance(stage, dict):
        return all(name in stage and _fits(value, stage[name]) for name, value in found.items())
    return bool(found == stage)


def _difference(found: Tree, wanted: Tree) -> list[str]:
    paths = sorted(path for path in {*found, *wanted} if found.get(path) != wanted.get(path))
    return [f"{path}: {found.get(path)!r} instead of {wanted.get(path)!r}" for path in paths]
