"""`make test`: every test, stage after stage, then one total line `N passed, M failed`.

    make test ONLY=pure,addon     some stages: pure, simulator, addon, sale, jobs, system
    make test ARGS="-k revision"  further arguments for pytest

The addon is tested in a fresh database, copied from one where its dependencies are installed. A warning
or an error of ours in Odoo's log fails the stage even when each test passes.

The whole-system tests (`tests/system`) start servers themselves. They find PYTHONPATH set
for Odoo and the simulator, and these environment variables:

    CHORUS_TEST_ODOO         the command of Odoo, to be split by shlex; add `-c CHORUS_TEST_CONF -d …`
    CHORUS_TEST_CONF         an Odoo configuration file: PostgreSQL, addons path, data folder
    CHORUS_TEST_TEMPLATE     a database to copy from: dependencies installed, French loaded, no demo data
    CHORUS_TEST_READY        a database to copy from: the addon installed too
    CHORUS_TEST_PG           libpq connection string of the server ("host=… port=… user=…", or empty: PG*)
    CHORUS_TEST_SIMULATOR    the command of the simulator; add `--port N --state DIR`
    CHORUS_TEST_CHROMIUM     a Chromium
    CHORUS_TEST_WORK         a folder for logs and files, emptied before the stage
"""

import os
import shlex
import shutil
import subprocess
import time
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from . import jobs, natives, odoolog, paths, say, shards
from .postgres import Cluster
from .workbench import Workbench

READY = "chorus_test_ready"
TESTED = "chorus_test"
BRIDGED = "chorus_test_sale"
BRIDGED_JOBS = "chorus_test_jobs"


