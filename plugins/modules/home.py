#!/usr/bin/python
# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Documentation of the action of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: home
short_description: Switch a home to a declarative specification
version_added: 0.1.0
description:
  - Switches a user's home to what its specification declares, as a new generation.
  - The controller evaluates and renders the specification and sends the target what it lacks; the target switches to it at once.
  - A home that already matches its specification takes one command on the target, however many files it has.
  - Run the task as the owner of the home, or as root, which becomes that user before it touches anything.
author:
  - The home.manager contributors (!UNKNOWN)
extends_documentation_fragment:
  - home.manager.switch
options:
  user:
    description:
      - The owner of the home.
    type: str
    required: true
  config:
    description:
      - The specification, a module that usually imports files.
      - The default is the entry of O(user) in the variable C(home_users).
      - home.manager itself evaluates its expressions; the play does not template them.
    type: dict
  specialisation:
    description:
      - Switch to this specialisation instead of the home itself.
    type: str
  special_args:
    description:
      - Further variables for the expressions of the specification.
    type: dict
    default: {}
  build_to:
    description:
      - Render the home into this folder on the controller, below C(HOST/USER), instead of switching. No target is touched.
      - A relative path is relative to the working directory of C(ansible-playbook).
    type: str
  restricted:
    description:
      - Restrict a specification that someone else wrote. It can then use no variables of the play except O(special_args), no lookups,
        and no filter or test that reaches beyond its arguments, and can read no file outside of the project.
      - An unrestricted specification can do everything on the controller that a role can do.
    type: bool
    default: false
  plan_cache:
    description:
      - Skip the evaluation if no file and no variable of the home has changed since the last run. The target is checked in any case.
    type: bool
    default: true
  option:
    description:
      - Describe this option or group of options, given as a dotted path, instead of switching. No target is touched.
      - A single word finds the options that contain it in their name or description; V(.) lists all options.
    type: str
  packages:
    description:
      - Use this prefix as the path of every package in the rendered files, such as V(/usr), and install no package.
      - Without it, packages come from F(home.lock) or from the host, and are linked into the home's profile.
    type: path
  update:
    description:
      - Resolve these packages again in F(home.lock), or with an empty list all that the home uses. No target is touched.
    type: list
    elements: str
  vendor:
    description:
      - With O(update), also download every file that F(home.lock) lists into this folder on the controller, named by its SHA-256.
    type: str
  list_wanted:
    description:
      - With O(update), return the names of all packages that the home uses, as a value for O(keep).
    type: bool
    default: false
  keep:
    description:
      - With O(update), remove all other packages from F(home.lock) instead of resolving, and from the folder O(vendor) every file that
        F(home.lock) does not list.
    type: list
    elements: str
  locked:
    description:
      - Fail if F(home.lock) lacks a package, instead of adding it.
    type: bool
    default: false
  install_on_host:
    description:
      - Install packages with C(provider=system) that the host lacks for all users, with the host's package manager
        (apt, dnf, pacman, apk or brew). Otherwise the switch only warns.
      - This needs root, as with C(become), or for brew its owner. The packages stay installed when the home no longer uses them.
    type: bool
    default: false
attributes:
  diff_mode:
    description: Shows a diff of each file that changes, and one block for everything else. Sensitive content is never shown.
    support: full
seealso:
  - module: home.manager.generation
"""

EXAMPLES = r"""
- name: Switch the home of alice to what the inventory says
  home.manager.home:
    user: alice

- name: Switch the home of bob, and move aside what is in the way
  home.manager.home:
    user: bob
    backup_extension: before-home-manager
    config:
      imports: [users/bob.yml]
      programs.git.enable: true
"""

RETURN = r"""
generation:
  description: The number of the generation that is current afterwards.
  returned: after a switch
  type: int
  sample: 3
previous:
  description: The number of the generation that was current before.
  returned: when something changed
  type: int
  sample: 2
operations:
  description: What was done, or in check mode would be done, to each path.
  returned: after a switch
  type: list
  elements: dict
  sample:
    - op: add
      path: .bashrc
      detail: ""
collisions:
  description: Paths that are in the way. If there are any, nothing was changed.
  returned: if there are any
  type: list
  elements: dict
drift:
  description: Managed paths that no longer match the generation.
  returned: when nothing had to be switched
  type: list
  elements: dict
lines:
  description: The description of the option, or what an update changed, for people.
  returned: with O(option) or O(update)
  type: list
  elements: str
path:
  description: The folder that the home was rendered into.
  returned: with O(build_to)
  type: str
"""
