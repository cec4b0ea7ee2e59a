"""The console's own tools, in French: traffic, behaviours, incidents, structures and accounts, clock and settings."""

import json
import re

from flask import flash, redirect, render_template, request, url_for

from . import behaviours, clock, engine, faults, store
from .console import blueprint, transaction

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
SOURCES = {"S": "attesté", "P": "code attesté, texte plausible", "A": "supposé"}
# Settings that the page changes: name → (label, step of the field).
NUMBERS = {
    "step_seconds": ("Secondes entre deux états d'un flux ou d'une facture", "any"),
    "latency": ("Durée ajoutée à chaque appel (secondes)", "any"),
    "min_interval": ("Intervalle minimal entre deux appels d'un compte (secondes)", "any"),
    "invalid_client_every": ("Jeton refusé en passant, une demande sur", "1"),
    "unauthorized_every": ("Erreur 401 en passant, un appel sur", "1"),
    "lockout": ("Mots de passe faux avant verrouillage", "1"),
}
TRAFFIC_SHOWN = 200
RETURN_CODE = re.compile(r'"codeRetour": (\d+)')
NO_RESULT = ("TRA_MSG_00.015", "GFT_MSG_01.075")  # an empty search is no refusal


@blueprint.get("/trafic")
def traffic_page():
    """The last calls, all of them or those of one account, or only the errors."""
    login, errors = request.args.get("compte") or None, request.args.get("erreurs") == "1"
    condition, parameters = "1", []
    if login:
        condition, parameters = "login = ?", [login]
    if errors:
        refused = "response LIKE '%codeRetour%'" + "".join(
            f" AND response NOT LIKE '%{mark}%'" for mark in ('"codeRetour": 0', *NO_RESULT)
        )
        condition += f" AND (status IS NULL OR status != 200 OR ({refused}))"
    query = f"SELECT * FROM traffic WHERE {condition} ORDER BY id DESC LIMIT {TRAFFIC_SHOWN}"
    with transaction() as db:
        entries = [{**row, "refusal": _refusal(row["response"])} for row in db.execute(query, parameters)]
        totals = db.execute("SELECT path, COUNT(*) AS calls FROM traffic GROUP BY path ORDER BY calls DESC").fetchall()
        logins = [row["login"] for row in db.execute("SELECT login FROM account ORDER BY login")]
    shown = {"entries": entries, "totals": totals, "logins": logins, "login": login, "errors": errors}
    return render_template("traffic.html", page="traffic", limit=TRAFFIC_SHOWN, **shown)


def _refusal(response):
    """The ``codeRetour`` of a refusal, None for a success, be it an empty search."""
    found = RETURN_CODE.search(response or "")
    return found[1] if found and found[1] != "0" and not any(mark in response for mark in NO_RESULT) else None


@blueprint.get("/comportements")
def behaviours_page():
    """The 56 behaviours that a client must survive, each with its button."""
    with transaction() as db:
        armed = _armed(db)
    rows = behaviours.load().values()
    return render_template("behaviours.html", page="behaviours", rows=rows, armed=armed, sources=SOURCES)


@blueprint.post("/comportements")
def arm_behaviour():
    form = request.form
    with transaction() as db:
        try:
            spec = behaviours.fault_of(form.get("numero", ""))
            faults.arm(db, {**spec, "match": form.get("match") or spec["match"], "times": form.get("times") or 1})
            row = behaviours.load()[spec["behaviour"]]
            flash(f"Comportement {row['number']} armé : {row['title'].lower()}.", "good")
        except (behaviours.UnknownBehaviour, faults.InvalidFault, ValueError) as error:
            flash(str(error), "bad")
    return redirect(url_for("console.behaviours_page"))


def _armed(db):
    rows = db.execute("SELECT * FROM fault WHERE remaining > 0 ORDER BY id").fetchall()
    return [{"id": row["id"], "remaining": row["remaining"], **json.loads(row["spec"])} for row in rows]


