"""Flows: their deposit, and the states they go through with time (chorus-pro-api.md §2.1, §3.4)."""

import hashlib
import json
import logging

from . import clock, field_rules, flow_files, flow_invoice, payment_requests, reference_lists, store, works
from .api_transverses import MAX_FILE, decode_file
from .endpoints import BusinessError, endpoint
from .frameworks import BY_CODE

STATES = (
    "IN_DEPOT_PORTAIL_EN_ATTENTE_TRAITEMENT_SE_CPP",
    "IN_RECU",
    "IN_TRAITE_SE_CPP",
    "IN_EN_COURS_TRAITEMENT_CPP",
)  # then one of FINAL
FINAL = ("IN_INTEGRE", "IN_INTEGRE_PARTIEL", "IN_REJETE")
AUTHOR = ("Flux", "Chorus Pro")
_logger = logging.getLogger(__name__)


@endpoint("factures/v1/deposer/flux", "DeposerFluxFactureParam")
def deposit(call):
    """Take a flow in. The answer is a receipt only: nothing of the content has been looked at (§2.1)."""
    interfaces = {name: code for known in reference_lists.syntaxes(call.db).values() for name, code in known.items()}
    syntax = call.body.get("syntaxeFlux")
    filename = call.body.get("nomFichier") or ""
    content = decode_file(call.body.get("fichierFlux"))
    if content and len(content) > MAX_FILE:
        raise BusinessError(20001, "GDP_MSG_11.022 - La taille du fichier dépasse 10 Mo.")
    if not content or not filename:
        raise BusinessError(
            20001, "GDP_MSG_01.001 - Le fichier du flux est absent, vide, ou n'est pas encodé en base 64."
        )
    if syntax not in interfaces:
        raise BusinessError(20002, f"GDP_MSG_01.002 - La syntaxe de flux « {syntax} » n'est pas reconnue.")
    counter = store.get_setting(call.db, "flow_counter") + 1
    store.set_setting(call.db, "flow_counter", counter)
    number = f"CPP001{interfaces[syntax][3:7]}{counter:015d}"
    values = {
        "number": number,
        "login": call.login,
        "syntax": syntax,
        "interface": interfaces[syntax],
        "filename": filename,
        "content": content,
        "state": STATES[0],
        "deposited": call.now,
        "state_date": call.now,
    }
    store.insert(call.db, "flow", values)
    return {"numeroFluxDepot": number, "dateDepot": clock.day(call.now), "syntaxeFlux": syntax}


def judge(db, reply, verdict):
    """Decide beforehand what becomes of the flow that was just deposited (a fault of kind ``flow``).

    ``labels``: refusals of its invoices, all of them, those of ``numbers``, or the first one with ``first_only``;
    ``technical``: entries of ``listeErreurTechnique``; ``state``: the state where it stays, for ``release_after``
    seconds when that is given.
    """
    number = reply.body.get("numeroFluxDepot") if reply and isinstance(reply.body, dict) else None
    if number:
        store.insert(db, "verdict", {"flow_number": number, "spec": json.dumps(verdict)})


def _verdict(db, number):
    row = store.one(db, "SELECT spec FROM verdict WHERE flow_number = ?", number)
    return json.loads(row["spec"]) if row else {}


def _release(db, now):
    """Let go the flows that a verdict held for a time: they are integrated as if nothing had been."""
    query = """SELECT flow_number, state_date + json_extract(spec, '$.release_after') AS moment
        FROM verdict JOIN flow ON number = flow_number AND state = json_extract(spec, '$.state') WHERE moment <= ?"""
    for row in db.execute(query, (now,)).fetchall():
        db.execute("DELETE FROM verdict WHERE flow_number = ?", (row["flow_number"],))
        _finish(db, row["flow_number"], row["moment"])


def advance(db, now):
    """Bring every flow to the state that its age gives it; one in another state (an incident) stays where it is."""
    _release(db, now)
    step, due = store.get_setting(db, "step_seconds"), []
    for rank, state in enumerate(STATES):
        query = "SELECT number, deposited FROM flow WHERE state = ? AND deposited <= ?"
        due += db.execute(query, (state, now - (rank + 1) * step)).fetchall()
    for flow in sorted(due, key=lambda row: (row["deposited"], row["number"])):
        age = len(STATES) if not step else int((now - flow["deposited"]) / step)
        if age >= len(STATES):
            _finish(db, flow["number"], flow["deposited"] + len(STATES) * step)
        else:
            values = {"state": STATES[age], "state_date": flow["deposited"] + age * step}
            store.update(db, "flow", "number", flow["number"], values)


