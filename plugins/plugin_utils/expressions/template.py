# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Template files: where they are found, and their text in a scope."""

from __future__ import annotations

import hashlib
import os.path
from collections.abc import Callable
from functools import partial

import jinja2

from .. import inputs
from ..syntax.errors import SpecError, did_you_mean
from ..syntax.position import Position
from ..syntax.secrets import SECRETS
from .cache import CodeCache
from .environment import SCOPE, LanguageEnvironment
from .scope import Scope
from .source_file import LARGEST_SPEC, kind_at, read_file

VAULT_HEADER = "$ANSIBLE_VAULT;"


class _Files(jinja2.BaseLoader):
    """Loads templates by absolute path; includes and imports are found next to the including one or in the library."""

    def get_source(self, environment: jinja2.Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        try:
            known = inputs.signature_of(template)
            content = read_file(template, LARGEST_SPEC).content
            text = content.decode("utf-8").replace("\r\n", "\n").replace("\r", "\n")
            if text.startswith(VAULT_HEADER):
                raise SpecError(
                    f"{template} is encrypted with Ansible Vault; put the secret into a variable and use that in a plain template"
                )
            return text, template, partial(_unchanged, template, known, hashlib.sha256(content).digest())
        except (OSError, UnicodeError) as problem:
            raise jinja2.TemplateNotFound(template, message=f"{template} cannot be read: {problem}") from None


def _unchanged(path: str, known: inputs.Signature | None, digest: bytes) -> bool:
    """Whether a compiled template can be used again; that is noted as if it had been read."""
    state = os.stat(path)
    if inputs.signature(state) != known:
        return False
    inputs.read(path, state, digest)
    return True


class Templates:
    """Renders template files: those of a user's folders, and those of the library in `library`."""

    def __init__(self, environment: LanguageEnvironment, library: str, cache: CodeCache) -> None:
        self.environment = environment
        environment.bytecode_cache = cache.of_templates(library)
        self.library = library
        environment.loader = _Files()
        environment.join_path = self._included  # type: ignore[method-assign]

    def find(self, name: str, folder: str) -> str:
        """The absolute path of a template: in `folder`, in a `templates` folder near it, or in the library. Raises SpecError."""
        near = (folder, os.path.join(folder, "templates"), os.path.join(folder, "..", "templates"), self.library)
        for start in near:
            path = os.path.normpath(os.path.join(start, name)) if start else name
            if os.path.isabs(path) and kind_at(path) == inputs.FILE:
                return path
        sibling = os.path.dirname(os.path.join(folder, name))
        names = os.listdir(sibling) if os.path.isdir(sibling) else []
        written = os.path.dirname(name)
        hint = did_you_mean(os.path.basename(name), names, f"{written}/" if written else "")
        error = SpecError(f"the template `{name}` does not exist", hint=hint)
        raise error.with_details("missing-file", at_value=True, whole=True)

    def render(self, name: str, scope: Scope, position: Position | None) -> str:
        """The text of the template file `name` in `scope`. Raises SpecError with the template's file and line."""
        try:
            template = self.environment.get_template(self.find(name, scope.folder))
            context = template.new_context({SCOPE: scope}, shared=True)
            return "".join(template.root_render_func(context))
        except SpecError as error:
            if not error.positions and error.code == "undefined":
                error.advice = ()  # Of YAML.
            if not error.positions:
                line = _line(error, name) if error.code != "missing-file" else None
                error.positions.extend(found for found in (line, position) if found is not None)
            raise
        except RecursionError:
            raise SpecError("nested too deeply to be rendered", [position]) from None
        except jinja2.TemplateSyntaxError as problem:
            at = Position(problem.filename or SECRETS.concealed(name), problem.lineno, 1)
            raise SpecError(f"syntax error in the template: {problem.message}", [at, position]).with_details(
                "template", whole=True
            ) from None
        except Exception as problem:
            raise SpecError(f"cannot be rendered: {problem}", [_line(problem, name), position]) from None

    def _included(self, template: str, parent: str) -> str:
        """What an include or import means: a file next to the one that names it, or one of the library."""
        sibling = os.path.join(os.path.dirname(parent), template)
        return sibling if kind_at(sibling) == inputs.FILE else os.path.join(self.library, template)


def _line(problem: BaseException, name: str) -> Position:
    """Where in a template an error came up, by Jinja's rewritten traceback."""
    position = Position(SECRETS.concealed(name))
    step = problem.__traceback__
    while step is not None:
        compiled = step.tb_frame.f_globals.get("__jinja_template__")
        if compiled is not None and os.path.isabs(compiled.filename or ""):
            position = Position(compiled.filename, compiled.get_corresponding_lineno(step.tb_lineno), 1)
        step = step.tb_next
    return position
