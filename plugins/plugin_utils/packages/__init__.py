# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Packages on the controller: the catalogue, the lock, and the resolvers that fill it."""

from __future__ import annotations
