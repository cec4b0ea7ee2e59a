"""The state of the simulated platform: one SQLite file, which survives restarts.

Every step of a request is one ``BEGIN IMMEDIATE`` transaction, committed before its answer leaves: what a client was
told is on disk. The threads of the server take turns at a lock of this process, which is fairer and quicker than the
waiting of SQLite.
"""

import contextlib
import json
import re
import sqlite3
import threading
from pathlib import Path

SCHEMA = """
CREATE TABLE setting (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE application (client_id TEXT PRIMARY KEY, name TEXT, secret TEXT NOT NULL, apis TEXT NOT NULL);
CREATE TABLE token (value TEXT PRIMARY KEY, client_id TEXT NOT NULL, expires REAL NOT NULL);
CREATE TABLE account (
    login TEXT PRIMARY KEY, password TEXT NOT NULL, expires REAL NOT NULL, active_from REAL NOT NULL,
    locked INTEGER NOT NULL DEFAULT 0, failures INTEGER NOT NULL DEFAULT 0, last_call REAL NOT NULL DEFAULT 0);
CREATE TABLE account_structure (login TEXT, structure_id INTEGER, PRIMARY KEY (login, structure_id));
CREATE TABLE connection (client_id TEXT, structure_id INTEGER, PRIMARY KEY (client_id, structure_id));
CREATE TABLE structure (
    id INTEGER PRIMARY KEY, identifier TEXT UNIQUE NOT NULL, name TEXT NOT NULL, public INTEGER NOT NULL,
    active INTEGER NOT NULL DEFAULT 1, requires_service INTEGER NOT NULL DEFAULT 0,
    requires_commitment INTEGER NOT NULL DEFAULT 0, requires_either INTEGER NOT NULL DEFAULT 0,
    moa INTEGER NOT NULL DEFAULT 0, city TEXT, zip TEXT, reports_payment INTEGER NOT NULL DEFAULT 1,
    kind TEXT NOT NULL DEFAULT 'SIRET');
CREATE TABLE service (
    id INTEGER PRIMARY KEY, structure_id INTEGER NOT NULL, code TEXT NOT NULL, name TEXT NOT NULL,
    active INTEGER NOT NULL DEFAULT 1, requires_commitment INTEGER NOT NULL DEFAULT 0,
    reports_payment INTEGER NOT NULL DEFAULT 1, UNIQUE (structure_id, code));
CREATE TABLE bank_account (
    id INTEGER PRIMARY KEY, structure_id INTEGER NOT NULL, name TEXT NOT NULL, iban TEXT NOT NULL);
CREATE TABLE commitment (
    id INTEGER PRIMARY KEY, number TEXT NOT NULL, recipient_id INTEGER NOT NULL, supplier_id INTEGER,
    service_code TEXT, contract_number TEXT, state TEXT NOT NULL, date TEXT NOT NULL, amount TEXT NOT NULL);
CREATE TABLE file (
    id INTEGER PRIMARY KEY AUTOINCREMENT, login TEXT, name TEXT NOT NULL, mime TEXT, extension TEXT,
    created REAL NOT NULL, content BLOB NOT NULL);
CREATE TABLE flow (
    number TEXT PRIMARY KEY, login TEXT NOT NULL, syntax TEXT NOT NULL, interface TEXT NOT NULL, filename TEXT NOT NULL,
    content BLOB NOT NULL, state TEXT NOT NULL, deposited REAL NOT NULL, state_date REAL NOT NULL,
    dp_errors TEXT NOT NULL DEFAULT '[]', technical_errors TEXT NOT NULL DEFAULT '[]');
CREATE TABLE verdict (flow_number TEXT PRIMARY KEY, spec TEXT NOT NULL);
CREATE TABLE payment_request (
    id INTEGER PRIMARY KEY AUTOINCREMENT, works INTEGER NOT NULL, number TEXT NOT NULL, framework TEXT NOT NULL,
    status TEXT NOT NULL, status_date REAL NOT NULL, deposited REAL NOT NULL, supplier_id INTEGER NOT NULL,
    recipient_id INTEGER NOT NULL, moe_id INTEGER, moa_id INTEGER, validator_id INTEGER, folder_id INTEGER,
    previous_id INTEGER, flow_number TEXT, data TEXT NOT NULL, validator2_id INTEGER);
CREATE INDEX flow_age ON flow (state, deposited);
CREATE INDEX payment_request_number ON payment_request (supplier_id, number);
CREATE INDEX payment_request_flow ON payment_request (flow_number);
CREATE INDEX payment_request_status ON payment_request (status, status_date);
CREATE INDEX payment_request_folder ON payment_request (folder_id);
CREATE INDEX payment_request_previous ON payment_request (previous_id);
CREATE TABLE history (
    id INTEGER PRIMARY KEY AUTOINCREMENT, request_id INTEGER NOT NULL, status TEXT NOT NULL, date REAL NOT NULL,
    first_name TEXT, last_name TEXT, comment TEXT);
CREATE INDEX history_request ON history (request_id);
CREATE TABLE fault (id INTEGER PRIMARY KEY AUTOINCREMENT, remaining INTEGER NOT NULL, spec TEXT NOT NULL);
CREATE INDEX fault_armed ON fault (id) WHERE remaining > 0;
CREATE TABLE traffic (
    id INTEGER PRIMARY KEY AUTOINCREMENT, date REAL NOT NULL, method TEXT NOT NULL, path TEXT NOT NULL, client_id TEXT,
    login TEXT, status INTEGER, request TEXT, response TEXT, duration REAL NOT NULL, fault TEXT);
CREATE INDEX file_login ON file (login);
CREATE INDEX traffic_date ON traffic (date);
"""
# Columns that a state of an earlier version may lack.
LATER = {
    "structure": [("reports_payment", "INTEGER NOT NULL DEFAULT 1"), ("kind", "TEXT NOT NULL DEFAULT 'SIRET'")],
    "service": [("reports_payment", "INTEGER NOT NULL DEFAULT 1")],
    "payment_request": [("validator2_id", "INTEGER")],
}
# Numbers start where the real ones are: 7 digits for payment requests, 6 for files (chorus-pro-api.md §6.1).
FIRST_IDS = {"payment_request": 5400660, "file": 131000}


