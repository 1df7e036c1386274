# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the tasks that switch a home have in common."""

from __future__ import annotations


class ModuleDocFragment:
    """The settings of a switch, and where they can be used."""

    DOCUMENTATION = r"""
options:
  backup_extension:
    description:
      - Move files that are in the way aside, to names with this extension, never over an existing backup. They come back when their
        path is no longer managed. Without it, they are reported and nothing is changed.
    type: str
  on_failure:
    description:
      - What to do when a hook, an activation script or a service fails. V(undo) puts the previous generation back, V(keep) leaves
        the new one. Without it, a hook or a script that fails puts the previous generation back, and a service does not.
    type: str
    choices: [undo, keep]
  hook_timeout:
    description:
      - How many seconds a hook or an activation script may take. One that takes longer is ended, with all that it has started, and
        has failed. V(0) sets no limit.
    type: int
    default: 3600
  lock_timeout:
    description:
      - How many seconds to wait while another switch of the same home is running.
    type: int
    default: 30
attributes:
  action:
    description: Has a part that runs on the controller.
    support: full
  platform:
    description: Works on any Linux or macOS home, without privileges.
    support: full
    platforms: posix
notes:
  - O(backup_extension), O(on_failure), O(hook_timeout) and O(lock_timeout) are taken from the variables C(home_backup_extension),
    C(home_on_failure), C(home_hook_timeout) and C(home_lock_timeout) where the task does not set them.
"""
