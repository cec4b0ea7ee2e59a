"""Services *factures* of the validator: main contractor of a subcontractor, lead of a joint contractor
(chorus-pro-api.md §2.6, §3.2; official swagger Factures 1.0.0).
"""

from . import clock, directory, rendering, roles
from .corrections import FORBIDDEN_STATE
from .endpoints import BusinessError, endpoint, number
from .selection import Selection, data
from .visibility import UNKNOWN, any_party, of_structures

VISIBLE = (
    *("A_VALIDER_1", "VALIDEE_1", "REFUSEE_1", "ABSENCE_VALIDATION_1_HORS_DELAI"),
    *("A_VALIDER_2", "VALIDEE_2", "REFUSEE_2", "ABSENCE_VALIDATION_2_HORS_DELAI", "ERREUR_COTRAITANT_SUR_VALIDEUR"),
    *("DEPOSEE", "A_ASSOCIER_MOE", "A_ASSOCIER_MOA"),
)
# Status → who validates then, and the column that names him.
WAITING = {"A_VALIDER_1": ("validator", "validator_id"), "A_VALIDER_2": ("validator2", "validator2_id")}
ACTIONS = {"VALIDATION": "accept", "REFUS": "refuse"}


@endpoint("factures/v1/rechercher/aTraiter/valideur", "RechercherFactureATraiterParValideurParam")
def search_waiting(call):
    """The requests that wait for the account's validation."""
    wanted, parameters = [], []
    for status, (_actor, column) in WAITING.items():
        condition, owned = of_structures(call, column, call.body.get("idStructure"))
        wanted.append(f"(status = '{status}' AND {condition})")
        parameters += owned
    return _answer(call, Selection(" OR ".join(wanted), *parameters))


@endpoint("factures/v1/rechercher/valideur", "RechercherFactureParValideurParam")
def search(call):
    """The requests of which the account is a validator, whatever became of them."""
    body = call.body
    condition, owned = of_structures(call, "validator_id")
    second, _owned = of_structures(call, "validator2_id")
    wanted = Selection(f"{condition} OR {second}", *owned, *owned).usual(body)
    wanted.same("works", {"FACTURE": 0, "FACTURE_TRAVAUX": 1}.get(body.get("typeDemandePaiement")))
    wanted.same("number", body.get("numeroFacture")).same("supplier_id", body.get("idFournisseur"))
    wanted.among("status", body.get("statutCourant"))
    wanted.same(data("commitment_number"), body.get("numeroEngagement"))
    return _answer(call, wanted)


def _answer(call, wanted):
    shown, counts = wanted.page(call.db, call.section("pagination"))
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
            row[f"typeIdentifiant{suffix}"] = structure["kind"]
            row[f"designation{suffix}"] = structure["name"]
    return row


@endpoint("factures/v1/consulter/valideur", "ConsulterFactureParValideurParam")
def read(call):
    """One request with its files, works documents included."""
    request = _to_validate(call, call.body.get("identifiantFactureCPP"))
    return {"facture": rendering.issued(call.db, request)}


def _to_validate(call, request_id):
    """Return a request of which the account is the first or the second validator, else refuse as unknown."""
    request = any_party(call, request_id)
    if not {request["validator_id"], request["validator2_id"]} & call.structures:
        raise BusinessError(*UNKNOWN)
    return request


@endpoint("factures/v1/traiter/factureAValider", "TraiterFactureAValiderParam")
def decide(call):
    """Validate a request, or refuse it with its reason."""
    request = _to_validate(call, call.body.get("idFacture"))
    action = ACTIONS.get(call.body.get("action"))
    if not action:
        raise BusinessError(20002, f"L'action doit être {' ou '.join(ACTIONS)}.")
    if request["status"] not in WAITING:
        raise BusinessError(*FORBIDDEN_STATE)
    actor, column = WAITING[request["status"]]
    if request[column] not in call.structures or call.body.get("idValideur") not in (None, request[column]):
        raise BusinessError(20001, "GDP_MSG_11.005 - Vous n'avez pas les habilitations nécessaires : autre valideur.")
    reason = " - ".join(part for part in (call.body.get("motifRefus"), call.body.get("complementInfo")) if part)
    try:
        request = roles.act(call.db, request, actor, action, call.now, reason)
    except roles.Impossible as error:
        raise BusinessError(20003, str(error)) from None
    return {
        "idFacture": request["id"],
        "numeroFacture": request["number"],
        "dateTraitement": clock.iso(call.now),
        "statutFacture": roles.MOVES[actor, action][1],
    }


@endpoint("factures/v1/recuperer/statutsFactureVisibles/valideur", "RecupererStatutsFactureVisiblesParValideurParam")
def visible_statuses(call):
    return {"listeStatutFacture": [{"codeStatutFacture": code} for code in VISIBLE]}