class Store:
    """Opens transactions on the state kept in ``folder`` (created and laid out when absent)."""

    def __init__(self, folder):
        self.path = Path(folder) / "chorus-simulator.sqlite3"
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._own = threading.local()  # one connection for each thread: SQLite wants it so
        self._turn = threading.Lock()
        # Kept open: SQLite writes its log back each time that the last connection closes.
        self._kept = self._connect()
        self._kept.execute("PRAGMA journal_mode = WAL")
        self.is_new = not self._kept.execute("SELECT 1 FROM sqlite_master WHERE name = 'setting'").fetchone()
        create_tables(self._kept)  # also what a state of an earlier version lacks

    def _connect(self):
        db = sqlite3.connect(self.path, timeout=30, isolation_level=None)
        db.row_factory = sqlite3.Row
        db.execute("PRAGMA synchronous = NORMAL")  # a killed process loses nothing; only a power cut might
        return db

    @contextlib.contextmanager
    def transaction(self):
        """Yield a connection in a write transaction: committed on success, rolled back on any exception."""
        if not hasattr(self._own, "db"):
            self._own.db = self._connect()
        db = self._own.db
        with self._turn:
            db.execute("BEGIN IMMEDIATE")
            try:
                yield db
                db.execute("COMMIT")
            except BaseException:
                db.execute("ROLLBACK")
                raise


def create_tables(db):
    """Lay out the state, what is there already untouched."""
    for statement in SCHEMA.split(";\n"):
        if statement.strip():
            db.execute(re.sub("^(CREATE TABLE|CREATE INDEX)", r"\1 IF NOT EXISTS", statement.strip()))
    for table, columns in LATER.items():
        present = {row["name"] for row in db.execute(f"PRAGMA table_info({table})")}
        for column, kind in columns:
            if column not in present:
                db.execute(f"ALTER TABLE {table} ADD COLUMN {column} {kind}")
    for table, first in FIRST_IDS.items():
        if not one(db, "SELECT 1 FROM sqlite_sequence WHERE name = ?", table):
            db.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", (table, first - 1))


def empty_tables(db):
    """Remove everything that the state holds, and lay it out again."""
    names = [row["name"] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    for name in names:
        if not name.startswith("sqlite_"):
            db.execute(f"DROP TABLE {name}")
    db.execute("DELETE FROM sqlite_sequence")
    create_tables(db)


def insert(db, table, values):
    """Insert the mapping ``values`` in ``table`` and return the new row's id."""
    columns = ", ".join(values)
    marks = ", ".join("?" for _ in values)
    return db.execute(f"INSERT INTO {table} ({columns}) VALUES ({marks})", list(values.values())).lastrowid


def update(db, table, key, key_value, values):
    """Write the mapping ``values`` on the rows of ``table`` whose ``key`` is ``key_value``; return how many
    there are.
    """
    assignments = ", ".join(f"{column} = ?" for column in values)
    return db.execute(f"UPDATE {table} SET {assignments} WHERE {key} = ?", [*values.values(), key_value]).rowcount


def one(db, query, *parameters):
    """Return the first row of ``query``, or None."""
    return db.execute(query, parameters).fetchone()


# Settings of the simulation. Kept with the state, changed through the control API.
DEFAULT_SETTINGS = {
    "clock": None,  # see clock.py
    "step_seconds": 1,  # simulated seconds between two states of a flow or of a received invoice
    "quota": None,  # {"limit": calls, "period": seconds} per application
    "invalid_client_every": 0,  # every so many token requests, a right one gets invalid_client; 0 for never
    "unauthorized_every": 0,  # every so many calls, a right one gets a passing 401; 0 for never
    "min_interval": 0,  # calls of one account closer than this many seconds get the intermittent 401
    "latency": 0,  # seconds that every call takes before it is looked at
    "largest_download": 120_000_000,  # bytes of one download, HTTP 413 beyond
    "lockout": 5,  # wrong passwords before an account is locked
    "works_flows": False,  # whether the syntaxes of the works flows E4 and E5 are listed; their names are assumed
    "extra_syntaxes": [],  # [{"formatFlux", "syntaxeFlux", "interface"}], any other
    "flow_counter": 425890,
    "typed_counter": 0,  # invoices that the platform numbered itself
}


def get_setting(db, key):
    row = one(db, "SELECT value FROM setting WHERE key = ?", key)
    return json.loads(row["value"]) if row else DEFAULT_SETTINGS[key]


def every(db, key):
    """Whether this is the turn of an incident that comes back every so many calls (setting ``key``; 0 for never)."""
    period = get_setting(db, key)
    if not period:
        return False
    row = one(db, "SELECT value FROM setting WHERE key = ?", f"{key}:count")
    count = (int(row["value"]) if row else 0) + 1
    set_setting(db, f"{key}:count", count)
    return count % period == 0


def set_setting(db, key, value):
    db.execute("INSERT OR REPLACE INTO setting (key, value) VALUES (?, ?)", (key, json.dumps(value)))
