"""Services *factures* of the recipient, for the technical account of a public body: what it received, and how it treats
it (chorus-pro-api.md §2.6; official swagger Factures 1.0.0). The console plays the same actor.
"""

from . import clock, directory, payment_requests, rendering, roles
from .corrections import FORBIDDEN_STATE
from .endpoints import BusinessError, endpoint, number
from .frameworks import BY_API_CODE
from .selection import Selection, data
from .visibility import of_structures, request_of

# Frameworks of the document that reaches the paymaster, the last of its file.
LAST = [code for code, framework in BY_API_CODE.items() if framework.works and framework.goes_to == "payer"]
ON_THE_WAY = ("DEPOSEE", "EN_COURS_ACHEMINEMENT", "A_VALIDER_1", "A_VALIDER_2")
TO_TREAT = ("MISE_A_DISPOSITION", "PRISE_EN_COMPTE_DESTINATAIRE", "COMPLETEE", "SERVICE_FAIT", "MANDATEE")


def _reached(request):
    """Whether the recipient has it: once past its routing, and of a works file only the last document."""
    return request["status"] not in ON_THE_WAY and (not request["works"] or request["framework"] in LAST)


def _received(call, wanted=None):
    """The requests of which :func:`_reached` is true."""
    condition, owned = of_structures(call, "recipient_id", wanted)
    reached = Selection(condition, *owned).where(f"status NOT IN ({', '.join('?' for _ in ON_THE_WAY)})", *ON_THE_WAY)
    return reached.where(f"works = 0 OR framework IN ({', '.join('?' for _ in LAST)})", *LAST)


@endpoint("factures/v1/rechercher/recipiendaire", "RechercherFactureRecipiendaireParam")
def search(call):
    """What the account's structures received; the paging stands at the root of the answer."""
    body = call.body
    suppliers = [item["idFournisseur"] for item in body.get("listeFournisseurs") or [] if item.get("idFournisseur")]
    wanted = _received(call, body.get("idDestinataire")).usual(body)
    wanted.same("works", {"FACTURE": 0, "FACTURE_TRAVAUX": 1}.get(body.get("typeDemandePaiement")))
    wanted.same("number", body.get("numeroFacture"))
    wanted.among("supplier_id", suppliers).among("status", body.get("statutCourant"))
    if body.get("factureTelechargeeParDestinataire") is not None:
        wanted.where(f"COALESCE({data('downloaded')}, 0) = ?", int(body["factureTelechargeeParDestinataire"]))
    shown, counts = wanted.page(call.db, call.section("paramRecherche"))
    return {"listeFactures": [_summary(call.db, request) for request in shown], **counts}


@endpoint("factures/v1/rechercher/atraiter/recipiendaire", "RechercherFactureATraiterParRecipiendaireParam")
def search_to_treat(call):
    wanted = _received(call, call.body.get("idStructure")).among("status", list(TO_TREAT))
    shown, counts = wanted.page(call.db, call.section("parametreRechercheFactureATraiterParRecipiendaire"))
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