class Result(NamedTuple):
    """What a stage counted. A stage that broke before its tests counts as one failure."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def __add__(self, other):
        return Result(*(mine + theirs for mine, theirs in zip(self, other, strict=True)))

    def __str__(self):
        skipped = f", {self.skipped} skipped" if self.skipped else ""
        return f"{self.passed} passed, {self.failed} failed{skipped}"


def main() -> int:
    wanted = [name for name in os.environ.get("ONLY", "").replace(" ", ",").split(",") if name] or list(STAGES)
    if unknown := set(wanted) - set(STAGES):
        raise say.Failure(f"No test stage is called {', '.join(unknown)}", f"ONLY takes {', '.join(STAGES)}.")
    was_running = Cluster().is_running()
    try:
        return _run(wanted, Workbench())
    finally:
        if not was_running:
            Cluster().stop()


def _run(wanted: list[str], bench: Workbench) -> int:
    results = {}
    for name in wanted:
        title, stage = STAGES[name]
        say.line(f"\n━━ {name}: {title}")
        begin = time.monotonic()
        try:
            result = stage(bench)
        except say.Failure as failure:
            say.line(f"Error: {failure}")
            result = Result(failed=1)
        results[name] = (result, time.monotonic() - begin)
    say.line("\n━━ Summary")
    for name, (result, seconds) in results.items():
        say.line(f"{name:10} {seconds:5.0f} s   {result}")
    total = sum((result for result, _ in results.values()), Result())
    say.line(f"\n{total}")
    return 1 if total.failed or not total.passed else 0


def _pure(bench: Workbench) -> Result:
    return _pytest(bench, "pure", ["tests/pure", "tests/dev"], "-p", "no:odoo")


def _simulator(bench: Workbench) -> Result:
    return _pytest(bench, "simulator", ["simulator/tests"], "-p", "no:odoo")


def _addon(bench: Workbench) -> Result:
    """In two processes, each with half of the files; in one when arguments choose what is run."""
    make_ready(bench)
    commands, logs = {}, {}
    for shard in shards.split(paths.ADDON / "tests", 1 if _more() else shards.MOST):
        database = f"{TESTED}_{shard.place}"
        bench.postgres.copy_database(READY, database)
        logs[shard.name] = log = paths.LOGS / f"test-odoo-{shard.place}.log"
        log.unlink(missing_ok=True)
        data = paths.STATE / f"test-data-{shard.place}"
        shutil.rmtree(data, ignore_errors=True)
        conf = bench.configuration(f"test-{shard.place}", logfile=log, http_port=shard.port, data_dir=data)
        options = [f"--odoo-config={conf}", f"--odoo-database={database}", "--odoo-http", "--odoo-log-level=warn"]
        commands[shard.name] = _command(bench, shard.name, shard.files, *options)
    codes = shards.run(commands, {**bench.env, "PATH": _path(bench)})
    counted = sum((_counted(name, code) for name, code in codes.items()), Result())
    return sum((_clean_log(f"the tests ({name})", log) for name, log in logs.items()), counted)


def _sale(bench: Workbench) -> Result:
    """The bridge: it must come by itself with Sales, which the addon does not need."""
    make_ready(bench)
    bench.postgres.copy_database(READY, BRIDGED)
    log = paths.LOGS / "test-sale-install.log"
    conf = bench.configuration("test-sale")
    install = ["-c", conf, "-d", BRIDGED, "-i", "sale", "--stop-after-init", "--no-http"]
    bench.run_odoo("Installing Sales beside the addon", log, *install)
    return _clean_log("the installation of Sales", log) + _pytest(
        bench, "sale", [paths.BRIDGE.name], f"--odoo-config={conf}", f"--odoo-database={BRIDGED}",
        "--odoo-log-level=warn", PATH=_path(bench),
    )  # fmt: skip


def _jobs(bench: Workbench) -> Result:
    """The bridge to queue_job: it must come by itself with it."""
    make_ready(bench)
    bench.postgres.copy_database(READY, BRIDGED_JOBS)
    packages = jobs.ensure()
    path = os.pathsep.join([bench.env["PYTHONPATH"], str(packages)])
    log = paths.LOGS / "test-jobs-install.log"
    conf = bench.configuration("test-jobs", addons_path=f"{bench.addons_path},{packages / 'odoo' / 'addons'}")
    install = ["-c", conf, "-d", BRIDGED_JOBS, "-i", "queue_job", "--stop-after-init", "--no-http"]
    title = "Installing queue_job beside the addon"
    say.run(title, bench.odoo(*install), log, env={**bench.env, "PYTHONPATH": path}, cwd=paths.STATE)
    return _clean_log("the installation of queue_job", log) + _pytest(
        bench, "jobs", [paths.JOBS_BRIDGE.name], f"--odoo-config={conf}", f"--odoo-database={BRIDGED_JOBS}",
        "--odoo-log-level=warn", PATH=_path(bench), PYTHONPATH=path,
    )  # fmt: skip


def _system(bench: Workbench) -> Result:
    make_ready(bench)
    work = paths.STATE / "system"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    variables = {**system_variables(bench, work), "CHORUS_TEST_CHROMIUM": str(natives.chromium())}
    return _pytest(bench, "system", ["tests/system"], "-p", "no:odoo", **{**variables, "PATH": _path(bench)})


def system_variables(bench: Workbench, work: Path) -> dict[str, str]:
    """Return the environment of the whole-system tests, the browser apart."""
    server = bench.postgres
    return {
        **bench.env,
        "CHORUS_TEST_ODOO": shlex.join(bench.odoo()),
        "CHORUS_TEST_CONF": str(bench.configuration(work.name, data_dir=work / "data")),
        "CHORUS_TEST_TEMPLATE": bench.template(),
        "CHORUS_TEST_READY": READY,
        "CHORUS_TEST_PG": f"host={server.host} port={server.port} user={server.user}" if server.host else "",
        "CHORUS_TEST_SIMULATOR": shlex.join([bench.python, "-m", "chorus_simulator"]),
        "CHORUS_TEST_WORK": str(work),
    }


STAGES: dict[str, tuple[str, Callable[[Workbench], Result]]] = {
    "pure": ("the packages that need no Odoo, and dev/ itself", _pure),
    "simulator": ("the simulated Chorus Pro", _simulator),
    "addon": ("the addon in a fresh Odoo", _addon),
    "sale": ("the bridge to Sales", _sale),
    "jobs": ("the bridge to queue_job", _jobs),
    "system": ("whole systems: servers, browser, crashes", _system),
}


def make_ready(bench: Workbench) -> None:
    """Make the database READY: the addon freshly installed, its log free of any warning of ours.

    Once per run. Raises Failure when the installation fails or is not clean.
    """
    if getattr(bench, "ready", False):
        return
    bench.postgres.copy_database(bench.template(), READY)
    log = paths.LOGS / "test-install.log"
    conf = bench.configuration("test-install")
    install = ["-c", conf, "-d", READY, "-i", "chorus_visiobat", "--stop-after-init", "--no-http"]
    bench.run_odoo("Installing the addon in a fresh database", log, *install)
    if _clean_log("the installation", log).failed:
        raise say.Failure("The installation of the addon is not clean", f"The whole log is {log}.")
    bench.ready = True


def _pytest(bench: Workbench, name: str, folders: list[str], *options: str, **variables: str) -> Result:
    """Run pytest on these folders; return what it counted."""
    command = _command(bench, name, folders, *options)
    code = subprocess.call(command, cwd=paths.ROOT, env={**bench.env, **variables}, stdin=subprocess.DEVNULL)
    return _counted(name, code)


def _command(bench: Workbench, name: str, folders: list, *options: str) -> list[str]:
    """The command of pytest, and where it reports: an earlier report is forgotten."""
    report = _report(name)
    report.parent.mkdir(parents=True, exist_ok=True)
    report.unlink(missing_ok=True)
    return [bench.python, "-m", "pytest", f"--junitxml={report}", *options, *map(str, folders), *_more()]


def _counted(name: str, code: int) -> Result:
    counted = _count(_report(name))
    if _more() and code == 5:  # the arguments select no test of this stage
        return counted
    return counted if counted.failed or not code else counted + Result(failed=1)


def _report(name: str) -> Path:
    return paths.LOGS / f"test-{name}.xml"


def _more() -> list[str]:
    return shlex.split(os.environ.get("ARGS", ""))


def _count(report: Path) -> Result:
    if not report.exists():
        return Result()
    result = Result()
    for suite in ET.parse(report).getroot().iter("testsuite"):
        number = {key: int(suite.get(key, 0)) for key in ("tests", "failures", "errors", "skipped")}
        failed = number["failures"] + number["errors"]
        result += Result(number["tests"] - failed - number["skipped"], failed, number["skipped"])
    return result


def _clean_log(what: str, log: Path) -> Result:
    """Count one failure when Odoo's log of `what` holds warnings or errors of ours, and show them."""
    ours = odoolog.ours(log.read_text(errors="replace")) if log.exists() else []
    for record in ours:
        say.line(f"In the log of {what}: {record}")
    return Result(failed=1) if ours else Result()


def _path(bench: Workbench) -> str:
    return os.pathsep.join([bench.env["PATH"], str(natives.chromium().parent)])
