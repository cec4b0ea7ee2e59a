"""The control API on those who live in the simulation: applications, accounts, structures, services, commitments."""

import json

from flask import abort

from . import clock, directory, seed, store
from .control_api import blueprint, read_body, transaction

FLAGS = ("active", "requires_service", "requires_commitment", "requires_either", "moa", "reports_payment")
SERVICE_FLAGS = ("active", "requires_commitment", "reports_payment")


@blueprint.post("/accounts")
def add_account():
    """Create the technical account of some structures (``sirets``), connected to every application."""
    body = read_body()
    with transaction() as db:
        rows = [directory.by_siret(db, siret) for siret in body.get("sirets") or []]
        if not rows or not all(rows) or not body.get("login") or not body.get("password"):
            abort(400, "Il faut « login », « password » et les « sirets » de structures connues.")
        if store.one(db, "SELECT 1 FROM account WHERE login = ?", body["login"]):
            abort(409, f"Le compte technique {body['login']} existe déjà.")
        seed.add_account(db, body["login"], body["password"], [row["id"] for row in rows], clock.now(db))
        _connect(db, body["login"], True)
    return {"ok": True}


@blueprint.post("/accounts/<login>")
def change_account(login):
    """Reset a password (a new life of 424 days, unlocked), expire, lock, deactivate or disconnect an account."""
    body = read_body()
    with transaction() as db:
        now = clock.now(db)
        if not store.one(db, "SELECT 1 FROM account WHERE login = ?", login):
            abort(404, "Compte technique introuvable.")
        values = {}
        if "password" in body:
            values.update(password=body["password"], expires=now + seed.PASSWORD_LIFE, locked=0, failures=0)
        if "expired" in body:
            values["expires"] = now - 1 if body["expired"] else now + seed.PASSWORD_LIFE
        if "expires_in" in body:
            values["expires"] = now + float(body["expires_in"])
        if "locked" in body:
            values.update(locked=int(body["locked"]), failures=0)
        if "active" in body:
            values["active_from"] = now if body["active"] else now + 1800
        if values:
            store.update(db, "account", "login", login, values)
        if "connected" in body:
            _connect(db, login, body["connected"])
    return {"ok": True}


def _connect(db, login, connected):
    own = "structure_id IN (SELECT structure_id FROM account_structure WHERE login = ?)"
    db.execute(f"DELETE FROM connection WHERE {own}", (login,))
    if connected:
        query = "SELECT client_id, structure_id FROM application, account_structure WHERE login = ?"
        db.execute(f"INSERT INTO connection {query}", (login,))


@blueprint.post("/structures")
def add_structure():
    """Create a structure: ``siret``, ``name``, ``public``, ``zip``, ``city``, and the flags; ``kind`` when its number
    is not a SIRET (RIDET, TAHITI, UE_HORS_FRANCE…).
    """
    body = read_body()
    with transaction() as db:
        siret, kind = str(body.get("siret") or ""), body.get("kind") or "SIRET"
        right = siret.isascii() and siret.isdigit() and len(siret) == 14 if kind == "SIRET" else 0 < len(siret) <= 80
        if not right or not body.get("name"):
            abort(400, "Il faut un « siret » de 14 chiffres et un « name ».")
        if directory.by_siret(db, siret):
            abort(409, f"La structure {siret} existe déjà.")
        kept = {key: body[key] for key in (*FLAGS, "public", "zip", "city") if key in body}
        values = {"public": 0, "zip": "", "city": "", **kept, "identifier": siret, "kind": kind, "name": body["name"]}
        return {"id": store.insert(db, "structure", values)}


