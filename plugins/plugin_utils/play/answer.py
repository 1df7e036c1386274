# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Checks the answer of a target before any of it is used or shown, because a user of the target may have forged it."""

from __future__ import annotations

import json
import re
from typing import Any, NamedTuple, TypeVar

Expected = TypeVar("Expected")

# Characters of an answer, and how deep and large it may be.
LARGEST = 64 * 1024 * 1024
DEEPEST = 40
MOST_VALUES = 2_000_000
LONGEST_FACT = 4096

# Terminals act on these, or reorder the text.
# Compiled only for a text that may have one of these.
_CONTROL = "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]"
_KIND = re.compile(r"[a-z][a-z_-]{0,39}")
# What the typed contract does not check for every verb; an answer about a system has these names, too.
_TYPES: dict[str, tuple[type, ...]] = {
    "changed": (bool,), "collisions": (list,), "drift": (list,), "facts": (dict, type(None)), "generation": (int, type(None)),
    "hooks": (list,), "objects": (list,), "operations": (list,), "previous": (int, type(None)), "repaired": (list,),
    "unchanged": (bool,), "warnings": (list,),
}  # fmt: skip
_FACTS = ("system", "platform", "machine", "hostname", "distribution", "distribution_version", "service_manager")
_USER = ("name", "home", "shell")
_IDS = ("uid", "gid")


class AnswerError(Exception):
    """A malformed answer."""


class Reply(NamedTuple):
    """One of `answer` and `error` ({"message", "kind", "details"}), or neither where the target keeps no engine."""

    answer: dict[str, Any] | None = None
    error: dict[str, Any] | None = None
    kept: bool = True


def parsed(line: str, request: dict[str, Any]) -> Reply:
    """The reply to a request. Raises AnswerError."""
    if len(line) > LARGEST:
        raise AnswerError(f"it has more than {LARGEST:,} characters")
    try:
        reply = json.loads(line)
    except (ValueError, RecursionError):
        raise AnswerError("it is not JSON") from None
    reply = _Cleaner().clean(reply)
    if not isinstance(reply, dict):
        raise AnswerError("it is not a mapping")
    kept = reply.get("kept", True) is True
    if reply.get("engine") is False:
        return Reply(kept=kept)
    if "error" in reply:
        return Reply(error=_error(reply["error"]), kept=kept)
    answer = reply.get("answer")
    if not isinstance(answer, dict):
        raise AnswerError("it contains neither an answer nor an error")
    _check(answer, request)
    return Reply(answer=answer, kept=kept)


class _Cleaner:
    """Copies plain data with its control characters written out. Raises AnswerError for too much of it."""

    def __init__(self) -> None:
        self.count = 0

    def clean(self, value: Any, depth: int = 0) -> Any:
        self.count += 1
        if depth > DEEPEST or self.count > MOST_VALUES:
            raise AnswerError("it is nested too deeply, or holds too many values")
        if isinstance(value, str):
            return escaped(value)
        if isinstance(value, list):
            return [self.clean(item, depth + 1) for item in value]
        if isinstance(value, dict):
            return {escaped(key): self.clean(item, depth + 1) for key, item in value.items()}
        return value


def escaped(text: str) -> str:
    """A text with its control characters as escapes; line ends and tabs stay."""
    if text.isprintable():
        return text
    return re.sub(_CONTROL, lambda found: found[0].encode("unicode_escape").decode(), text)


def _error(error: Any) -> dict[str, Any]:
    if not isinstance(error, dict) or not isinstance(error.get("message"), str):
        raise AnswerError("its error has no message")
    kind, details = error.get("kind"), error.get("details", {})
    if not isinstance(kind, str) or not _KIND.fullmatch(kind) or not isinstance(details, dict):
        raise AnswerError("its error is of no known kind")
    return {"message": error["message"], "kind": kind, "details": details}


def _check(answer: dict[str, Any], request: dict[str, Any]) -> None:
    for name, types in _TYPES.items():
        if name not in answer:
            continue
        value = answer[name]
        if not isinstance(value, types) or (isinstance(value, bool) and bool not in types):
            raise AnswerError(f"its `{name}` is of the wrong type")
    if answer.get("facts") is not None:
        _check_facts(answer["facts"], request)
    elif request.get("facts"):
        raise AnswerError("it lacks the requested facts")
    if request.get("verb") == "probe" and "unchanged" not in answer:
        raise AnswerError("it does not say whether anything has to be done")


def _check_facts(facts: dict[str, Any], request: dict[str, Any]) -> None:
    for name in (name for name in _FACTS if name in facts):
        _check_line(name, facts[name])
    account = facts.get("user")
    if account is None and request.get("verb") == "system":
        return
    if not isinstance(account, dict):
        raise AnswerError("its facts have no user")
    for name in _USER:
        _check_line(name, account.get(name))
    for name in _IDS:
        number = account.get(name)
        if not isinstance(number, int) or isinstance(number, bool) or not 0 <= number < 2**32:
            raise AnswerError(f"its fact `{name}` is not a user or group ID")
    user = request.get("user")
    if user and account["name"] != user:
        raise AnswerError(f"it is about the user {account['name']}, not {user}")
    if not account["home"].startswith("/"):
        raise AnswerError(f"the home folder {account['home']} is not an absolute path")


def _check_line(name: str, text: Any) -> None:
    if not isinstance(text, str) or len(text) > LONGEST_FACT or "\n" in text or "\\x1b" in text:
        raise AnswerError(f"its fact `{name}` is not a single-line string")


def expected(kind: type[Expected], answer: object) -> Expected:
    """The answer, with its type checked. Raises TypeError for an answer to another request."""
    if not isinstance(answer, kind):
        raise TypeError(f"not a {kind.__name__}: {answer!r}")
    return answer
