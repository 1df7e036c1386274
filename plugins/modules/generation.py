#!/usr/bin/python
# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""List, activate, roll back, remove, expire, verify, compare and uninstall the generations of a home."""

from __future__ import annotations

DOCUMENTATION = r"""
module: generation
short_description: Manage the generations of a home
version_added: 0.1.0
description:
  - Works on the generations that M(home.manager.home) has made in a user's home. No specification is needed for it.
  - Everything happens as the user whose home it is. Run it as that user, or as root, which then becomes the user.
  - A switch that was interrupted, by a crash or a power cut, is finished or undone first, whatever is asked for.
author:
  - The home.manager contributors (!UNKNOWN)
options:
  verb:
    description:
      - V(list) tells the generations and changes nothing.
      - V(activate) makes the generation O(generation), or its O(specialisation), the current one. Without
        O(generation) it is the current one whose specialisation, or whose base, is chosen.
      - V(rollback) makes the generation before the current one current; those that failed are left out.
      - V(remove) removes the generations in O(generations) from the store. The one in use cannot be removed.
      - V(expire) removes the generations that are older than O(older_than) and not among the newest O(keep). The one
        in use always stays.
      - V(verify) compares every managed path and its content with what was put there.
      - V(diff) shows what differs between the generations in O(between), and changes nothing.
      - V(uninstall) takes every managed path away, puts backups back, and removes the store. Files which the user
        changed stay.
    type: str
    default: list
    choices: [list, activate, rollback, remove, expire, verify, uninstall, diff]
  user:
    description:
      - The user whose home it is. By default the one who runs the module.
    type: str
  home:
    description:
      - The home folder. By default the one of the user's account.
    type: path
  state_path:
    description:
      - The folder of the generations. By default C(.local/state/home.manager) in the home. It has to be said when the
        specification sets C(xdg.stateHome).
    type: path
  generation:
    description:
      - The number of the generation to activate.
    type: int
  specialisation:
    description:
      - The specialisation of the generation to activate.
    type: str
  generations:
    description:
      - The numbers of the generations to remove.
    type: list
    elements: int
  between:
    description:
      - With O(verb=diff), the numbers of two generations. One is compared with the current one; without any, the current
        one is compared with the home as it is.
    type: list
    elements: int
    default: []
  confirmed:
    description:
      - With O(verb=uninstall), whether to do it. When V(false), what would be done is shown, and the task fails.
    type: bool
    default: true
  older_than:
    description:
      - An age such as V(30d), V(12h), V(2w) or V(45m). Younger generations do not expire.
    type: str
  keep:
    description:
      - So many of the newest generations do not expire.
    type: int
  repair:
    description:
      - With O(verb=verify), put links, modes and objects right that differ. What the user changed stays.
    type: bool
    default: false
  backup_extension:
    description:
      - Where files are in the way that are not managed, move them aside under this extension. Without it they are
        reported and nothing is changed.
    type: str
  on_failure:
    description:
      - What to do when a hook fails. V(undo) puts back what was there before, V(keep) leaves the generation, marked as
        failed.
    type: str
    choices: [undo, keep]
    default: undo
  lock_timeout:
    description:
      - For how many seconds to wait when another switch of the same home is under way.
    type: int
    default: 30
attributes:
  check_mode:
    description: Can run in check mode and tell what would change, without writing anything.
    support: full
  diff_mode:
    description: Tells which paths change, and what the files held before and hold after.
    support: full
  platform:
    description: Works on any Linux or macOS home, without privileges.
    support: full
    platforms: posix
seealso:
  - module: home.manager.home
"""

EXAMPLES = r"""
- name: List the generations
  home.manager.generation:
  register: generations

- name: Go back to the generation before
  home.manager.generation:
    verb: rollback

- name: Activate a certain generation
  home.manager.generation:
    verb: activate
    generation: 12

- name: Choose a specialisation of the current generation
  home.manager.generation:
    verb: activate
    specialisation: night

- name: Remove what is older than a month, but never the newest five
  home.manager.generation:
    verb: expire
    older_than: 30d
    keep: 5

- name: Look after another user's home, as root
  home.manager.generation:
    verb: verify
    user: alice
    repair: true
  become: true

- name: Show what the newest switch changed
  home.manager.generation:
    verb: diff
    between: [11, 12]

- name: Take everything away and bring the user's own files back
  home.manager.generation:
    verb: uninstall
"""

