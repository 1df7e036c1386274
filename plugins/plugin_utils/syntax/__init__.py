# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Syntax: from YAML text to nodes that know their positions. Nothing here evaluates.

Other layers may import:

- `errors`: `SpecError` and its kinds, `did_you_mean`, and `summary` of a value
- `keys`: where a key splits at its dots, and how a path is written
- `marks`: the records that tags stand for, and the numbers of priorities and orders
- `nix`: advice for text that looks like Nix
- `nodes`: `Mapping`, `Sequence` and plain scalars, and `position_of` a node
- `position`: `Position`
- `secrets`: `SECRETS`, what no message shows and no cache keeps
- `wire`: `from_wire`, definitions as plain JSON
- `yaml_text`: `load`
"""
