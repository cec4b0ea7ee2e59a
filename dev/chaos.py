"""`make chaos`: the crash test; see docs/chaos.md.

    make chaos                                                  10,000 operations, 200 kills
    make chaos ARGS="--operations 500 --kills 10 --seed 7"      shorter, and played again from its seed

It has a PostgreSQL of its own, durable, which it may stop without warning. The test itself is in `tests/system/chaos`.
"""

import argparse
import os
import secrets
import shlex
import shutil
import sys

from . import paths, say
from .postgres import DURABLE, Cluster

TABLE = paths.STATE / "chaos.md"


def cluster() -> Cluster:
    return Cluster("chaos-pg", DURABLE)


def main() -> int:
    from . import test
    from .workbench import Workbench

    options = _options(shlex.split(os.environ.get("ARGS", "")))
    server = cluster()
    server.start()
    try:
        bench = Workbench(server.address())
        test.make_ready(bench)
        work = paths.STATE / "chaos"
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir(parents=True)
        os.environ.update(test.system_variables(bench, work))
        return _play(options, work, server)
    finally:
        server.stop()


def _options(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make chaos ARGS=", description=__doc__.partition("\n")[0])
    parser.add_argument("--operations", type=int, default=10_000, help="remote effects to make, at least")
    parser.add_argument("--kills", type=int, default=200, help="kill -9 of a worker or of a server")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**6), help="what every draw comes from")
    parser.add_argument("--firms", type=int, default=4, help="technical accounts")
    parser.add_argument("--servers", type=int, default=2, help="Odoo servers on the one database")
    parser.add_argument("--workers", type=int, default=2, help="cron processes of each server")
    return parser.parse_args(words)


def _play(options: argparse.Namespace, work, server: Cluster) -> int:
    sys.path[:0] = [str(paths.ROOT / "tests" / "system"), str(paths.SIMULATOR)]
    from chaos.run import Run
    from chaos.table import table

    run = Run(
        work, options.operations, options.kills, options.seed, firms=options.firms, servers=options.servers,
        workers=options.workers, crash_postgres=server.crash, say=say.line,
    )  # fmt: skip
    verdict = run.play()
    TABLE.write_text(table(run, verdict) + "\n")
    say.line(f"\n{TABLE.read_text()}")
    for sentence in verdict.sentences()[:50]:
        say.line(sentence)
    return 0 if verdict.is_good else 1