RETURN = r"""
generations:
  description: The generations, the newest first.
  returned: with O(verb=list)
  type: list
  elements: dict
  contains:
    generation:
      description: Its number.
      type: int
    created:
      description: When it was made, in seconds since 1970.
      type: int
    current:
      description: Whether it is the current one.
      type: bool
    completed:
      description: Whether it is the one whose hooks have last run to the end.
      type: bool
    failed:
      description: Whether a hook of it failed when it was last activated.
      type: bool
    files:
      description: The number of its files.
      type: int
    packages:
      description: The packages that it declares.
      type: list
      elements: str
    specialisations:
      description: The names of its specialisations.
      type: list
      elements: str
    origin:
      description: Where its specification came from.
      type: dict
    path:
      description: Its folder.
      type: str
    digest:
      description: The hash of what it is.
      type: str
current:
  description: The number of the current generation; none when nothing is managed.
  returned: with O(verb=list)
  type: int
specialisation:
  description: The specialisation that is chosen, if any.
  returned: with O(verb=list)
  type: str
generation:
  description: The number of the generation that is current afterwards.
  returned: with O(verb=activate), O(verb=rollback) and O(verb=verify)
  type: int
previous:
  description: The number of the generation that was current before.
  returned: with O(verb=activate) and O(verb=rollback)
  type: int
plan:
  description:
    - What changed, or in check mode would change, as an object with lists of files, session variables, packages, hooks and so on.
    - When the task fails, it is in the first entry of C(diff) instead.
  returned: for all verbs but O(verb=list)
  type: dict
lines:
  description: The list, for people.
  returned: with O(verb=list)
  type: list
  elements: str
removed:
  description: The numbers of the generations that were removed.
  returned: with O(verb=remove) and O(verb=expire)
  type: list
  elements: int
drift:
  description: Managed paths that are not as they were put there.
  returned: with O(verb=verify)
  type: list
  elements: dict
  contains:
    path:
      description: The path, relative to the home.
      type: str
    problem:
      description: One of missing, replaced, changed, mode, denied, object.
      type: str
    detail:
      description: More about it, for people.
      type: str
repaired:
  description: What was put right.
  returned: with O(verb=verify)
  type: list
  elements: dict
warnings:
  description: What a person should know of.
  returned: when there is something
  type: list
  elements: str
kind:
  description: A word that says what kind of error it was.
  returned: on failure
  type: str
"""

from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.home.manager.plugins.module_utils.engine.contract.age import parse_age
from ansible_collections.home.manager.plugins.module_utils.engine.contract.errors import EngineError
from ansible_collections.home.manager.plugins.module_utils.engine.verbs.dispatch import handle

VERBS = ("list", "activate", "rollback", "remove", "expire", "verify", "uninstall", "diff")
PASSED = (
    "user",
    "home",
    "generation",
    "specialisation",
    "generations",
    "keep",
    "repair",
    "backup_extension",
    "on_failure",
    "lock_timeout",
)


def request_of(params: dict[str, Any], check: bool, diff: bool) -> dict[str, Any]:
    """The engine's request for the module's parameters. EngineError for an age that cannot be understood."""
    request = {name: params[name] for name in PASSED if params[name] is not None}
    request.update(verb=params["verb"], check=check, diff=diff, state=params["state_path"])
    if params["verb"] == "diff":
        if len(params["between"]) > 2:
            raise EngineError("`between` takes two generations at the most", "request")
        first, second = [*params["between"], None, None][:2]
        request.update({"from": first, "to": second})
    if params["verb"] == "uninstall" and not params["confirmed"]:
        request["check"] = True
    if params["older_than"] is not None:
        request["older_than"] = parse_age(params["older_than"])
    return request


def main() -> None:
    """Run the module."""
    module = AnsibleModule(
        argument_spec={
            "verb": {"type": "str", "default": "list", "choices": list(VERBS)},
            "user": {"type": "str"},
            "home": {"type": "path"},
            "state_path": {"type": "path"},
            "generation": {"type": "int"},
            "specialisation": {"type": "str"},
            "generations": {"type": "list", "elements": "int"},
            "between": {"type": "list", "elements": "int", "default": []},
            "confirmed": {"type": "bool", "default": True},
            "older_than": {"type": "str"},
            "keep": {"type": "int"},
            "repair": {"type": "bool", "default": False},
            "backup_extension": {"type": "str"},
            "on_failure": {"type": "str", "choices": ["undo", "keep"], "default": "undo"},
            "lock_timeout": {"type": "int", "default": 30},
        },
        required_if=[("verb", "remove", ["generations"]), ("verb", "expire", ["older_than", "keep"], True)],
        supports_check_mode=True,
    )
    try:
        answer = handle(request_of(module.params, module.check_mode, module._diff))
    except EngineError as error:
        module.fail_json(msg=error.message, kind=error.kind, **error.details)
    for warning in answer.pop("warnings", None) or []:
        module.warn(warning)
    failed = answer.pop("failed", None)
    if failed:
        module.fail_json(msg=failed["message"], kind=failed["kind"], failure=failed, **answer)
    module.exit_json(**answer)


if __name__ == "__main__":
    main()
