# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the fast loop costs: the CPU time of `tests/run --fast` with all its processes, compared with a budget.

python tests/benchmarks/fast_loop.py      exits with status 1 when the loop fails or exceeds the budget

The unit is a fixed computation on the same machine, so the budget holds on faster and slower ones.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# Units; on a machine with a unit of 0.2 s this is 46 s of CPU time. Raise it only for tests that the loop cannot do without.
BUDGET = 300


def unit() -> float:
    """The CPU seconds of the fixed computation, the least of three tries."""
    tries = []
    while len(tries) < 3:
        start = time.process_time()
        sum(number * number for number in range(5_000_000))
        tries.append(time.process_time() - start)
    return min(tries)


def children() -> float:
    """The CPU seconds of all processes that were started here and have ended."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def main() -> int:
    # The first run writes bytecode and compiled expressions, as the first run in a clone does.
    subprocess.run([str(ROOT / "tests/run"), "--fast"], check=True)
    before, began = children(), time.monotonic()
    subprocess.run([str(ROOT / "tests/run"), "--fast"], check=True)
    cost, wall = children() - before, time.monotonic() - began
    units = cost / unit()
    print(f"tests/run --fast: {wall:.0f} s, {cost:.0f} s of CPU time, {units:.0f} units of {BUDGET}")
    if units > BUDGET:
        print("The fast loop is over its budget: mark what is slow with pytest.mark.slow.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
