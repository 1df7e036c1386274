# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the engine can be asked for: one file a verb.

- `verb`: the base class of verbs; `switching_verb`: of those that switch; `table`: all verbs.
- `dispatch`: the door. It checks a request, becomes the user, takes the lock, and lets the verb do its work.

A new verb is one file here with a subclass of `Verb` as VERB. Its parameters are those of `home.manager.generation` and
of the command's subcommand; a playbook calls it by its name.
"""
