"""Services *facturesTravaux*: works documents (chorus-pro-api.md §2.10; all paths but *rechercher* are derived)."""

from . import clock, deposits, directory, payment_requests, rendering, works
from .corrections import account_author, complete_request, own_request, readdress
from .endpoints import BusinessError, endpoint, number
from .frameworks import BY_API_CODE
from .selection import Selection, data
from .visibility import PARTIES, of_structures

EMPTY = (20007, "GFT_MSG_01.075")
UNKNOWN = (20000, "GDP_MSG_11.008 - La facture de travaux n'existe pas.")
NO_RIGHT = (20001, "GDP_MSG_11.005 - Vous n'avez pas les habilitations nécessaires pour cette structure.")
RECYCLABLE = (
    *("A_RECYCLER", "EN_ATTENTE_RECYCLAGE_FOURNISSEUR", "ERREUR_FOURNISSEUR_SUR_MOE", "ERREUR_FOURNISSEUR_SUR_MOA"),
    "ERREUR_FOURNISSEUR_SUR_VALIDEUR",
)
STRUCTURES = {
    "idStructureFournisseur": "supplier_id",
    "idStructureMoe": "moe_id",
    "idStructureMoa": "moa_id",
    "idDestinataire": "recipient_id",
}
ROLES = {"FOURNISSEUR": "supplier_id", "MOE": "moe_id", "MOA": "moa_id", "VALIDEUR": "validator_id"}


@endpoint("facturesTravaux/v1/soumettre", "SoumettreFactureTravauxParam")
def submit(call):
    """Submit one works document, first of its file or answer to the one named by ``idPiecePrecedente``."""
    framework = BY_API_CODE.get(call.section("cadreDeFacturation").get("codeCadreFacturation"))
    if not framework or not framework.works:
        raise BusinessError(20002, "Le cadre de facturation n'est pas un cadre de facture de travaux.")
    if call.body.get("typeFactureTravaux") not in (None, framework.works_type):
        raise BusinessError(20002, f"Le type de facture de travaux d'un {framework.code} est {framework.works_type}.")
    previous = _previous(call, framework)
    values = deposits.references(call, "dateFactureTravaux")
    values.update(_actors(call, framework, values["commitment_number"]))
    replaced = previous if previous and works.replaces_refused(previous, framework) else None
    reference = call.body.get("numeroFactureTravauxSaisi")
    deposits.check_number(call, reference, values["supplier_id"], framework.api_code, replaced)
    amounts = deposits.amounts(call)
    main_files, attachments = deposits.files(call, main_required=True)
    values.update(
        number=reference,
        framework=framework.api_code,
        previous_id=previous["id"] if previous else None,
        amounts=amounts,
        main_files=main_files,
        attachments=attachments,
    )
    request = works.deposit(call.db, values, call.now, account_author(call))
    return {
        "idFactureTravaux": request["id"],
        "numeroFactureTravaux": request["number"],
        "statutFactureTravaux": request["status"],
        "dateDepot": clock.day(call.now),
    }


def _previous(call, framework):
    """Return the document that this one answers or replaces, None for a first deposit."""
    wanted = call.body.get("idPiecePrecedente")
    if wanted is None:
        return None
    previous = visible(call, wanted)
    if not works.can_answer(previous, framework) and not works.replaces_refused(previous, framework):
        raise BusinessError(
            20000,
            f"GDP_MSG_11.001 - Un document {framework.code} ne peut pas être associé au document "
            f"{previous['number']} ({previous['framework'].split('_')[0]}, {previous['status']}).",
        )
    return previous


