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
  - Lists, activates, compares and removes the generations that M(home.manager.home) has created in a user's home. It needs no specification.
  - Run it as the owner of the home, or as root, which becomes that user.
  - It first finishes or undoes a switch that was interrupted, for example by a power cut, except with O(verb=list).
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
      - V(rollback) switches to the previous generation and skips failed ones.
      - V(remove) removes the generations in O(generations). The current one cannot be removed.
      - V(expire) removes the generations that are older than O(older_than) and not among the newest O(keep). The current one always
        stays.
      - V(verify) compares every managed path and its content with the current generation.
      - V(diff) shows the differences between the generations in O(between), and changes nothing.
      - V(doctor) checks the home and the machine for problems, and changes nothing. The task fails if it finds an error.
      - V(uninstall) removes all managed files and generations, and restores backups. Files that the user edited stay.
    type: str
    default: list
    choices: [activate, diff, doctor, expire, list, remove, rollback, uninstall, verify]
  user:
    description:
      - The owner of the home. The default is the user who runs the task.
    type: str
  home:
    description:
      - The home folder. The default is the one of the account.
    type: path
  state_path:
    description:
      - The state folder, which contains the generations. The default is C(.local/state/home.manager) in the home. Set it if the
        specification sets C(xdg.stateHome).
    type: path
  generation:
    description:
      - The number of the generation to activate. The default is the current one.
    type: int
  specialisation:
    description:
      - The specialisation of the generation to activate. The default is none.
    type: str
  generations:
    description:
      - The numbers of the generations to remove.
    type: list
    elements: int
  between:
    description:
      - The numbers of two generations to compare. With one number, it is compared with the current generation; without any, the home is
        compared with the current generation.
    type: list
    elements: int
    default: []
  confirmed:
    description:
      - Confirm V(uninstall). With V(false), the task shows what it would remove, and fails.
    type: bool
    default: true
  older_than:
    description:
      - Only expire generations older than this age, such as V(30d), V(12h), V(2w) or V(45m), or this date.
    type: str
  keep:
    description:
      - Number of the newest generations to keep, whatever their age.
    type: int
  repair:
    description:
      - Repair links, modes and stored contents that differ. The user's edits stay.
    type: bool
    default: false
attributes:
  diff_mode:
    description: Shows which paths change, and the contents of the files before and after.
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
      description: When it was created, in seconds since 1970.
      type: int
    current:
      description: Whether it is the current one.
      type: bool
    completed:
      description: Whether it is the generation whose hooks were completed last.
      type: bool
    failed:
      description: Whether a hook failed when it was last activated.
      type: bool
    failed_in:
      description: The hook that failed, if known.
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
      description: The hash of its content.
      type: str
current:
  description: The number of the current generation; null if nothing is managed.
  returned: with O(verb=list)
  type: int
specialisation:
  description: The active specialisation, if any.
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
  description: Managed paths that no longer match the generation.
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
      description: A description for people.
      type: str
findings:
  description: The findings, at least one for each check.
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
      description: What to do about it, one remedy per entry.
      type: list
      elements: str
repaired:
  description: What was repaired.
  returned: with O(verb=verify)
  type: list
  elements: dict
kind:
  description: The kind of the error, as one word.
  returned: on failure
  type: str
"""
