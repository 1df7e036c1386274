# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Modules: from nodes to modules with blocks and imports, and the library that is shipped.

Other layers may import:

- `spec_file`: `load_file` and `load_text`, a spec as nodes
- `module`: `Module`, and `is_declaration`; `block`: `Block`
- `imports`: `Collector`, from modules to all that they import
- `library`: `Library`, a folder of modules with an index; `library_index`: `build`, which makes the index
"""
