# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The one adapter to Ansible: variables, vault, lookups, filters and data tags of the play.

Plugins may import:

- `home`: `switched`, what the action `home` does; `generations`: `Generations`; `system`: `switched`, what the action `system` does
- `spec_action`: `SpecAction`, the base of the actions that evaluate a specification
- `users`: whose homes a play is about
- `facts`: what is remembered of hosts
- `new_project`: a new project
- `command_line`: the command that was typed; `progress`: `SHOWN`, whether a task may show what it is doing
- `ansible_core`: refuses an old one when it is imported
"""
