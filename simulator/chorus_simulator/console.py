"""The web console, in French: what was received, and the buttons of the MOE, the MOA, the validator and the paymaster.

No authentication: the server listens on this machine only, unless it is told otherwise.
"""

import functools
import json
from decimal import Decimal
from importlib.resources import files

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for

from . import clock, engine, payment_requests, roles, store, works
from .api_recipient import LAST
from .control_api import described
from .flows import FINAL, STATES
from .frameworks import BY_CODE

blueprint = Blueprint("console", __name__)
ACTION_LABELS = {
    "take": "Prendre en compte",
    "accept": "Accepter",
    "refuse": "Refuser",
    "suspend": "Suspendre",
    "recycle": "Demander le recyclage",
    "hand_over": "Transmettre au comptable",
    "account": "Comptabiliser",
    "mandate": "Mandater",
    "pay": "Payer",
    "reject": "Rejeter",
    "correct": "Corriger le montant",
    "disclaim": "Signaler une erreur d'acteur",
}

SHOWN = 50  # cards of a page before more are asked for
PAPERS_SHOWN = 12  # of one flow
BACK = {"factures": "console.invoices_page", "valider": "console.validation_page"}


@functools.cache
def _statuses():
    return json.loads(files(__package__).joinpath("data/statuses.json").read_text(encoding="utf-8"))


@blueprint.app_template_filter("status")
def status_label(code):
    """The portal's words for a status or a flow state; an unknown code as it is."""
    return _statuses().get(code, [code])[0]


@blueprint.app_template_filter("tone")
def status_tone(code):
    return _statuses().get(code, [code, "neutral"])[1]


@blueprint.app_template_filter("euros")
def euros(amount):
    """``17 500,00 €``."""
    return f"{Decimal(amount):,.2f} €".replace(",", "\u202f").replace(".", ",")


@blueprint.app_template_filter("moment")
def moment(timestamp):
    """``23/11/2026 09:51``."""
    return clock.french(timestamp)


@blueprint.app_template_filter("kilobytes")
def kilobytes(size):
    return f"{size / 1024:.1f} Ko".replace(".", ",")


@blueprint.app_template_filter("person")
def person(entry):
    if (entry["first_name"], entry["last_name"]) == payment_requests.PLATFORM:
        return "Chorus Pro"
    return " — ".join(part for part in (entry["first_name"], entry["last_name"]) if part)


def transaction():
    return current_app.extensions["simulator.store"].transaction()


def _piece(db, item):
    """What a template shows of one payment request, with the buttons of the actor whose move it is."""
    holder = roles.holder(item)
    simple, with_reason = [], []
    for action, label in ACTION_LABELS.items():
        if holder and action != "correct" and roles.can(item, holder, action):
            move = roles.MOVES.get((holder, action))
            (with_reason if move and move[2] else simple).append((action, label))
    names = [*item["main_files"], *item["attachments"]]
    return {
        **described(db, item),
        "short": payment_requests.framework(item).code,
        "label": payment_requests.framework(item).label,
        "actor": roles.TITLES.get(holder),
        "simple": simple,
        "with_reason": with_reason,
        "documents": [one for actor in ("moe", "moa") for one in roles.answers(item, actor)],
        "correctable": holder in ("moe", "moa") and roles.can(item, holder, "correct"),
        "files": [{**file, **_file_name(db, file["id"])} for file in names],
    }


def _file_name(db, file_id):
    return dict(store.one(db, "SELECT name, length(content) AS size FROM file WHERE id = ?", file_id))


@blueprint.get("/")
def home():
    return redirect(url_for("console.works_page"))


@blueprint.get("/travaux")
def works_page():
    """One card per billing file, newest first, with its chain."""
    with transaction() as db:
        engine.advance(db)
        shown = _recent(db, "payment_request", "works = 1 AND id = folder_id")
        folders = [(row["id"], [_piece(db, item) for item in works.folder(db, row["id"])]) for row in shown["rows"]]
    return render_template("works.html", page="works", folders=folders, shown=shown)