@blueprint.post("/structures/<siret>/services")
def add_service(siret):
    """Create a service of a structure: ``code``, ``name``, ``requires_commitment``; or several, listed in
    ``services``.
    """
    body = read_body()
    wanted = body.get("services") or [body]
    if not all(service.get("code") for service in wanted):
        abort(400, "Il faut le « code » du service.")
    rows = []
    for service in wanted:
        kept = {key: service[key] for key in SERVICE_FLAGS if key in service}
        rows.append({**kept, "code": service["code"], "name": service.get("name") or service["code"]})
    return _add_to(siret, "service", *rows)


@blueprint.post("/structures/<siret>/bank-accounts")
def add_bank_account(siret):
    """Create bank details of a structure: ``name``, ``iban``."""
    body = read_body()
    if not body.get("iban"):
        abort(400, "Il faut l'« iban » du compte.")
    return _add_to(siret, "bank_account", {"name": body.get("name") or "Compte", "iban": body["iban"]})


def _add_to(siret, table, *rows):
    """Create rows that belong to a structure; answer the id of the last one."""
    with transaction() as db:
        structure = directory.by_siret(db, siret)
        if not structure:
            abort(404, "Structure introuvable.")
        return {"id": [store.insert(db, table, {**row, "structure_id": structure["id"]}) for row in rows][-1]}


@blueprint.post("/commitments")
def add_commitment():
    """Create a commitment of ``issuer`` (SIRET) to ``supplier`` (SIRET): ``number``, ``amount``, ``service_code``…"""
    body = read_body()
    with transaction() as db:
        issuer, supplier = (directory.by_siret(db, body.get(key)) for key in ("issuer", "supplier"))
        if not issuer or not supplier or not body.get("number"):
            abort(400, "Il faut « number », et les SIRET connus de « issuer » et « supplier ».")
        values = {
            "number": body["number"],
            "recipient_id": issuer["id"],
            "supplier_id": supplier["id"],
            "service_code": body.get("service_code"),
            "contract_number": body.get("contract_number"),
            "state": body.get("state") or "COMMANDE",
            "date": clock.minute(clock.now(db)),
            "amount": str(body.get("amount") or "0"),
        }
        return {"id": store.insert(db, "commitment", values)}


@blueprint.post("/structures/<siret>")
def change_structure(siret):
    _write("structure", {"identifier": siret}, FLAGS)
    return {"ok": True}


@blueprint.post("/structures/<siret>/services/<code>")
def change_service(siret, code):
    with transaction() as db:
        structure = directory.by_siret(db, siret)
    if not structure:
        abort(404, "Structure introuvable.")
    _write("service", {"structure_id": structure["id"], "code": code}, SERVICE_FLAGS)
    return {"ok": True}


@blueprint.post("/applications")
def add_application():
    """Create a PISTE application: ``client_id``, ``secret``, ``apis``. Accounts are connected to it one by one."""
    body = read_body()
    if not body.get("client_id") or not body.get("secret"):
        abort(400, "Il faut « client_id » et « secret ».")
    with transaction() as db:
        apis = body.get("apis") or seed.apis()
        values = {"client_id": body["client_id"], "name": body.get("name"), "secret": body["secret"]}
        store.insert(db, "application", {**values, "apis": json.dumps(apis)})
    return {"ok": True}


@blueprint.post("/applications/<client_id>")
def change_application(client_id):
    _write("application", {"client_id": client_id}, ("secret", "apis"))
    return {"ok": True}


def _write(table, key, allowed):
    """Write the allowed values of the body on the row of ``key``."""
    values = {name: value for name, value in read_body().items() if name in allowed}
    if not values:
        abort(400, f"Valeurs possibles : {', '.join(allowed)}.")
    values = {name: json.dumps(value) if isinstance(value, list) else value for name, value in values.items()}
    assignments = ", ".join(f"{name} = ?" for name in values)
    condition = " AND ".join(f"{name} = ?" for name in key)
    with transaction() as db:
        if not db.execute(
            f"UPDATE {table} SET {assignments} WHERE {condition}", [*values.values(), *key.values()]
        ).rowcount:
            abort(404, "Élément introuvable.")
