"""`make stop`: end the servers of this checkout."""

from . import chaos, say
from .daemon import Daemon
from .postgres import Cluster


def main() -> int:
    say.line(stop_all())
    return 0


def stop_all(*, postgres: bool = True) -> str:
    """Stop Odoo, the simulator and our own PostgreSQL; return what was stopped."""
    servers = {"Odoo": Daemon("odoo"), "the simulator": Daemon("simulator")}
    if postgres:
        servers["PostgreSQL"] = Cluster()
        servers["the PostgreSQL of the crash test"] = chaos.cluster()
    stopped = [name for name, server in servers.items() if server.stop()]
    return f"Stopped {', '.join(stopped)}." if stopped else "Nothing was running."
