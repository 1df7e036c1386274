# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The variables of the play, for expressions: templated when they are first asked for, secrets noted."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterator
from typing import Any

from ansible.errors import AnsibleError
from ansible.template import Templar, trust_as_template
from jinja2 import pass_context

from .. import inputs
from ..expressions.lazy import LazyMapping
from ..syntax.errors import SpecError
from ..syntax.secrets import SECRETS, SHORTEST
from .datatags import plaintexts, position_of, vaulted
from .decryption import no_vault_password

_NAME = re.compile(r"[A-Za-z_]\w*")
_LOOKUPS = ("lookup", "query", "q")
_HOSTS = ("hostvars", "vars")
# The variables that Ansible itself sets. They are no secrets, and have no origin.
_MAGIC = frozenset(
    (
        "ansible_check_mode", "ansible_config_file", "ansible_diff_mode", "ansible_facts", "ansible_play_batch", "ansible_play_hosts",
        "ansible_play_hosts_all", "ansible_play_name", "ansible_playbook_python", "ansible_role_name", "ansible_role_names",
        "ansible_run_tags", "ansible_search_path", "ansible_skip_tags", "ansible_verbosity", "ansible_version", "group_names",
        "groups", "inventory_dir", "inventory_file", "inventory_hostname", "inventory_hostname_short", "omit", "play_hosts",
        "playbook_dir", "role_name", "role_names", "role_path",
    )
)  # fmt: skip


class Variables:
    """Finds a name among the play's variables; `taint` is called when what is found must not be shown (see `recording`).

    `special` are further names, as the play's templating left them, and `special_source` what they were written as: they come first.
    `read` are the names that were asked for, each with the host whose variables they are ("" for this one).
    """

    def __init__(
        self,
        templar: Templar,
        variables: dict[str, Any],
        special: dict[str, Any] | None = None,
        special_source: Any = None,
    ) -> None:
        self.templar = templar
        self.variables = variables
        self.special = special or {}
        self.special_source = special_source
        self.values: dict[str, Any] = {}
        self.secrets: dict[str, bool] = {}
        self.taint: Callable[[], None] = lambda: None
        self.host = ""
        self.read: set[tuple[str, str]] = set()
        self._templars: dict[str, Templar] = {}
        self._hosts: dict[str, Variables] = {}
        self._plaintexts: list[str] | None = None

    def recording(self, taint: Callable[[], None]) -> Variables:
        """The same variables for another evaluation, whose `taint` is called."""
        bound = copy.copy(self)
        bound.taint, bound._hosts = taint, {}
        return bound

    def __call__(self, name: str, default: Any) -> Any:
        self.read.add((self.host, name))
        if name in self.special:
            return self._noted(plain(self.special[name]), self._special_secret(name))
        if name in _LOOKUPS:
            return self._lookup(name)
        if name not in self.variables:
            return default
        if name == "hostvars":
            return self._all_hosts()
        if name == "vars":
            return self.mapping()
        return self._noted(self._value(name), self.secret(name))

    def _value(self, name: str) -> Any:
        if name not in self.values:
            self.values[name] = self._templated(name)
        return self.values[name]

    def state(self, host: str, name: str) -> list[Any]:
        """Plain data that differs whenever an evaluation would find something else under a name. Raises what templating raises."""
        if host:
            return self._of_host(host).state("", name)
        if name in self.special:
            return ["special", plain(self.special[name]), self._special_secret(name)]
        if name not in self.variables:
            return ["absent"]
        if name == "hostvars":
            return ["hosts", [str(host) for host in self.variables[name]]]
        if name == "vars":
            return ["names", sorted(self.variables)]
        return ["variable", self._value(name), self.secret(name)]

    def _templated(self, name: str) -> Any:
        try:
            return plain(self.templar.template(self.variables[name]))
        except AnsibleError as problem:
            if "undecryptable" in str(problem) or "ault" in str(problem):
                raise no_vault_password(f"`{name}` is encrypted", [], word=name) from None
            text = str(problem).split("Recursive loop detected", 1)
            why = "it depends on its own value" if len(text) > 1 else text[0]
            error = SpecError(f"the variable `{name}` cannot be computed: {why}")
            error.quoted = why
            raise error.with_details("variable", whole=True, word=name) from None

    def names(self) -> list[str]:
        """The names to suggest in hints: variables of the inventory and of the play."""
        return [name for name in self.variables if not name.startswith("ansible_") and name not in _MAGIC]

    def mapping(self) -> LazyMapping:
        """All variables by name; each is templated, and noted where it is a secret, when it is read."""
        self.read.add((self.host, "vars"))
        return _Read(sorted(self.variables), lambda name: self(name, None))

    def _all_hosts(self) -> LazyMapping:
        """`hostvars`: the variables of every host, each in its own context."""
        return _Read([str(host) for host in self.variables["hostvars"]], lambda host: self._of_host(host).mapping())

    def _of_host(self, host: str) -> Variables:
        if host not in self._hosts:
            raw = self.variables["hostvars"].raw_get(host)
            inner = Variables(self.templar.copy_with_new_env(available_variables=raw), raw)
            inner.taint, inner.host, inner.read = self.taint, host, self.read
            self._hosts[host] = inner
        return self._hosts[host]

    def _noted(self, value: Any, secret: bool) -> Any:
        if secret:
            SECRETS.add(value)
            self.taint()
        return value

    def secret(self, name: str) -> bool:
        """Whether a variable comes from a vault or a lookup, directly or through variables that it uses."""
        if name not in self.secrets:
            self.secrets[name] = False  # a variable that uses itself is found wrong by the templar
            value = self.variables.get(name)
            self.secrets[name] = self._secret_source(value, name) or (
                name not in _MAGIC and not self._written(value) and self._holds_secret(value)
            )
        return self.secrets[name]

    def _written(self, value: Any) -> bool:
        """Whether a value was written in the inventory, as opposed to computed by a task."""
        position = position_of(value)
        if position is None:
            return False
        stored = ("/group_vars/", "/host_vars/")
        return position.file == self.variables.get("inventory_file") or any(part in position.file for part in stored)

    def _special_secret(self, name: str) -> bool:
        value, source = self.special[name], self.special_source
        # One text for all of them (`"{{ home_extra_special_args }}"`), or a mapping with a source for each.
        written = source.get(name) if isinstance(source, dict) else source
        return self._secret_source(value) or self._secret_source(written) or self._holds_secret(value)

    def _secret_source(self, value: Any, own: str = "") -> bool:
        """Whether a value that was not templated is a secret, or uses one."""
        if vaulted(value):
            return True
        words = _words(value)
        if any(word in _LOOKUPS for word in words) or any(
            word != own and word in self.variables and word not in _HOSTS and self.secret(word) for word in words
        ):
            return True
        return "hostvars" in words and "hostvars" in self.variables and self._secret_of_any_host(words)

    def _secret_of_any_host(self, words: list[str]) -> bool:
        """Whether one of the words names a secret of some host."""
        hosts = [self._of_host(str(host)) for host in self.variables["hostvars"]]
        return any(
            word in host.variables and word not in _HOSTS and host.secret(word) for host in hosts for word in words
        )

    def _holds_secret(self, value: Any) -> bool:
        """Whether a value of unknown origin (a fact that a task set, say) holds the plain text of an encrypted one."""
        if self._plaintexts is None:
            own = {name: item for name, item in self.variables.items() if name not in _HOSTS}
            self._plaintexts = list(plaintexts(own))
        texts = list(_texts(value))
        return any(
            secret == text or (len(secret) >= SHORTEST and secret in text)
            for secret in self._plaintexts
            for text in texts
        )

    def _lookup(self, name: str) -> Callable[..., Any]:
        @pass_context
        def call(context: Any, *terms: Any, **options: Any) -> Any:
            self.taint()
            inputs.unstable(f"the lookup `{name}`")
            arguments = {"home_manager_terms": list(terms), "home_manager_options": options}
            source = trust_as_template(f"{name}(*home_manager_terms, **home_manager_options)")
            found = plain(self._near(context.scope.folder).evaluate_expression(source, local_variables=arguments))
            SECRETS.add(found)
            return found

        return call

    def _near(self, folder: str) -> Templar:
        """A templar whose lookups search the folder of the file that contains them first, then where the play does."""
        if folder not in self._templars:
            path = [
                folder,
                *self.variables.get("ansible_search_path", ()),
                str(self.variables.get("inventory_dir") or folder),
            ]
            variables = {**self.variables, "ansible_search_path": list(dict.fromkeys(path))}
            self._templars[folder] = self.templar.copy_with_new_env(available_variables=variables)
        return self._templars[folder]


