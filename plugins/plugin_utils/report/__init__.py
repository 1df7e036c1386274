# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Reports: what the controller shows to people.

Other layers and plugins may import:

- `spec_messages`, `source`, `provenance`: errors and warnings of a spec, with the lines that they are about
- `home_plan`, `session`, `kept_lines`, `host_packages`: what a switch does, as one list; `system_plan`: the same for a system
- `build_plan`, `explanation`: what a build does, and what is known of an option
- `run_result`, `system_result`, `generation_result`, `task_result`: results of tasks
- `screen`: the printer of a whole run
"""
