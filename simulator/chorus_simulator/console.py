"""The web console, in French: what was received, and the buttons of the MOE, the MOA, the validator and the paymaster.

No authentication: the server listens on this machine only, unless it is told otherwise.
"""

import functools
import json
from decimal import Decimal
from importlib.resources import files

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for

from . import clock, directory, engine, faults, payment_requests, roles, store, works
from .control_api import described
from .flows import FINAL

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
FAULTS = [
    ("drop_after", "Réponse perdue : traité, puis connexion coupée"),
    ("drop_before", "Connexion coupée avant tout traitement"),
    ("status", "Code HTTP d'erreur"),
    ("delay", "Réponse retardée"),
    ("invalid_client", "Jeton refusé (invalid_client)"),
]
PATHS = [
    ("/cpro/facturesTravaux/v1/soumettre", "Soumettre une facture de travaux"),
    ("/cpro/transverses/v1/ajouter/fichier", "Ajouter un fichier"),
    ("/cpro/factures/v1/deposer/flux", "Déposer un flux"),
    ("/cpro/transverses/v1/consulterCRDetaille", "Consulter un compte rendu"),
    ("/cpro/.*", "Tout appel d'API"),
    (faults.TOKEN_PATH, "Demande de jeton"),
]


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


def _transaction():
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
    with _transaction() as db:
        engine.advance(db)
        chains = {}
        for item in payment_requests.select(db, "works = 1"):
            chains.setdefault(item["folder_id"], []).append(_piece(db, item))
    folders = sorted(chains.items(), reverse=True)
    return render_template("works.html", page="works", folders=folders)


@blueprint.get("/travaux/<int:folder_id>")
def folder_page(folder_id):
    with _transaction() as db:
        engine.advance(db)
        pieces = [_piece(db, item) for item in works.folder(db, folder_id)]
    if not pieces:
        flash("Ce dossier de facturation n'existe pas.", "bad")
        return redirect(url_for("console.works_page"))
    return render_template("folder.html", page="works", pieces=pieces, reasons=roles.REASONS)


@blueprint.get("/factures")
def invoices_page():
    """What the paymaster received: ordinary invoices, and the last document of each works chain."""
    with _transaction() as db:
        engine.advance(db)
        items = [item for item in payment_requests.select(db) if not item["works"] or _reached_payer(item)]
        pieces = [_piece(db, item) for item in reversed(items)]
    return render_template("invoices.html", page="invoices", pieces=pieces, reasons=roles.REASONS)


def _reached_payer(item):
    framework = payment_requests.framework(item)
    return works.receiver(framework, bool(item["moe_id"])) == "payer"


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
    with _transaction() as db:
        now = engine.advance(db)
        item = payment_requests.get(db, request_id)
        if not item:
            flash("Cette demande de paiement n'existe plus.", "bad")
            return redirect(url_for("console.home"))
        try:
            result = roles.act(db, item, roles.holder(item), action, now, reason, amounts)
            flash(f"{ACTION_LABELS[action]} : {result['number']} — {status_label(result['status'])}.", "good")
        except roles.Impossible as error:
            flash(str(error), "bad")
    if form.get("retour") == "factures":
        return redirect(url_for("console.invoices_page"))
    return redirect(url_for("console.folder_page", folder_id=item["folder_id"]))


@blueprint.get("/flux")
def flows_page():
    with _transaction() as db:
        engine.advance(db)
        rows = db.execute(
            """SELECT number, login, syntax, filename, state, deposited, dp_errors, technical_errors,
            length(content) AS size FROM flow ORDER BY deposited DESC, number DESC"""
        ).fetchall()
    flows = [
        {
            **dict(row),
            "dp_errors": json.loads(row["dp_errors"]),
            "technical_errors": json.loads(row["technical_errors"]),
        }
        for row in rows
    ]
    return render_template("flows.html", page="flows", flows=flows, final=FINAL)


@blueprint.get("/trafic")
def traffic_page():
    with _transaction() as db:
        entries = db.execute("SELECT * FROM traffic ORDER BY id DESC LIMIT 200").fetchall()
    return render_template("traffic.html", page="traffic", entries=entries)


@blueprint.get("/incidents")
def incidents_page():
    with _transaction() as db:
        now = engine.advance(db)
        rows = db.execute("SELECT * FROM fault WHERE remaining > 0 ORDER BY id").fetchall()
        accounts = db.execute("SELECT * FROM account ORDER BY login").fetchall()
        structures = {row["login"]: _structure_name(db, row["login"]) for row in accounts}
    armed = [{"id": row["id"], "remaining": row["remaining"], **json.loads(row["spec"])} for row in rows]
    return render_template(
        "incidents.html",
        page="incidents",
        armed=armed,
        kinds=dict(FAULTS),
        paths=PATHS,
        accounts=accounts,
        structures=structures,
        now=now,
    )


def _structure_name(db, login):
    row = store.one(db, "SELECT structure_id FROM account_structure WHERE login = ?", login)
    return directory.structure(db, row["structure_id"])["name"]


@blueprint.post("/incidents")
def arm_fault():
    form = request.form
    spec = {"kind": form.get("kind"), "match": form.get("match"), "times": form.get("times") or 1}
    if spec["kind"] == "status":
        spec.update(status=form.get("status", 503, type=int), body="<html>Service indisponible</html>")
    if spec["kind"] == "delay":
        spec["delay"] = form.get("delay", 10.0, type=float)
    with _transaction() as db:
        try:
            faults.arm(db, spec)
            flash("L'incident est armé pour les prochains appels.", "good")
        except (faults.InvalidFault, ValueError) as error:
            flash(str(error), "bad")
    return redirect(url_for("console.incidents_page"))


@blueprint.post("/incidents/effacer")
def clear_faults():
    with _transaction() as db:
        db.execute("DELETE FROM fault")
    flash("Aucun incident n'est plus armé.", "good")
    return redirect(url_for("console.incidents_page"))


@blueprint.post("/incidents/horloge")
def move_clock():
    with _transaction() as db:
        days = request.form.get("jours", 0.0, type=float)
        if not 0 <= days <= 3650:
            flash("L'horloge avance de 0 à 3650 jours.", "bad")
            return redirect(url_for("console.incidents_page"))
        clock.change(db, advance=days * 86400)
        flash(f"L'horloge simulée marque maintenant le {clock.french(engine.advance(db))}.", "good")
    return redirect(url_for("console.incidents_page"))
