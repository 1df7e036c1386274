#!/usr/bin/python
# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Documentation of the action of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: system
short_description: Switch a host to a declarative configuration
version_added: 0.1.0
description:
  - Switches a host, with the homes that it declares, to what its configuration declares, as a new generation. Options have the names of NixOS.
  - The controller evaluates the configuration and sends the host what it lacks. Before anything changes, the programs that read the
    new configuration check it on the host.
  - What the configuration does not declare is left as it is.
  - The task must run as root, usually by C(become).
author:
  - The home.manager contributors (!UNKNOWN)
options:
  action:
    description:
      - What to do. V(switch) puts everything into effect at once; V(boot) puts the files in place and starts nothing; V(test) switches
        until the next boot; V(build) only evaluates; V(dry-activate) checks and reports; V(rollback) goes back to a generation; V(list)
        lists the generations; V(expire) removes old ones; V(confirm) confirms a switch that waits for it.
    type: str
    choices: [switch, boot, test, build, dry-activate, rollback, list, expire, confirm]
    default: switch
  config:
    description:
      - The configuration, a module that usually imports files.
      - The default is the variable C(system_config).
      - home.manager itself evaluates its expressions; the play does not template them.
    type: dict
  confirm:
    description:
      - Revert the switch unless a new connection confirms it within this number of seconds. The task confirms it itself.
    type: int
    default: 0
  allow_lockout:
    description:
      - Allow a switch that would lock out the connecting user.
    type: bool
    default: false
  allow_removal:
    description:
      - Packages that the package manager may remove although they are not declared.
    type: list
    elements: str
    default: []
  repair:
    description:
      - Finish an interrupted dpkg transaction of another program, and start a new ledger if both of its copies are damaged.
    type: bool
    default: false
  plan_cache:
    description:
      - Skip the evaluation if no file and no variable of the system and its homes has changed since the last run. The host is checked in any case.
    type: bool
    default: true
  specialisation:
    description:
      - Switch to this specialisation instead of the system itself.
    type: str
  generation:
    description:
      - The generation to roll back to; 0 is the previous one.
    type: int
    default: 0
  keep:
    description:
      - With V(expire), the number of the newest generations to keep.
    type: int
  days:
    description:
      - With V(expire), remove generations that are older than this number of days, instead of counting them.
    type: int
  special_args:
    description:
      - Further variables for the expressions of the configuration.
    type: dict
    default: {}
  lock_timeout:
    description:
      - Seconds to wait for another switch of the same host.
    type: int
    default: 60
attributes:
  check_mode:
    description: Reports files, accounts, packages and units, runs the checks of the new configuration, and changes nothing.
    support: full
  diff_mode:
    description: Shows the texts of files before and after, except those that contain a secret.
    support: full
"""

EXAMPLES = r"""
- name: Make the host what the inventory says
  home.manager.system:
  become: true

- name: Take the switch back when the host does not answer afterwards
  home.manager.system:
    confirm: 60
  become: true

- name: Go back to the generation before
  home.manager.system:
    action: rollback
  become: true
"""

RETURN = r"""
generation:
  description: The active generation.
  type: int
  returned: always
operations:
  description: What changed, each with its kind (etc, user, group, package, unit), what was done, and its name.
  type: list
  elements: dict
  returned: always
units:
  description: Units that were stopped, reloaded, restarted, started or left alone, and those that failed.
  type: dict
  returned: always
checks:
  description: The checks of the new configuration.
  type: list
  elements: dict
  returned: always
homes:
  description: By user, whether the home changed, and what failed.
  type: dict
  returned: always
"""
