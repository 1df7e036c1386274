# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Programs of the host that providers and package managers run: where they are, and how one ends."""

from __future__ import annotations

import os
import subprocess
from typing import Callable, Dict, List, NamedTuple, Optional, Sequence

from ..machine import process_group
from . import host_paths

# Where users and installers put tools; looked at after PATH and the host's own.
_TOOL_FOLDERS = ("/usr/local/go/bin", "~/.cargo/bin", "~/.nix-profile/bin", "~/.local/bin", "~/go/bin")
_KEPT = (
    "HOME", "USER", "LOGNAME", "PATH", "TZ", "http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY",
    "SSL_CERT_FILE", "XDG_RUNTIME_DIR", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "DBUS_SESSION_BUS_ADDRESS",
    "CARGO_HOME", "RUSTUP_HOME", "GOPATH", "GOPROXY", "GOSUMDB", "GONOSUMDB", "GOFLAGS", "GOMODCACHE", "GOCACHE", "NIX_PATH",
    "NIX_CONFIG", "NIX_REMOTE", "NIX_SSL_CERT_FILE", "HOMEBREW_PREFIX", "CC",
)  # fmt: skip
NO_PROGRAM, TIMED_OUT = 127, 124
_LONGEST = 3600.0


class Done(NamedTuple):
    """How a program ended; `output` is what it printed, `errors` what it said on its standard error."""

    code: int
    output: str
    errors: str

    @property
    def last(self) -> str:
        """The last line that says something."""
        lines = [line.strip() for line in (self.output + "\n" + self.errors).splitlines() if line.strip()]
        return lines[-1] if lines else f"it ended with code {self.code}"


def find_tool(name: str) -> Optional[str]:
    """The absolute path of a program: on PATH, where a host has its own, or where tools are put; None when it is nowhere."""
    folders = [folder for folder in os.environ.get("PATH", "").split(":") if folder.startswith("/")]
    folders += [*host_paths.FOLDERS, *(os.path.expanduser(folder) for folder in _TOOL_FOLDERS)]
    return host_paths.first(folders, name)


def run(
    command: Sequence[str],
    variables: Optional[Dict[str, str]] = None,
    cwd: str = "/",
    timeout: float = _LONGEST,
    before: Optional[Callable[[], None]] = None,
) -> Done:
    """Run a program to its end, with nobody to ask and messages in English.

    `before` is called in the new process. One that cannot be started ends with 127, one that takes too long with 124.
    """
    try:
        done = subprocess.run(
            list(command),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            env=_environment(variables),
            cwd=cwd,
            timeout=timeout,
            check=False,
            preexec_fn=before,  # pylint: disable=subprocess-popen-preexec-fn
        )
    except (OSError, subprocess.SubprocessError) as error:
        if isinstance(error, subprocess.TimeoutExpired):
            return Done(TIMED_OUT, "", f"{command[0]} did not end within {timeout:g} s")
        return Done(NO_PROGRAM, "", f"{command[0]} cannot be run: {getattr(error, 'strerror', None) or error}")
    return Done(done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace"))


def run_bound(command: Sequence[str], variables: Optional[Dict[str, str]] = None, cwd: str = "/") -> Done:
    """As `run`, for a program that fills a folder of this run: what it started ends with this process, however that ends.

    The locks that this process holds are held until then, so that nobody else meets a half-made folder that still changes.
    """
    done = process_group.run_separately(command, _environment(variables), cwd, _LONGEST)
    if done.overdue:
        return Done(TIMED_OUT, "", f"{command[0]} did not end within {_LONGEST:g} s")
    return Done(done.code, done.output.decode("utf-8", "replace"), done.errors.decode("utf-8", "replace"))


def _environment(variables: Optional[Dict[str, str]]) -> Dict[str, str]:
    environment = {name: os.environ[name] for name in _KEPT if name in os.environ}
    folders: List[str] = [folder for folder in environment.get("PATH", "").split(":") if folder]
    folders += [
        folder for folder in ("/usr/local/bin", "/usr/bin", "/bin", "/usr/sbin", "/sbin") if folder not in folders
    ]
    environment.update(PATH=":".join(folders), LC_ALL="C.UTF-8", **(variables or {}))
    return environment
