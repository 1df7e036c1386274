# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""YAML in block style, as ``pkgs.formats.yaml`` (json2yaml of remarshal) writes it.

The text means the same to readers of YAML 1.1 and 1.2: a string which either would take for a number, a boolean, a date
or null is quoted.
"""

from __future__ import annotations

import re
import sys

import yaml

from ..values import FormatError, Value
from .atoms import plain

# Line breaks of Unicode, which PyYAML writes in a style where readers fold them, and the byte order mark.
ODD_BREAK = re.compile(r"[\r\x85\u2028\u2029\ufeff]")
OTHER_VERSION = re.compile(
    r"""[-+]?[0-9]+([eE][-+]?[0-9]+)?
        | [-+]?(\.[0-9]+|[0-9]+\.[0-9]*)([eE][-+]?[0-9]+)?
        | 0[oO][0-7]+ | 0[xX][0-9a-fA-F_]+
        | [-+]?[0-9][0-9_]*(:[0-5]?[0-9])+
        | [-+]?\.(inf|Inf|INF) | \.(nan|NaN|NAN) | [yYnN]""",
    re.VERBOSE,
)


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: object) -> bool:
        return True


def _string(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = None
    if ODD_BREAK.search(text):
        style = '"'
    elif "\n" in text:
        style = "|"
    elif OTHER_VERSION.fullmatch(text):
        style = "'"
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _string)


# What Ansible's filter accepts besides: the parameters of PyYAML's writer, and how Ansible's own kinds of values are written,
# of which there are none here.
WRITING = (
    "default_style", "default_flow_style", "canonical", "width", "allow_unicode", "line_break", "explicit_start", "explicit_end",
    "version", "tags", "sort_keys",
)  # fmt: skip
KINDS_OF_VALUES = ("vault_to_text", "dump_vault_tags")


def to_yaml(value: Value, *, indent: int = 2, **writing: Value) -> str:
    """YAML with keys in byte order, text as Unicode, long lines never wrapped, texts of several lines as block scalars.

    ``writing`` are further parameters of Ansible's filter of the same name. Raises FormatError for inline expressions and
    GVariants.
    """
    unknown = sorted(writing.keys() - {*WRITING, *KINDS_OF_VALUES})
    if unknown:
        known = ", ".join(sorted(("indent", *WRITING, *KINDS_OF_VALUES)))
        raise FormatError(f"unknown parameter {unknown[0]}; known parameters: {known}")
    usual = {"default_flow_style": False, "sort_keys": True, "allow_unicode": True, "width": sys.maxsize}
    chosen = {name: item for name, item in writing.items() if name in WRITING}
    data = plain(value, sort=bool(writing.get("sort_keys", True)))
    text: str = yaml.dump(data, Dumper=_Dumper, indent=indent, **{**usual, **chosen})
    return text if chosen.get("explicit_end") else text.removesuffix("...\n")
