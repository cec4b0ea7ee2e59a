"""`make bench`: what a works statement costs beside a plain invoice, and what the end of a month costs at Chorus Pro
beside one call for each invoice; see docs/bench.md.

    make bench ONLY=works         one of the two: works, scale
    make bench SIZES=100,1000     other numbers of invoices for the second

The measures are in `bench/`; they run in Odoo's shell, each in a fresh database that is thrown away.
"""

import os

from . import paths, say
from .postgres import Cluster
from .workbench import Workbench

DATABASE = "chorus_bench"
MEASURES = {"works": "bench.run", "scale": "bench.scale"}

SCRIPT = """
import sys
sys.path.insert(0, {root!r})
from {module} import main
open({table!r}, "w").write(main(env, **{options!r}))
"""


def main() -> int:
    wanted = [name for name in os.environ.get("ONLY", "").replace(" ", ",").split(",") if name] or list(MEASURES)
    if unknown := set(wanted) - set(MEASURES):
        raise say.Failure(f"No measure is called {', '.join(unknown)}", f"ONLY takes {', '.join(MEASURES)}.")
    was_running = Cluster().is_running()
    try:
        bench = Workbench()
        tables = [_measure(bench, name) for name in wanted]
    finally:
        if not was_running:
            Cluster().stop()
    say.line("\n" + "\n\n".join(tables))
    return 0


def _measure(bench: Workbench, name: str) -> str:
    table, log = paths.STATE / f"bench-{name}.txt", paths.LOGS / f"bench-{name}.log"
    bench.postgres.copy_database(bench.template(), DATABASE)
    common = ["-c", bench.configuration("bench"), "-d", DATABASE, "--no-http"]
    install = ["-i", "chorus_visiobat", "--stop-after-init"]
    bench.run_odoo("Installing the addon in a fresh database", paths.LOGS / "bench-install.log", *common, *install)
    table.unlink(missing_ok=True)
    script = SCRIPT.format(root=str(paths.ROOT), module=MEASURES[name], table=str(table), options=_options(name))
    bench.run_odoo(f"Measuring ({name})", log, "shell", *common, stdin=script)
    bench.postgres.drop_database(DATABASE)
    if not table.exists():
        raise say.Failure("The measures did not go to their end", f"See {log}.")
    return table.read_text()


def _options(name: str) -> dict:
    sizes = os.environ.get("SIZES", "")
    return {"sizes": tuple(map(int, sizes.split(",")))} if name == "scale" and sizes else {}
