"""Debian packages without installing them: fetched with apt's own tools, unpacked into a private tree.

Everything apt writes (lists, cache, state) is under `paths.CACHE`, so an ordinary user may do it and the
machine stays as it was.
"""

import os
import pwd
import re
import shutil
import subprocess
import time
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from . import paths, say

KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")

NEVER_UNPACKED = {"libc6", "libc-bin", "libgcc-s1"}
"""On every Debian already; the C library must be the one of the machine's own loader."""


class Source(NamedTuple):
    """One archive of packages: an address, a suite, its components."""

    uri: str
    suite: str
    components: tuple[str, ...]
    signed_by: str = ""

    @property
    def line(self) -> str:
        """The same as one line of apt's sources.list."""
        keyring = self.signed_by or (str(KEYRING) if KEYRING.exists() else "")
        option = f"[signed-by={keyring}] " if keyring else ""
        return f"deb {option}{self.uri} {self.suite} {' '.join(self.components)}"


def parse_list(text: str) -> list[Source]:
    """Read apt's one-line format (`*.list`)."""
    found = []
    for raw in text.splitlines():
        matched = re.match(r"deb\s+(?:\[([^]]*)\]\s+)?(\S+)\s+(\S+)\s+(.+)", raw.partition("#")[0].strip())
        if matched:
            options, uri, suite, components = matched.groups()
            signed_by = re.search(r"signed-by=(\S+)", options or "")
            found.append(Source(uri, suite, tuple(components.split()), signed_by[1] if signed_by else ""))
    return found


def parse_deb822(text: str) -> list[Source]:
    """Read apt's stanza format (`*.sources`)."""
    found = []
    uncommented = "\n".join(raw for raw in text.splitlines() if not raw.startswith("#"))
    for stanza in re.split(r"\n\s*\n", uncommented):
        folded = re.sub(r"\n[ \t]+", " ", stanza)
        named = (field.partition(":") for field in folded.split("\n"))
        fields = {name.strip().lower(): value.split() for name, _, value in named}
        if "deb" not in fields.get("types", []) or fields.get("enabled") == ["no"]:
            continue
        keyring = fields.get("signed-by", [""])
        for uri in fields.get("uris", []):
            for suite in fields.get("suites", []):
                signed_by = keyring[0] if keyring[0].startswith("/") else ""
                found.append(Source(uri, suite, tuple(fields.get("components", [])), signed_by))
    return found


def machine_sources(etc: Path = Path("/etc/apt"), codename: str | None = None) -> list[Source]:
    """Return this machine's own Debian archives: its release, updates and security, nobody else's.

    Raises Failure when there is none and `DEBIAN_MIRROR` does not name one.
    """
    codename = codename or _codename()
    files = [etc / "sources.list", *sorted((etc / "sources.list.d").glob("*"))]
    found = []
    for file in files:
        if file.is_file() and file.suffix in (".list", ".sources"):
            parse = parse_deb822 if file.suffix == ".sources" else parse_list
            found += parse(file.read_text(errors="replace"))
    suites = {f"{codename}{part}" for part in ("", "-updates", "-security", "/updates")} if codename else set()
    debian = [
        source
        for source in found
        if source.suite in suites and "main" in source.components
        and (
            "debian-archive" in source.signed_by
            if source.signed_by
            else re.search(r"/debian(-security)?/?$", source.uri)
        )
    ]
    if mirror := os.environ.get("DEBIAN_MIRROR"):
        debian = [source for source in debian if "security" not in source.uri]
        debian = [source._replace(uri=mirror) for source in debian] or [Source(mirror, "stable", ("main",))]
    if not any(source.suite == codename for source in debian) and not os.environ.get("DEBIAN_MIRROR"):
        raise say.Failure(
            "No Debian mirror is set up on this machine (looked in /etc/apt/sources.list and sources.list.d)",
            "Set DEBIAN_MIRROR=http://…/debian, or set ODOO_HOME to a copy of Odoo 19 "
            "(the browser and Pango come from Debian too: install them if they are missing).",
        )
    return debian


def unstable_sources() -> list[Source]:
    """Return the suite that carries Odoo 19, on the machine's own mirror."""
    mirror = next(source for source in machine_sources() if "security" not in source.suite)
    return [mirror._replace(suite="sid", components=("main",))]