@blueprint.get("/incidents")
def incidents_page():
    with transaction() as db:
        now = engine.advance(db)
        armed = _armed(db)
        settings = {key: store.get_setting(db, key) for key in (*NUMBERS, "quota", "works_flows")}
        speed = (store.get_setting(db, "clock") or {"speed": 1})["speed"]
    shown = {"kinds": dict(FAULTS), "paths": PATHS, "numbers": NUMBERS}
    return render_template(
        "incidents.html", page="incidents", armed=armed, settings=settings, now=now, speed=speed, **shown
    )


@blueprint.post("/incidents")
def arm_fault():
    form = request.form
    spec = {"kind": form.get("kind"), "match": form.get("match"), "times": form.get("times") or 1}
    if spec["kind"] == "status":
        spec.update(status=form.get("status", 503, type=int), body="<html>Service indisponible</html>")
    if spec["kind"] == "delay":
        spec["delay"] = form.get("delay", 10.0, type=float)
    with transaction() as db:
        try:
            faults.arm(db, spec)
            flash("L'incident est armé pour les prochains appels.", "good")
        except (faults.InvalidFault, ValueError) as error:
            flash(str(error), "bad")
    return redirect(url_for("console.incidents_page"))


@blueprint.post("/incidents/effacer")
def clear_faults():
    with transaction() as db:
        db.execute("DELETE FROM fault")
    flash("Aucun incident n'est plus armé.", "good")
    return _back()


def _back():
    """The page that the form names, one of this console."""
    wanted = request.form.get("retour") or ""
    local = wanted.startswith("/") and not wanted.startswith("//")
    return redirect(wanted if local else url_for("console.incidents_page"))


@blueprint.post("/incidents/horloge")
def move_clock():
    days = request.form.get("jours", 0.0, type=float)
    speed = request.form.get("vitesse", type=float)
    if not 0 <= days <= 3650 or not 0 <= (1 if speed is None else speed) <= 86400:
        flash("L'horloge avance de 0 à 3650 jours, à une vitesse de 0 à 86400.", "bad")
        return redirect(url_for("console.incidents_page"))
    with transaction() as db:
        clock.change(db, advance=days * 86400, speed=speed)
        flash(f"L'horloge simulée marque maintenant le {clock.french(engine.advance(db))}.", "good")
    return _back()


@blueprint.post("/incidents/reglages")
def change_settings():
    """Pace, passing refusals, quota, works flows."""
    form = request.form
    values = {}
    for key, (label, step) in NUMBERS.items():
        value = form.get(key, type=float if step == "any" else int)
        if value is None or not 0 <= value < 1e6:
            flash(f"{label} : donnez un nombre, zéro pour jamais.", "bad")
            return redirect(url_for("console.incidents_page"))
        values[key] = value
    limit, period = form.get("limite", type=int), form.get("periode", type=int)
    values["quota"] = {"limit": limit, "period": period} if limit and period and min(limit, period) > 0 else None
    values["works_flows"] = form.get("works_flows") == "1"
    with transaction() as db:
        for key, value in values.items():
            store.set_setting(db, key, value)
    flash("Les réglages sont en vigueur.", "good")
    return redirect(url_for("console.incidents_page"))


@blueprint.get("/structures")
def structures_page():
    """Who lives here: structures with what they require, their services, their technical accounts."""
    with transaction() as db:
        now = engine.advance(db)
        rows = [dict(row) for row in db.execute("SELECT * FROM structure ORDER BY public DESC, name")]
        for row in rows:
            own = (row["id"],)
            row["services"] = db.execute("SELECT * FROM service WHERE structure_id = ? ORDER BY code", own).fetchall()
            query = "SELECT * FROM account NATURAL JOIN account_structure WHERE structure_id = ? ORDER BY login"
            row["accounts"] = db.execute(query, own).fetchall()
            row["connected"] = bool(store.one(db, "SELECT 1 FROM connection WHERE structure_id = ?", row["id"]))
    return render_template("structures.html", page="structures", structures=rows, now=now)


@blueprint.post("/structures/<int:structure_id>/<flag>")
def switch(structure_id, flag):
    """Open or close a structure, or change what it requires of its suppliers."""
    if flag in ("active", "requires_service", "requires_commitment", "reports_payment"):
        with transaction() as db:
            db.execute(f"UPDATE structure SET {flag} = 1 - {flag} WHERE id = ?", (structure_id,))
    return redirect(url_for("console.structures_page"))
