"""*Demandes de paiement*: invoices and works invoices, their status and their history, on the supplier's side
and beyond.

A payment request is a dict: the columns of its table, and what its ``data`` holds: ``type``, ``invoice_date``,
``currency``, ``amounts`` (``ht``, ``vat``, ``ttc``, ``due``: texts of exact EUR), ``service_code``,
``contract_number``,
``commitment_number``, ``main_files`` and ``attachments`` (lists of ``{"id", "label", "type"}``), ``comment``, ``mode``…
"""

import json
import re

from . import store
from .frameworks import BY_API_CODE

NUMBER = re.compile(r"[A-Za-z0-9 +_/-]{1,20}")  # G1.05 (chorus-pro-api.md §3.7)
COLUMNS = (
    "id", "works", "number", "framework", "status", "status_date", "deposited", "supplier_id", "recipient_id",
    "moe_id", "moa_id", "validator_id", "folder_id", "previous_id", "flow_number", "validator2_id",
)  # fmt: skip
PLATFORM = ("Chorus", "Pro")  # first and last name in the history of what nobody did by hand


def from_row(row):
    """Return the payment request of a table row (None for None)."""
    if row is None:
        return None
    return {**json.loads(row["data"]), **{column: row[column] for column in COLUMNS}}


def get(db, request_id):
    return from_row(store.one(db, "SELECT * FROM payment_request WHERE id = ?", request_id))


def select(db, condition="1", *parameters):
    """Return the payment requests of an SQL condition, oldest first."""
    query = f"SELECT * FROM payment_request WHERE {condition} ORDER BY id"
    return [from_row(row) for row in db.execute(query, parameters)]


def count(db, condition, *parameters):
    return db.execute(f"SELECT COUNT(*) FROM payment_request WHERE {condition}", parameters).fetchone()[0]


def create(db, values, statuses, now, author, comment=None):
    """Store a new payment request that goes through ``statuses`` in order; return it.

    A first piece opens its own billing file (*dossier de facturation*), whose id is its own.
    """
    columns = {key: value for key, value in values.items() if key in COLUMNS}
    data = {key: value for key, value in values.items() if key not in COLUMNS}
    columns.update(status=statuses[-1], status_date=now, deposited=now, data=json.dumps(data))
    request_id = store.insert(db, "payment_request", columns)
    if not columns.get("folder_id"):
        store.update(db, "payment_request", "id", request_id, {"folder_id": request_id})
    for status in statuses:
        _remember(db, request_id, status, now, author, comment if status == statuses[0] else None)
    return get(db, request_id)


def change(db, request, **values):
    """Write some values of a payment request, columns or data alike."""
    request.update(values)
    columns = {key: value for key, value in request.items() if key in COLUMNS and key != "id"}
    data = {key: value for key, value in request.items() if key not in COLUMNS}
    store.update(db, "payment_request", "id", request["id"], {**columns, "data": json.dumps(data)})


def set_status(db, request, status, now, author=PLATFORM, comment=None):
    """Give the request a status, with its history entry."""
    change(db, request, status=status, status_date=now)
    _remember(db, request["id"], status, now, author, comment)


def _remember(db, request_id, status, now, author, comment):
    first_name, last_name = author
    values = {"request_id": request_id, "status": status, "date": now, "first_name": first_name, "last_name": last_name}
    store.insert(db, "history", {**values, "comment": comment})


def history(db, request_id):
    """Return the history rows of a request, newest first."""
    return db.execute("SELECT * FROM history WHERE request_id = ? ORDER BY id DESC", (request_id,)).fetchall()


def current_comment(db, request):
    """The comment that came with the current status: the reason of a refusal, a suspension, a rejection."""
    query = "SELECT comment FROM history WHERE request_id = ? ORDER BY id DESC LIMIT 1"
    row = store.one(db, query, request["id"])
    return row["comment"] if row else None


def number_problem(number):
    """Why an invoice number is illegal (§3.7), else None."""
    if not number:
        return "le numéro de facture est obligatoire"
    if len(number) > 20:
        return "le numéro de facture ne doit pas dépasser 20 caractères"
    if not NUMBER.fullmatch(number):
        return "le numéro de facture contient des caractères non autorisés"
    return None


def find_duplicate(db, supplier_id, number, framework):
    """Return the request that already bears this number for this supplier and framework, else None."""
    query = """SELECT * FROM payment_request WHERE supplier_id = ? AND number = ? AND framework = ?
        AND status != 'SUPPRIMEE' ORDER BY id DESC LIMIT 1"""
    return from_row(store.one(db, query, supplier_id, number, framework))


def advance(db, now):
    """Let time bring the deposited invoices to their recipient."""
    step = store.get_setting(db, "step_seconds")
    onward = {"DEPOSEE": "EN_COURS_ACHEMINEMENT", "EN_COURS_ACHEMINEMENT": "MISE_A_DISPOSITION"}
    moving = True
    while moving:
        condition = "status IN ('DEPOSEE', 'EN_COURS_ACHEMINEMENT') AND status_date <= ?"
        moving = select(db, condition, now - step)
        for request in moving:
            set_status(db, request, onward[request["status"]], request["status_date"] + step)


def framework(request):
    """The :class:`~chorus_simulator.frameworks.Framework` of a request."""
    return BY_API_CODE[request["framework"]]
