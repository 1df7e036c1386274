# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The variables of the play, for expressions: templated when they are first asked for, secrets noted."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from ansible.template import Templar, trust_as_template
from jinja2 import pass_context

from .datatags import vaulted

_NAME = re.compile(r"[A-Za-z_]\w*")
_LOOKUPS = ("lookup", "query", "q")
_MISSING = object()


class Variables:
    """Finds a name among the play's variables; `taint` is called when what is found must not be shown."""

    def __init__(self, templar: Templar, variables: dict[str, Any]) -> None:
        self.templar = templar
        self.variables = variables
        self.values: dict[str, Any] = {}
        self.secrets: dict[str, bool] = {}
        self.taint: Callable[[], None] = lambda: None
        self._templars: dict[str, Templar] = {}

    def __call__(self, name: str, default: Any) -> Any:
        if name in _LOOKUPS:
            return self._lookup(name)
        if name not in self.variables:
            return default
        if name not in self.values:
            self.values[name] = plain(self.templar.template(self.variables[name]))
        if self.secret(name):
            self.taint()
        return self.values[name]

    def secret(self, name: str) -> bool:
        """Whether a variable comes out of a vault or a lookup, itself or by those that it uses."""
        if name not in self.secrets:
            self.secrets[name] = False  # a variable that uses itself is found wrong by the templar
            value = self.variables.get(name)
            self.secrets[name] = vaulted(value) or any(
                word in _LOOKUPS or (word != name and word in self.variables and self.secret(word))
                for word in _words(value)
            )
        return self.secrets[name]

    def _lookup(self, name: str) -> Callable[..., Any]:
        @pass_context
        def call(context: Any, *terms: Any, **options: Any) -> Any:
            self.taint()
            arguments = {"home_manager_terms": list(terms), "home_manager_options": options}
            source = trust_as_template(f"{name}(*home_manager_terms, **home_manager_options)")
            return plain(self._near(context.scope.folder).evaluate_expression(source, local_variables=arguments))

        return call

    def _near(self, folder: str) -> Templar:
        """A templar whose lookups search the folder of the file that says them first, then where the play does."""
        if folder not in self._templars:
            path = [
                folder,
                *self.variables.get("ansible_search_path", ()),
                str(self.variables.get("inventory_dir") or folder),
            ]
            variables = {**self.variables, "ansible_search_path": list(dict.fromkeys(path))}
            self._templars[folder] = self.templar.copy_with_new_env(available_variables=variables)
        return self._templars[folder]


def _words(value: Any) -> list[str]:
    """The names that the templates in a value use (and some words of its text, which does no harm)."""
    if isinstance(value, str):
        return [word for part in re.findall(r"\{\{.*?\}\}|\{%.*?%\}", value, re.S) for word in _NAME.findall(part)]
    if isinstance(value, dict):
        return [word for item in value.values() for word in _words(item)]
    if isinstance(value, list):
        return [word for item in value for word in _words(item)]
    return []


def plain(value: Any) -> Any:
    """A value of the play as plain Python data."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return float(value)
    if isinstance(value, dict):
        return {plain(str(key)): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return str(value)
