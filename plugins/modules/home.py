#!/usr/bin/python
# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The target-side door of the switch."""

from __future__ import annotations

DOCUMENTATION = r"""
module: home
short_description: Switch a home to a declarative specification
version_added: 0.1.0
description:
  - Makes the home of one user what a specification says, as a new generation.
  - The action plugin of the same name evaluates the specification on the controller; this part of it keeps the store of
    generations on the target.
author:
  - The home.manager contributors
options:
  request:
    description:
      - A request of the action plugin to the engine on the target.
      - Not meant to be written by hand.
    type: dict
    required: true
attributes:
  check_mode:
    description: Can run in check mode and tell what would change, without writing anything.
    support: full
  diff_mode:
    description: Tells what the files hold before and after.
    support: full
  platform:
    description: Works on any Linux or macOS home, without privileges.
    support: full
    platforms: posix
"""

EXAMPLES = r"""
- name: Switch the home of alice
  home.manager.home:
    user: alice
    config:
      imports:
        - users/alice.yml
"""

RETURN = r"""
generation:
  description: The number of the generation that is current afterwards.
  returned: after a switch
  type: int
  sample: 3
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
  returned: after a switch
  type: list
  elements: dict
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.home.manager.plugins.module_utils.engine.errors import EngineError
from ansible_collections.home.manager.plugins.module_utils.engine.request import handle


def main() -> None:
    """Hand the request to the engine, and its answer back."""
    module = AnsibleModule(
        argument_spec={"request": {"type": "dict", "required": True, "no_log": False}}, supports_check_mode=True
    )
    request = dict(module.params["request"])
    if module.check_mode:
        request["check"] = True
    try:
        answer = handle(request)
    except EngineError as error:
        module.fail_json(msg=error.message, kind=error.kind, **error.details)
    answer.setdefault("changed", bool(answer.get("repaired")))
    if answer.get("failed"):
        answer["msg"] = answer["failed"]["message"]
    module.exit_json(**answer)


if __name__ == "__main__":
    main()
