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
  - Makes a host what a configuration says, in the option names of NixOS, with the homes that it declares, as a new generation.
  - The configuration is evaluated on the controller. The host is asked what it has, is sent what it lacks, and checks the new
    configuration with the programs that read it before anything changes.
  - What the configuration does not declare is left as it is.
  - The task must run as root, usually by C(become).
author:
  - The home.manager contributors (!UNKNOWN)
options:
  action:
    description:
      - What to do. V(switch) makes everything so at once; V(boot) puts the files in place and starts nothing; V(test) lasts until the
        next boot; V(build) only evaluates; V(dry-activate) checks and reports; V(rollback) goes back to a generation; V(list) lists
        generations; V(expire) removes old ones; V(confirm) keeps a switch that waits for a confirmation.
    type: str
    choices: [switch, boot, test, build, dry-activate, rollback, list, expire, confirm]
    default: switch
  config:
    description:
      - The configuration, a module of the specification language, which may just import files.
      - By default the variable C(system_config).
      - Its expressions are the language's own; the play does not template it.
    type: dict
  confirm:
    description:
      - Revert the switch unless it is confirmed over a new connection within so many seconds. The task confirms it itself.
    type: int
    default: 0
  allow_lockout:
    description:
      - Allow a switch after which the connecting user could not come back.
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
      - Finish a transaction of dpkg that something else left interrupted, and begin a new ledger where both copies of it are damaged.
    type: bool
    default: false
  plan_cache:
    description:
      - Whether a system whose files and variables are as they were in the last run is switched without evaluating it and its homes again.
      - The host is asked in any case.
    type: bool
    default: true
  specialisation:
    description:
      - The specialisation to switch to, instead of the system itself.
    type: str
  generation:
    description:
      - The generation to roll back to; 0 is the one before.
    type: int
    default: 0
  keep:
    description:
      - How many of the newest generations V(expire) keeps.
    type: int
  days:
    description:
      - V(expire) removes generations that are older than so many days, instead of counting them.
    type: int
  special_args:
    description:
      - Further names for the expressions of the configuration.
    type: dict
    default: {}
  lock_timeout:
    description:
      - For how many seconds to wait when another switch of the same host is under way.
    type: int
    default: 60
attributes:
  check_mode:
    description: Reports files, accounts, packages and units, runs the checks of the new configuration, and changes nothing.
    support: full
  diff_mode:
    description: Shows the texts of files before and after, without those that hold a secret.
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
  description: The generation that is active.
  type: int
  returned: always
operations:
  description: What changed, each with its kind (etc, user, group, package, unit), what was done, and its name.
  type: list
  elements: dict
  returned: always
units:
  description: Units that were stopped, reloaded, restarted and started, those that were left alone, and those that failed.
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