def _codename() -> str:
    release = Path("/etc/os-release")
    matched = re.search(r"^VERSION_CODENAME=\"?(\w+)", release.read_text(), re.M) if release.exists() else None
    return matched[1] if matched else ""


def is_here() -> bool:
    """Tell whether this machine can fetch Debian's packages."""
    return bool(shutil.which("apt-get") and shutil.which("dpkg-deb"))


class Apt:
    """apt over some sources, with a state of its own in `folder`."""

    def __init__(self, folder: Path, sources: Iterable[Source]):
        if not is_here():
            raise say.Failure(
                "This machine has no apt-get, so nothing can be fetched from Debian",
                "Set ODOO_HOME to a copy of Odoo 19, and install Pango and Chromium.",
            )
        self.folder = folder
        for part in ("lists/partial", "cache/archives/partial", "state", "deb"):
            (folder / part).mkdir(parents=True, exist_ok=True)
        listed = "".join(f"{source.line}\n" for source in sources)
        self.sources_file = folder / "sources.list"
        if not self.sources_file.exists() or self.sources_file.read_text() != listed:
            self.sources_file.write_text(listed)
            (folder / "updated").unlink(missing_ok=True)
        self.options = [
            f"--option={name}={value}"
            for name, value in {
                "Dir::Etc::sourcelist": self.sources_file,
                "Dir::Etc::sourceparts": "/dev/null",
                "Dir::State": folder / "state",
                "Dir::State::lists": folder / "lists",
                "Dir::State::status": "/var/lib/dpkg/status",
                "Dir::Cache": folder / "cache",
                "APT::Sandbox::User": pwd.getpwuid(os.geteuid()).pw_name,
                "APT::Update::Error-Mode": "any",
                "Acquire::Check-Valid-Until": "false",  # a mirror kept at a date serves as well; signatures are checked
                "Acquire::Languages": "none",
                "Acquire::Retries": "2",
                "Acquire::http::Timeout": "60",
            }.items()
        ]

    def update(self) -> None:
        """Fetch the lists of packages, unless that was done today."""
        updated = self.folder / "updated"
        if not updated.exists() or time.time() - updated.stat().st_mtime > 86400:
            say.run(
                "Reading Debian's lists of packages",
                ["apt-get", *self.options, "update"],
                paths.LOGS / "apt.log",
                cure="Is the network up, and the Debian mirror reachable?",
            )
            updated.touch()

    def missing(self, names: list[str]) -> list[str]:
        """Return these packages and those they need, less what the machine has."""
        command = ["apt-get", *self.options, "--simulate", "--no-install-recommends", "install", *names]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            raise say.Failure(
                f"apt cannot tell what {' '.join(names)} needs ({' / '.join(done.stderr.split(chr(10))[-3:])})",
                f"Install it by hand: apt-get install {' '.join(names)}",
            )
        found = re.findall(r"^Inst (\S+)", done.stdout, re.M)
        return [name for name in found if name.partition(":")[0] not in NEVER_UNPACKED]

    def unpack(self, title: str, names: list[str], tree: Path) -> None:
        """Download these packages and unpack them into `tree`."""
        archives = self.folder / "deb"
        shutil.rmtree(archives)
        archives.mkdir()
        say.run(
            f"Downloading {title} from Debian",
            ["apt-get", *self.options, "download", *names],
            paths.LOGS / "apt.log",
            cwd=archives,
            cure="Is the network up, and the Debian mirror reachable?",
        )
        with say.step(f"Unpacking {title}"):
            for archive in sorted(archives.glob("*.deb")):
                subprocess.run(["dpkg-deb", "--extract", archive, tree], check=True)
        shutil.rmtree(archives)


def apt(suite: str = "") -> Apt:
    """Return apt on the machine's own release, or on `sid`, its lists read."""
    sources = unstable_sources() if suite == "sid" else machine_sources()
    found = Apt(paths.CACHE / "apt" / (suite or "own"), sources)
    found.update()
    return found


def tree(name: str, packages: list[str], *, dependencies: bool = True) -> Path:
    """Return a folder holding these packages of the machine's own release, unpacked.

    `dependencies`: also what they need and the machine lacks.
    """
    folder = paths.CACHE / "debian" / name
    if not (folder / "complete").exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        own = apt()
        own.unpack(name, own.missing(packages) if dependencies else packages, folder)
        (folder / "complete").touch()
    return folder
