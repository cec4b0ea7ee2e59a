"""The control API ``/_sim/…``: what tests and trainers use, and no client of Chorus Pro ever sees
(chorus-pro-api.md §6.1).
"""

import json

from flask import Blueprint, Response, abort, current_app, request

from . import behaviours, clock, directory, engine, faults, payment_requests, roles, seed, store

blueprint = Blueprint("control", __name__, url_prefix="/_sim")


def transaction():
    return current_app.extensions["simulator.store"].transaction()


@blueprint.errorhandler(ValueError)
@blueprint.errorhandler(TypeError)
@blueprint.errorhandler(KeyError)
def _unreadable(error):
    return {"error": f"Demande illisible : {error!r}"}, 400


def read_body():
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
            body = read_body()
            speed = body.get("speed")
            clock.change(db, float(body.get("advance") or 0), None if speed is None else float(speed))
        return {"now": clock.iso(engine.advance(db))}


@blueprint.route("/settings", methods=["GET", "POST"])
def settings():
    with transaction() as db:
        if request.method == "POST":
            for key, value in read_body().items():
                if key not in store.DEFAULT_SETTINGS or key in ("clock", "flow_counter"):
                    abort(400, f"Le réglage « {key} » n'existe pas.")
                if not _fits(key, value):
                    abort(400, f"Le réglage « {key} » ne peut pas valoir {value!r}.")
                store.set_setting(db, key, value)
        return {key: store.get_setting(db, key) for key in store.DEFAULT_SETTINGS}


def _fits(key, value):
    """Whether a setting may have this value: one that the platform cannot use would make each call fail later."""
    if key == "quota":
        known = value if isinstance(value, dict) else {}
        return value is None or all(_positive(known.get(part)) for part in ("limit", "period"))
    default = store.DEFAULT_SETTINGS[key]
    return isinstance(value, type(default)) if isinstance(default, bool | list) else value == 0 or _positive(value)


def _positive(value):
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < 1e9


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
        values = {"state": read_body()["state"], "state_date": clock.now(db)}
        if not store.update(db, "flow", "number", number, values):
            abort(404, "Flux introuvable.")
    return {"ok": True}


@blueprint.get("/totals")
def totals():
    """The count of what is there; ``duplicates`` are numbers that one supplier bears twice in one framework."""
    counts = {
        "flows": "SELECT COUNT(*) FROM flow",
        "invoices": "SELECT COUNT(*) FROM payment_request WHERE works = 0",
        "works": "SELECT COUNT(*) FROM payment_request WHERE works = 1",
        "files": "SELECT COUNT(*) FROM file",
        "duplicates": """SELECT COUNT(*) FROM (SELECT 1 FROM payment_request
            WHERE status NOT IN ('SUPPRIMEE', 'DUPLIQUE_APRES_REFUS')
            GROUP BY supplier_id, number, framework HAVING COUNT(*) > 1)""",
    }
    with transaction() as db:
        engine.advance(db)
        return {name: db.execute(query).fetchone()[0] for name, query in counts.items()}


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
        "validator2": "validator2_id",
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
    body = read_body()
    with transaction() as db:
        now = engine.advance(db)
        item = payment_requests.get(db, request_id)
        if not item:
            abort(404, "Demande de paiement introuvable.")
        options = (body.get("reason") or "", *(body.get(key) for key in ("amounts", "framework", "second")))
        try:
            result = roles.act(db, item, body.get("actor"), body.get("action"), now, *options)
        except roles.Impossible as error:
            abort(409, str(error))
        return described(db, result)


@blueprint.post("/works/<int:request_id>/status")
@blueprint.post("/invoices/<int:request_id>/status")
def set_status(request_id):
    body = read_body()
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


@blueprint.get("/behaviours")
def list_behaviours():
    return list(behaviours.load().values())


@blueprint.post("/behaviours/<int:number>")
def arm_behaviour(number):
    """Arm a behaviour for the next calls that fit; the body may change ``match``, ``times``, ``login``, ``skip``…"""
    with transaction() as db:
        try:
            return {"id": faults.arm(db, {**behaviours.fault_of(number), **read_body()})}
        except (behaviours.UnknownBehaviour, faults.InvalidFault) as error:
            abort(400, str(error))


@blueprint.route("/faults", methods=["GET", "POST", "DELETE"])
def armed_faults():
    with transaction() as db:
        if request.method == "POST":
            try:
                return {"id": faults.arm(db, read_body())}
            except (faults.InvalidFault, ValueError) as error:
                abort(400, str(error))
        if request.method == "DELETE":
            db.execute("DELETE FROM fault")
        rows = db.execute("SELECT * FROM fault WHERE remaining > 0 ORDER BY id").fetchall()
    return [{"id": row["id"], "remaining": row["remaining"], **json.loads(row["spec"])} for row in rows]
