# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The plan of a switch: what is done to each managed path, and what is in the way.

- `plan`: the result; `step`: one thing to do in the home, as the journal keeps it.
- `path`: a managed path: its entry, its record, and what is on disk.
- `method`: what a method has to be able to do; `builder`: what it builds the plan with.
- `collision`: may something of ours take the place of what is there? `placement`: steps and the folders they need.
"""