def _finish(db, number, moment):
    """Integrate a flow. One that the simulator itself cannot digest ends as an incident, and stops nothing else."""
    flow = store.one(db, "SELECT * FROM flow WHERE number = ?", number)
    db.execute("SAVEPOINT integration")
    try:
        _integrate(db, flow, moment)
    except Exception:
        _logger.exception("Flow %s: not processed", flow["number"])
        db.execute("ROLLBACK TO integration")
        store.update(db, "flow", "number", flow["number"], {"state": "IN_INCIDENTE", "state_date": moment})
    db.execute("RELEASE integration")


def _integrate(db, flow, moment):
    """Read the invoices of a flow, integrate those that follow the rules, report the others."""
    technical, refused, accepted = [], [], 0
    verdict = _verdict(db, flow["number"])
    if verdict.get("state"):
        store.update(db, "flow", "number", flow["number"], {"state": verdict["state"], "state_date": moment})
        return
    try:
        members = flow_files.unpack(flow["filename"], flow["content"])
        documents = [flow_files.read(name, content, flow["syntax"]) for name, content in members]
        technical = [error for document in documents for error in flow_files.schema_errors(document)]
        technical = verdict.get("technical") or technical
    except flow_files.Unacceptable as error:
        technical = error.errors
    if not technical:
        rows = db.execute("SELECT structure_id FROM account_structure WHERE login = ?", (flow["login"],))
        structures = {row["structure_id"] for row in rows}
        for rank, document in enumerate(documents):
            invoice = flow_invoice.read(document)
            labels = _forced(verdict, rank, invoice) or field_rules.check(db, invoice, structures)
            if labels:
                refused.append(_refusal(invoice, labels))
            else:
                _create(db, flow, document, invoice, moment)
                accepted += 1
    state = "IN_REJETE" if not accepted else "IN_INTEGRE_PARTIEL" if refused else "IN_INTEGRE"
    values = {
        "state": state,
        "state_date": moment,
        "dp_errors": json.dumps(refused, ensure_ascii=False),
        "technical_errors": json.dumps(technical, ensure_ascii=False),
    }
    store.update(db, "flow", "number", flow["number"], values)


def _forced(verdict, rank, invoice):
    """The labels that a verdict gives to an invoice of the flow."""
    if verdict.get("first_only") and rank or invoice.number not in verdict.get("numbers", [invoice.number]):
        return []
    return verdict.get("labels") or []


def _refusal(invoice, labels):
    return {
        "identifiantFournisseur": invoice.sellers[0] if invoice.sellers else "",
        "identifiantDestinataire": invoice.buyers[0] if invoice.buyers else "",
        "numeroDP": invoice.number,
        "libelleErreurDP": field_rules.joined(labels),
    }


def _create(db, flow, document, invoice, moment):
    """Create the payment request of one accepted invoice: an ordinary invoice, or a works document for a works
    framework.
    """
    framework = BY_CODE[invoice.framework]
    buyer = field_rules.find_buyer(db, invoice)
    values = {
        "works": int(framework.works),
        "type": "AVOIR" if invoice.is_credit_note else "FACTURE",
        "number": invoice.number,
        "framework": framework.api_code,
        "supplier_id": field_rules.find_seller(db, invoice)["id"],
        "recipient_id": buyer["id"],
        "flow_number": flow["number"],
        "invoice_date": invoice.date,
        "currency": invoice.currency,
        "service_code": invoice.service_code or None,
        "commitment_number": invoice.commitment or None,
        "contract_number": invoice.contract or None,
        "origin_number": invoice.origin or None,
        "payment_mode": "VIREMENT",
        "mode": "EDI_XML_STRUCT" if "_E1_" in flow["syntax"] else "EDI_MIXTE",
        "amounts": {
            "ht": invoice.ht or "0",
            "vat": invoice.vat or "0",
            "ttc": invoice.ttc or "0",
            "discount": "0",
            "due": invoice.due or invoice.ttc or "0",
        },
        "main_files": [_store_file(db, flow, document.name, document.content, moment)],
        "attachments": [_store_file(db, flow, name, content, moment) for name, content in invoice.attachments.items()],
    }
    if not framework.works:
        statuses = ["A_VALIDER_1"] if framework.goes_to == "validator" else ["DEPOSEE"]
        payment_requests.create(db, values, statuses, moment, AUTHOR)
        return
    # Where a flow names the MOE and the MOA is in no public source (§6.6): the recipient stands in for the MOA.
    values.update(type=framework.works_type, moa_id=buyer["id"])
    works.deposit(db, values, moment, AUTHOR)


def _store_file(db, flow, name, content, moment):
    extension = name.rsplit(".", 1)[-1].upper() if "." in name else ""
    digest = hashlib.sha256(content).hexdigest()[:8]
    row = {
        "login": flow["login"],
        "name": name or digest,
        "mime": None,
        "extension": extension,
        "created": moment,
        "content": content,
    }
    return {"id": store.insert(db, "file", row), "label": name, "type": "01"}
