# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The users whose homes a play manages: those in `home_users`, or the one in `home_user`."""

from __future__ import annotations

from typing import Any

from ansible.errors import AnsibleError

from ...module_utils.engine.voice.messages import text_of
from ..report.source import Sources
from ..report.spec_messages import message
from ..syntax.errors import SpecError
from ..syntax.errors import nearest as nearest_names
from ..syntax.position import Position
from ..values import LIBRARY
from .datatags import position_of

USERS = "home_users"


def homes(variables: dict[str, Any], template: Any) -> dict[str, Any]:
    """`home_users` of a host, its specifications as they are written. AnsibleError when it is no mapping, or missing.

    `template` computes the variable where it is an expression.
    """
    host = str(variables.get("inventory_hostname", "this host"))
    if USERS not in variables:
        raise _no_users(host, variables)
    users = variables[USERS]
    if isinstance(users, str):
        users = template(users)
    if users is None:
        users = {}
    if not isinstance(users, dict):
        text = f"`{USERS}` of {host} must be a mapping of user names to specs, not {_kind(users)}"
        raise _error(text, position_of(users), "write {alice: {imports: [users/alice.yml]}}", value=True)
    return users


def _no_users(host: str, variables: dict[str, Any]) -> AnsibleError:
    """The error for a host without `home_users`. It names a variable that was probably meant."""
    near = next((name for name in variables if name in _MEANT and isinstance(variables[name], dict)), "")
    near = near or next((name for name in _near(variables) if name != USERS), "")
    if near:
        text = f"{host} has no `{USERS}`; it has `{near}`"
        return _error(text, _position_of_key(near, variables), f"did you mean `{USERS}`?")
    if host in (USERS, *_MEANT):
        text = f"`{host}` is read as a host, because it is below `hosts`"
        return _error(text, None, further="indent it below the name of a host, or put it into host_vars or group_vars")
    further = f"give it the users and their specs; a host that is to have no home says  {USERS}: {{}}"
    return _error(f"{host} has no `{USERS}`", None, further=further)


def _position_of_key(name: str, variables: dict[str, Any]) -> Position | None:
    """Where a variable is defined. Its key may be another one's, such as that of a role's default: then it is above its value."""
    value = position_of(variables[name])
    if value is None:
        return None
    try:
        with open(value.file, encoding="utf-8") as file:
            lines = file.read().splitlines()[: value.line]
    except (OSError, UnicodeDecodeError):
        return value
    for number in range(len(lines), 0, -1):
        column = lines[number - 1].find(f"{name}:")
        if column >= 0:
            return Position(value.file, number, column + 1)
    return value


# Names that people write instead of `home_users`.
_MEANT = ("home_user", "homes", "home_user_list", "users_home")


def _near(variables: dict[str, Any]) -> list[str]:
    return nearest_names(
        USERS, [name for name in variables if isinstance(variables[name], dict) and "ansible" not in name]
    )


def _error(
    text: str, position: Position | None, hint: str = "", further: str = "", value: bool = False
) -> AnsibleError:
    """An error of the inventory, as errors of a spec are written."""
    error = SpecError(text, [position], hint=hint)
    error.with_details("no-homes", at_value=value, whole=True, advice=[further] if further else [])
    return AnsibleError(text_of(message(error, Sources(LIBRARY))))


def spec_of(user: str, variables: dict[str, Any], template: Any) -> tuple[Any, Position | None]:
    """The spec of a user in `home_users`, and its position. AnsibleError if there is none."""
    users = homes(variables, template)
    for name, spec in users.items():
        if name != user:
            continue
        key = position_of(name)
        if isinstance(spec, (int, float)):
            hint = "write {imports: [users/alice.yml]}"
            raise _error(f"the spec of {user} must be a mapping of options, not {_kind(spec)}", key, hint, value=True)
        return spec, key
    raise AnsibleError(f"the home of {user} has no spec: set `config`, or `{USERS}.{user}`")


def chosen(variables: dict[str, Any], template: Any) -> list[str]:
    """The users whose homes a run manages on this host. AnsibleError for a `home_user` that no host of the play has."""
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
    known = ", ".join(sorted(everywhere))
    known = f"there {'are' if len(everywhere) > 1 else 'is'} {known}" if everywhere else "there is none"
    raise _error(f"no host has a home for `{wanted}` (home_user); {known}", None)


def _users_of_the_play(variables: dict[str, Any], template: Any) -> set[str]:
    """The users of every host of the play, as far as their `home_users` can be read here."""
    found: set[str] = set()
    hosts: Any = variables.get("hostvars")
    for host in variables.get("ansible_play_hosts_all") or []:
        # Raw, for a specification must not be computed as a value of the play.
        users = hosts.raw_get(host).get(USERS) if hosts is not None else None
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
