"""Services *factures* of the validator: main contractor of a subcontractor, lead of a joint contractor
(chorus-pro-api.md §2.6, §3.2; official swagger Factures 1.0.0).
"""

from . import clock, directory, payment_requests, rendering, roles
from .corrections import FORBIDDEN_STATE
from .endpoints import BusinessError, endpoint, number, page
from .visibility import of_structures, request_of

WAITING = ("A_VALIDER_1",)
VISIBLE = (
    *WAITING,
    *("VALIDEE_1", "REFUSEE_1", "ABSENCE_VALIDATION_1_HORS_DELAI", "DEPOSEE", "A_ASSOCIER_MOE", "A_ASSOCIER_MOA"),
)
ACTIONS = {"VALIDATION": "accept", "REFUS": "refuse"}


@endpoint("factures/v1/rechercher/aTraiter/valideur", "RechercherFactureATraiterParValideurParam")
def search_waiting(call):
    """The requests that wait for the account's validation."""
    condition, owned = of_structures(call, "validator_id", call.body.get("idStructure"))
    found = payment_requests.select(call.db, f"status = 'A_VALIDER_1' AND {condition}", *owned)
    return _answer(call, found)


@endpoint("factures/v1/rechercher/valideur", "RechercherFactureParValideurParam")
def search(call):
    """The requests of which the account is a validator, whatever became of them."""
    body = call.body
    condition, owned = of_structures(call, "validator_id")
    kinds = {"FACTURE": 0, "FACTURE_TRAVAUX": 1}
    found = [
        request
        for request in payment_requests.select(call.db, condition, *owned)
        if kinds.get(body.get("typeDemandePaiement"), request["works"]) == request["works"]
        and body.get("numeroFacture") in (None, request["number"])
        and body.get("idFournisseur") in (None, request["supplier_id"])
        and (not body.get("statutCourant") or request["status"] in body["statutCourant"])
        and body.get("numeroEngagement") in (None, request.get("commitment_number"))
        and payment_requests.matches(request, body)
    ]
    return _answer(call, found)


def _answer(call, found):
    shown, counts = page(found[::-1], call.section("pagination"))
    return {"listeFactures": [_summary(call.db, request) for request in shown], "parametresRetour": counts}


def _summary(db, request):
    works, amounts = request["works"], request["amounts"]
    row = {
        "idFacture": request["id"],
        "typeDemandePaiement": "FACTURE_TRAVAUX" if works else "FACTURE",
        "codeServiceExecutant": request.get("service_code"),
        "typeFacture": None if works else request["type"],
        "typeFactureTravaux": request["type"] if works else None,
        "numeroFacture": request["number"],
        "dateFacture": request["invoice_date"],
        "dateDepot": clock.day(request["deposited"]),
        # Whole numbers: so says the official schema for this service alone.
        "montantHT": round(number(amounts["ht"])),
        "montantTTC": round(number(amounts["ttc"])),
        "montantAPayer": round(number(amounts["due"])),
        "devise": request["currency"],
        "statut": request["status"],
        "numeroMarche": request.get("contract_number"),
        "numeroEngagement": request.get("commitment_number"),
    }
    places = (("Fournisseur", "supplier"), ("Destinataire", "recipient"), ("Moe", "moe"), ("Moa", "moa"))
    for suffix, place in (*places, ("Valideur", "validator")):
        structure = directory.structure(db, request[f"{place}_id"]) if request[f"{place}_id"] else None
        if structure:
            row[f"id{suffix}"] = structure["id"]
            row[f"identifiant{suffix}"] = structure["identifier"]
            row[f"typeIdentifiant{suffix}"] = "SIRET"
            row[f"designation{suffix}"] = structure["name"]
    return row


@endpoint("factures/v1/consulter/valideur", "ConsulterFactureParValideurParam")
def read(call):
    """One request with its files, works documents included."""
    request = request_of(call, call.body.get("identifiantFactureCPP"), "validator_id")
    return {"facture": rendering.issued(call.db, request)}


@endpoint("factures/v1/traiter/factureAValider", "TraiterFactureAValiderParam")
def decide(call):
    """Validate a request, or refuse it with its reason."""
    request = request_of(call, call.body.get("idFacture"), "validator_id")
    action = ACTIONS.get(call.body.get("action"))
    if not action:
        raise BusinessError(20002, f"L'action doit être {' ou '.join(ACTIONS)}.")
    if call.body.get("idValideur") not in (None, request["validator_id"]):
        raise BusinessError(20001, "GDP_MSG_11.005 - Vous n'avez pas les habilitations nécessaires : autre valideur.")
    if request["status"] not in WAITING:
        raise BusinessError(*FORBIDDEN_STATE)
    reason = " - ".join(part for part in (call.body.get("motifRefus"), call.body.get("complementInfo")) if part)
    try:
        request = roles.act(call.db, request, "validator", action, call.now, reason)
    except roles.Impossible as error:
        raise BusinessError(20003, str(error)) from None
    return {
        "idFacture": request["id"],
        "numeroFacture": request["number"],
        "dateTraitement": clock.iso(call.now),
        "statutFacture": "VALIDEE_1" if action == "accept" else request["status"],
    }


@endpoint("factures/v1/recuperer/statutsFactureVisibles/valideur", "RecupererStatutsFactureVisiblesParValideurParam")
def visible_statuses(call):
    return {"listeStatutFacture": [{"codeStatutFacture": code} for code in VISIBLE]}
