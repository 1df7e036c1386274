# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What the documents point at is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ansible_collections.home.manager.plugins.plugin_utils.expressions.compiler import Compiler

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
FENCED = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"(?<!!)\[[^\]\n]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ +(.+?) *$", re.MULTILINE)


def _anchors(document: Path) -> set[str]:
    """The names under which a reader's browser finds a document's headings."""
    headings = HEADING.findall(FENCED.sub("", document.read_text(encoding="utf-8")))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(document):
    dead = []
    for link in LINK.findall(FENCED.sub("", document.read_text(encoding="utf-8"))):
        if re.match(r"[a-z]+:", link):
            continue
        name, _hash, anchor = link.partition("#")
        target = (document.parent / name).resolve() if name else document
        if not target.exists() or (anchor and target.suffix == ".md" and anchor not in _anchors(target)):
            dead.append(link)
    assert not dead


def test_the_guide_names_filters_and_tests_that_exist():
    text = (ROOT / "docs" / "module-authors.md").read_text(encoding="utf-8")
    rows = text[text.index("### Filters") : text.index("### Tests")].splitlines()
    filters = {name for row in rows if row[:2] == "| " for name in re.findall(r"`([a-z0-9_]+)[`(]", row)}
    known = Compiler().environment
    assert len(filters) > 40
    assert sorted(filters - {*known.filters}) == []
    tests = text[text.index("### Tests") : text.index("## A package")]
    named = set(re.findall(r"`is ([a-z_]+)", tests))
    assert sorted(named - {*known.tests}) == []


def test_readme_is_short():
    assert (ROOT / "README.md").read_text(encoding="utf-8").count("\n") <= 160
