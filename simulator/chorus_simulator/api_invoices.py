"""Services *factures*: submit, search, read, follow and correct ordinary invoices (chorus-pro-api.md §2.4, §2.6)."""

import hashlib

from . import clock, deposits, directory, payment_requests, rendering, store
from .corrections import FORBIDDEN_STATE, account_author, complete_request, own_request, readdress
from .endpoints import NOT_ON_QUALIFICATION, BusinessError, endpoint, number
from .frameworks import BY_API_CODE
from .selection import Selection, data
from .visibility import UNKNOWN, any_party, of_structures, request_of

# At these statuses a supplier may complete, recycle, correct the validator or follow (annex of 2017, §2.6).
TO_HANDLE = (
    *("BROUILLON", "A_VALIDER_1", "A_VALIDER_2", "ERREUR_FOURNISSEUR_SUR_VALIDEUR", "VALIDEE_1", "VALIDEE_2"),
    *("REFUSEE_1", "REFUSEE_2", "ERREUR_COTRAITANT_SUR_VALIDEUR", "ABSENCE_VALIDATION_1_HORS_DELAI"),
    *("ABSENCE_VALIDATION_2_HORS_DELAI", "DEPOSEE", "EN_COURS_ACHEMINEMENT", "MISE_A_DISPOSITION", "A_RECYCLER"),
    "SUSPENDUE",
)
# Status of a wrong validator → who named him, where he stands, the status of the corrected request.
CORRECTABLE = {
    "ERREUR_FOURNISSEUR_SUR_VALIDEUR": ("supplier_id", "validator_id", "A_VALIDER_1"),
    "ERREUR_COTRAITANT_SUR_VALIDEUR": ("validator_id", "validator2_id", "A_VALIDER_2"),
}
HANDLED = f"COALESCE({data('rejection_handled')}, 0)"
# The official answer of this search has fewer keys than that of the full one.
TO_HANDLE_KEYS = (
    *("identifiantFactureCPP", "typeDemandePaiement", "codeFournisseur", "typeIdentifiantFournisseur"),
    *("designationFournisseur", "idDestinataire", "codeDestinataire", "designationDestinataire"),
    *("codeServiceExecutant", "typeFacture", "numeroFacture", "dateFacture", "dateDepot", "montantHT", "montantTTC"),
    *("montantAPayer", "devise", "statut", "numeroMarche", "numeroBonCommande"),
)


@endpoint("factures/v1/soumettre", "SoumettreFactureParam")
def submit(call):
    """Submit one invoice in framework A1, A2, A9 or A12."""
    values, supplier = _read_submission(call)
    statuses = ["A_VALIDER_1"] if values["validator_id"] else ["DEPOSEE"]
    request = payment_requests.create(call.db, values, statuses, call.now, account_author(call))
    return {
        "identifiantFactureCPP": request["id"],
        "numeroFacture": request["number"],
        "statutFacture": request["status"],
        "dateDepot": clock.day(call.now),
        "identifiantStructure": supplier["identifier"],
        "empreinteCertificatDepot": _print_of(call.db, request),
    }


def _print_of(db, request):
    """The fingerprint of the deposit: SHA-256 of the PDF received, None for an invoice keyed in."""
    if not request["main_files"]:
        return None
    file = store.one(db, "SELECT content FROM file WHERE id = ?", request["main_files"][0]["id"])
    return hashlib.sha256(file["content"]).hexdigest()


def _read_submission(call):
    framework = BY_API_CODE.get(call.section("cadreDeFacturation").get("codeCadreFacturation"))
    if not framework:
        raise BusinessError(20002, "Le cadre de facturation est obligatoire.")
    supplier = deposits.supplier(call)
    typed = call.body.get("modeDepot") == "SAISIE_API"
    if typed and not call.body.get("lignePoste"):
        raise BusinessError(20013, "Une facture saisie comporte au moins une ligne de poste.")
    values = deposits.references(call, "dateFacture")
    recipient = deposits.recipient(call, values["commitment_number"])
    block = call.section("cadreDeFacturation")
    needed = framework.goes_to == "validator"
    validator = deposits.actor(
        call, block.get("codeStructureValideur"), block.get("codeServiceValideur"), "valideur", needed
    )
    reference = call.body.get("numeroFactureSaisi")
    if typed and not reference:
        reference = _generated_number(call.db)
    deposits.check_number(call, reference, supplier["id"], framework.api_code)
    amounts = deposits.amounts(call)
    main_files, attachments = deposits.files(call, main_required=not typed)
    values.update(
        works=0,
        number=reference,
        framework=framework.api_code,
        type=call.section("references").get("typeFacture") or "FACTURE",
        origin_number=call.section("references").get("numeroFactureOrigine"),
        supplier_id=supplier["id"],
        recipient_id=recipient["id"],
        validator_id=validator["id"] if validator and needed else None,
        amounts=amounts,
        main_files=main_files,
        attachments=attachments,
    )
    return values, supplier