class Restricted:
    """What a restricted spec can use of the play: the special arguments, but no lookups and no other variables."""

    def __init__(self, variables: Variables) -> None:
        self.variables = variables

    def recording(self, taint: Callable[[], None]) -> Restricted:
        """The same for another evaluation, whose `taint` is called."""
        return Restricted(self.variables.recording(taint))

    def __call__(self, name: str, default: Any) -> Any:
        if name in self.variables.special:
            return self.variables(name, default)
        if name in _LOOKUPS:
            raise SpecError(f"`{name}` cannot be used: this spec is restricted (home_restricted)")
        self.variables.read.add((self.variables.host, name))
        if name in self.variables.variables:
            raise SpecError(
                f"`{name}` is a variable of the play, and this spec is restricted (home_restricted)",
                hint="allow it in `home_extra_special_args`",
            )
        return default


class _Read(LazyMapping):
    """A mapping that computes a value each time it is read, so that each read is recorded."""

    def __getitem__(self, key: str) -> Any:
        if key not in self:
            raise KeyError(key)
        return self._compute(key)


def _texts(value: Any) -> Iterator[str]:
    """The texts in plain data, and its numbers as texts."""
    if isinstance(value, dict):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, (str, int, float)) and not isinstance(value, bool):
        yield str(value)


def _words(value: Any) -> list[str]:
    """The names that the templates in a value use, and a few other words, which do no harm."""
    if isinstance(value, str):
        return [word for part in re.findall(r"\{\{.*?\}\}|\{%.*?%\}", value, re.S) for word in _NAME.findall(part)]
    if isinstance(value, dict):
        return [word for item in value.values() for word in _words(item)]
    if isinstance(value, list):
        return [word for item in value for word in _words(item)]
    return []


def plain(value: Any) -> Any:
    """A value of the play as plain Python data."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return float(value)
    if isinstance(value, dict):
        return {plain(str(key)): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return str(value)
