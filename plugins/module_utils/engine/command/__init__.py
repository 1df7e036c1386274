# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The `home-manager` command that is installed into a home: works offline, with Python alone.

- `main`: the run; `arguments`: the parser and the help; `output`: what is printed; `session`: what a subcommand has.
- `subcommand`: their base class; `verb_command`: the subcommands of verbs.
- `generation_command`: those that look at generations; `switch_command`; `project_command`: those that call Ansible.
- `project`: the project that a generation came from.
"""
