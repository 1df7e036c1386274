# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Which packages come and go between two generations that are made; nothing is asked of the host."""

from __future__ import annotations

from ..contract.operations import PackageChange

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Dict, List, Optional

    from ..contract.manifest import View
    from ..contract.package import Package


def package_changes(old: View, new: View) -> List[PackageChange]:
    """The packages that are in one of the two profiles alone, or of another version, by name."""
    before, after = _visible(old), _visible(new)
    changed = (name for name in {**before, **after} if before.get(name) != after.get(name))
    return [_change(name, before.get(name), after.get(name)) for name in sorted(changed, key=str.lower)]


def _visible(view: View) -> Dict[str, Package]:
    return {package.name: package for package in view.packages if package.shown or package.only_declared}


def _change(name: str, first: Optional[Package], second: Optional[Package]) -> PackageChange:
    change = PackageChange(name, "add" if first is None else "remove" if second is None else "change")
    change.old = first.version if first is not None else ""
    change.new = second.version if second is not None else ""
    return change
