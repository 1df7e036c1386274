# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What every plan can depend on besides files, variables and facts: the code, the user, the working folder and the vault."""

from __future__ import annotations

import os
import sys
from typing import Any

import jinja2
from ansible.release import __version__ as ansible_version

from .datatags import vault_secrets
from .stamp import stamp

# The folder `plugins`, whose code and data all plans depend on.
PLUGINS = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def circumstances(loader: Any, own: list[Any]) -> list[Any]:
    """Plain data that differs whenever the same facts, files and variables could make another plan. It holds secrets.

    `own` is what only this plan depends on, `loader` the play's data loader.
    """
    code = [stamp(PLUGINS), sys.hexversion, ansible_version, jinja2.__version__]
    person = [os.getcwd(), os.path.expanduser("~"), os.geteuid()]
    return [code, person, own, vault_secrets(loader)]
