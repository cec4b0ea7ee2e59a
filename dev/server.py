"""The two servers of the demonstration: Odoo and the simulator of Chorus Pro."""

from . import paths, preflight
from .daemon import Daemon
from .workbench import Workbench

ODOO = Daemon("odoo")
SIMULATOR = Daemon("simulator")
SIMULATOR_STATE = paths.STATE / "simulator"


def odoo_port() -> int:
    return preflight.port("ODOO_PORT", 8069)


def simulator_port() -> int:
    return preflight.port("SIM_PORT", 8090)


def odoo_url() -> str:
    return f"http://127.0.0.1:{odoo_port()}"


def simulator_url() -> str:
    return f"http://127.0.0.1:{simulator_port()}"


def check_ports() -> None:
    """Raise Failure when another program holds the port of a server that does not run yet."""
    if not ODOO.pid():
        preflight.check_port(odoo_port(), "ODOO_PORT", "Odoo")
    if not SIMULATOR.pid():
        preflight.check_port(simulator_port(), "SIM_PORT", "the simulator")


def start_simulator(bench: Workbench) -> None:
    command = simulator_command(bench, simulator_port(), SIMULATOR_STATE)
    SIMULATOR.start(command, simulator_url(), env=bench.env)


def simulator_command(bench: Workbench, port: int, state: object) -> list[str]:
    return [bench.python, "-m", "chorus_simulator", "--port", str(port), "--state", str(state)]


def start_odoo(bench: Workbench, database: str) -> None:
    """Start Odoo with threads: one port serves everything, the live updates of the screen included."""
    conf = bench.configuration(
        "demo",
        http_port=odoo_port(),
        db_name=database,
        list_db=False,
        workers=0,
        max_cron_threads=2,
    )
    # The simulator in the place of the qualification environment of Chorus Pro.
    place = {
        "CHORUS_VISIOBAT_API_URL": f"{simulator_url()}/cpro",
        "CHORUS_VISIOBAT_OAUTH_URL": f"{simulator_url()}/api/oauth/token",
    }
    ODOO.start(bench.odoo("-c", conf), f"{odoo_url()}/web/login", env={**bench.env, **place})