def _generated_number(db):
    """The next number of those that the platform gives to invoices keyed in without one."""
    last = store.get_setting(db, "typed_counter") + 1
    store.set_setting(db, "typed_counter", last)
    return f"FAC{last:08d}"


@endpoint("factures/v1/rechercher/fournisseur", "RechercherFactureParFournisseurParam")
def search(call):
    """The invoices of the account's structures as supplier, newest deposit first."""
    body = call.body
    recipients = [
        int(item["idDestinataire"]) for item in body.get("listeDestinataire") or [] if item.get("idDestinataire")
    ]
    condition, owned = of_structures(call, "supplier_id", body.get("idFournisseur"))
    wanted = Selection(f"works = 0 AND {condition}", *owned).usual(body)
    wanted.same("number", body.get("numeroFacture"))
    wanted.among("status", body.get("statutCourant")).among("recipient_id", recipients)
    wanted.same(data("type"), body.get("typeFacture"))
    wanted.same(data("origin_number"), body.get("numeroFactureOrigine"))
    wanted.days(data("invoice_date"), body, "periodeDateFacture")
    if body.get("rejetTraite") is not None:
        wanted.where(f"{HANDLED} = ?", int(body["rejetTraite"]))
    shown, counts = wanted.page(call.db, call.section("rechercheFactureParFournisseur"))
    return {"listeFactures": [_summary(call.db, request) for request in shown], "parametresRetour": counts}


def _summary(db, request):
    recipient = directory.structure(db, request["recipient_id"])
    supplier = directory.structure(db, request["supplier_id"])
    return {
        "identifiantFactureCPP": request["id"],
        "typeDemandePaiement": "FACTURE",
        "codeFournisseur": supplier["identifier"],
        "typeIdentifiantFournisseur": "SIRET",
        "designationFournisseur": supplier["name"],
        "idDestinataire": recipient["id"],
        "codeDestinataire": recipient["identifier"],
        "designationDestinataire": recipient["name"],
        "codeServiceExecutant": request.get("service_code"),
        "typeFacture": request["type"],
        "numeroFacture": request["number"],
        "dateFacture": request["invoice_date"],
        "dateDepot": clock.day(request["deposited"]),
        "montantHT": number(request["amounts"]["ht"]),
        "montantTTC": number(request["amounts"]["ttc"]),
        "montantAPayer": number(request["amounts"]["due"]),
        "devise": request["currency"],
        "statut": request["status"],
        "numeroMarche": request.get("contract_number"),
        "numeroBonCommande": request.get("commitment_number"),
        "numeroFluxDepot": request.get("flow_number"),
        "numeroFactureOrigine": request.get("origin_number"),
        "modeDepot": request["mode"],
        "dateHeureEtatCourant": clock.iso(request["status_date"]),
        "commentaireEtatCourant": payment_requests.current_comment(db, request),
        "rejetTraite": bool(request.get("rejection_handled")),
    }


@endpoint("factures/v1/rechercher/atraiter/fournisseur", "RechercherFactureATraiterParFournisseurParam")
def search_to_handle(call):
    """The invoices on which their supplier may still act."""
    condition, owned = of_structures(call, "supplier_id", call.body.get("idStructure"))
    statuses = TO_HANDLE if call.body.get("masquerRejetee") else (*TO_HANDLE, "REJETEE")
    wanted = Selection(f"works = 0 AND {HANDLED} = 0 AND {condition}", *owned).among("status", list(statuses))
    shown, counts = wanted.page(call.db, call.section("rechercheFactureATraiterParFournisseur"))
    rows = [{key: row.get(key) for key in TO_HANDLE_KEYS} for row in (_summary(call.db, one) for one in shown)]
    return {"listeFactures": rows, "parametresRetour": counts}


