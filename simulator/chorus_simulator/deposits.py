"""What *soumettre* checks, for invoices and works invoices alike (chorus-pro-api.md §2.4, §2.10, §3.7).

The numbers of most refusals are in no public source: those of this table are plausible, except 20303 to 20305
(amounts).
"""

from decimal import Decimal

from . import directory, store
from .endpoints import BusinessError
from .payment_requests import find_duplicate, number_problem

CENT = Decimal("0.01")
LARGEST = Decimal(10) ** 16  # 19 positions at most (§3.7)
PROBLEMS = {
    "service_missing": (20131, "Le code service du destinataire est obligatoire."),
    "service_unknown": (20132, "Le code service n'existe pas pour ce destinataire."),
    "service_inactive": (20133, "Le service du destinataire n'est pas actif."),
    "commitment_missing": (20134, "Le numéro d'engagement est obligatoire pour ce destinataire."),
    "either_missing": (20134, "Le numéro d'engagement ou le code service est obligatoire pour ce destinataire."),
}


def supplier(call):
    """Return the supplier's structure, which must be one of the account's."""
    wanted = int(call.section("fournisseur").get("idFournisseur") or 0)
    if wanted not in call.structures:
        raise BusinessError(
            20001, "GDP_MSG_11.005 - Vous n'avez pas les habilitations nécessaires pour cette structure."
        )
    row = directory.structure(call.db, wanted)
    bank_account = call.section("fournisseur").get("codeCoordonneesBancairesFournisseur")
    query = "SELECT 1 FROM bank_account WHERE id = ? AND structure_id = ?"
    if bank_account is not None and not store.one(call.db, query, int(bank_account), wanted):
        raise BusinessError(20042, "Les coordonnées bancaires ne sont pas celles du fournisseur.")
    return row


def recipient(call, commitment):
    """Return the structure that pays, once its service and commitment are found right."""
    target = call.section("destinataire")
    row = directory.by_siret(call.db, target.get("codeDestinataire"))
    if not row:
        raise BusinessError(20127, "Le destinataire n'existe pas : SIRET inconnu de Chorus Pro.")
    if not row["active"]:
        raise BusinessError(20128, "Le destinataire n'est pas actif dans Chorus Pro.")
    problems = directory.addressing_problems(call.db, row, target.get("codeServiceExecutant"), commitment)
    if problems:
        raise BusinessError(*PROBLEMS[problems[0]])
    return row


def actor(call, siret, service_code, title, required):
    """Return the structure of another actor (``title``: MOE, MOA, valideur), None when none is named and none
    needed.
    """
    if not siret:
        if required:
            raise BusinessError(20129, f"Le SIRET du {title} est obligatoire pour ce cadre de facturation.")
        return None
    row = directory.by_siret(call.db, siret)
    if not row or not row["active"]:
        raise BusinessError(20129, f"La structure {title} {siret} n'existe pas ou n'est pas active dans Chorus Pro.")
    if service_code:
        service = directory.service_by_code(call.db, row["id"], service_code)
        if not service or not service["active"]:
            raise BusinessError(
                20132, f"Le service {service_code} de la structure {title} n'existe pas ou n'est pas actif."
            )
    return row


def check_number(call, number, supplier_id, framework, replaced=None):
    """Refuse an illegal number, and one already used by this supplier in this framework.

    :param replaced: the refused request that the new one replaces, whose number may serve again
    """
    problem = number_problem(number)
    if problem:
        raise BusinessError(20064, problem[0].upper() + problem[1:] + ".")
    duplicate = find_duplicate(call.db, supplier_id, number, framework)
    if duplicate and (not replaced or duplicate["id"] != replaced["id"]):
        raise BusinessError(20065, f"numéro de facture déjà utilisé : {number}")


def amounts(call):
    """Read and check ``montantTotal``; return texts of exact EUR (``ht``, ``vat``, ``ttc``, ``discount``, ``due``)."""
    total = call.section("montantTotal")

    def read(key, default=None):
        value = total.get(key, default)
        if value is None:
            raise BusinessError(20303, f"Le montant {key} est obligatoire.")
        value = Decimal(str(value))
        if abs(value) >= LARGEST:
            raise BusinessError(20303, f"Le montant {key} est trop grand.")
        if value != value.quantize(CENT):
            raise BusinessError(20303, f"Le montant {key} a plus de deux décimales.")
        return value

    ht, vat, ttc = read("montantHtTotal"), read("montantTVA"), read("montantTtcTotal")
    discount, due = read("montantRemiseGlobaleTTC", 0), read("montantAPayer")
    if ht + vat != ttc + discount and ht + vat != ttc:
        raise BusinessError(20304, "Le montant TTC n'est pas la somme du montant HT et de la TVA.")
    if abs(due) > abs(ttc):
        raise BusinessError(20305, "Le montant à payer dépasse le montant TTC.")
    values = {"ht": ht, "vat": vat, "ttc": ttc, "discount": discount, "due": due}
    return {key: str(value.quantize(CENT)) for key, value in values.items()}


def files(call, main_required):
    """Read and check the attachments: ``(main files, other files)``, lists of ``{"id", "label", "type"}``."""
    main = call.body.get("pieceJointePrincipale") or []
    main = main if isinstance(main, list) else [main]
    main_files = [_file(call, item, "pieceJointePrincipale") for item in main]
    if main_required and not main_files:
        raise BusinessError(20003, "La pièce jointe principale (le PDF de la facture) est obligatoire.")
    for item in main_files:
        content = store.one(call.db, "SELECT substr(content, 1, 5) AS start FROM file WHERE id = ?", item["id"])
        if bytes(content["start"]) != b"%PDF-":
            raise BusinessError(20004, "La pièce jointe principale n'est pas un fichier PDF.")
    others = [
        _file(call, item, "pieceJointeComplementaire") for item in call.body.get("pieceJointeComplementaire") or []
    ]
    return main_files, others


def _file(call, item, prefix):
    file_id = int(item.get(prefix + "Id") or 0)
    row = store.one(call.db, "SELECT login FROM file WHERE id = ?", file_id)
    if not row or row["login"] != call.login:
        raise BusinessError(20005, f"La pièce jointe {file_id} n'existe pas ou n'appartient pas à ce compte.")
    return {"id": file_id, "label": item.get(prefix + "Designation") or "", "type": item.get(prefix + "Type") or "01"}


def references(call, date_key):
    """Read the references common to both services, as the values of a payment request."""
    refs = call.section("references")
    currency = refs.get("deviseFacture") or "EUR"
    if currency != "EUR":
        raise BusinessError(20013, f"La devise {currency} n'est pas acceptée : EUR attendue.")
    return {
        "currency": currency,
        "invoice_date": (call.body.get(date_key) or "")[:10],
        "contract_number": refs.get("numeroMarche"),
        "commitment_number": refs.get("numeroBonCommande"),
        "payment_mode": refs.get("modePaiement") or "VIREMENT",
        "vat_type": refs.get("typeTva"),
        "vat_exemption": refs.get("motifExonerationTva"),
        "comment": call.body.get("commentaire"),
        "mode": call.body.get("modeDepot"),
        "service_code": call.section("destinataire").get("codeServiceExecutant"),
        "bank_account_id": call.section("fournisseur").get("codeCoordonneesBancairesFournisseur"),
    }
