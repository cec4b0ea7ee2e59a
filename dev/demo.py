"""`make demo`: a real Odoo in French, a simulated Chorus Pro, and the main job between the two.

`SERVE=0` stops the servers after the table. The exit status is 0 only if the main job succeeded.
The scenario is `dev/scenario.py`: `run(odoo_url, sim_url, db, login, password) -> list[Row]`, which
raises when something did not go as it should, and finds its own work when it runs a second time.
"""

import json
import os

from . import paths, say, scenario, server, stop
from .table import render
from .workbench import LANGUAGE, Workbench

DATABASE = "chorus_demo"
LOGIN = PASSWORD = "admin"
STAMP = paths.STATE / "demo.json"
"""What the database was made from; written last, so a half-made database is never used."""

PREPARE = """
env["res.users"].with_context(active_test=False).search([("share", "=", False)]).write({"lang": %(language)r})
# Debian's package of Odoo lists this file in the web client without carrying it.
missing = "mail/static/lib/selfie_segmentation/selfie_segmentation.js"
from odoo.tools.misc import file_path
try:
    file_path(missing)
except FileNotFoundError:
    env["ir.asset"].create({
        "name": "Absent from Debian's package", "bundle": "web.assets_backend", "directive": "remove", "path": missing,
    })
env.cr.commit()
"""


def main() -> int:
    bench = Workbench()
    try:
        _simulator(bench)
        _odoo(bench)
        with say.step("Running the main job"):
            rows = scenario.run(server.odoo_url(), server.simulator_url(), DATABASE, LOGIN, PASSWORD)
    except BaseException:
        if not _serves():
            stop.stop_all()
        raise
    say.line(f"\n{render(rows)}\n")
    if _serves():
        say.line(
            f"Odoo       {server.odoo_url()}   login {LOGIN}, password {PASSWORD}\n"
            f"Simulator  {server.simulator_url()}   its console, no login\n"
            f"Logs       {paths.LOGS}\n"
            "Both keep running. Stop them: make stop. Remove everything: make clean."
        )
    else:
        stop.stop_all()
    return 0


def _serves() -> bool:
    return os.environ.get("SERVE", "1") != "0"


def _simulator(bench: Workbench) -> None:
    made_from = {"simulator": paths.digest_tree(paths.SIMULATOR, ("tests",)), "port": server.simulator_port()}
    if server.SIMULATOR.pid() and _stamp().get("simulator") != made_from:
        server.SIMULATOR.stop()
    if not server.SIMULATOR.pid():
        server.start_simulator(bench)
    _stamp(simulator=made_from)


def _odoo(bench: Workbench) -> None:
    """Bring the database up to the sources of the addon, and Odoo up on it."""
    addon = {"odoo": str(bench.home), "addon": paths.digest_tree(paths.ADDON, ("tests",))}
    started = {"port": server.odoo_port(), "simulator": server.simulator_url()}
    exists = _stamp().get("database") and bench.postgres.has_database(DATABASE)
    current = exists and _stamp()["database"] == addon
    if server.ODOO.pid() and not (current and _stamp().get("started") == started):
        server.ODOO.stop()
    if not current:
        _install(bench, "-u" if exists else "-i")
        _stamp(database=addon)
    if not server.ODOO.pid():
        server.start_odoo(bench, DATABASE)
        _stamp(started=started)


def _install(bench: Workbench, how: str) -> None:
    conf = bench.configuration("install")
    common = ["-c", conf, "-d", DATABASE, "--stop-after-init", "--no-http"]
    log = paths.LOGS / "install.log"
    if how == "-u":
        bench.run_odoo("Updating the addon in the demonstration database", log, *common, "-u", "chorus_visiobat")
        return
    _stamp(database=None)
    bench.postgres.drop_database(DATABASE)
    install = ["-i", "chorus_visiobat", "--with-demo", f"--load-language={LANGUAGE}"]
    bench.run_odoo("Installing Odoo and the addon with demo data, in French", log, *common, *install)
    bench.run_odoo(
        "Setting the users' language", paths.LOGS / "prepare.log",
        "shell", "-c", conf, "-d", DATABASE, "--no-http", stdin=PREPARE % {"language": LANGUAGE},
    )  # fmt: skip


def _stamp(**changes: object) -> dict:
    """Return what is known of the demonstration, after recording these changes."""
    known = json.loads(STAMP.read_text()) if STAMP.exists() else {}
    if changes:
        known.update(changes)
        STAMP.write_text(json.dumps(known))
    return known
