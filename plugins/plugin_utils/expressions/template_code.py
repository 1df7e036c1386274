# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The Python source that Jinja generates for the library's templates. A release ships it, so that a first run need not generate it.

It is used for the very template, language and version of Jinja that it was made with, and is no more than a cache: a checkout has none.
"""

from __future__ import annotations

import hashlib
import json
import os

import jinja2

from .language_version import language_version

NAME = "code.json"
# Stands for the folder of the templates, whose names are in the code.
_FOLDER = "@TEMPLATES@"


class TemplateCode:
    """The code that is in a folder of templates."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self._known: dict[str, list[str]] | None = None

    def source(self, name: str, text: str) -> str | None:
        """The Python source of the template `name` (its absolute path) with this text, if it was brought along."""
        if not name.startswith(self.folder + "/") or repr(self.folder) != f"'{self.folder}'":
            return None
        digest, source = self._of_folder().get(name[len(self.folder) + 1 :], ["", ""])
        return source.replace(_FOLDER, self.folder) if digest == _digest(text) else None

    def _of_folder(self) -> dict[str, list[str]]:
        """A digest and a source for each template, by its path in the folder."""
        if self._known is None:
            self._known = {}
            try:
                with open(os.path.join(self.folder, NAME), encoding="utf-8") as file:
                    found = json.load(file)
                if found["version"] == _version():
                    self._known = found["templates"]
            except (OSError, ValueError, TypeError, KeyError):
                pass
        return self._known


def made(environment: jinja2.Environment, folder: str) -> dict[str, object]:
    """The code of all templates in a folder, as plain data."""
    found: dict[str, list[str]] = {}
    for where, _folders, names in os.walk(folder):
        for name in names:
            path = os.path.join(where, name)
            relative = os.path.relpath(path, folder)
            if name.endswith(".j2"):
                with open(path, encoding="utf-8") as file:
                    text = file.read()
                shipped_path = f"{_FOLDER}/{relative}"
                found[relative] = [_digest(text), str(environment.compile(text, shipped_path, shipped_path, raw=True))]
    return {"version": _version(), "templates": dict(sorted(found.items()))}


def _version() -> str:
    return f"{jinja2.__version__} {language_version()}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()
