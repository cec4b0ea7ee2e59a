"""The control API ``/_sim/…``: what tests and trainers use, and no client of Chorus Pro ever sees
(chorus-pro-api.md §6.1).
"""

import json

from flask import Blueprint, Response, abort, current_app, request

from . import clock, directory, engine, faults, payment_requests, roles, seed, store

blueprint = Blueprint("control", __name__, url_prefix="/_sim")
FLAGS = ("active", "requires_service", "requires_commitment", "requires_either", "moa")


def transaction():
    return current_app.extensions["simulator.store"].transaction()


@blueprint.errorhandler(ValueError)
@blueprint.errorhandler(TypeError)
@blueprint.errorhandler(KeyError)
def _unreadable(error):
    return {"error": f"Demande illisible : {error!r}"}, 400


def _body():
    body = request.get_json(force=True, silent=True) or {}
    if not isinstance(body, dict):
        abort(400, "Un objet JSON est attendu.")
    return body


@blueprint.post("/reset")
def reset():
    with transaction() as db:
        store.empty_tables(db)
        seed.seed(db)
    return {"ok": True}


@blueprint.route("/clock", methods=["GET", "POST"])
def change_clock():
    with transaction() as db:
        if request.method == "POST":
            body = _body()
            clock.change(db, float(body.get("advance") or 0), body.get("speed"))
        return {"now": clock.iso(engine.advance(db))}


@blueprint.route("/settings", methods=["GET", "POST"])
def settings():
    with transaction() as db:
        if request.method == "POST":
            for key, value in _body().items():
                if key not in store.DEFAULT_SETTINGS or key in ("clock", "flow_counter"):
                    abort(400, f"Le réglage « {key} » n'existe pas.")
                store.set_setting(db, key, value)
        return {key: store.get_setting(db, key) for key in store.DEFAULT_SETTINGS}


@blueprint.get("/flows")
def list_flows():
    with transaction() as db:
        engine.advance(db)
        rows = db.execute("SELECT * FROM flow ORDER BY deposited, number").fetchall()
    kept = ("number", "login", "syntax", "filename", "state", "deposited", "state_date")
    lists = ("dp_errors", "technical_errors")
    return [{**{key: row[key] for key in kept}, **{key: json.loads(row[key]) for key in lists}} for row in rows]


@blueprint.get("/flows/<number>/content")
def flow_content(number):
    with transaction() as db:
        row = store.one(db, "SELECT content FROM flow WHERE number = ?", number)
    if not row:
        abort(404, "Flux introuvable.")
    return Response(row["content"], mimetype="application/octet-stream")


@blueprint.post("/flows/<number>/state")
def set_flow_state(number):
    with transaction() as db:
        values = {"state": _body()["state"], "state_date": clock.now(db)}
        if not store.update(db, "flow", "number", number, values):
            abort(404, "Flux introuvable.")
    return {"ok": True}


@blueprint.get("/invoices")
def list_invoices():
    return _requests(works=0)


@blueprint.get("/works")
def list_works():
    return _requests(works=1)


def _requests(works):
    with transaction() as db:
        engine.advance(db)
        return [described(db, item) for item in payment_requests.select(db, "works = ?", works)]


def described(db, item):
    """A payment request with the names of its actors and its history, newest first."""
    columns = {
        "supplier": "supplier_id",
        "recipient": "recipient_id",
        "moe": "moe_id",
        "moa": "moa_id",
        "validator": "validator_id",
    }
    names = {}
    for name, column in columns.items():
        row = directory.structure(db, item[column]) if item[column] else None
        names[name] = row["name"] if row else None
    entries = payment_requests.history(db, item["id"])
    history = [{key: row[key] for key in ("status", "date", "first_name", "last_name", "comment")} for row in entries]
    return {**item, **names, "holder": roles.holder(item), "history": history}


@blueprint.post("/works/<int:request_id>/act")
@blueprint.post("/invoices/<int:request_id>/act")
def act(request_id):
    body = _body()
    with transaction() as db:
        now = engine.advance(db)
        item = payment_requests.get(db, request_id)
        if not item:
            abort(404, "Demande de paiement introuvable.")
        options = (body.get("reason") or "", body.get("amounts"), body.get("framework"))
        try:
            result = roles.act(db, item, body.get("actor"), body.get("action"), now, *options)
        except roles.Impossible as error:
            abort(409, str(error))
        return described(db, result)


@blueprint.post("/works/<int:request_id>/status")
@blueprint.post("/invoices/<int:request_id>/status")
def set_status(request_id):
    body = _body()
    with transaction() as db:
        item = payment_requests.get(db, request_id)
        if not item or not body.get("status"):
            abort(404, "Demande de paiement introuvable, ou statut absent.")
        payment_requests.set_status(db, item, body["status"], clock.now(db), comment=body.get("comment"))
        return described(db, item)


@blueprint.get("/files")
def list_files():
    with transaction() as db:
        query = "SELECT id, login, name, mime, extension, created, length(content) AS size FROM file ORDER BY id"
        return [dict(row) for row in db.execute(query)]


@blueprint.get("/files/<int:file_id>")
def file_content(file_id):
    with transaction() as db:
        row = store.one(db, "SELECT * FROM file WHERE id = ?", file_id)
    if not row:
        abort(404, "Fichier introuvable.")
    mimetype = "application/pdf" if row["extension"] == "PDF" else "application/octet-stream"
    answer = Response(row["content"], mimetype=mimetype)
    answer.headers.set(
        "Content-Disposition", "inline" if mimetype.endswith("pdf") else "attachment", filename=row["name"]
    )
    return answer


@blueprint.route("/requests", methods=["GET", "DELETE"])
def journal():
    with transaction() as db:
        if request.method == "DELETE":
            db.execute("DELETE FROM traffic")
        return [dict(row) for row in db.execute("SELECT * FROM traffic ORDER BY id")]


@blueprint.route("/faults", methods=["GET", "POST", "DELETE"])
def armed_faults():
    with transaction() as db:
        if request.method == "POST":
            try:
                return {"id": faults.arm(db, _body())}
            except (faults.InvalidFault, ValueError) as error:
                abort(400, str(error))
        if request.method == "DELETE":
            db.execute("DELETE FROM fault")
        rows = db.execute("SELECT * FROM fault WHERE remaining > 0 ORDER BY id").fetchall()
    return [{"id": row["id"], "remaining": row["remaining"], **json.loads(row["spec"])} for row in rows]


@blueprint.post("/accounts")
def add_account():
    """Create the technical account of a structure (``siret``), connected to every application."""
    body = _body()
    with transaction() as db:
        structure = directory.by_siret(db, body.get("siret"))
        if not structure or not body.get("login") or not body.get("password"):
            abort(400, "Il faut « login », « password » et le « siret » d'une structure connue.")
        seed.add_account(db, body["login"], body["password"], structure["id"], clock.now(db))
        _connect(db, body["login"], True)
    return {"ok": True}


@blueprint.post("/accounts/<login>")
def change_account(login):
    """Reset a password (a new life of 424 days, unlocked), expire, lock, deactivate or disconnect an account."""
    body = _body()
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
    _write("service", {"structure_id": structure["id"], "code": code}, ("active", "requires_commitment"))
    return {"ok": True}


@blueprint.post("/applications/<client_id>")
def change_application(client_id):
    _write("application", {"client_id": client_id}, ("secret", "apis"))
    return {"ok": True}


def _write(table, key, allowed):
    """Write the allowed values of the body on the row of ``key``."""
    values = {name: value for name, value in _body().items() if name in allowed}
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
