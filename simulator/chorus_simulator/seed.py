"""The first state: the demonstration identities and the qualification mattress (chorus-pro-api.md §1.4), from
``data/seed.json``.
"""

import json
from importlib.resources import files

from . import clock, store

PASSWORD_LIFE = 424 * 86400  # seconds: 424 days (§1.4)


def _data():
    return json.loads(files(__package__).joinpath("data/seed.json").read_text(encoding="utf-8"))


def apis():
    """The APIs that an application may select."""
    return _data()["application"]["apis"]


def seed(db):
    """Fill an empty state."""
    data = _data()
    now = clock.now(db)
    application = data["application"]
    store.insert(db, "application", {**application, "apis": json.dumps(application["apis"])})
    identifiers = {structure["identifier"]: structure["id"] for structure in data["structures"]}
    for structure in data["structures"]:
        children = {key: structure.pop(key, []) for key in ("services", "bank_accounts", "commitments")}
        account = structure.pop("account", None)
        store.insert(db, "structure", structure)
        for service in children["services"]:
            store.insert(db, "service", {**service, "structure_id": structure["id"]})
        for bank_account in children["bank_accounts"]:
            store.insert(db, "bank_account", {**bank_account, "structure_id": structure["id"]})
        for commitment in children["commitments"]:
            supplier = identifiers[commitment.pop("supplier")]
            store.insert(db, "commitment", {**commitment, "recipient_id": structure["id"], "supplier_id": supplier})
        if account:
            add_account(db, account["login"], account["password"], [structure["id"]], now)
            connection = {"client_id": application["client_id"], "structure_id": structure["id"]}
            store.insert(db, "connection", connection)


def add_account(db, login, password, structure_ids, active_from):
    """Create the technical account ``login`` of some structures, usable from ``active_from`` for 424 days."""
    values = {"login": login, "password": password, "active_from": active_from, "expires": active_from + PASSWORD_LIFE}
    store.insert(db, "account", values)
    for structure_id in structure_ids:
        store.insert(db, "account_structure", {"login": login, "structure_id": structure_id})
