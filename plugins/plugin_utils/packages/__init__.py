# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Packages on the controller: the catalogue, the lock, and the resolvers that fill it.

Other layers may import:

- `catalogue`: what is known of package names; `sources`: where packages come from
- `wanted`: a package that a home asks for; `package_context`: the lock as one home sees it
- `lock`: `Lock` and its file; `recipes`: what a target builds from it; `updates`, `vendor`: what else is done with it
- `resolution`, `resolver`: from names to a lock
"""
