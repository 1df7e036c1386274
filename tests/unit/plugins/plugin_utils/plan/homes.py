# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The host and the compiler with which tests build homes."""

from __future__ import annotations

from ansible_collections.home.manager.plugins.plugin_utils.plan.home import compiler

USER = {"name": "alice", "home": "/home/alice", "uid": 1000, "gid": 1000, "shell": "/bin/bash"}
HOST = {"platform": "linux", "machine": "x86_64", "hostname": "laptop", "user": USER}
COMPILER = compiler()
