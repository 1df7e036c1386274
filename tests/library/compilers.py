# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The compilers of all tests of the library: an expression is compiled once, and kept between runs as in a play."""

from __future__ import annotations

from pathlib import Path

from ansible_collections.home.manager.plugins.plugin_utils.expressions.cache import CodeCache
from ansible_collections.home.manager.plugins.plugin_utils.expressions.compiler import Compiler

ROOT = Path(__file__).resolve().parents[2]
ROLES = ROOT / "roles"
# The entries are named by the text that they were compiled from, and the file by the language's own sources.
CACHE = CodeCache(str(ROOT / ".cache" / "expressions"))
HOME = Compiler(str(ROLES / "home" / "templates"), cache=CACHE)
SYSTEM = Compiler(str(ROLES / "system" / "templates"), cache=CACHE)
