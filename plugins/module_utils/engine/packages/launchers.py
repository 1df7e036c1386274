# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Launchers: small shell scripts that set what a program needs to find its own data, and then become the program."""

from __future__ import annotations

import os
from fnmatch import fnmatchcase
from typing import Dict, List

from .recipe import Launch
from .tree import WRAPPED, Tree

# Where the certificates of a host are, in the order of the distributions that have them there.
CERTIFICATES = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
    "/var/lib/ca-certificates/ca-bundle.pem",
)
# The pattern of what the package itself brings: nothing of its closure.
OWN = "{own}"
_LINKED_FOLDERS = ("lib", "lib64", "share", "etc", "libexec", "games")


def wrap_commands(tree: Tree, launch: Dict[str, Launch]) -> None:
    """Put a launcher in place of every command that a pattern of `launch` matches, and of the links that lead to one."""
    chosen: Dict[str, Launch] = {}
    for path in sorted(tree.leaves):
        folder, name = os.path.split(path)
        if folder not in ("bin", "sbin") or name.endswith(".ctl"):
            continue
        for pattern, way in launch.items():
            if tree.leaves[path].own if pattern == OWN else fnmatchcase(name, pattern):
                chosen[path] = chosen[path].merged(way) if path in chosen else way
    for path, leaf in sorted(tree.leaves.items()):
        target = tree.resolve(path) if leaf.kind == "link" and os.path.dirname(path) in ("bin", "sbin") else None
        if target in chosen and path not in chosen:
            chosen[path] = chosen[target]
    for path in [path for path in chosen if tree.resolve(path) is None]:
        # A link to something outside of the package is none of its programs.
        del chosen[path]
    for path, way in chosen.items():
        wrap(tree, path, launcher(tree, way, f"{tree.prefix}/{_wrapped(path)}"), list(chosen))


def wrap(tree: Tree, path: str, text: str, wrapped: List[str]) -> None:
    """Move a command aside, to a folder from which it finds the same data, and write `text` in its place."""
    own = tree.leaves[path].own
    leaf = tree.leaves[path]
    tree.move(path, _wrapped(path))
    if leaf.kind == "link" and not leaf.text.startswith("/"):
        target = os.path.normpath(os.path.join(os.path.dirname(path), leaf.text))
        new = _wrapped(target) if target in wrapped else target
        text_of_link = os.path.relpath(new, WRAPPED)
        if text_of_link != leaf.text:
            tree.remove(_wrapped(path))
            tree.link(_wrapped(path), text_of_link, False)
    for folder in _LINKED_FOLDERS:
        if (folder in tree.folders or folder in tree.leaves) and f".hm/{folder}" not in tree.leaves:
            tree.link(f".hm/{folder}", f"../{folder}", False)
    tree.write(path, text.encode("utf-8", "surrogateescape"), True, own)


def wrap_script(tree: Tree, path: str, interpreter: str, arguments: str) -> None:
    """Put a launcher in place of a script whose interpreter has too long a path for its first line."""
    # Away from the links to the folders of data, which the programs in `.hm/bin` look for.
    moved = _wrapped(path) if os.path.dirname(path) in ("bin", "sbin") else f".hm/scripts/{path}"
    words = [quoted(interpreter), *([quoted(arguments)] if arguments else []), quoted(f"{tree.prefix}/{moved}")]
    own = tree.leaves[path].own
    tree.move(path, moved)
    tree.write(path, f'#!/bin/sh\nexec {" ".join(words)} "$@"\n'.encode("utf-8", "surrogateescape"), True, own)


def launcher(tree: Tree, way: Launch, program: str) -> str:
    """The text of a launcher: POSIX shell, no function, and `exec` at its end."""
    lines = ["#!/bin/sh"]
    for name, old in sorted(way.keep.items()):
        lines.append(f"{name}=${{{old}-}}; export {name}")
    for name, value in sorted(way.set.items()):
        before, has_old, after = tree.substituted(value).partition("{old}")
        text = quoted(before) + (f'"${{{name}:+:${name}}}"' if has_old else "") + (quoted(after) if after else "")
        lines.append(f"{name}={text}; export {name}")
    if way.certificates:
        tests = " ".join(quoted(bundle) for bundle in CERTIFICATES)
        lines.append(f'for hm_file in {tests}; do if [ -r "$hm_file" ]; then break; fi; done')
        lines.extend(f': "${{{name}:=$hm_file}}"; export {name}' for name in way.certificates)
        lines.append("unset hm_file")
    words = [quoted(program), *(quoted(tree.substituted(word)) for word in way.arguments)]
    lines.append(f'exec {" ".join(words)} "$@"')
    return "\n".join(lines) + "\n"


def quoted(text: str) -> str:
    """A text as one word of the shell."""
    return "'" + text.replace("'", "'\\''") + "'"


def _wrapped(path: str) -> str:
    return f"{WRAPPED}/{os.path.basename(path)}"
