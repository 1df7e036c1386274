# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What would take for ever, or all memory, is stopped, and the error says which expression it was."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from ansible_collections.home.manager.plugins.plugin_utils.expressions import limits, source_file
from ansible_collections.home.manager.plugins.plugin_utils.expressions.limits import matched, substituted
from ansible_collections.home.manager.plugins.plugin_utils.modules.spec_file import load_file
from ansible_collections.home.manager.plugins.plugin_utils.plan.deep_stack import with_deep_stack
from ansible_collections.home.manager.plugins.plugin_utils.syntax.errors import SpecError, SpecErrors

DECLARED = "options: {out: {type: anything}}\n"
LARGE = [
    "'x' * 3000000000",
    "3000000000 * 'x'",
    "['x'] * 300000000",
    "2 ** 3000000000",
    "9 ** (9 ** 9)",
    "(2 ** 90000) * (2 ** 90000)",
    "'%3000000000d' % 1",
    "'%.3000000000f' % 1.5",
    "'%*d' % (3000000000, 1)",
    "'%99999999s' | format('x')",
    "'{:>3000000000}'.format('x')",
    "'{:>{}}'.format('x', 3000000000)",
    "'x' | center(3000000000)",
    "'x' | indent(3000000000, true)",
    "'x'.ljust(3000000000)",
    "'x'.rjust(3000000000)",
    "'x'.zfill(3000000000)",
    "('x' * 60000) | replace('x', 'y' * 60000)",
    "('x' * 60000).replace('x', 'y' * 60000)",
    "('x' * 60000) | regex_replace('.', 'y' * 60000)",
    "range(90000) | map('string') | join('y' * 60000)",
    "('y' * 60000).join(['x'] * 90000)",
    "('x' * 60000000) ~ ('x' * 60000000)",
    "('x' * 60000000) + ('x' * 60000000)",
    "[1] | batch(3000000000, 0)",
    "[1] | slice(3000000000, 0)",
    "1.5 | round(3000000000)",
]


@pytest.mark.slow
@pytest.mark.parametrize("expression", LARGE)
def test_a_value_without_end(value, expression):
    with pytest.raises(SpecErrors) as caught:
        value("out", DECLARED + 'config: {out: "{{ ' + expression + ' }}"}')
    error = caught.value.errors[0]
    assert "the value would have" in error.message
    assert expression in error.message
    assert error.positions[0].file.endswith("A.yml")


def test_doubling_in_a_template(value):
    text = "{% set n = namespace(a='x') %}{% for i in range(60) %}{% set n.a = n.a ~ n.a %}{% endfor %}{{ n.a }}"
    with pytest.raises(SpecErrors, match="the value would have"):
        value("out", DECLARED + "config: {out: \"{{ 't.j2' | template }}\"}", files={"t.j2": text})


REGULAR = ["(a+)+$", "(a|a)*$", "(a|aa)+$", "([a-z]+)*$", "(.*a){25}$"]


@pytest.mark.slow
@pytest.mark.parametrize("pattern", REGULAR)
@pytest.mark.parametrize(
    "use", ["'TEXT' | regex_search('PATTERN')", "'TEXT' is match('PATTERN')", "'TEXT' | regex_replace('PATTERN')"]
)
def test_a_regular_expression_with_too_much_choice(value, monkeypatch, pattern, use):
    monkeypatch.setattr(limits, "FUNCTION_SECONDS", 0.2)
    expression = use.replace("TEXT", "a" * 40 + "!").replace("PATTERN", pattern)
    with pytest.raises(SpecError) as caught:
        with_deep_stack(lambda: value("out", DECLARED + 'config: {out: "{{ ' + expression + ' }}"}'))
    assert "0.2 seconds of CPU time" in str(caught.value)
    assert expression[:60] in str(caught.value)


@pytest.mark.slow
def test_the_pattern_of_a_type(value, monkeypatch):
    monkeypatch.setattr(limits, "FUNCTION_SECONDS", 0.2)
    spec = "options: {out: {type: 'strMatching \"(a+)+\"'}}\nconfig: {out: '" + "a" * 40 + "!'}"
    with pytest.raises(SpecError, match="CPU time"):
        with_deep_stack(lambda: value("out", spec))


@pytest.mark.slow
def test_a_loop_without_end(value, monkeypatch):
    monkeypatch.setattr(limits, "EVALUATION_SECONDS", 0.3)
    text = "{% for a in range(99999) %}{% for b in range(99999) %}{% for c in range(99999) %}{% endfor %}{% endfor %}{% endfor %}"
    spec = DECLARED + "config: {out: \"{{ 't.j2' | template }}\"}"
    with pytest.raises(SpecError) as caught:
        with_deep_stack(lambda: value("out", spec, files={"t.j2": text}))
    assert "CPU time" in str(caught.value)
    assert "'t.j2' | template" in str(caught.value)


def test_regular_expressions_in_the_evaluation_and_outside_of_it():
    def uses() -> list[object]:
        found = matched("search", "b+c*", "abbc")
        return [found and found[0], substituted(r"(a+)(b+)", r"\2\1", "aab"), substituted(r"\d", "n", "a1b2", 1)]

    assert uses() == with_deep_stack(uses) == ["bbc", "baa", "anb2"]
    with pytest.raises(SpecError, match="invalid regular expression"):
        with_deep_stack(lambda: matched("search", "(", ""))


@pytest.fixture(params=["fifo", "device", "folder", "socket", "large"])
def odd_file(request, tmp_path, monkeypatch) -> tuple[Path, str]:
    """A path that is no file to read, and what the error says of it."""
    path = tmp_path / "odd.yml"
    if request.param == "fifo":
        os.mkfifo(path)
        return path, "is a named pipe"
    if request.param == "device":
        path.symlink_to("/dev/zero")
        return path, "is a device"
    if request.param == "folder":
        path.mkdir()
        return path, "is a folder"
    if request.param == "socket":
        with socket.socket(socket.AF_UNIX) as listening:
            monkeypatch.chdir(tmp_path)
            listening.bind(path.name)
        return path, "is a socket|cannot be read: No such device"
    with path.open("wb") as file:
        file.truncate(source_file.LARGEST_FILE + 1)
    return path, "is too large: at most"


@pytest.mark.slow
def test_only_files_are_read(value, odd_file):
    path, message = odd_file
    with pytest.raises(SpecError, match=message):
        load_file(str(path))
    if not path.is_dir():
        with pytest.raises(SpecErrors, match=message):
            value(
                "out",
                f"options: {{file: {{type: path}}}}\nconfig: {{file: !path {path}}}",
                DECLARED + 'config: {out: "{{ config.file | content }}"}',
            )
