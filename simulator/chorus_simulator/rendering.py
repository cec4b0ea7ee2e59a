"""How a payment request is written in the API's answers: the blocks shared by invoices and works invoices (annex A)."""

from . import clock, directory, payment_requests, store
from .endpoints import number

STATE = "11000201100044"  # SIRET of the State


def issued(db, request):
    """``FactureCppEmise``: an invoice, or a works document, as its supplier and its validator read it."""
    main = request["main_files"]
    return {
        "identifiantFactureCPP": request["id"],
        "numeroFacture": request["number"],
        "statutFacture": request["status"],
        "modeDepot": request["mode"],
        "rejetTraite": bool(request.get("rejection_handled")),
        "destinataire": recipient(db, request),
        "fournisseur": supplier(db, request),
        "cadreDeFacturation": framework(db, request),
        "references": references(request),
        "montantTotal": totals(request),
        "pieceJointePrincipale": {"idPieceJointePrincipale": main[0]["id"]} if main else None,
        "listeDesPiecesJointes": attachments(db, request),
        "piecePrecedente": previous_piece(db, request),
        "pieceSuivante": next_piece(db, request),
        "commentaire": request.get("comment"),
    }


def received(db, request):
    """``FactureCpp``: the same as its recipient reads it; its blocks have other keys than the supplier's."""
    invoice = issued(db, request)
    invoice.pop("rejetTraite")
    invoice["destinataire"].pop("designationDestinataire")
    invoice["destinataire"]["destinataireEtat"] = (
        "OUI" if invoice["destinataire"]["codeDestinataire"] == STATE else "NON"
    )
    invoice["fournisseur"].pop("raisonSocialeFournisseur")
    following = invoice["pieceSuivante"]
    if following:
        following["numeroPieceSuivante"] = following.pop("numeroPieceSuiante")
    return invoice


def supplier(db, request):
    row = directory.structure(db, request["supplier_id"])
    return {
        "idFournisseur": row["id"],
        "typeIdentifiantFournisseur": row["kind"],
        "codeFournisseur": row["identifier"],
        "designationFournisseur": row["name"],
        "raisonSocialeFournisseur": row["name"],
        "adresseFournisseurCodePostal": row["zip"],
        "adresseFournisseurVille": row["city"],
        "adresseFournisseurCodePays": "FR",
        "coordBancairesFournisseurId": _int(request.get("bank_account_id")),
    }


def recipient(db, request):
    row = directory.structure(db, request["recipient_id"])
    service = directory.service_by_code(db, row["id"], request.get("service_code"))
    return {
        "idDestinataire": row["id"],
        "codeDestinataire": row["identifier"],
        "libelleDestinataire": row["name"],
        "designationDestinataire": row["name"],
        "idServiceExecutant": service["id"] if service else None,
        "codeServiceExecutant": request.get("service_code"),
        "libelleServiceExecutant": service["name"] if service else None,
        "adresseDestinataireCodePostal": row["zip"],
        "adresseDestinataireVille": row["city"],
        "adresseDestinataireCodePays": "FR",
    }


def framework(db, request):
    """``CadreDeFacturationOutput``."""
    block = {"codeCadreFacturation": request["framework"]}
    for rank, column in ((1, "validator_id"), (2, "validator2_id")):
        validator = directory.structure(db, request[column]) if request[column] else None
        if validator:
            block.update(
                {
                    f"idValideur{rank}": validator["id"],
                    f"typeIdentifiantValideur{rank}": validator["kind"],
                    f"codeValideur{rank}": validator["identifier"],
                    f"raisonSocialeValideur{rank}": validator["name"],
                }
            )
    for actor, suffix in (("moe", "Moe"), ("moa", "Moa")):
        row = directory.structure(db, request[f"{actor}_id"]) if request[f"{actor}_id"] else None
        if row:
            code = request.get(f"{actor}_service")
            service = directory.service_by_code(db, row["id"], code)
            block.update(
                {
                    f"id{suffix}": row["id"],
                    f"typeIdentifiant{suffix}": row["kind"],
                    f"identifiant{suffix}": row["identifier"],
                    f"raisonSociale{suffix}": row["name"],
                    f"designation{suffix}": row["name"],
                    f"idService{suffix}": service["id"] if service else None,
                    f"codeService{suffix}": code,
                    f"nomService{suffix}": service["name"] if service else None,
                }
            )
    return block


