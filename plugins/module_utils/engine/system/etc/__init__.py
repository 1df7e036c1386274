# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Files below /etc: what is there, what has to change, and how it is put in place."""
