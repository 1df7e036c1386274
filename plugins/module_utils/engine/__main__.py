# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""`python3 -m` and the zipapp: the `home-manager` command."""

from __future__ import annotations

import sys

from .command.main import main

if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
