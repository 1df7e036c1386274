# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Expressions: the language's Jinja environments, its scopes, names, filters and tests.

Other layers may import:

- `language`: `Language`, all that the expressions of one home use
- `compiler`: `Compiler`, which holds the Jinja environments and everything compiled; `environment`: `Plugins`
- `expression`, `conditions`, `scope`, `closure`, `thunk`, `lazy`: expressions, and values that are computed later
- `resolution`: nodes to values
- `filters`: the marks as filters; `names`: what `pkgs`, `host` and the like are; `dag`: the order of entries with edges
- `folder`, `source_file`: folders and files of the controller
- `limits`: how long an evaluation, and how large a value, may get
"""