def references(request):
    return {
        "dateFacture": request["invoice_date"],
        "dateDepot": clock.day(request["deposited"]),
        "codeDeviseFacture": request["currency"],
        "libelleDeviseFacture": "Euro",
        "typeFacture": None if request["works"] else request["type"],
        "typeFactureTravaux": request["type"] if request["works"] else None,
        "typeTva": request.get("vat_type"),
        "motifExonerationTva": request.get("vat_exemption"),
        "numeroMarche": request.get("contract_number"),
        "numeroBonCommande": request.get("commitment_number"),
        "numeroFactureOrigine": request.get("origin_number"),
        "modePaiement": request.get("payment_mode"),
        "numeroDpMandat": request.get("payment_order"),
    }


def totals(request):
    amounts = request["amounts"]
    return {
        "montantHtTotal": number(amounts["ht"]),
        "montantTVA": number(amounts["vat"]),
        "montantTtcAvantRemiseGlobalTTC": number(amounts["ttc"]),
        "montantRemiseGlobaleTTC": number(amounts.get("discount", "0")),
        "montantTtcTotal": number(amounts["ttc"]),
        "montantAPayer": number(amounts["due"]),
    }


def attachments(db, request):
    """``PiecesJointes``: the main file first."""
    files = [*request["main_files"], *request["attachments"]]
    rows = []
    for item in files:
        file = store.one(db, "SELECT id, extension FROM file WHERE id = ?", item["id"])
        rows.append(
            {
                "pieceJointeId": file["id"],
                "pieceJointeDesignation": item["label"],
                "pieceJointeTypeCode": item["type"],
                "pieceJointeExtension": file["extension"],
            }
        )
    return {
        "pieceJointe": rows,
        "pageCouranteListePiecesJointe": 1,
        "pagesListePiecesJointe": 1,
        "nbResultatsParPageListePiecesJointe": max(10, len(rows)),
        "totalListePiecesJointe": len(rows),
    }


def previous_piece(db, request):
    row = payment_requests.get(db, request["previous_id"]) if request["previous_id"] else None
    if not row:
        return None
    return {
        "cadreFacturationPiecePrecedente": row["framework"],
        "idPiecePrecedente": row["id"],
        "numeroPiecePrecedente": row["number"],
    }


def next_piece(db, request):
    """``PieceSuivante``; the official key really is spelt ``numeroPieceSuiante``."""
    rows = payment_requests.select(db, "previous_id = ?", request["id"])
    if not rows:
        return None
    row = rows[-1]
    return {
        "cadreFacturationPieceSuivante": row["framework"],
        "idPieceSuivante": row["id"],
        "numeroPieceSuiante": row["number"],
    }


def history(db, request):
    """The list of ``HistoriqueStatus``, newest first."""
    return [
        {
            "histoStatutId": row["id"],
            "histoStatutCode": row["status"],
            "histoStatutDatePassage": clock.minute(row["date"]),
            "histoStatutCommentaire": row["comment"],
            "histoStatutUtilisateurPrenom": row["first_name"],
            "histoStatutUtilisateurNom": row["last_name"],
        }
        for row in payment_requests.history(db, request["id"])
    ]


def actions(request):
    """The list of ``HistoriqueActionUtilisateur``, newest first: what people did to the request besides its status."""
    rows = [
        {
            "histoActionId": rank,
            "histoActionCode": action["code"],
            "histoActionDateHeure": clock.minute(action["date"]),
            "histoActionUtilisateurPrenom": action["author"][0],
            "histoActionUtilisateurNom": action["author"][1],
        }
        for rank, action in enumerate(request.get("actions", []), 1)
    ]
    return rows[::-1]


def _int(value):
    return None if value is None else int(value)
