"""What can be broken: servers of several processes, PostgreSQL, Chorus Pro."""

import contextlib
import os
import signal
import time

import psutil
import psycopg2
from machine import Machine, until

LANES = {"deposit": "model._cron_deposit()", "poll": "model._cron_poll()"}
"""The code of the crons of each lane, their copies included."""


class World(Machine):
    """A machine whose every part may be killed, and started again where it was."""

    def __init__(self, work, servers=2, workers=2, crash_postgres=None, **settings):
        """:param servers: Odoo servers on the one database
        :param workers: cron processes of each
        :param crash_postgres: stops PostgreSQL at once and starts it again; None where it is not ours to stop
        """
        super().__init__(work, **settings)
        self.count, self.workers, self.crash_postgres = servers, workers, crash_postgres

    # --- Odoo

    def start_all(self):
        for place in range(self.count):
            self.servers.append(self._serve(place))

    def _serve(self, place):
        words = ["--workers=2", f"--max-cron-threads={self.workers}", "--no-http"]
        return self._start([*self._odoo(), *words], f"odoo-{place}", **self._environment())

    def start_script(self, path):
        """Run a file of Python in Odoo's shell, as its own process until the end; return it."""
        with path.open() as script:
            process = self._start(self._odoo("shell", "--no-http"), path.stem, script, **self._environment())
        self._stack.callback(self._end, process)
        return process

    def kill_server(self, place):
        """kill -9 of a whole server, its workers with it, then a new one in its place."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.servers[place].pid, signal.SIGKILL)
        self.servers[place].wait(30)
        self.servers[place] = self._serve(place)

    def kill_worker(self, place, dice):
        """kill -9 of one process of a server, which its server replaces.

        :return: whether there was one
        """
        children = _children(self.servers[place].pid)
        if not children:
            return False
        with contextlib.suppress(ProcessLookupError):
            os.kill(dice.choice(children), signal.SIGKILL)
        return True

    def revive(self):
        """Start again the servers that ended by themselves (PostgreSQL was away when they started)."""
        for place, server in enumerate(self.servers):
            if server.poll() is not None:
                # What it left behind ends with it.
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(server.pid, signal.SIGKILL)
                self.servers[place] = self._serve(place)

    def stop_servers(self):
        for server in self.servers:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(server.pid, signal.SIGKILL)
            server.wait(30)

    # --- PostgreSQL

    def cut_postgres(self):
        """PostgreSQL stops at once and recovers from its journal. Where it is not ours to stop, every connection of the
        database is cut: Odoo sees the same."""
        if self.crash_postgres:
            self.crash_postgres()
        else:
            self._admin(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid != pg_backend_pid()"
                f" AND datname = '{self.database}'"
            )

    def try_sql(self, query, *parameters):
        """As ``sql``, or None while PostgreSQL is away or somebody else writes the same rows."""
        try:
            return self.sql(query, *parameters)
        except (psycopg2.OperationalError, psycopg2.InterfaceError, psycopg2.errors.SerializationFailure):
            return None

    def wake_lane(self, lane):
        """Have the crons of a lane run now, whatever their clock says."""
        self.try_sql(
            "INSERT INTO ir_cron_trigger (cron_id, call_at)"
            " SELECT cron.id, now() AT TIME ZONE 'UTC' FROM ir_cron cron"
            " JOIN ir_act_server action ON action.id = cron.ir_actions_server_id WHERE action.code = %s",
            LANES[lane],
        )
        with contextlib.suppress(psycopg2.Error):
            self._admin(f"NOTIFY cron_trigger, '{self.database}'")

    def hurry(self):
        """Let what holds back for a minute or more hold back for a moment: delays are shortened here by moving their
        dates, since the product has no setting for them. The quiet periods are settings, and are left alone.
        """
        self.try_sql(
            "UPDATE chorus_account SET held_until = now() AT TIME ZONE 'UTC'"
            " WHERE held_until > now() AT TIME ZONE 'UTC' + interval '2 s'"
        )
        self.try_sql(
            "UPDATE chorus_transmission SET not_before = now() AT TIME ZONE 'UTC'"
            " WHERE state IN ('queued', 'unknown') AND not_before > now() AT TIME ZONE 'UTC' + interval '5 s'"
        )

    # --- Chorus Pro

    def restart_simulator(self, away):
        """kill -9 of Chorus Pro, out of reach for ``away`` seconds, then back with what it knew."""
        self.simulator.kill()
        self.simulator.wait(30)
        time.sleep(away)
        self.start_simulator()

    @property
    def state_file(self):
        """What the State knows (SQLite)."""
        return self.work / "simulator" / "chorus-simulator.sqlite3"

    def wait_for_servers(self):
        until(lambda: all(_children(server.pid) for server in self.servers), "the servers have their workers")


def _children(pid):
    """Processes whose father is ``pid``."""
    with contextlib.suppress(psutil.Error):
        return [child.pid for child in psutil.Process(pid).children()]
    return []
