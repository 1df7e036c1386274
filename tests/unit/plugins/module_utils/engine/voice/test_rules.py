# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The rules that the goldens do not reach: widths, limits, secrets, signs, records that are not well formed."""

from __future__ import annotations

import io

import pytest

from ansible_collections.home.manager.plugins.module_utils.engine.voice import colours, lines, quantities
from ansible_collections.home.manager.plugins.module_utils.engine.voice.fleet import fleet_lines
from ansible_collections.home.manager.plugins.module_utils.engine.voice.lines import Line, View
from ansible_collections.home.manager.plugins.module_utils.engine.voice.message import Message, SourceLocation
from ansible_collections.home.manager.plugins.module_utils.engine.voice.messages import message_lines, text_of
from ansible_collections.home.manager.plugins.module_utils.engine.voice.outline import plan_lines
from ansible_collections.home.manager.plugins.module_utils.engine.voice.plan import Plan


def plan(**fields: object) -> Plan:
    value = {"verb": "switch", "home": {"user": "alice", "host": "web1"}, "outcome": "changed", "from": 1, "to": 2}
    return Plan.of({**value, **fields})


def texts(found: list[Line]) -> list[str]:
    return [line.text for line in found]


def changed(path: str, before: str, after: str, **fields: object) -> dict[str, object]:
    return {
        "path": path,
        "op": "change",
        "diff": {"added": 1, "removed": 1, "before": before, "after": after},
        **fields,
    }


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1 kB"),
        (999_499, "999 kB"),
        (999_600, "1.0 MB"),
        (1_600_000, "1.6 MB"),
        (9_960_000, "10 MB"),
        (41_000_000, "41 MB"),
        (2_100_000_000, "2.1 GB"),
    ],
)
def test_size(number: int, text: str):
    assert quantities.size(number) == text


def test_numbers_and_lists():
    assert [quantities.plural(n, "file") for n in (0, 1, 1000)] == ["0 files", "1 file", "1,000 files"]
    assert [quantities.seconds(s) for s in (0.12, 42, 200)] == ["0.1 s", "42 s", "3 min 20 s"]
    assert quantities.listed(["a"]) == "a"
    assert quantities.listed(["a", "b", "c"]) == "a, b and c"
    assert quantities.listed(list("abcdef"), 2) == "a, b and 4 more"
    assert quantities.ranges([4, 2, 3, 7]) == "2-4, 7"
    assert [quantities.scalar(t) for t in ("vim", "", 'a "b"')] == ["vim", '""', '"a \\"b\\""']


def test_carets_stand_under_the_value_whatever_the_width_of_what_is_before_it():
    place = SourceLocation("a.yml", 3, 7, 12, "名: e\u0301 [vim]", "here")
    printed = texts(message_lines(Message("wrong", places=(place,)), "error"))
    source, carets = printed[-2:]
    column = lines.columns(source[: source.index("[")])
    assert carets.index("^") == column
    assert carets.count("^") == len("[vim]")


def test_a_source_line_cannot_drive_the_terminal():
    place = SourceLocation("a.yml", 1, 1, 2, "\x1b[31mred\ttab")
    assert "\x1b" not in "".join(texts(message_lines(Message("wrong", places=(place,)), "error")))


def test_text_of_a_message_has_no_first_word():
    assert text_of(Message("a: b", places=(SourceLocation("f.yml", 2, 1),))) == "a: b\n  f.yml:2:1"


def test_list_is_cut_to_a_terminal_and_diffs_and_errors_are_not():
    wide = "x" * 200
    found = plan(files=[changed(f".config/{wide}", "a\n", wide + "\n")], errors=[{"text": wide}])
    shown = texts(plan_lines(found, View(width=60)))
    assert any(line.startswith("  ~ file") and line.endswith("...") and len(line) == 60 for line in shown)
    assert f"      +{wide}" in shown
    assert f"error: {wide}" in shown


