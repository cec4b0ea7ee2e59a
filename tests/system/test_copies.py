"""A copy of the database sends nothing: the accounts of the copy pause and say why, the original goes on."""

import contextlib

from machine import Machine
from test_kill import SEED, assert_settled


@contextlib.contextmanager
def copied(machine):
    """The machine looking at a copy of its database (``createdb -T``, which keeps the uuid)."""
    original, machine.database = machine.database, f"{machine.database}_copy"
    machine._admin(f'CREATE DATABASE "{machine.database}" TEMPLATE "{original}"')
    try:
        yield
    finally:
        machine.stop_servers()
        machine.servers.clear()
        machine._admin(f'DROP DATABASE "{machine.database}" WITH (FORCE)')
        machine.database = original


def test_a_copy_sends_nothing_and_the_original_still_does(tmp_path):
    with Machine(tmp_path, MIN_INTERVAL=0, QUIET_PERIOD=4) as machine:
        machine.script(SEED % {"count": 2, "lanes": 1})
        with copied(machine):
            machine.start_server()
            paused = "SELECT pause_reason FROM chorus_account WHERE state = 'paused'"
            reasons = machine.wake_until(lambda: machine.sql(paused), "the account of the copy is paused")
            assert reasons == [("identity",)]
            assert machine.sql("SELECT count(*) FROM chorus_transmission WHERE state != 'queued'") == [(0,)]
            assert not machine.control.requests(), "Not one call left the copy"
        machine.start_server()
        assert_settled(machine, count=2)


def test_a_neutralized_copy_has_neither_secrets_nor_queue(tmp_path):
    with Machine(tmp_path, MIN_INTERVAL=0, QUIET_PERIOD=4) as machine:
        machine.script(SEED % {"count": 1, "lanes": 1})
        with copied(machine):
            machine.script(
                "from odoo.modules.neutralize import neutralize_database\n"
                "neutralize_database(env.cr)\n"
                "env.cr.commit()"
            )
            secrets = "SELECT count(*) FROM chorus_account WHERE password_ciphertext IS NOT NULL"
            assert machine.sql(secrets) == [(0,)]
            assert machine.sql("SELECT DISTINCT state FROM chorus_transmission") == [("cancelled",)]
            assert machine.sql("SELECT DISTINCT stage FROM chorus_document") == [("draft",)]
            assert not machine.control.requests()
