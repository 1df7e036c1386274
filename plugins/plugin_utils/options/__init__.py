# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Options: declarations, types, priorities, and the evaluation that merges definitions into values.

Other layers may import:

- `evaluation`: `Evaluation`, the options of one home; `unread`: `check_unread`, which finds mistakes in what nobody read
- `definition`, `priority`: `Assignment`, `Definition`, and which definitions count
- `node`: `Node`, one option or group
- `provenance`: `Provenance`, where values come from; `cause`: `Causes`, the user's options that they are there because of
- `describe`: finding options by path; `schema`: what modules declare
"""
