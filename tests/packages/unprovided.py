# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The names of the catalogue that none of the usual providers has, for docs/packages-without-provider.md."""

from __future__ import annotations

from pathlib import Path

from ansible_collections.home.manager.plugins.plugin_utils.packages.catalogue import ON_REQUEST, Catalogue
from ansible_collections.home.manager.plugins.plugin_utils.packages.resolution import ORDER

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "packages-without-provider.md"
_HEAD = """\
# Names without a provider

Written by `tests/packages/names`. These {count} of the catalogue's {all} names are programs that options of Home Manager use by default,
but that none of {order} provides. A module that needs one uses the host's, if the host has it. In `home.packages`, each is an
error that lists the alternatives in this table. You can also give the `url:` of an archive of the project.

Every name exists in nixpkgs, so `provider: nix` provides it where Nix works. The names of crates, Go packages, applications and formulae
were not tested.

| name | {providers} | similar names that a provider has |
|---|{lines}---|
"""


def text() -> str:
    """The document."""
    catalogue = Catalogue()
    names = sorted(name for name, entry in catalogue.entries.items() if not set(ORDER) & set(entry.providers))
    shown = [provider for provider in ON_REQUEST if provider != "nix"]
    head = _HEAD.format(
        count=len(names),
        all=len(catalogue.entries),
        order=", ".join(f"`{provider}`" for provider in ORDER[:-1]) + f" and `{ORDER[-1]}`",
        providers=" | ".join(shown),
        lines="---|" * len(shown),
    )
    rows = []
    for name in names:
        providers = catalogue.entries[name].providers
        cells = [str(providers[one]["package"]) if one in providers else "" for one in shown]
        rows.append(f"| {' | '.join([name, *cells, ', '.join(catalogue.near(name, ORDER))])} |")
    return head + "\n".join(rows) + "\n"


if __name__ == "__main__":
    DOCUMENT.write_text(text(), encoding="utf-8")
