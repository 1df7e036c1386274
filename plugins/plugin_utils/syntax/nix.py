# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Nix syntax in a spec, and the YAML form of it."""

from __future__ import annotations

import re

# Compiled when they are first used: few runs meet any of this.
_ADVICE = [
    (r"\$\{[^}]*\}", "interpolate a value with `{{ config.x }}`, not with `${config.x}`", ("config.", "pkgs.", "lib.")),
    (r"with\s+pkgs\s*;|\[[^,]*\]", "separate the elements of a list with commas, without `with pkgs;`: `[ripgrep, fd]`", ()),
    (r"(lib\.)?mkIf\b", "for a condition, use a block with `when`, or `{{ value if condition else omit }}`", ()),
    (
        r"(lib\.)?mk(Force|Default|Override|Before|After|Order)\b",
        "write a priority or an order as a tag before the value: `!force v`, `!default v`, `!before v`, `!after v`",
        (),
    ),
    (r"(lib\.)?mkMerge\b", "write several parts as a list of blocks under `config`", ()),
    (r"(config|pkgs|lib|osConfig)\.\S+$", "put an expression into braces: `{{ config.x }}`", ()),
    (r"(?s).*\s=\s.*;", "a spec is YAML: write `key: value`, without `=` and `;`", ()),
    (r"[^;]*;$", "remove the `;`: a value ends at the end of its line", ()),
]  # fmt: skip

_FILE = r"(\s|#[^\n]*\n)*\{[^{}:]*\.\.\.[^{}:]*\}\s*:|(\s|#[^\n]*\n)*(\{[^{}:]*\}|[\w-]+)\s*:\s*(#[^\n]*\n|\s)*(\{|let\b|with\b)[^:]*="
_PACKAGE = r"pkgs\.[\w.-]+"
_REFERENCE = r"\$\{((?:config|pkgs|lib|osConfig)\.[^}]*)\}"
_WHOLE = r"(?:config\.(?:home|programs|services|xdg|accounts|lib)|osConfig|pkgs)(?:\.[A-Za-z_]\w*)+"


def is_nix(text: str) -> bool:
    """Whether a whole file is a module in the Nix language."""
    return re.match(_FILE, text) is not None


def may_refer(text: str) -> bool:
    """Whether a text can have a `reference`, told without looking for it: few texts of a spec can."""
    return "${" in text or text.startswith(("config.", "osConfig.", "pkgs."))


def reference(text: str) -> tuple[str, str]:
    """What in a text is a reference of the Nix language, which stays as it is here, and the expression for it; both empty for none."""
    found = re.search(_REFERENCE, text)
    if found is not None:
        return found[0], f"{{{{ {found[1]} }}}}"
    return (text, f'"{{{{ {text} }}}}"') if re.fullmatch(_WHOLE, text) else ("", "")


def advice(value: object) -> str:
    """The YAML form of a text that looks like Nix; empty for other texts."""
    if not isinstance(value, str):
        return ""
    text = value.strip()
    if re.fullmatch(_PACKAGE, text):
        return f"write {text.removeprefix('pkgs.')}"
    for pattern, hint, names in _ADVICE:
        found = re.search(pattern, text) if names else re.match(pattern, text)
        if found and (not names or any(name in found[0] for name in names)):
            return hint
    return ""
