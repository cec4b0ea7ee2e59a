"""Time and SQL queries of an act, each time from cold caches, and undone so that it can be done again."""

import gc
import statistics
import time
from collections.abc import Callable
from typing import NamedTuple


class Cost(NamedTuple):
    """:ivar seconds: median of the runs; ``queries``: of SQL, those of the last run."""

    seconds: float
    queries: int


def measure(env, act: Callable, prepare: Callable = lambda: None, runs: int = 3) -> Cost:
    """What ``act(prepare())`` costs; only ``act`` is counted, and all of it is undone.

    The first run warms what a server keeps for all its users (views, templates, compiled pages) and does not count.
    """
    seconds, queries = [], 0
    for run in range(runs + 1):
        savepoint = env.cr.savepoint(flush=False)
        given = prepare()
        env.flush_all()
        env.invalidate_all()
        gc.collect()
        before, start = env.cr.sql_log_count, time.perf_counter()
        act(given)
        env.flush_all()
        if run:
            seconds.append(time.perf_counter() - start)
        queries = env.cr.sql_log_count - before
        env.cr.precommit.clear()
        env.cr.postcommit.clear()
        env.transaction.clear()
        savepoint.close(rollback=True)
    return Cost(statistics.median(seconds), queries)