@endpoint("factures/v1/rechercher/demandePaiement", "RechercherDemandePaiementParam")
def search_everywhere(call):
    raise BusinessError(*NOT_ON_QUALIFICATION)


@endpoint("factures/v1/consulter/fournisseur", "ConsulterFactureParFournisseurParam")
def read(call):
    request = own_request(call, call.body.get("identifiantFactureCPP"), works=False)
    return {"facture": rendering.issued(call.db, request)}


@endpoint("factures/v1/consulter/historique", "ConsulterHistoriqueFactureParam")
def read_history(call):
    """The statuses of an invoice issued, received or to be validated, newest first, works invoices included."""
    request = any_party(call, call.body.get("idFacture"))
    rows, actions = rendering.history(call.db, request), rendering.actions(request)
    return {
        "idFacture": request["id"],
        "numeroFacture": request["number"],
        "modeDepot": request["mode"],
        "statutCourantCode": request["status"],
        "historiquesDesStatuts": {
            "histoStatut": rows,
            "pageCouranteHistoStatut": 1,
            "pagesHistoStatut": 1,
            "nbResultatsParPageHistoStatut": max(10, len(rows)),
            "totalHistoStatut": len(rows),
        },
        "historiquesDesEvenementsComplementaires": {"evenement": []},
        "historiquesDesActionsUtilisateurs": {"histoAction": actions},
        "derniereAction": {"derniereActionId": len(actions), "derniereActionCode": actions[0]["histoActionCode"]}
        if actions
        else None,
    }


@endpoint("factures/v1/completer", "CompleterFactureParam")
def complete(call):
    """Answer a suspension with more files: SUSPENDUE → COMPLETEE."""
    request = own_request(call, call.body.get("identifiantFactureCPP"), works=False)
    complete_request(call, request, ("SUSPENDUE",))
    return {
        "identifiantFactureCPP": request["id"],
        "numeroFacture": request["number"],
        "dateTraitement": clock.iso(call.now),
    }


@endpoint("factures/v1/recycler", "RecyclerFactureParam")
def recycle(call):
    """Correct the addressing of an invoice that its recipient sent back: A_RECYCLER → DEPOSEE, same number."""
    request = own_request(call, call.body.get("identifiantFactureCPP"), works=False)
    readdress(call, request, ("A_RECYCLER",))
    payment_requests.set_status(
        call.db, request, "DEPOSEE", call.now, account_author(call), call.body.get("commentaire")
    )
    return {
        "identifiantFactureCPP": request["id"],
        "numeroFacture": request["number"],
        "statutFacture": request["status"],
        "dateDepot": clock.day(call.now),
    }


@endpoint("factures/v1/corriger/valideur/facture", "CorrigerValideurFactureParam")
def correct_validator(call):
    """Name another validator after the one named said that he is not: the request waits again. The supplier corrects
    the first validator, the first validator the second.
    """
    request = any_party(call, call.body.get("idFacture"))
    if request["works"] or not {request["supplier_id"], request["validator_id"]} & call.structures:
        raise BusinessError(*UNKNOWN)
    named_by, column, waiting = CORRECTABLE.get(request["status"], (None, None, None))
    if not named_by or request[named_by] not in call.structures:
        raise BusinessError(*FORBIDDEN_STATE)
    known = directory.structure(call.db, int(call.body.get("idStructure") or 0))
    siret = known["identifier"] if known else call.body.get("identifiantStructure")
    validator = deposits.actor(call, siret, None, "valideur", True)
    payment_requests.change(call.db, request, **{column: validator["id"]})
    payment_requests.set_status(call.db, request, waiting, call.now, account_author(call))
    return {"idFacture": request["id"]}


@endpoint("factures/v1/traiterRejet", "TraiterFacturesRejeteesParam")
def handle_rejection(call):
    """Mark rejections as handled by the supplier, of invoices and of works documents."""
    for item in call.body.get("listeDemandePaiement") or []:
        request = request_of(call, item.get("idDemandePaiement"), "supplier_id")
        if request["status"] != "REJETEE":
            raise BusinessError(*FORBIDDEN_STATE)
        action = {"code": "TRAITEMENT_REJET", "date": call.now, "author": account_author(call)}
        actions = [*request.get("actions", []), action]
        payment_requests.change(call.db, request, rejection_handled=True, actions=actions)
    return {}
