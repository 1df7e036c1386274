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
  - Makes the home of one user what a specification says, as a new generation.
  - The specification is evaluated and rendered on the controller; the target is asked what it has, is sent what it lacks, and
    switches all of it at once.
  - A home that already is as the specification says costs one command on the target, whatever the number of its files.
  - The task runs as the user whose home it is, or as root, which becomes the user before it touches anything.
author:
  - The home.manager contributors (!UNKNOWN)
extends_documentation_fragment:
  - home.manager.switch
options:
  user:
    description:
      - The user whose home it is.
    type: str
    required: true
  config:
    description:
      - The specification, a module of the specification language, which may just import files.
      - By default the entry of O(user) in the variable C(home_users).
      - Its expressions are the language's own; the play does not template it.
    type: dict
  specialisation:
    description:
      - The specialisation to switch to, instead of the home itself.
    type: str
  special_args:
    description:
      - Further names for the expressions of the specification.
    type: dict
    default: {}
  build_to:
    description:
      - A folder on the controller to render the home into, below the names of host and user. No target is touched then.
      - A relative path starts where the play was started.
    type: str
  restricted:
    description:
      - Whether the specification is somebody else's. It then sees no variables of the play but O(special_args), can use no lookup and no
        filter or test that reaches beyond its arguments, and can read no file outside of the project.
      - A specification that is not restricted can do on the controller what a role can do.
    type: bool
    default: false
  plan_cache:
    description:
      - Whether a home whose files and variables are as they were in the last run is switched without evaluating it again.
      - The target is asked in any case.
    type: bool
    default: true
  option:
    description:
      - The dotted path of an option, or of a group of them, to describe instead of switching. No target is touched then.
      - A word finds the options that have it in their name or description; V(.) lists all options.
    type: str
  packages:
    description:
      - The prefix that stands for every package's place in the rendered files, such as V(/usr).
      - No package is realised then. Without it packages come from F(home.lock) or from the host, and are shown in the home's profile.
    type: path
  update:
    description:
      - Names of packages to resolve anew in F(home.lock), an empty list for all that the home names. No target is touched then.
    type: list
    elements: str
  vendor:
    description:
      - With O(update), a folder on the controller that gets every file which F(home.lock) names, under its SHA-256.
    type: str
  tell_wanted:
    description:
      - With O(update), whether to return the names of all packages that the home wants, as O(keep) takes them.
    type: bool
    default: false
  keep:
    description:
      - With O(update), the names of all packages that any home of the project wants. Instead of resolving, F(home.lock) then loses every
        other package, and the folder O(vendor) every file that F(home.lock) does not name.
    type: list
    elements: str
  locked:
    description:
      - Whether to refuse when F(home.lock) lacks a package, instead of adding it.
    type: bool
    default: false
  install_on_host:
    description:
      - Whether packages with C(provider=system) that the host lacks are installed there, for everybody, by its own package manager
        (apt, dnf, pacman, apk or brew). Without it the switch only warns.
      - This needs root, as with C(become), or for brew its owner. The packages stay when the home no longer names them.
    type: bool
    default: false
attributes:
  check_mode:
    description: Can run in check mode and report what would change, without writing anything.
    support: full
  diff_mode:
    description: Shows a diff of each file that changes, and one block of everything else. What is sensitive is never shown.
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
  description: What was done (or in check mode would be done) to each path.
  returned: after a switch
  type: list
  elements: dict
  sample:
    - op: add
      path: .bashrc
      detail: ""
collisions:
  description: Paths that are in the way. When there are any, nothing was changed.
  returned: when there are any
  type: list
  elements: dict
drift:
  description: Managed paths that are no longer as they were put there.
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