def _actors(call, framework, commitment):
    """Find and check who bills, works, orders, validates and pays."""
    block = call.section("cadreDeFacturation")
    service = {role: block.get(f"codeService{suffix}") for role, suffix in (("moe", "Moe"), ("moa", "Moa"))}
    moe = deposits.actor(call, block.get("codeStructureMoe"), service["moe"], "MOE", framework.issuer == "moe")
    needs_moa = framework.issuer == "moa" or works.receiver(framework, bool(moe)) == "moa"
    moa = deposits.actor(call, block.get("codeStructureMoa"), service["moa"], "MOA", needs_moa)
    if moa and not moa["moa"]:
        raise BusinessError(
            20129, f"La structure {moa['identifier']} n'est pas déclarée maître d'ouvrage dans Chorus Pro."
        )
    validated = framework.goes_to == "validator"
    validator = deposits.actor(
        call, block.get("codeStructureValideur"), block.get("codeServiceValideur"), "valideur", validated
    )
    if framework.issuer == "supplier":
        supplier = deposits.supplier(call)
    else:
        supplier = directory.structure(call.db, int(call.section("fournisseur").get("idFournisseur") or 0))
        issuer = moe if framework.issuer == "moe" else moa
        if not supplier or issuer["id"] not in call.structures:
            raise BusinessError(*NO_RIGHT)
    return {
        "supplier_id": supplier["id"],
        "recipient_id": deposits.recipient(call, commitment)["id"],
        "moe_id": moe["id"] if moe else None,
        "moe_service": service["moe"],
        "moa_id": moa["id"] if moa else None,
        "moa_service": service["moa"],
        "validator_id": validator["id"] if validator and validated else None,
    }


def is_party(call, request):
    return any(request[column] in call.structures for column in PARTIES)


def visible(call, request_id):
    """Return a works document whose billing file counts the account among its actors."""
    request = payment_requests.get(call.db, int(request_id or 0))
    if request and request["works"]:
        if any(is_party(call, piece) for piece in works.folder(call.db, request["folder_id"])):
            return request
    raise BusinessError(*UNKNOWN)


@endpoint("facturesTravaux/v1/rechercher", "RechercherFactureTravauxParam")
def search(call):
    """The works documents in which the account plays ``roleUtilisateur``, newest first. Nothing found: 20007."""
    body = call.body
    condition, owned = of_structures(call, ROLES[body.get("roleUtilisateur") or "FOURNISSEUR"])
    wanted = Selection(f"works = 1 AND {condition}", *owned).usual(body)
    wanted.same("number", body.get("numeroFactureTravaux"))
    for key, column in STRUCTURES.items():
        wanted.same(column, body.get(key) and int(body[key]))
    wanted.among("status", body.get("listeStatutCourant"))
    wanted.among(data("type"), body.get("listeTypeFactureTravaux"))
    wanted.days(data("invoice_date"), body, "periodeDateFactureTravaux")
    if body.get("uniquementSansPieceSuivante"):
        wanted.where("id NOT IN (SELECT previous_id FROM payment_request WHERE previous_id IS NOT NULL)")
    shown, counts = wanted.page(call.db, call.section("rechercheFactureTravaux"), EMPTY)
    return {"listeFacturesTravaux": [summary(call.db, request) for request in shown], "parametresRetour": counts}


def summary(db, request):
    supplier = directory.structure(db, request["supplier_id"])
    recipient = directory.structure(db, request["recipient_id"])
    return {
        "idFactureTravaux": request["id"],
        "numeroFactureTravaux": request["number"],
        "typeDemandePaiement": "FACTURE_TRAVAUX",
        "typeFactureTravaux": request["type"],
        "cadreFacturation": request["framework"],
        "statutFactureTravaux": request["status"],
        "dateHeureEtatCourant": clock.iso(request["status_date"]),
        "dateDepot": clock.day(request["deposited"]),
        "dateFactureTravaux": request["invoice_date"],
        "montantHT": number(request["amounts"]["ht"]),
        "montantTTC": number(request["amounts"]["ttc"]),
        "montantAPayer": number(request["amounts"]["due"]),
        "devise": request["currency"],
        "idDestinataire": recipient["id"],
        "codeDestinataire": recipient["identifier"],
        "designationDestinataire": recipient["name"],
        "codeServiceExecutant": request.get("service_code"),
        "idFournisseur": supplier["id"],
        "codeFournisseur": supplier["identifier"],
        "typeIdentifiantFournisseur": "SIRET",
        "designationFournisseur": supplier["name"],
        "codeServiceMoe": request.get("moe_service"),
        "codeServiceMoa": request.get("moa_service"),
        "numeroMarche": request.get("contract_number"),
        "numeroBonCommande": request.get("commitment_number"),
        "numeroFluxDepot": request["flow_number"],
        "idDossierFacturation": request["folder_id"],
        "factureTelechargeeParDestinataire": False,
        "commentaire": bool(request.get("comment")),
    }


