# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What hands used to Nix write into a spec, and how it is said here."""

from __future__ import annotations

import re

_ADVICE = [
    (re.compile(r"\$\{[^}]*\}"), "a value is put into a text by `{{ config.x }}`, not by `${config.x}`", ("config.", "pkgs.", "lib.")),
    (re.compile(r"with\s+pkgs\s*;|\[[^,]*\]"), "a list has commas and needs no `with pkgs;`: `[ripgrep, fd]`", ()),
    (re.compile(r"(lib\.)?mkIf\b"), "what holds on a condition is a block with `when`, or `{{ value if condition else omit }}`", ()),
    (
        re.compile(r"(lib\.)?mk(Force|Default|Override|Before|After|Order)\b"),
        "a priority or an order is a tag before the value: `!force v`, `!default v`, `!before v`, `!after v`",
        (),
    ),
    (re.compile(r"(lib\.)?mkMerge\b"), "several parts are a list of blocks under `config`", ()),
    (re.compile(r"(config|pkgs|lib|osConfig)\.\S+$"), "an expression stands in braces: `{{ config.x }}`", ()),
    (re.compile(r"[^;]*;$"), "a value ends with its line: take the `;` away", ()),
    (re.compile(r".*\s=\s.*;", re.DOTALL), "a spec is YAML: `key: value`, without `=` and `;`", ()),
]  # fmt: skip


def advice(value: object) -> str:
    """How to say here what a text seems to say in Nix; empty for a text that does not look like Nix."""
    if not isinstance(value, str):
        return ""
    text = value.strip()
    for pattern, hint, names in _ADVICE:
        found = pattern.search(text) if names else pattern.match(text)
        if found and (not names or any(name in found[0] for name in names)):
            return hint
    return ""
