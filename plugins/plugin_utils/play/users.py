# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Which homes a play is about: the users in `home_users`, or the one that `home_user` names."""

from __future__ import annotations

from typing import Any

from ansible.errors import AnsibleError

from ..options.evaluation import Evaluation
from ..options.provenance import Provenance
from ..syntax.errors import SpecError, SpecErrors
from ..syntax.position import Position
from .arguments import nearest
from .datatags import position_of

USERS = "home_users"


def homes(variables: dict[str, Any], template: Any) -> dict[str, Any]:
    """`home_users` of a host, its specifications as they are written. AnsibleError when it is no mapping, or missing.

    `template` computes the variable where it is an expression.
    """
    host = variables.get("inventory_hostname", "this host")
    if USERS not in variables:
        raise AnsibleError(
            f"{host} has no `{USERS}`, which maps user names to specifications; "
            f"set `{USERS}: {{}}` for a host without homes, or limit the play to the hosts that have some"
        )
    users = variables[USERS]
    if isinstance(users, str):
        users = template(users)
    if users is None:
        users = {}
    if not isinstance(users, dict):
        raise AnsibleError(
            f"`{USERS}` of {host} must be a mapping of user names to specifications, such as "
            f"`{{alice: {{imports: [users/alice.yml]}}}}`, not {_kind(users)}"
        )
    return users


def spec_of(user: str, variables: dict[str, Any], template: Any) -> tuple[Any, Position | None]:
    """What `home_users` says of a user, and where. AnsibleError when it says nothing."""
    users = homes(variables, template)
    for name, spec in users.items():
        if name == user:
            return spec, position_of(name)
    raise AnsibleError(f"nothing says what the home of {user} is: set `config`, or `{USERS}.{user}`")


def check_name(evaluation: Evaluation, user: str, key: Position | None) -> None:
    """Raises SpecErrors when a spec is for another user than the one whose home it is."""
    name = str(evaluation.get("home.username"))
    if name == user:
        return
    positions = Provenance(evaluation).option("home.username")
    error = SpecError(
        f"`home.username` is {name}, but this is the home of {user}", [*positions, key], path="home.username"
    )
    error.with_details("wrong-account", at_value=True, whole=True, labels=["this name", "and this one"])
    error.keys = 1
    raise SpecErrors([error], evaluation.collector.importers)


def chosen(variables: dict[str, Any], template: Any) -> list[str]:
    """The users whose homes a run is about on this host. AnsibleError for a `home_user` that no host of the play has."""
    users = [str(name) for name in homes(variables, template)]
    wanted = variables.get("home_user")
    if isinstance(wanted, str):
        wanted = template(wanted)
    if wanted is None or wanted == "":
        return users
    if str(wanted) in users:
        return [str(wanted)]
    everywhere = _users_of_the_play(variables, template)
    if str(wanted) in everywhere:
        return []
    known = f"the users are {', '.join(sorted(everywhere))}" if everywhere else "there are none"
    hint = nearest(str(wanted), everywhere) or f"; {known}"
    raise AnsibleError(f"`home_user` is {wanted}, but no host of this play has a home for that user{hint}")


def _users_of_the_play(variables: dict[str, Any], template: Any) -> set[str]:
    """The users of every host of the play, as far as their `home_users` can be read here."""
    found: set[str] = set()
    hosts: Any = variables.get("hostvars")
    for host in variables.get("ansible_play_hosts_all") or []:
        # Raw, for a specification must not be computed as a value of the play.
        users = hosts.raw_get(host).get(USERS)
        if isinstance(users, dict):
            found.update(str(name) for name in users)
    own = variables.get(USERS)
    found.update(str(name) for name in (own if isinstance(own, dict) else homes(variables, template)))
    return found


def _kind(value: object) -> str:
    if isinstance(value, (list, tuple)):
        return "a list"
    if isinstance(value, str):
        return "a string"
    return "a boolean" if isinstance(value, bool) else "a number"
