# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Whatever a spec file holds, its author gets errors of the spec, never a traceback.

1,000 inputs in a normal run, 20,000 with HOME_MANAGER_TESTS=nightly, 100 with HOME_MANAGER_TESTS=fast.
"""

from __future__ import annotations

import random
import shlex
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from ansible_collections.home.manager.plugins.plugin_utils.expressions.compiler import Compiler
from ansible_collections.home.manager.plugins.plugin_utils.expressions.language import Language
from ansible_collections.home.manager.plugins.plugin_utils.expressions.lazy import plain
from ansible_collections.home.manager.plugins.plugin_utils.expressions.names import language_names
from ansible_collections.home.manager.plugins.plugin_utils.modules.library import Library
from ansible_collections.home.manager.plugins.plugin_utils.modules.spec_file import load_text
from ansible_collections.home.manager.plugins.plugin_utils.options.evaluation import Evaluation
from ansible_collections.home.manager.plugins.plugin_utils.options.unread import check_unread
from ansible_collections.home.manager.plugins.plugin_utils.plan.deep_stack import with_deep_stack
from ansible_collections.home.manager.plugins.plugin_utils.plan.store import Store
from ansible_collections.home.manager.plugins.plugin_utils.syntax.errors import SpecError, SpecErrors

COMPILER = Compiler()
COUNT = settings.default.max_examples * 10
HOST = {
    "platform": "linux",
    "machine": "x86_64",
    "hostname": "h",
    "user": {"name": "alice", "home": "/home/alice", "uid": 1000},
}

KEYS = [
    "options",
    "config",
    "imports",
    "disabledModules",
    "meta",
    "vars",
    "root",
    "types",
    "when",
    "loop",
    "loop_control",
    "block",
    "type",
    "default",
    "apply",
    "coerce",
    "renamedTo",
    "removed",
    "changedTo",
    "value",
    "description",
    "a",
    "b",
    "c",
    "x.y",
    'x."q.r"',
    '"{{',
    "a",
    '}}"',
    '"{{',
    "item.key",
    '}}"',
    "<name>",
    "submodule",
    "freeformType",
    "readOnly",
    "check",
    "legacyDefault",
    "feeds",
    "internal",
    "_type",
    "content",
    "condition",
    "contents",
    "priority",
    "expr",
    "name",
    "assertions",
]
SCALARS = [
    '1 0 -1 1.5 26.05 true false yes off null ~ "" \'x\' a b c x.y int str bool listOf lines attrsOf submodule "attrsOf submodule" "nullOr (enum a b)"',
    '"{{ config.a }}" "{{ config.b }}" "{{ config.x.y }}" "{{ item }}" "{{ value }}" "{{ cfg.a }}" "{{ cfg.a-b }}"',
    '"{{ omit }}" "{{ 1/0 }}" "{{ x" "{{ [1] | first }}" "{{ name }}"',
    '"a {{ true }}" "{{ config }}" "{{ options.a.isDefined }}" if override order merge 0x1f .inf .nan 1e9 2026-01-01 12:30:45 <<',
]
SCALARS = [word for line in SCALARS for word in shlex.split(line, posix=False)]
TAGS = """!force X;!default X;!before X;!after X;!order {priority: 5, value: X};!order/510 X;!override {priority: 5, value: X};!merge [X, X]
!each {loop: [1, 2], value: X};!each {loop: "{{ config.a }}", key: "{{ item }}", value: X, when: item != X};!path a/b;!unsafe X
!dagEntry {after: [a], data: X};!mark {when: config.b == X, order: 3, value: X};!lua-inline a;!package X;!gvariant {type: s, value: X}
!nope X;!order X;!merge X;!each X;!dagEntry X;!mark X;!path X""".replace("\n", ";").split(";")


def generated(random_: random.Random, depth: int = 0) -> str:
    """A flow-style node."""
    if random_.random() < 0.12 and depth < 5:
        return "".join(generated(random_, depth + 2) if c == "X" else c for c in random_.choice(TAGS))
    kind = random_.random()
    if depth > 4 or kind < 0.4:
        return random_.choice(SCALARS)
    if kind < 0.55:
        return "[" + ", ".join(generated(random_, depth + 1) for _turn in range(random_.randrange(4))) + "]"
    keys = dict.fromkeys(key(random_) for _turn in range(random_.randrange(5)))
    return "{" + ", ".join(f"{name}: {generated(random_, depth + 1)}" for name in keys) + "}"


def key(random_: random.Random) -> str:
    word = random_.choice(KEYS)
    return f"'{word}'" if '"' in word or "{" in word else word


def document(random_: random.Random) -> str:
    """A module, mostly of the right shape so that evaluation is reached; sometimes damaged text."""
    types = [
        "int",
        "str",
        "'listOf str'",
        "lines",
        "'attrsOf int'",
        "json",
        "anything",
        "'nullOr bool'",
        "submodule",
        "'attrsOf submodule'",
        "'dagOf lines'",
        generated(random_, 4),
    ]
    words = [
        "default",
        "apply",
        "coerce",
        "check",
        "legacyDefault",
        "options",
        "freeformType",
        "feeds",
        "readOnly",
        "description",
    ]
    more = [
        f", {random_.choice(words)}: {generated(random_, 3)}" if random_.random() < 0.4 else "" for _turn in range(3)
    ]
    options = ", ".join(
        f"{name}: {{type: {random_.choice(types)}{extra}}}" for name, extra in zip("abc", more, strict=False)
    )
    body = "".join(f"  {name}: {generated(random_, 1)}\n" for name in random_.sample(["a", "b", "c", "c.k", "a.z"], 3))
    text = f"options: {{{options}}}\nconfig:\n{body}" if random_.random() < 0.7 else generated(random_)
    if random_.random() < 0.15:
        at = random_.randrange(len(text) + 1)
        text = (
            text[:at]
            + random_.choice(["{", "}", "\t", "*", "&", "%", "@", "\x00", "é", ": ", "|", "!", "\n- "])
            + text[at:]
        )
    return text


def outcome(text: str, folder: str) -> str:
    """`fine`, or the error's text. Anything that is no error of the spec passes through."""
    language = Language(COMPILER, Store(lambda: "/s"))
    evaluation = Evaluation(Library(folder), language, language_names(dict(HOST), language, {}))
    try:
        node = load_text(text, "fuzz.yml", folder)
        evaluation.use([(node, "fuzz.yml")])
        for name in "abcx":
            evaluation.attempt(
                lambda name=name: (
                    plain(evaluation.config[name]) if name in evaluation.home.root.schema.children else None
                )
            )  # type: ignore[misc]
        check_unread(evaluation)
        if evaluation.errors:
            raise SpecErrors(evaluation.errors)
    except (SpecError, SpecErrors) as error:
        return str(error)
    return "fine"


@pytest.mark.slow
def test_no_input_gives_a_traceback(tmp_path: Path) -> None:
    random_ = random.Random(20261123)
    seen = {"fine": 0, "refused": 0}

    def run() -> Any:
        for _number in range(COUNT):
            text = document(random_)
            try:
                said = outcome(text, str(tmp_path))
            except Exception as problem:  # the test's finding: show the input with it
                pytest.fail(f"{type(problem).__name__}: {problem}\n{text}")
            seen["fine" if said == "fine" else "refused"] += 1

    with_deep_stack(run)
    assert min(seen.values()) > COUNT // 100, f"the generator should reach both outcomes: {seen}"
