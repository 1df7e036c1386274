# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What a person reads, word for word: `NN-name.KIND.json` is printed as `NN-name.txt`."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ansible_collections.home.manager.plugins.module_utils.engine.voice.checkup import Checkup, checkup_lines
from ansible_collections.home.manager.plugins.module_utils.engine.voice.checkup import fleet_lines as checkups
from ansible_collections.home.manager.plugins.module_utils.engine.voice.fleet import fleet_lines
from ansible_collections.home.manager.plugins.module_utils.engine.voice.generations import Generations, generation_lines
from ansible_collections.home.manager.plugins.module_utils.engine.voice.lines import View
from ansible_collections.home.manager.plugins.module_utils.engine.voice.options import Explanation, explanation_lines
from ansible_collections.home.manager.plugins.module_utils.engine.voice.outline import plan_lines
from ansible_collections.home.manager.plugins.module_utils.engine.voice.plan import Plan

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ansible_collections.home.manager.plugins.module_utils.engine.voice.lines import Line

HERE = Path(__file__).parent
GOLDENS = sorted(HERE.glob("*.json"))
RECORDS: dict[str, tuple[Any, Callable[[Any], list[Line]]]] = {
    "plan": (Plan, plan_lines),
    "generations": (Generations, generation_lines),
    "option": (Explanation, explanation_lines),
    "checkup": (Checkup, checkup_lines),
}


@pytest.fixture(autouse=True)
def _utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def printed(path: Path) -> str:
    _name, kind, _json = path.name.split(".")
    value = json.loads(path.read_text(encoding="utf-8"))
    if kind == "fleet":
        lines = fleet_lines([Plan.of(item) for item in value["plans"]], View(), value["retry"])
    elif kind == "examinations":
        lines = checkups([(item["home"], Checkup.of(item)) for item in value])
    else:
        record, lines_of = RECORDS[kind]
        lines = lines_of(record.of(value))
    return "".join(line.text + "\n" for line in lines)


def test_every_text_has_its_record():
    assert {path.name.split(".")[0] for path in GOLDENS} == {path.stem for path in HERE.glob("*.txt")}


@pytest.mark.parametrize("path", GOLDENS, ids=lambda path: path.name.split(".")[0])
def test_is_printed_word_for_word(path: Path):
    assert printed(path) == path.with_name(path.name.split(".")[0] + ".txt").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "path", [p for p in GOLDENS if p.name.split(".")[1] in RECORDS], ids=lambda p: p.name.split(".")[0]
)
def test_a_record_survives_its_json(path: Path):
    record = RECORDS[path.name.split(".")[1]][0]
    value = json.loads(path.read_text(encoding="utf-8"))
    found = record.of(value)
    assert record.of(json.loads(json.dumps(found.json()))) == found
