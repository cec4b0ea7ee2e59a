"""Services *factures* of the recipient, for the technical account of a public body: what it received, and how it treats
it (chorus-pro-api.md §2.6; official swagger Factures 1.0.0). The console plays the same actor.
"""

from . import clock, directory, payment_requests, rendering, roles
from .corrections import FORBIDDEN_STATE
from .endpoints import BusinessError, endpoint, number, page
from .visibility import of_structures, request_of

TO_TREAT = ("MISE_A_DISPOSITION", "PRISE_EN_COMPTE_DESTINATAIRE", "COMPLETEE", "SERVICE_FAIT", "MANDATEE")


def _reached(request):
    """Whether the recipient has it: once past its routing, and for a works document only the last of its file."""
    if request["status"] in ("DEPOSEE", "EN_COURS_ACHEMINEMENT", "A_VALIDER_1"):
        return False
    return not request["works"] or payment_requests.framework(request).goes_to == "payer"


def _received(call, wanted=None):
    condition, owned = of_structures(call, "recipient_id", wanted)
    return [request for request in payment_requests.select(call.db, condition, *owned) if _reached(request)]


@endpoint("factures/v1/rechercher/recipiendaire", "RechercherFactureRecipiendaireParam")
def search(call):
    """What the account's structures received; the paging stands at the root of the answer."""
    body = call.body
    kinds = {"FACTURE": 0, "FACTURE_TRAVAUX": 1}
    suppliers = {item.get("idFournisseur") for item in body.get("listeFournisseurs") or []}
    statuses = body.get("statutCourant") or []
    statuses = [statuses] if isinstance(statuses, str) else statuses
    downloaded = body.get("factureTelechargeeParDestinataire")
    found = [
        request
        for request in _received(call, body.get("idDestinataire"))
        if kinds.get(body.get("typeDemandePaiement"), request["works"]) == request["works"]
        and body.get("numeroFacture") in (None, request["number"])
        and (not suppliers or request["supplier_id"] in suppliers)
        and (not statuses or request["status"] in statuses)
        and downloaded in (None, bool(request.get("downloaded")))
        and payment_requests.matches(request, body)
    ]
    shown, counts = page(found[::-1], call.section("paramRecherche"))
    return {"listeFactures": [_summary(call.db, request) for request in shown], **counts}


@endpoint("factures/v1/rechercher/atraiter/recipiendaire", "RechercherFactureATraiterParRecipiendaireParam")
def search_to_treat(call):
    found = [request for request in _received(call, call.body.get("idStructure")) if request["status"] in TO_TREAT]
    shown, counts = page(found[::-1], call.section("parametreRechercheFactureATraiterParRecipiendaire"))
    return {"listeFactures": [_summary(call.db, request) for request in shown], "parametresRetour": counts}


def _summary(db, request):
    works, amounts = request["works"], request["amounts"]
    row = {
        "idFacture": request["id"],
        "devise": request["currency"],
        "typeDemandePaiement": "FACTURE_TRAVAUX" if works else "FACTURE",
        "typeIdentifiantFournisseur": "SIRET",
        "idDestinataire": request["recipient_id"],
        "codeServiceExecutant": request.get("service_code"),
        "typeFacture": None if works else request["type"],
        "typeFactureTravaux": request["type"] if works else None,
        "numeroFacture": request["number"],
        "dateFacture": request["invoice_date"],
        "dateDepot": clock.day(request["deposited"]),
        "montantHT": number(amounts["ht"]),
        "montantTTC": number(amounts["ttc"]),
        "montantAPayer": number(amounts["due"]),
        "statut": request["status"],
        "numeroMarche": request.get("contract_number"),
        "numeroBonCommande": request.get("commitment_number"),
        "factureTelechargeeParDestinataire": bool(request.get("downloaded")),
        "dateHeureEtatCourant": clock.iso(request["status_date"]),
        "commentaireEtatCourant": payment_requests.current_comment(db, request),
    }
    for suffix, place in (("Fournisseur", "supplier"), ("Destinataire", "recipient"), ("MOE", "moe"), ("MOA", "moa")):
        structure = directory.structure(db, request[f"{place}_id"]) if request[f"{place}_id"] else None
        if structure:
            row[f"code{suffix}"] = structure["identifier"]
            row[f"designation{suffix}"] = structure["name"]
            if suffix in ("MOE", "MOA"):
                row[f"typeIdentifiant{suffix}"] = "SIRET"
    return row


@endpoint("factures/v1/consulter/recipiendaire", "ConsulterFactureParRecipiendaireParam")
def read(call):
    request = _own(call, call.body.get("identifiantFactureCPP"))
    return {"facture": rendering.received(call.db, request)}


def _own(call, request_id):
    request = request_of(call, request_id, "recipient_id")
    if not _reached(request):
        raise BusinessError(20000, "GDP_MSG_11.008 - La demande de paiement n'existe pas.")
    return request


@endpoint("factures/v1/traiter/recue", "TraiterUneFactureRecueParam")
def treat(call):
    """Give a received invoice its next status; a suspension, a rejection or a return needs its reason."""
    request = _own(call, call.body.get("idFacture"))
    wanted = call.body.get("nouveauStatut")
    if wanted not in roles.ALLOWED:
        raise BusinessError(20002, f"Le nouveau statut doit être l'un de : {', '.join(roles.ALLOWED)}.")
    if wanted not in roles.possible_next(request["status"]):
        raise BusinessError(*FORBIDDEN_STATE)
    try:
        roles.act(call.db, request, "payer", roles.PAYER_ACTIONS[wanted], call.now, call.body.get("motif") or "")
    except roles.Impossible as error:
        raise BusinessError(20003, str(error)) from None
    if call.body.get("numeroDPMandat"):
        payment_requests.change(call.db, request, payment_order=call.body["numeroDPMandat"])
    return {
        "idFacture": request["id"],
        "numeroFacture": request["number"],
        "dateTraitement": clock.iso(call.now),
        "nouveauStatut": request["status"],
    }