def test_diffs_of_a_home_end_at_its_limit_unless_verbose():
    new = "".join(f"{i}\n" for i in range(35))
    files = [{"path": f".{i}", "op": "add", "diff": {"added": 35, "after": new}} for i in range(8)]
    short = texts(plan_lines(plan(files=files)))
    assert sum(line.startswith("      +") for line in short) == 200
    assert short.count("      ... 35 more lines (-v shows all)") == 2
    assert sum(line.startswith("      +") for line in texts(plan_lines(plan(files=files), View(verbose=True)))) == 280


def test_many_files_of_one_folder_are_one_line_and_what_needs_the_reader_is_not():
    files = [{"path": f".config/nvim/lua/{i}.lua", "op": "add"} for i in range(11)]
    files += [{"path": f".config/nvim/lua/k{i}.lua", "op": "keep"} for i in range(12)]
    shown = texts(plan_lines(plan(files=files)))
    (added,) = [line for line in shown if line.startswith("  + file")]
    assert added.split()[2:] == ["~/.config/nvim/", "11", "files", "(-v", "lists", "them)"]
    assert sum(line.startswith("  ! file") for line in shown) == 12


def test_files_of_shared_folders_are_not_one_thing():
    files = [{"path": f".config/{i}/x", "op": "add"} for i in range(20)]
    assert sum(line.startswith("  + file") for line in texts(plan_lines(plan(files=files)))) == 20


def test_nothing_of_a_secret_is_shown_even_when_it_is_sent():
    files = [changed(".netrc", "old", "hunter2", secret=True)]
    collisions = [
        {"path": ".pgpass", "kind": "file", "lines": 3, "secret": True, "diff": {"before": "hunter2", "removed": 3}}
    ]
    hooks = [{"name": "load", "rc": 1, "output": "hunter2", "secret": True}]
    found = plan(files=files, collisions=collisions, hooks=hooks, outcome="refused", check=True)
    shown = "\n".join(texts(plan_lines(found, View(verbose=True))))
    assert "hunter2" not in shown
    assert "3 lines" not in shown
    assert "in the way: your file, secret" in shown


def test_a_kept_file_is_said_when_other_things_change_too():
    found = plan(files=[{"path": ".a", "op": "change"}, {"path": ".b", "op": "keep"}])
    assert texts(plan_lines(found))[-1] == "alice@web1  generation 2: files ~1; 1 file kept as you changed it"


def test_check_names_what_would_happen():
    files = [{"path": ".b", "op": "backup", "to": ".b.bak"}, {"path": ".r", "op": "repair", "found": "link"}]
    shown = texts(plan_lines(plan(check=True, outcome="would-change", files=files)))
    assert shown[2:4] == [
        "  > file  ~/.b  moves to ~/.b.bak",
        "  ~ file  ~/.r  to be restored, it is a link to another file",
    ]


def test_one_error_of_several_homes_is_printed_once():
    def refused(host: str) -> Plan:
        home = {"user": "alice", "host": host}
        return plan(home=home, outcome="refused", errors=[{"text": "no", "code": "x"}])

    shown = texts(fleet_lines([refused("a"), refused("b")]))
    assert shown == [
        "error: alice on a and b: no",
        "",
        "alice@a  not switched, nothing changed: 1 error",
        "alice@b  not switched, nothing changed: 1 error",
        "",
        "2 homes: 2 not switched",
    ]


@pytest.mark.parametrize(
    "value",
    [
        {"verb": "dance"},
        {"outcome": "fine"},
        {"version": 2},
        {"files": [{"path": 3, "op": "add"}]},
        {"check": 1},
        {"to": True},
        {"home": None},
    ],
)
def test_a_plan_that_is_not_well_formed_is_refused(value: dict[str, object]):
    with pytest.raises(ValueError, match=r"plan|file|home"):
        plan(**value)


def test_colour_is_the_terminals_or_the_readers_own(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.delenv("CLICOLOR_FORCE", raising=False)
    pipe = io.StringIO()
    assert not colours.wanted(pipe)
    assert colours.wanted(pipe, "always")
    monkeypatch.setenv("CLICOLOR_FORCE", "1")
    assert colours.wanted(pipe)
    monkeypatch.setenv("NO_COLOR", "1")
    assert not colours.wanted(pipe)
    assert colours.rendered([Line("+ x", lines.ADD), Line("")], True) == "\033[32m+ x\033[0m\n\n"
