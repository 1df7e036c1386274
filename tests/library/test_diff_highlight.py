# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""git's pager finds diff-highlight where the host has it, and shows diffs as they are where it has none."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from ansible_collections.home.manager.plugins.plugin_utils.modules.spec_file import load_text
from ansible_collections.home.manager.plugins.plugin_utils.plan.deep_stack import with_deep_stack
from ansible_collections.home.manager.plugins.plugin_utils.plan.home import EvaluatedHome, Request, compiler

from .host import host_of_home

SPEC = """
home.stateVersion: "26.05"
programs.git.enable: true
programs.diff-highlight: {enable: true, enableGitIntegration: true}
"""
DEBIAN = "/usr/share/doc/git/contrib/diff-highlight"
DIFF = b"--- a/x\n+++ b/x\n@@ -1 +1 @@\n-foo bar\n+foo baz\n"


def highlighter() -> str:
    """The program that git's configuration names, as the home's profile holds it."""
    request = Request([(load_text(SPEC, "/p/alice.yml"), "/p/alice.yml")], host_of_home("linux"), compiler=compiler())
    home = EvaluatedHome(request)
    files = with_deep_stack(lambda: home.evaluation.get("home.profileFile"))
    text: str = with_deep_stack(lambda: files["share/git/contrib/diff-highlight/diff-highlight"]["text"])
    return text


def shown(script: str, folder: Path) -> bytes:
    """What a script makes of a diff."""
    path = folder / "diff-highlight"
    path.write_text(script)
    return subprocess.run(["sh", str(path)], input=DIFF, capture_output=True, check=True).stdout


@pytest.mark.programs("perl")
def test_changed_parts_are_marked(tmp_path):
    if not Path(DEBIAN, "DiffHighlight.pm").exists():
        pytest.skip("the git of this host does not bring diff-highlight as Debian's does")
    assert b"\x1b[7mz\x1b[27m" in shown(highlighter(), tmp_path)


def test_a_host_without_it_shows_the_diff_as_it_is(tmp_path):
    assert shown(highlighter().replace("/usr/", f"{tmp_path}/").replace("/opt/", f"{tmp_path}/"), tmp_path) == DIFF
