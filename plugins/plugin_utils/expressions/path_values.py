# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Filters that make path values: generated files of the store, parts of packages, wrapped programs, templates."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

from jinja2 import pass_context

from .. import inputs
from ..formats.quoting import QUOTING
from ..syntax.errors import SpecError, summary
from ..values import OutOfStore, Package, Path, PathValue, StoreFile, StoreFolder, Value
from .folder import walk
from .scope import Scope, Services
from .source_file import kind_at, read_file


class ScopedContext(Protocol):
    """A Jinja context of the language."""

    scope: Scope


def services(context: ScopedContext) -> Services:
    """What the language provides where a filter is used."""
    return context.scope.language


def _content(value: object) -> bytes:
    if isinstance(value, bytes):
        return value
    if isinstance(value, str):
        return value.encode("utf-8", "surrogateescape")
    if isinstance(value, Path):
        try:
            return read_file(value.path).content
        except OSError as problem:
            raise SpecError(f"{value.path} cannot be read: {problem.strerror}") from None
    raise SpecError(f"the content of a file must be text, not {summary(value)}")


@pass_context
def store_file(context: ScopedContext, value: object, name: str = "file", executable: bool = False) -> object:
    """A file with this text in the store of the target, as a path value."""
    return services(context).store_file(StoreFile(name, _content(value), executable))


@pass_context
def stored(context: ScopedContext, value: object, name: str | None = None) -> object:
    """A file or folder of the controller as one in the store of the target; what is on the target already stays as it is."""
    if not isinstance(value, Path):
        return value
    name = name or posixpath.basename(value.path)
    found = kind_at(value.path)
    if found == inputs.FOLDER:
        return services(context).store_folder(StoreFolder(name, tuple(_leaves("", value))))
    # The content is read below: its signature has the permissions.
    executable = found == inputs.FILE and os.access(value.path, os.X_OK)
    return services(context).store_file(StoreFile(name, _content(value), executable))


def shipped(context: ScopedContext, value: object) -> object:
    """Plain data in which every path of the controller is replaced by its path in the store of the target."""
    if isinstance(value, Path):
        return stored(context, value)
    if isinstance(value, dict):
        return {key: shipped(context, item) for key, item in value.items()}
    if isinstance(value, list):
        return [shipped(context, item) for item in value]
    return value


@pass_context
def store_script(context: ScopedContext, value: str, name: str = "script", shell: str = "/bin/sh") -> object:
    """An executable script with this text in the store of the target."""
    text = value if value.startswith("#!") else f"#!{shell}\n{value}"
    return services(context).store_file(StoreFile(name, _content(text if text.endswith("\n") else text + "\n"), True))


@pass_context
def store_dir(context: ScopedContext, value: dict[str, object], name: str = "folder") -> object:
    """A folder of path values, or texts, in the store of the target."""
    entries: list[tuple[str, PathValue]] = []
    for key in sorted(value):
        item = value[key]
        if isinstance(item, str) and not item.startswith("/"):
            item = services(context).store_file(StoreFile(posixpath.basename(key), item.encode()))
        elif isinstance(item, str):
            item = OutOfStore(item)
        if not isinstance(item, PathValue):
            raise SpecError(f"every entry of a folder must be a file, but `{key}` is {summary(item)}")
        entries.extend(_leaves(key, item))
    return services(context).store_folder(StoreFolder(name, tuple(entries)))


def _leaves(key: str, item: PathValue) -> list[tuple[str, PathValue]]:
    """An entry of a folder; a folder of the controller is the files and links below it."""
    if not isinstance(item, Path) or kind_at(item.path) != inputs.FOLDER:
        return [(key, item)]
    found: list[tuple[str, PathValue]] = []
    for member in walk(item.path):
        if member.link is not None:
            found.append((posixpath.join(key, member.relative), OutOfStore(member.link)))
        elif member.path is not None:
            found.append((posixpath.join(key, member.relative), Path(member.path)))
    return found


