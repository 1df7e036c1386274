# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The init of a host: what starts its services, and acts for us at boot and when nobody confirms a switch.

Only `choice` is imported by other folders; `services` is the contract of what acts on services.
"""
