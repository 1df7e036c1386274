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
      - Back up files that are in the way, under names with this extension, never over an existing backup. They are restored when their
        path is no longer managed. Without it, they are reported and nothing is changed.
    type: str
  on_failure:
    description:
      - What to do when a hook, an activation script or a service fails. V(undo) restores the previous generation, V(keep) keeps
        the new one. The default is V(undo) for hooks and scripts, and V(keep) for services.
    type: str
    choices: [undo, keep]
  hook_timeout:
    description:
      - Seconds that a hook or an activation script may take. One that takes longer is killed with everything that it has started, and
        counts as failed. V(0) means no limit.
    type: int
    default: 3600
  lock_timeout:
    description:
      - Seconds to wait for another switch of the same home.
    type: int
    default: 30
attributes:
  check_mode:
    description: Can run in check mode and report what would change, without writing anything.
    support: full
  action:
    description: Has a part that runs on the controller.
    support: full
  platform:
    description: Works on any Linux or macOS home, without privileges.
    support: full
    platforms: posix
notes:
  - O(backup_extension), O(on_failure), O(hook_timeout) and O(lock_timeout) default to the variables C(home_backup_extension),
    C(home_on_failure), C(home_hook_timeout) and C(home_lock_timeout).
"""
