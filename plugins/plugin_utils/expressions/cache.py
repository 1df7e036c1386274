# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Keeps what Jinja compiled between runs: compiling the templates of thirty programs takes as long as evaluating all the rest.

The cache holds code of this user's own making, in the user's own cache folder, as Python's bytecode caches do. Losing it costs time only.
"""

from __future__ import annotations

import marshal
import os
import sys
import tempfile
from types import CodeType

import jinja2
from jinja2.bccache import Bucket

from ..cache_folder import cache_folder
from ..syntax.secrets import SECRETS
from .language_version import language_version
from .template_code import TemplateCode

MOST = 20_000


class CodeCache:
    """Code by the text it was compiled from."""

    def __init__(self, folder: str | None = None) -> None:
        self.version = f"expressions-{sys.implementation.cache_tag}-{sys.hexversion:x}-{jinja2.__version__}-"
        self.path = os.path.join(folder or cache_folder(), self.version + language_version())
        self.dirty = False
        self.entries: dict[str, tuple[bool, CodeType]] = self._load()

    def _load(self) -> dict[str, tuple[bool, CodeType]]:
        try:
            state = os.stat(self.path)
            if state.st_uid != os.geteuid() or state.st_mode & 0o022:
                return {}
            with open(self.path, "rb") as file:
                found = marshal.load(file)
        except (OSError, ValueError, EOFError, TypeError):
            return {}
        return found if isinstance(found, dict) else {}

    def get(self, key: str) -> tuple[bool, CodeType] | None:
        """Whether the code is that of a lone expression, and the code."""
        return self.entries.get(key)

    def put(self, key: str, lone: bool, code: CodeType) -> None:
        """Keep code for this run and later ones; that of a vaulted file for none."""
        if not SECRETS.private(key[1:]):
            self.entries[key] = (lone, code)
            self.dirty = True

    def of_templates(self, library: str) -> jinja2.BytecodeCache:
        """The cache as Jinja uses it for template files; those of the folder `library` may have brought their code along."""
        return _TemplateCache(self, TemplateCode(library))

    def save(self) -> None:
        """Write what is new; a folder that cannot be written is left alone."""
        if not self.dirty:
            return
        self.dirty = False
        kept = self.entries if len(self.entries) <= MOST else {}
        try:
            os.makedirs(os.path.dirname(self.path), mode=0o700, exist_ok=True)
            handle, temporary = tempfile.mkstemp(dir=os.path.dirname(self.path))
            with os.fdopen(handle, "wb") as file:
                marshal.dump(kept, file)
            os.replace(temporary, self.path)
            self._forget_others()
        except OSError:
            return

    def _forget_others(self) -> None:
        """Remove the caches of other versions of the language."""
        folder, own = os.path.split(self.path)
        for name in os.listdir(folder):
            # The second format kept texts of vaulted files.
            if name.startswith((self.version, "expressions-1-", "expressions-2-")) and name != own:
                os.unlink(os.path.join(folder, name))


class _TemplateCache(jinja2.BytecodeCache):
    """Template files by their path and text."""

    def __init__(self, cache: CodeCache, brought: TemplateCode) -> None:
        self.cache = cache
        self.brought = brought

    def get_bucket(self, environment: jinja2.Environment, name: str, filename: str | None, source: str) -> Bucket:
        bucket = super().get_bucket(environment, name, filename, source)
        code = self.brought.source(name, source) if bucket.code is None else None
        if code is not None:
            bucket.code = compile(code, filename or name, "exec")
            self.dump_bytecode(bucket)
        return bucket

    def load_bytecode(self, bucket: Bucket) -> None:
        known = self.cache.get(self._key(bucket))
        if known is not None:
            bucket.code = known[1]

    def dump_bytecode(self, bucket: Bucket) -> None:
        if bucket.code is not None:
            self.cache.put(self._key(bucket), False, bucket.code)

    @staticmethod
    def _key(bucket: Bucket) -> str:
        return f"%{bucket.key}:{bucket.checksum}"
