#!/usr/bin/python
# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""List, activate, roll back, remove, expire, verify, compare, examine and uninstall generations: the action of this name does it."""

from __future__ import annotations

DOCUMENTATION = r"""
module: generation
short_description: Manage the generations of a home
version_added: 0.1.0
description:
  - Works on the generations that M(home.manager.home) has made in a user's home. It needs no specification.
  - Everything happens as the user whose home it is. Run it as that user, or as root, which then becomes the user.
  - A switch that was interrupted, by a crash or a power cut, is finished or undone first, except for O(verb=list).
author:
  - The home.manager contributors (!UNKNOWN)
extends_documentation_fragment:
  - home.manager.switch
options:
  verb:
    description:
      - V(list) lists the generations and changes nothing.
      - V(activate) switches to the generation O(generation), or to its O(specialisation). Without O(generation), to the
        specialisation or the base of the current one.
      - V(rollback) switches to the previous generation; generations that failed are left out.
      - V(remove) removes the generations in O(generations). The one in use cannot be removed.
      - V(expire) removes the generations that are older than O(older_than) and not among the newest O(keep). The one in use always
        stays.
      - V(verify) compares every managed path and its content with what was put there.
      - V(diff) shows what differs between the generations in O(between), and changes nothing.
      - V(doctor) looks for problems, and changes nothing. The task fails when it finds an error.
      - V(uninstall) removes all managed files and generations, and restores backups. Files that the user edited stay.
    type: str
    default: list
    choices: [activate, diff, doctor, expire, list, remove, rollback, uninstall, verify]
  user:
    description:
      - The user whose home it is. By default the one who runs the task.
    type: str
  home:
    description:
      - The home folder. By default that of the user's account.
    type: path
  state_path:
    description:
      - The folder of the generations. By default C(.local/state/home.manager) in the home. Set it when the specification sets
        C(xdg.stateHome).
    type: path
  generation:
    description:
      - The number of the generation to activate. By default the current one.
    type: int
  specialisation:
    description:
      - The specialisation of the generation to activate. By default its base.
    type: str
  generations:
    description:
      - The numbers of the generations to remove.
    type: list
    elements: int
  between:
    description:
      - The numbers of two generations to compare. One is compared with the current one; without any, the current one is compared with
        the home as it is.
    type: list
    elements: int
    default: []
  confirmed:
    description:
      - Whether to do it. When V(false), what would be done is shown, and the task fails.
    type: bool
    default: true
  older_than:
    description:
      - An age such as V(30d), V(12h), V(2w) or V(45m), or a date. Younger generations do not expire.
    type: str
  keep:
    description:
      - How many of the newest generations to keep, whatever their age.
    type: int
  repair:
    description:
      - Repair links, modes and stored contents that differ. Edits of the user stay.
    type: bool
    default: false
attributes:
  check_mode:
    description: Can run in check mode and report what would change, without writing anything.
    support: full
  diff_mode:
    description: Shows which paths change, and what the files held before and hold after.
    support: full
seealso:
  - module: home.manager.home
"""

EXAMPLES = r"""
- name: List the generations
  home.manager.generation:
  register: generations

- name: Go back to the previous generation
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

- name: Verify and repair another user's home, as root
  home.manager.generation:
    verb: verify
    user: alice
    repair: true
  become: true

- name: Show what the newest switch changed
  home.manager.generation:
    verb: diff
    between: [11, 12]

- name: Remove everything and restore the user's own files
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
    failed_in:
      description: The hook that failed then, where that is known.
      type: str
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
  description: Managed paths that are no longer as they were put there.
  returned: with O(verb=verify)
  type: list
  elements: dict
  contains:
    path:
      description: The path, relative to the home.
      type: str
    problem:
      description: One of missing, replaced, changed, mode, object.
      type: str
    detail:
      description: More about it, for people.
      type: str
findings:
  description: What was found, at least one for each check.
  returned: with O(verb=doctor)
  type: list
  elements: dict
  contains:
    check:
      description: The name of the check.
      type: str
    state:
      description: One of ok, skipped, warning, error.
      type: str
    text:
      description: The problem, or why the check was skipped.
      type: str
    remedies:
      description: What to do about it, one thing a line.
      type: list
      elements: str
repaired:
  description: What was repaired.
  returned: with O(verb=verify)
  type: list
  elements: dict
kind:
  description: The kind of the error, in one word.
  returned: on failure
  type: str
"""
