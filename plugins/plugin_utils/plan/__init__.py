# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Plans: an evaluated configuration as the manifest and the contents that a target is given.

Other layers may import:

- `home`: `Request` and `EvaluatedHome`; `manifest`: `build`, which makes a `SwitchBundle`
- `files`: `Files`, the managed files of a home; `packages`: the packages of a home
- `system`, `system_manifest`, `bridge`: the same for a whole system, and the homes that it brings; `system_build`: all of it, with its
  specialisations; `system_origins`: its places
- `deep_stack`: `with_deep_stack`, for everything that evaluates
"""
