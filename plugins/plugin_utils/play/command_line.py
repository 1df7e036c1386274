# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The command of this run, as it was typed."""

from __future__ import annotations

from ansible import context


def typed_command() -> str:
    """The `ansible-playbook` command that was typed."""
    return " ".join(["ansible-playbook", *context.CLIARGS.get("args", ())])
