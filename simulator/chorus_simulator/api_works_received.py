"""Services *facturesTravaux* on what an actor received: its list, and what he sends back without a document of his own
(chorus-pro-api.md §2.10; the bodies of two are published, the paths of all are derived).
"""

from . import deposits, payment_requests, roles, works
from .api_works import EMPTY, is_party, summary, visible
from .corrections import FORBIDDEN_STATE, account_author
from .endpoints import BusinessError, endpoint, page

# Sent back to the supplier, or waiting for his signature.
OF_SUPPLIER = (
    *("A_RECYCLER", "EN_ATTENTE_RECYCLAGE_FOURNISSEUR", "SUSPENDUE", "A_COMPLETER", "A_ASSOCIER_FOURNISSEUR"),
    *("ERREUR_FOURNISSEUR_SUR_MOE", "ERREUR_FOURNISSEUR_SUR_MOA", "ERREUR_FOURNISSEUR_SUR_VALIDEUR"),
    *("REFUSEE_MOE", "REFUSEE_MOA", "REFUSEE_1", "REFUSEE_2"),
)
PENDING = tuple({*OF_SUPPLIER, *works.ANSWERABLE["moe"], *works.ANSWERABLE["moa"], *works.VALIDABLE, *roles.REDONE})
PLAYED = {"FOURNISSEUR": "supplier", "MOE": "moe", "MOA": "moa", "VALIDEUR": "validator"}


def awaited(request):
    """The actor for whom a works document waits, None when it waits for nobody here."""
    holder = roles.holder(request)
    if holder in ("moe", "moa", "validator", "validator2"):
        return holder
    own = payment_requests.framework(request).issuer == "supplier" or request["status"] == "A_ASSOCIER_FOURNISSEUR"
    return "supplier" if own and request["status"] in OF_SUPPLIER else None


@endpoint("facturesTravaux/v1/rechercher/atraiter", "RechercherFactureTravauxATraiterParam")
def search_to_handle(call):
    """The works documents that wait for the account, in the role asked for or in any."""
    role = PLAYED.get(call.body.get("roleUtilisateur"))
    pending = payment_requests.select(call.db, f"works = 1 AND status IN ({', '.join('?' for _ in PENDING)})", *PENDING)
    found = [request for request in pending if _waits(call, request, role)]
    if not found:
        raise BusinessError(*EMPTY)
    shown, counts = page(found[::-1], call.section("rechercheFactureTravauxATraiter"))
    return {"listeFacturesTravaux": [summary(call.db, request) for request in shown], "parametresRetour": counts}


def _waits(call, request, role):
    actor = awaited(request)
    return actor and role in (None, actor.rstrip("2")) and request[roles.COLUMNS[actor]] in call.structures


@endpoint("facturesTravaux/v1/refuser", "RefuserFactureTravauxParam")
def refuse(call):
    """Refuse a document received, with its reason; an MOE or MOA may not do so for an amount."""
    request = visible(call, call.body.get("idFactureTravaux"))
    _act(call, request, "refuse", call.body.get("motif"), call.body.get("commentaire"))
    return {}


@endpoint("facturesTravaux/v1/suspendre/demander/completer/factureTravaux", "SuspendreFactureTravauxParam")
def suspend(call):
    """Ask for more files: A_COMPLETER for an MOE or MOA."""
    request = visible(call, call.body.get("idFactureTravaux"))
    _act(call, request, "suspend", call.body.get("commentaire"))
    return {}


def _act(call, request, action, *reasons):
    """Do ``action`` in the first place that the account holds and from which it is possible."""
    reason = " - ".join(part for part in reasons if part)
    for actor in ("moe", "moa", "supplier"):
        if request[roles.COLUMNS[actor]] in call.structures and roles.can(request, actor, action):
            try:
                return roles.act(call.db, request, actor, action, call.now, reason)
            except roles.Impossible as error:
                raise BusinessError(20003, str(error)) from None
    raise BusinessError(*FORBIDDEN_STATE)


@endpoint("facturesTravaux/v1/demander/recyclage", "IdFactureTravauxParam")
def ask_recycling(call):
    """Ask the issuer of the document before this one to address it again."""
    request = visible(call, call.body.get("idFactureTravaux"))
    previous = payment_requests.get(call.db, request["previous_id"]) if request["previous_id"] else None
    if not previous or previous["status"] != "ASSOCIEE" or not is_party(call, request):
        raise BusinessError(*FORBIDDEN_STATE)
    issuer = payment_requests.framework(previous).issuer
    status = "EN_ATTENTE_RECYCLAGE_FOURNISSEUR" if issuer == "supplier" else "A_RECYCLER"
    payment_requests.set_status(call.db, previous, status, call.now, account_author(call))
    return {"idFactureTravaux": request["id"], "idPiecePrecedente": previous["id"]}


@endpoint("facturesTravaux/v1/completermoe", "CompleterMoeFactureTravauxParam")
def complete_by_moe(call):
    """What an MOE adds to a document received: who orders the works, through which service (derived)."""
    request = visible(call, call.body.get("idFactureTravaux"))
    if request["moe_id"] not in call.structures or request["status"] not in works.ANSWERABLE["moe"]:
        raise BusinessError(*FORBIDDEN_STATE)
    block = call.section("cadreDeFacturation")
    service = block.get("codeServiceMoa")
    moa = deposits.actor(call, block.get("codeStructureMoa"), service, "MOA", True)
    if not moa["moa"]:
        raise BusinessError(
            20129, f"La structure {moa['identifier']} n'est pas déclarée maître d'ouvrage dans Chorus Pro."
        )
    payment_requests.change(call.db, request, moa_id=moa["id"], moa_service=service)
    return {"idFactureTravaux": request["id"], "numeroFactureTravaux": request["number"]}