@endpoint("facturesTravaux/v1/consulter", "ConsulterFactureTravauxParam")
def read(call):
    request = visible(call, call.body.get("idFactureTravaux"))
    return {
        "factureTravaux": {
            "idFactureTravaux": request["id"],
            "numeroFactureTravaux": request["number"],
            "statutFactureTravaux": request["status"],
            "typeFactureTravaux": request["type"],
            "modeDepot": request["mode"],
            "destinataire": rendering.recipient(call.db, request),
            "fournisseur": rendering.supplier(call.db, request),
            "cadreDeFacturation": rendering.framework(call.db, request),
            "references": rendering.references(request),
            "montantTotal": rendering.totals(request),
            "piecePrecedente": rendering.previous_piece(call.db, request),
            "pieceSuivante": rendering.next_piece(call.db, request),
            "listeDesPiecesJointes": rendering.attachments(call.db, request),
            "commentaire": request.get("comment"),
        }
    }


@endpoint("facturesTravaux/v1/consulter/dossierfacturation", "IdFactureTravauxParam")
def read_folder(call):
    """The whole billing file of a document, in order, each with its history, newest entry first."""
    request = visible(call, call.body.get("idFactureTravaux"))
    pieces = works.folder(call.db, request["folder_id"])
    return {
        "idDossierFacturation": request["folder_id"],
        "listeFactureTravaux": [_piece(call.db, piece) for piece in pieces],
    }


def _piece(db, request):
    issuer_column = {"supplier": "supplier_id", "moe": "moe_id", "moa": "moa_id"}[
        payment_requests.framework(request).issuer
    ]
    issuer = directory.structure(db, request[issuer_column])
    row = summary(db, request)
    kept = (
        "idFactureTravaux", "numeroFactureTravaux", "typeFactureTravaux", "cadreFacturation", "statutFactureTravaux",
        "dateDepot", "dateHeureEtatCourant", "idFournisseur", "codeFournisseur", "designationFournisseur",
        "montantHT", "montantTTC", "montantAPayer",
    )  # fmt: skip
    return {
        **{key: row[key] for key in kept},
        "designationEmetteur": issuer["name"],
        "identifiantEmetteur": issuer["identifier"],
        "commentaireEtatCourant": payment_requests.current_comment(db, request),
        "idPiecePrecedente": request["previous_id"],
        "historiqueDemandePaiement": rendering.history(db, request),
    }


@endpoint("facturesTravaux/v1/completer", "CompleterFactureTravauxParam")
def complete(call):
    """Answer a request for more files: SUSPENDUE or A_COMPLETER → COMPLETEE."""
    request = own_request(call, call.body.get("idFactureTravaux"), works=True)
    complete_request(call, request, ("SUSPENDUE", "A_COMPLETER"))
    return {"idFactureTravaux": request["id"], "numeroFactureTravaux": request["number"]}


@endpoint("facturesTravaux/v1/recycler", "RecyclerFactureTravauxParam")
def recycle(call):
    """Correct the addressing of a document sent back; it goes again to the first actor, under the same number."""
    request = own_request(call, call.body.get("idFactureTravaux"), works=True)
    readdress(call, request, RECYCLABLE)
    block = call.section("cadreDeFacturation")
    for role, suffix in (("moe", "Moe"), ("moa", "Moa")):
        siret = block.get(f"codeStructure{suffix}")
        if siret:
            row = deposits.actor(call, siret, block.get(f"codeService{suffix}"), suffix.upper(), True)
            changed = {f"{role}_id": row["id"], f"{role}_service": block.get(f"codeService{suffix}")}
            payment_requests.change(call.db, request, **changed)
    if block.get("codeStructureValideur"):
        row = deposits.actor(call, block["codeStructureValideur"], block.get("codeServiceValideur"), "valideur", True)
        payment_requests.change(call.db, request, validator_id=row["id"])
    author, comment = account_author(call), call.body.get("commentaire")
    for status in works.first_statuses(payment_requests.framework(request), bool(request["moe_id"])):
        payment_requests.set_status(call.db, request, status, call.now, author, comment)
    return {
        "idFactureTravaux": request["id"],
        "numeroFactureTravaux": request["number"],
        "statutFactureTravaux": request["status"],
    }
