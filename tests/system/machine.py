"""A whole system for the tests that break it: a database, a simulator and Odoo servers with their crons, all real.

The environment is described at the top of ``dev/test.py``.
"""

import contextlib
import os
import shlex
import signal
import socket
import subprocess
import sys
import time
import uuid
from pathlib import Path

import psycopg2
import requests

sys.path.insert(0, os.environ.get("CHORUS_TEST_SIMULATOR_PATH", ""))

KEYS = "test:MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
PATIENCE = 120
"""Seconds before a test gives up on something that must happen."""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def until(condition, what, patience=PATIENCE):
    """Wait until the condition holds and return what it gives.

    :raises AssertionError: it does not within `patience` seconds
    """
    end = time.monotonic() + patience
    while time.monotonic() < end:
        if found := condition():
            return found
        time.sleep(0.05)
    raise AssertionError(f"Still not after {patience} s: {what}")


class Machine:
    """One database, one simulator, any number of Odoo servers. Used as a context manager; it ends what it started."""

    def __init__(self, work: Path, **settings):
        """:param settings: server settings of the addon (``MIN_INTERVAL``, ``QUIET_PERIOD``…)"""
        self.work = work
        self.database = f"kill_{uuid.uuid4().hex[:8]}"
        self.settings = settings
        self.servers = []
        self.simulator = None
        self._stack = contextlib.ExitStack()

    def __enter__(self):
        try:
            self._prepare()
        except BaseException:
            self._stack.close()
            raise
        return self

    def _prepare(self):
        from chorus_simulator import Control

        self._admin(f'CREATE DATABASE "{self.database}" TEMPLATE "{os.environ["CHORUS_TEST_READY"]}"')
        self._stack.callback(self._admin, f'DROP DATABASE IF EXISTS "{self.database}" WITH (FORCE)')
        self._stack.callback(self.stop_servers)
        self.url = f"http://127.0.0.1:{free_port()}"
        self._stack.callback(lambda: self._end(self.simulator))
        self.control = Control(self.url)
        self._stack.callback(self.control.close)
        self.start_simulator()
        self.control.settings(min_interval=0)

    def start_simulator(self):
        """Start Chorus Pro, on the state of the last time if there was one, and wait until it answers."""
        command = [*shlex.split(os.environ["CHORUS_TEST_SIMULATOR"]), "--port", self.url.rsplit(":", 1)[1]]
        path = os.pathsep.join([os.environ.get("CHORUS_TEST_SIMULATOR_PATH", ""), os.environ.get("PYTHONPATH", "")])
        self.simulator = self._start([*command, "--state", str(self.work / "simulator")], "simulator", PYTHONPATH=path)
        until(self._simulator_answers, "the simulator answers")

    def __exit__(self, *error):
        self._stack.close()

    def _simulator_answers(self):
        try:
            self.control.call("GET", "clock")
        except OSError:
            return False
        return True

    # --- PostgreSQL

    def connect(self, database=None):
        return psycopg2.connect(f"{os.environ.get('CHORUS_TEST_PG', '')} dbname={database or self.database}")

    def _admin(self, statement):
        with contextlib.closing(self.connect("postgres")) as connection:
            connection.autocommit = True
            connection.cursor().execute(statement)

    def sql(self, query, *parameters):
        """Run one statement, committed; return its rows when it has any."""
        with contextlib.closing(self.connect()) as connection, connection, connection.cursor() as cursor:
            cursor.execute(query, parameters)
            return cursor.fetchall() if cursor.description else []

    # --- Odoo

    def _environment(self):
        return {
            **os.environ,
            "CHORUS_VISIOBAT_API_URL": f"{self.url}/cpro",
            "CHORUS_VISIOBAT_OAUTH_URL": f"{self.url}/api/oauth/token",
            "CHORUS_VISIOBAT_KEYS": KEYS,
            **{f"CHORUS_VISIOBAT_{name}": str(value) for name, value in self.settings.items()},
        }

    def _odoo(self, *words):
        command = shlex.split(os.environ["CHORUS_TEST_ODOO"])
        return [*command, *words, "-c", os.environ["CHORUS_TEST_CONF"], "-d", self.database]

    def script(self, text, patience=PATIENCE):
        """Run Python in Odoo's shell within `patience` seconds.

        :raises AssertionError: it did not, with its output
        """
        done = subprocess.run(
            self._odoo("shell", "--no-http"),
            input=text + "\nprint('script done')\n",
            env=self._environment(),
            capture_output=True,
            text=True,
            timeout=patience,
            check=False,
        )
        assert "script done" in done.stdout, done.stdout + done.stderr

    def start_server(self, *words):
        """A server whose crons run, as its own process; return it. Without HTTP unless `words` say otherwise."""
        words = ["--max-cron-threads=2", "--workers=0", *(words or ["--no-http"])]
        server = self._start([*self._odoo(), *words], f"odoo-{len(self.servers)}", **self._environment())
        self.servers.append(server)
        return server

    def start_web_server(self, *words):
        """A server that answers browsers too; return its address."""
        url = f"http://127.0.0.1:{(port := free_port())}"
        self.start_server("--http-interface=127.0.0.1", f"--http-port={port}", *words)

        def answers():
            try:
                return requests.get(f"{url}/web/health", timeout=5).ok
            except requests.RequestException:
                return False

        until(answers, "Odoo answers")
        return url

    def kill(self, server):
        """kill -9, at once."""
        server.send_signal(signal.SIGKILL)
        server.wait(30)

    def stop_servers(self):
        for server in self.servers:
            self._end(server)

    def wake(self, lanes=("deposit", "read")):
        """Have the deposit and poll crons run now, whatever their clock says."""
        self.sql(
            "INSERT INTO ir_cron_trigger (cron_id, call_at) SELECT id, now() AT TIME ZONE 'UTC' FROM ir_cron"
            " WHERE cron_name LIKE ANY(%s)",
            [f"Chorus Pro: {lane}%" for lane in lanes],
        )
        self._admin(f"NOTIFY cron_trigger, '{self.database}'")

    def wake_until(self, condition, what, **lanes):
        """Wake the deposit and poll crons every second until the condition holds."""
        last = [0.0]

        def awake():
            if time.monotonic() - last[0] > 1:
                last[0] = time.monotonic()
                self.wake(**lanes)
            return condition()

        return until(awake, what)

    # --- processes

    def _start(self, command, name, stdin=subprocess.DEVNULL, **environment):
        log = self._stack.enter_context((self.work / f"{name}.log").open("a"))
        # A session of its own: a server and its workers may be killed together.
        return subprocess.Popen(
            command,
            stdout=log,
            stderr=subprocess.STDOUT,
            stdin=stdin,
            env={**os.environ, **environment},
            start_new_session=True,
        )

    @staticmethod
    def _end(process):
        if process and process.poll() is None:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(20)
