"""Installing the addon changes no byte of the electronic invoices of the database's other customers."""

import os
import shlex
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).with_name("stock_exports.py")
DATABASE = "chorus_stock_exports"

ODOO = shlex.split(os.environ.get("CHORUS_TEST_ODOO", ""))
CONF = os.environ.get("CHORUS_TEST_CONF")
TEMPLATE = os.environ.get("CHORUS_TEST_TEMPLATE")
SERVER = os.environ.get("CHORUS_TEST_PG", "")


@pytest.fixture
def database():
    """A database with the dependencies of the addon, and without the addon."""
    _sql(f'DROP DATABASE IF EXISTS "{DATABASE}"')
    _sql(f'CREATE DATABASE "{DATABASE}" TEMPLATE "{TEMPLATE}"')
    yield DATABASE
    _sql(f'DROP DATABASE IF EXISTS "{DATABASE}"')


def _sql(statement):
    import psycopg2

    connection = psycopg2.connect(f"{SERVER} dbname=postgres")
    connection.autocommit = True
    try:
        connection.cursor().execute(statement)
    finally:
        connection.close()


def _odoo(*arguments, script=None):
    # Odoo declares XML namespaces in the order of a set, which Python draws anew in every process.
    environment = {**os.environ, "PYTHONHASHSEED": "0"}
    stdin = {"input": script} if script else {"stdin": subprocess.DEVNULL}
    run = subprocess.run([*ODOO, *arguments], capture_output=True, text=True, timeout=600, env=environment, **stdin)
    assert run.returncode == 0, run.stderr[-4000:]
    return run.stdout


def _exports(database):
    """Return the stock exports of the invoice of another customer: bytes by format."""
    output = _odoo("shell", "-c", CONF, "-d", database, "--no-http", script=SCRIPT.read_text())
    rows = (line.split() for line in output.splitlines() if line.startswith("EXPORT "))
    return {name: bytes.fromhex(content) for _word, name, content in rows}


def test_stock_exports_are_the_same_before_and_after(database):
    before = _exports(database)
    assert set(before) == {"account.edi.xml.cii", "account.edi.xml.ubl_bis3"}
    assert all(b"VTE/2026/0001" in xml for xml in before.values())
    _odoo("-c", CONF, "-d", database, "-i", "chorus_visiobat", "--stop-after-init", "--no-http")
    assert _exports(database) == before
