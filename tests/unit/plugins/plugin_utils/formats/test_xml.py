# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""XML, judged by Python's parser."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.home.manager.plugins.plugin_utils.formats.xml import to_xml
from ansible_collections.home.manager.plugins.plugin_utils.values import FormatError

TEXTS = st.text(
    st.characters(blacklist_categories=["Cs"], blacklist_characters="\ufffe\uffff", min_codepoint=0x20), max_size=12
)


def test_elements_attributes_and_lists():
    value = {"r": {"a": [{"@k": 'x"<&', "b": 1}, {"c": "t"}], "d": {"@i": True, "#text": "t"}, "e": None, "f": 0.5}}
    assert to_xml(value) == (
        '<?xml version="1.0" encoding="utf-8"?>\n<r>\n  <a k="x&quot;&lt;&amp;">\n    <b>1</b>\n  </a>\n  <a>\n    <c>t</c>\n  </a>\n'
        '  <d i="true">t</d>\n  <e></e>\n  <f>0.5</f>\n</r>\n'
    )


@given(TEXTS, TEXTS)
def test_texts_come_back(attribute, text):
    root = ElementTree.fromstring(to_xml({"r": {"x": {"@a": attribute, "#text": text}}}).encode())
    assert (root[0].get("a"), root[0].text or "") == (attribute, text)


@pytest.mark.parametrize(
    ("value", "path", "message"),
    [
        ({}, (), "one root element, got 0"),
        ({"a": 1, "b": 2}, (), "got 2"),
        ({"r": {"1": 2}}, ("r", "1"), "invalid element name"),
        ({"r": {"@a b": 2}}, ("r", "@a b"), "invalid attribute name"),
        ({"r": "\x01"}, ("r",), "control character"),
        ({"r": {"a": [[1]]}}, ("r", "a", 0), "not a list"),
    ],
)
def test_refusals_name_the_place(value, path, message):
    with pytest.raises(FormatError, match=message) as caught:
        to_xml(value)
    assert caught.value.path == path
