# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Merging declared keys into a file which a program itself writes, and taking them out again.

Declared keys are set, keys no longer declared go back to what they were, and every other byte of the file stays.
Texts go in and come out whole, with their own line ends: read and write them with `newline=""`.

- `merged`: the merge itself; `errors`: what it raises.
- `document`: what each format can do; `json_text`, `toml_text`, `yaml_text` and `ini_text` do it, with the files of the
  same prefix.
- `record`: what is remembered of a merge. `values`: values in files, and when two of them are the same.

Nothing of it is imported before a file has to be merged.
"""
