"""`make bench`: what a works statement costs beside a plain invoice, time and SQL queries; see docs/bench.md.

The measures are in `bench/`; they run in Odoo's shell, in a fresh database, within one transaction that is undone.
"""

from . import paths, say
from .postgres import Cluster
from .workbench import Workbench

DATABASE = "chorus_bench"
TABLE = paths.STATE / "bench.txt"

SCRIPT = """
import sys
sys.path.insert(0, {root!r})
from bench.run import main
open({table!r}, "w").write(main(env))
"""


def main() -> int:
    was_running = Cluster().is_running()
    bench = Workbench()
    try:
        bench.postgres.copy_database(bench.template(), DATABASE)
        common = ["-c", bench.configuration("bench"), "-d", DATABASE, "--no-http"]
        install = ["-i", "chorus_visiobat", "--stop-after-init"]
        bench.run_odoo("Installing the addon in a fresh database", paths.LOGS / "bench-install.log", *common, *install)
        TABLE.unlink(missing_ok=True)
        script = SCRIPT.format(root=str(paths.ROOT), table=str(TABLE))
        bench.run_odoo("Measuring", paths.LOGS / "bench.log", "shell", *common, stdin=script)
        bench.postgres.drop_database(DATABASE)
    finally:
        if not was_running:
            Cluster().stop()
    if not TABLE.exists():
        raise say.Failure("The measures did not go to their end", f"See {paths.LOGS / 'bench.log'}.")
    say.line(f"\n{TABLE.read_text()}")
    return 0