@pass_context
def exe(context: ScopedContext, package: object, name: str | None = None) -> str:
    """The path of a package's main program, or of another of its programs; of null the program's bare name, as `PATH` finds it."""
    if isinstance(package, Package):
        services(context).note_program(package, name)
    return program_path(package, name)


def program_path(package: object, name: str | None = None) -> str:
    """See `exe`."""
    if package is None and name is not None:
        return name
    if isinstance(package, Package):
        if package.program is not None and name in (None, package.main_program or package.name):
            return str(package.program)
        return f"{package.out_path}/bin/{name or package.main_program or package.name}"
    if isinstance(package, (str, PathValue)):
        return str(package) if name is None else f"{package}/bin/{name}"
    raise SpecError(f"exe takes a package, got {summary(package)}")


def subpath(value: object, name: str | None) -> object:
    """A file or folder inside a path value, still a path value."""
    if not name:
        return value
    if isinstance(value, Path):
        return Path(posixpath.normpath(posixpath.join(value.path, name)))
    if isinstance(value, Package):
        return OutOfStore(f"{value.out_path}/{name}")
    if isinstance(value, (str, PathValue)):
        return OutOfStore(posixpath.join(str(value), name))
    raise SpecError(f"subpath takes a path, got {summary(value)}")


def path_value(value: object) -> PathValue:
    """A path value; an absolute string is a path on the target, as an option of the type `path` means it."""
    if isinstance(value, str) and value.startswith("/"):
        return OutOfStore(value)
    if isinstance(value, PathValue):
        return value
    raise SpecError(f"path_value takes a path, got {summary(value)}")


@pass_context
def wrap(
    context: ScopedContext,
    package: Package,
    flags: Value = (),
    env: dict[str, object] | None = None,
    path: Value = (),
    prefix: dict[str, object] | None = None,
    program: str | None = None,
) -> Package:
    """The package with its program started with more flags, variables (`prefix`: put before what is there), and folders in PATH."""
    quote = QUOTING["sh_quote"]
    name = program or package.main_program or package.name
    lines = ["#!/bin/sh"]
    lines.extend(f"export {key}={quote(str((env or {})[key]))}" for key in sorted(env or {}))
    for key in sorted(prefix or {}):
        lines.append(f"export {key}={quote(str((prefix or {})[key]))}${{{key}:+:${key}}}")
    folders = [f"{item.out_path}/bin" if isinstance(item, Package) else str(item) for item in path]
    if folders:
        lines.append(f'export PATH={quote(":".join(folders))}:"$PATH"')
    words = [quote(str(flag)) for flag in flags]
    real = services(context).unwrapped(package, name) if package.program is None else None
    lines.append(" ".join(["exec", quote(real or program_path(package, name)), *words, '"$@"']))
    script = services(context).store_file(StoreFile(name, ("\n".join(lines) + "\n").encode(), True))
    return replace(package, program=script)


@pass_context
def package(context: ScopedContext, name: str, **fields: object) -> Package:
    """A package by its name."""
    return services(context).package(name, **fields)


@pass_context
def template(context: ScopedContext, name: object) -> str:
    """The text of a template, rendered in this scope."""
    return services(context).render(str(name), context.scope, None)


def content(value: object) -> str:
    """The text of a file on the controller."""
    try:
        return _content(value).decode("utf-8")
    except UnicodeDecodeError:
        raise SpecError(f"{value} is not UTF-8 text") from None


PATH_FILTERS: dict[str, Callable[..., Value]] = {
    "content": content,
    "exe": exe,
    "mkOutOfStoreSymlink": lambda value: OutOfStore(str(value)),
    "package": package,
    "path_value": path_value,
    "store_dir": store_dir,
    "store_file": store_file,
    "store_script": store_script,
    "stored": stored,
    "subpath": subpath,
    "template": template,
    "wrap": wrap,
}