def _recent(db, table, condition, *parameters):
    """The last rows of a condition, newest first, and how many there are: a load test leaves thousands.

    The page's own ``recherche`` narrows them to the numbers that hold it, its ``nombre`` shows more of them.
    """
    wanted = request.args.get("recherche", "").strip()
    count = request.args.get("nombre", SHOWN, type=int)
    condition, parameters = f"({condition}) AND instr(lower(number), ?)", [*parameters, wanted.lower()]
    total = db.execute(f"SELECT COUNT(*) FROM {table} WHERE {condition}", parameters).fetchone()[0]
    rows = db.execute(f"SELECT * FROM {table} WHERE {condition} ORDER BY rowid DESC LIMIT ?", [*parameters, count])
    return {"rows": rows.fetchall(), "total": total, "count": count, "wanted": wanted}


@blueprint.get("/travaux/<int:folder_id>")
def folder_page(folder_id):
    with transaction() as db:
        engine.advance(db)
        pieces = [_piece(db, item) for item in works.folder(db, folder_id)]
    if not pieces:
        flash("Ce dossier de facturation n'existe pas.", "bad")
        return redirect(url_for("console.works_page"))
    return render_template("folder.html", page="works", pieces=pieces, reasons=roles.REASONS)


@blueprint.get("/factures")
def invoices_page():
    """What the paymaster received: ordinary invoices, and the last document of each works chain."""
    with transaction() as db:
        engine.advance(db)
        marks = ", ".join("?" for _ in LAST)
        shown = _recent(db, "payment_request", f"works = 0 OR framework IN ({marks})", *LAST)
        pieces = [_piece(db, payment_requests.from_row(row)) for row in shown["rows"]]
    return render_template("invoices.html", page="invoices", pieces=pieces, reasons=roles.REASONS, shown=shown)


@blueprint.get("/valider")
def validation_page():
    """What subcontractors and joint contractors submitted to their main contractor or lead."""
    with transaction() as db:
        engine.advance(db)
        shown = _recent(db, "payment_request", "validator_id IS NOT NULL")
        pieces = [_piece(db, payment_requests.from_row(row)) for row in shown["rows"]]
    return render_template("validations.html", page="validations", pieces=pieces, reasons=roles.REASONS, shown=shown)


@blueprint.post("/agir/<int:request_id>")
def act(request_id):
    """Do what a button says, then show the same page again."""
    form = request.form
    action = form.get("action", "")
    reason = " — ".join(part for part in (form.get("motif", ""), form.get("precision", "").strip()) if part)
    if action in ("accept", "correct"):
        reason = form.get("precision", "").strip()
    amounts = None
    if action == "correct":
        amounts = {"ht": form.get("montant", "").replace("\u202f", "").replace(" ", "").replace(",", ".")}
    with transaction() as db:
        now = engine.advance(db)
        item = payment_requests.get(db, request_id)
        if not item:
            flash("Cette demande de paiement n'existe plus.", "bad")
            return redirect(url_for("console.home"))
        try:
            document = BY_CODE.get(form.get("document")) if action in roles.ANSWERS else None
            actor = document.issuer if document else roles.holder(item)
            options = {"framework": document.code} if document else {"second": form.get("second", "").strip() or None}
            result = roles.act(db, item, actor, action, now, reason, amounts, **options)
            flash(f"{ACTION_LABELS[action]} : {result['number']} — {status_label(result['status'])}.", "good")
        except roles.Impossible as error:
            flash(str(error), "bad")
    if form.get("retour") in BACK:
        return redirect(url_for(BACK[form["retour"]]))
    return redirect(url_for("console.folder_page", folder_id=item["folder_id"]))


@blueprint.get("/flux")
def flows_page():
    """The flows, newest first, each with its report and the papers that came of it."""
    with transaction() as db:
        engine.advance(db)
        shown = _recent(db, "flow", "1")
        flows = [
            {
                **dict(row),
                "size": len(row["content"]),
                "dp_errors": json.loads(row["dp_errors"]),
                "technical_errors": json.loads(row["technical_errors"]),
                "papers": payment_requests.select(db, "flow_number = ?", row["number"])[:PAPERS_SHOWN],
                "integrated": payment_requests.count(db, "flow_number = ?", row["number"]),
            }
            for row in shown["rows"]
        ]
    return render_template("flows.html", page="flows", flows=flows, states=STATES, final=FINAL, shown=shown)
