# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Scripts of fish laid out: against what fish_indent makes of them, and of fish's own functions."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.home.manager.plugins.plugin_utils.formats.script_layout import fish_layout

OWN = sorted(Path("/usr/share/fish/functions").glob("*.fish"))[:60]


@pytest.mark.parametrize(
    ("script", "laid"),
    [
        ('function f\necho "Hello"\nend', "function f\n    echo Hello\nend\n"),
        ("if a\nb\n  else if c\nd\nelse\ne\nend", "if a\n    b\nelse if c\n    d\nelse\n    e\nend\n"),
        (
            "switch $x\ncase a 'b'\nc\ncase '*'\nd\nend\ne",
            "switch $x\n    case a b\n        c\n    case '*'\n        d\nend\ne\n",
        ),
        ("status is-login; and begin\na   b\nend", "status is-login; and begin\n    a b\nend\n"),
        ("echo 'two\n lines' \"x y\" # it's\nb", "echo 'two\n lines' \"x y\" # it's\nb\n"),
        ("a (b 'c\n  d') e\nf", "a (b 'c\n  d') e\nf\n"),
        ("a \\\nb \\\n   c\nd", "a \\\n    b \\\n    c\nd\n"),
        ("a\\\n  b\nc", "a\\\n  b\nc\n"),
        ("'end'\nfor i in (seq 3)\necho end\nend\n\n\nx", "'end'\nfor i in (seq 3)\n    echo end\nend\n\n\nx\n"),
        ("end\nend", "end\nend\n"),
        ("# a \\\nif b\nc\nend", "# a \\\nif b\n    c\nend\n"),
    ],
)
def test_layout(script, laid):
    assert fish_layout(script) == laid
    assert fish_layout(laid) == laid


@pytest.mark.slow
@pytest.mark.parametrize("path", OWN, ids=lambda path: path.stem)
def test_a_layout_keeps_what_a_script_means(path, program):
    script = path.read_text()
    assert program("fish_indent", stdin=fish_layout(script)) == program("fish_indent", stdin=script)
