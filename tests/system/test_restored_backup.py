"""A backup restored: what left after it is at Chorus Pro already, is found there, and does not leave again."""

import os
import subprocess

from machine import Machine
from test_kill import FLOW, INVOICE, SEED, SUBMIT

SECOND_INVOICE = """
second = env["account.move"].search([("move_type", "=", "out_invoice")], limit=1).copy({"invoice_date": "2026-11-30"})
second.action_post()
second._chorus_ensure_document()._queue()
env.cr.commit()
"""
CONFIRM = """
env["chorus.account"].search([])._resume()
env.cr.commit()
"""


def run(machine, tool, *words):
    """One of PostgreSQL's tools on the database of the machine."""
    where = f"{os.environ.get('CHORUS_TEST_PG', '')} dbname={machine.database}"
    subprocess.run([tool, *words, f"--dbname={where}"], check=True)


def stages(machine):
    return sorted(stage for (stage,) in machine.sql("SELECT stage FROM chorus_document"))


def settle(machine):
    goal = ["with_moe", "with_moe", "with_payer", "with_payer"]
    machine.wake_until(lambda: stages(machine) == goal, f"every paper is where it must be: {stages(machine)}")


def numbers(machine):
    return sorted(machine.sql("SELECT number, technical_number FROM chorus_document"))


def test_what_left_after_the_backup_is_found_again_and_does_not_leave_again(tmp_path):
    with Machine(tmp_path, MIN_INTERVAL=0, QUIET_PERIOD=4, FLOW_QUIET_PERIOD=4) as machine:
        machine.script(SEED % {"count": 2, "lanes": 1})
        machine.script(INVOICE)
        machine.script(SECOND_INVOICE)
        backup = tmp_path / "backup.dump"
        run(machine, "pg_dump", "--format=custom", "--no-owner", f"--file={backup}")
        machine.start_server()
        settle(machine)
        before = numbers(machine)
        machine.stop_servers()
        machine.servers.clear()
        # The database is lost, and the backup restored in a new one of the same name.
        machine._admin(f'DROP DATABASE "{machine.database}" WITH (FORCE)')
        machine._admin(f'CREATE DATABASE "{machine.database}" TEMPLATE template0')
        run(machine, "pg_restore", "--no-owner", "--exit-on-error", str(backup))
        machine.control.forget_requests()
        machine.start_server()
        paused = "SELECT pause_reason FROM chorus_account WHERE state = 'paused'"
        assert machine.wake_until(lambda: machine.sql(paused), "the account waits to be confirmed") == [("identity",)]
        assert not machine.control.requests(), "Not one call before a person confirms"
        machine.script(CONFIRM)
        settle(machine)
        assert numbers(machine) == before
        assert not machine.control.requests(SUBMIT) and not machine.control.requests(FLOW)
        assert machine.sql("SELECT count(*) FROM chorus_transmission WHERE state IN ('queued', 'unknown')") == [(0,)]
