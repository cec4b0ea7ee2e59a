"""`make demo`: a real Odoo in French, a simulated Chorus Pro, and the main job between the two.

`SERVE=0` stops the servers after the table. The exit status is 0 only if the main job succeeded.
The scenario is `dev/scenario.py`: `run(odoo_url, sim_url, db, login, password) -> list[Row]`, which
raises when something did not go as it should, and finds its own work when it runs a second time.
"""

import json
import os
import shutil

from . import paths, say, scenario, server, stop
from .postgres import Cluster
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
    serves = os.environ.get("SERVE", "1") != "0"
    cluster_was_running = Cluster().is_running()
    bench = Workbench()
    try:
        _start(bench)
        with say.step("Running the main job"):
            rows = scenario.run(server.odoo_url(), server.simulator_url(), DATABASE, LOGIN, PASSWORD)
    finally:
        if not serves:
            stop.stop_all(postgres=not cluster_was_running)
    say.line(f"\n{render(rows)}\n")
    if serves:
        say.line(
            f"Odoo       {server.odoo_url()}   logins (password the same): comptable, chantier, {LOGIN}\n"
            f"Simulator  {server.simulator_url()}   its console, no login\n"
            f"Logs       {paths.LOGS}\n"
            "Both keep running. Stop them: make stop. Remove everything: make clean."
        )
    return 0


def _start(bench: Workbench) -> None:
    """Start what does not run yet, from the sources as they are now.

    A change of the addon starts over, on both sides: the simulator remembers the numbers of invoices.
    """
    addon = {"odoo": str(bench.home), "addon": paths.digest_tree(paths.ADDON, ("tests",))}
    simulator = {"sources": paths.digest_tree(paths.SIMULATOR, ("tests",)), "url": server.simulator_url()}
    odoo = {"url": server.odoo_url(), "simulator": server.simulator_url()}
    known = _stamp()
    afresh = known.get("addon") != addon or not bench.postgres.has_database(DATABASE)
    if afresh or known.get("odoo") != odoo:
        server.ODOO.stop()
    if afresh or known.get("simulator") != simulator:
        server.SIMULATOR.stop()
    if afresh:
        _stamp(addon=None)
        shutil.rmtree(server.SIMULATOR_STATE, ignore_errors=True)
        _install(bench)
    _stamp(addon=addon, simulator=simulator, odoo=odoo)
    if not server.SIMULATOR.pid():
        server.start_simulator(bench)
    if not server.ODOO.pid():
        server.start_odoo(bench, DATABASE)


def _install(bench: Workbench) -> None:
    bench.postgres.copy_database(bench.template(demo=True), DATABASE)
    common = ["-c", bench.configuration("install"), "-d", DATABASE, "--no-http"]
    install = ["-i", "chorus_visiobat", "--with-demo", "--stop-after-init"]
    bench.run_odoo("Installing the addon with its demo data", paths.LOGS / "install.log", *common, *install)
    script = PREPARE % {"language": LANGUAGE}
    bench.run_odoo("Setting the users' language", paths.LOGS / "prepare.log", "shell", *common, stdin=script)


def _stamp(**changes: object) -> dict:
    """Return what is known of the demonstration, after recording these changes."""
    known = json.loads(STAMP.read_text()) if STAMP.exists() else {}
    if changes:
        known.update(changes)
        STAMP.write_text(json.dumps(known))
    return known
