# Copyright: (c) 2026, the home.manager contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""apt as a resolver, with a state of its own, a status file in which nothing is installed, and Debian's keys.

Nothing of the host is read but its apt itself, and nothing of it is changed; any user may run it.
"""

from __future__ import annotations

import contextlib
import glob
import hashlib
import os
import re
import shutil
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import unquote

from ..syntax.errors import SpecError
from . import process
from .catalogue import FOLDER
from .sources import DEBIAN, SECURITY, PackageSources

RELEASE = "debian-13"
SUITES = {DEBIAN: "trixie", SECURITY: "trixie-security"}
ARCHITECTURES = {"x86_64-linux": "amd64", "aarch64-linux": "arm64"}
FRESH = 600.0
KEYS = os.path.join(FOLDER, "keys")
_URI = re.compile(r"'(?P<uri>[^']+)' (?P<file>\S+) (?P<size>\d+) SHA256:(?P<sha256>[0-9a-f]{64})")
_PROBLEM = re.compile(r"^[EW]: (.*)$", re.MULTILINE)
_BAD_SIGNATURE = re.compile(r"(BADSIG|NO_PUBKEY|EXPKEYSIG|not signed|NODATA)[^\n]*")
_SETTINGS = """\
Dir::State "{top}/state";
Dir::State::status "{top}/status";
Dir::Cache "{top}/cache";
Dir::Cache::pkgcache "pkgcache-{arch}.bin";
Dir::Cache::srcpkgcache "";
Dir::Etc::sourcelist "{top}/sources.list";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::main "/dev/null";
Dir::Etc::parts "/dev/null";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
Dir::Etc::trusted "/dev/null";
Dir::Etc::trustedparts "/dev/null";
APT::Architecture "{arch}";
APT::Architectures {{ "{arch}"; }};
APT::Install-Recommends "false";
APT::Sandbox::User "";
Acquire::Languages "none";
Acquire::ForceHash "SHA256";
Debug::NoLocking "true";
"""


@dataclass(frozen=True, slots=True)
class Deb:
    """One package of a closure."""

    name: str
    version: str
    source: str
    source_version: str
    sha256: str
    size: int
    file: str
    at: str


class Apt:
    """Debian's release as apt sees it from an empty system. `folder` is kept from run to run, to download less."""

    def __init__(self, folder: str, sources: PackageSources, keys: str = KEYS) -> None:
        if shutil.which("apt-get") is None:
            raise SpecError(
                "Debian packages can only be resolved with apt, which this machine does not have",
                hint="run home.manager.update on a Debian or Ubuntu machine; a switch with a complete lock needs no apt",
            )
        self.folder = folder
        self.keys = keys
        self.mirrors = {DEBIAN: sources.of(DEBIAN)}
        with contextlib.suppress(SpecError):
            self.mirrors[SECURITY] = sources.of(SECURITY)

    @property
    def has_security(self) -> bool:
        """Whether a mirror of the security updates is known."""
        return SECURITY in self.mirrors

    def refresh(self, always: bool = False) -> None:
        """Fetch the signed lists, unless they were fetched a few minutes ago. Raises SpecError when a signature is bad."""
        for name in ("state/lists/partial", "cache/archives/partial"):
            os.makedirs(os.path.join(self.folder, name), mode=0o700, exist_ok=True)
        text = self._sources()
        mark = os.path.join(self.folder, "sources.list")
        fresh = os.path.exists(mark) and time.time() - os.path.getmtime(mark) < FRESH and _read(mark) == text
        if fresh and not always:
            return
        for name in ("status",):
            _write(os.path.join(self.folder, name), "")
        if os.path.exists(mark):
            os.unlink(mark)
        for arch in ARCHITECTURES.values():
            _write(os.path.join(self.folder, f"apt-{arch}.conf"), _SETTINGS.format(top=self.folder, arch=arch))
        _write(mark + ".new", text)
        # The list gets its name, and with it its age, only when the lists are good.
        arch = next(iter(ARCHITECTURES.values()))
        done = self._run(arch, "apt-get", "-o", f"Dir::Etc::sourcelist={mark}.new", "update", "--error-on=any")
        if done.returncode != 0:
            raise SpecError(self._refused(done.stdout + done.stderr))
        os.replace(mark + ".new", mark)

    def _sources(self) -> str:
        keys = ",".join(sorted(glob.glob(os.path.join(self.keys, "*.asc"))))
        lines: list[str] = []
        for name, mirrors in self.mirrors.items():
            arch = ",".join(ARCHITECTURES.values())
            lines.extend(f"deb [signed-by={keys} arch={arch}] {mirror} {SUITES[name]} main\n" for mirror in mirrors[:1])
        return "".join(lines)

    def _refused(self, output: str) -> str:
        bad = _BAD_SIGNATURE.search(output)
        if bad:
            return f"{RELEASE}: Release is not signed by a Debian archive key ({bad[0].strip()[:80]}). The lock was not changed."
        problems = _PROBLEM.findall(output)
        return f"{RELEASE}: the package lists cannot be downloaded: {problems[0] if problems else output.strip()[-300:]}. The lock was not changed."

    def releases(self) -> dict[str, str]:
        """The hash of each signed release, by source."""
        found = {}
        for name, suite in SUITES.items():
            for path in glob.glob(os.path.join(self.folder, "state/lists", f"*_dists_{suite}_InRelease")):
                with open(path, "rb") as source:
                    found[name] = "sha256:" + hashlib.sha256(source.read()).hexdigest()
        return found

    def closure(self, names: Sequence[str], platform: str) -> list[Deb]:
        """The packages of `names` with all that they depend on, in apt's order. Raises SpecError when there is none."""
        arch = ARCHITECTURES[platform]
        done = self._run(arch, "apt-get", "install", "--print-uris", "-y", "-qq", *names)
        if done.returncode != 0:
            problems = _PROBLEM.findall(done.stderr) or [done.stderr.strip()[-200:]]
            raise SpecError(f"{RELEASE} ({arch}) cannot give {' '.join(names)}: {problems[0]}")
        found = [match for line in done.stdout.splitlines() if (match := _URI.match(line))]
        wanted = []
        for match in found:
            name, version = unquote(match["file"]).split("_")[:2]
            wanted.append((name, unquote(version), match))
        sources = self._source_versions(arch, [(name, version) for name, version, _match in wanted])
        return [self._deb(name, version, match, sources[name, version]) for name, version, match in wanted]

    def has(self, name: str) -> bool:
        """Whether Debian has a package of this name."""
        arch = next(iter(ARCHITECTURES.values()))
        return bool(self._run(arch, "apt-cache", "show", "--no-all-versions", name).stdout.strip())

    def _deb(self, name: str, version: str, match: re.Match[str], source: tuple[str, str]) -> Deb:
        uri = _plain(match["uri"])
        for archive, mirrors in self.mirrors.items():
            for mirror in mirrors:
                if uri.startswith(_plain(mirror) + "/"):
                    at = f"{archive}:{uri[len(_plain(mirror)) + 1 :]}"
                    return Deb(name, version, *source, match["sha256"], int(match["size"]), os.path.basename(uri), at)
        raise SpecError(f"apt wants {name} from an address that is not a Debian mirror")

    def _source_versions(self, arch: str, wanted: Sequence[tuple[str, str]]) -> dict[tuple[str, str], tuple[str, str]]:
        done = self._run(arch, "apt-cache", "show", *(f"{name}={version}" for name, version in wanted))
        found: dict[tuple[str, str], tuple[str, str]] = {}
        for text in done.stdout.split("\n\n"):
            fields: dict[str, str] = dict(re.findall(r"^(Package|Version|Source): (.*)$", text, re.MULTILINE))
            if "Package" not in fields:
                continue
            source = re.fullmatch(r"(\S+)(?: \((.*)\))?", fields.get("Source") or fields["Package"])
            name, version = (source[1], source[2]) if source else (fields["Package"], None)
            found[fields["Package"], fields["Version"]] = (name, version or fields["Version"])
        missing = [f"{name}={version}" for name, version in wanted if (name, version) not in found]
        if missing:
            raise SpecError(f"apt does not know {missing[0]}, which it wants to install")
        return found

    def _run(self, arch: str, *command: str) -> subprocess.CompletedProcess[str]:
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("APT_")},
            "APT_CONFIG": os.path.join(self.folder, f"apt-{arch}.conf"),
            "LC_ALL": "C.UTF-8",
        }
        return process.run(command, environment)


def _plain(address: str) -> str:
    """An address as text that can be compared: apt writes those of files with one slash."""
    return unquote(address).replace("file:///", "file:/")


def _read(path: str) -> str:
    with open(path, encoding="utf-8") as source:
        return source.read()


def _write(path: str, text: str) -> None:
    with open(path, "w", encoding="utf-8") as target:
        target.write(text)
