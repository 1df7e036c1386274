#!/usr/bin/python
# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Documentation of the action of the same name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: project
short_description: Create a project on the controller
version_added: 0.1.0
description:
  - Writes the files that do not exist yet into a folder on the controller, and makes it a git repository. Existing files are not
    changed. The playbook C(home.manager.init) uses it.
author:
  - The home.manager contributors (!UNKNOWN)
options:
  path:
    description:
      - The folder. It is created if it does not exist.
    type: path
    required: true
  files:
    description:
      - The text of each file, by its path below the folder.
    type: dict
    required: true
  git:
    description:
      - Create a git repository, unless the folder is already in one or git is not installed.
    type: bool
    default: true
attributes:
  check_mode:
    description: Reports what would be written, and writes nothing.
    support: full
  diff_mode:
    description: The files are new, so there is nothing to compare them with.
    support: none
"""

EXAMPLES = r"""
- name: Begin a project
  home.manager.project:
    path: ~/dotfiles
    files:
      home.yml: "{{ lookup('ansible.builtin.template', 'home.yml.j2') }}"
"""

RETURN = r"""
created:
  description: The files that were written, and C(.git) for a new repository.
  type: list
  elements: str
  returned: always
"""
