"""Services *engagementsJuridiques* (chorus-pro-api.md §2.9; under PISTE the path of the second is derived)."""

from . import directory, payment_requests, store
from .endpoints import BusinessError, endpoint, number, page
from .selection import data

UNKNOWN = (20000, "L'engagement juridique n'existe pas ou n'est pas accessible à ce compte.")


@endpoint("engagementsJuridiques/v1/rechercher", "RechercherEngagementParam")
def search_commitments(call):
    """The commitments addressed to the account's structures; only those of the State are known to the real platform."""
    wanted = call.body
    rows = []
    for row in call.db.execute("SELECT * FROM commitment ORDER BY id"):
        receiver = str(wanted.get("structureReceptriceEngagementJuridique") or row["supplier_id"])
        if (
            row["supplier_id"] in call.structures
            and receiver == str(row["supplier_id"])
            and (wanted.get("numeroEngagementJuridique") or row["number"]) == row["number"]
            and (wanted.get("etatCourantEngagementJuridique") or row["state"]) == row["state"]
            and (wanted.get("numeroMarcheEngagementJuridique") or row["contract_number"]) == row["contract_number"]
        ):
            rows.append(row)
    shown, counts = page(rows, call.section("parametresRecherche"))
    return {"listeEngagementJuridique": [_commitment(call.db, row) for row in shown], "parametresRetour": counts}


def _commitment(db, row):
    service = directory.service_by_code(db, row["recipient_id"], row["service_code"])
    return {
        "idEngagementJuridique": row["id"],
        "libelleTypeEngagementJuridique": "BON_DE_COMMANDE",
        "numeroEngagementJuridique": row["number"],
        "structureReceptrice": row["supplier_id"],
        "codeServiceExecutant": row["service_code"],
        "libelleServiceExecutant": service["name"] if service else None,
        "dateNotificationEJ": row["date"],
        "libelleEtatCourantEJ": row["state"],
        "montantTotalTtc": number(row["amount"]),
        "deviseEngagement": "EUR",
        "taillePJ": 0,
    }


@endpoint("engagementsJuridiques/v1/consulterDetail", "ConsulterEngagementParam")
def read_commitment(call):
    """One commitment: who made it to whom, and the requests that bear its number."""
    row = store.one(
        call.db, "SELECT * FROM commitment WHERE number = ?", call.body.get("numeroEngagementJuridique") or ""
    )
    if not row or not call.structures & {row["supplier_id"], row["recipient_id"]}:
        raise BusinessError(*UNKNOWN)
    issuer, receiver = (directory.structure(call.db, row[key]) for key in ("recipient_id", "supplier_id"))
    service = directory.service_by_code(call.db, row["recipient_id"], row["service_code"])
    condition = f"supplier_id = ? AND recipient_id = ? AND {data('commitment_number')} = ?"
    parties = row["supplier_id"], row["recipient_id"]
    billed = payment_requests.select(call.db, condition, *parties, row["number"])
    return {
        "idEngagement": row["id"],
        "numeroEngagementJuridique": row["number"],
        "etatCourantEngagement": row["state"],
        "emetteur": {
            "idStructureEmettrice": issuer["id"],
            "identifiantStructureEmettrice": issuer["identifier"],
            "raisonSocialeStructureEmettrice": issuer["name"],
            "idServiceExecutant": service["id"] if service else None,
            "codeServiceExecutant": row["service_code"],
            "nomServiceExecutant": service["name"] if service else None,
        },
        "recepteur": {
            "idStructureReceptrice": receiver["id"],
            "identifiantStructureReceptrice": receiver["identifier"],
            "designationStructureReceptrice": receiver["name"],
            "adresseStructureReceptriceCodePostal": receiver["zip"],
            "adresseStructureReceptriceVille": receiver["city"],
            "adresseStructureReceptriceCodePays": "FR",
        },
        "lignePoste": [{"numeroDePoste": 1, "montantTtcPoste": number(row["amount"]), "statutPoste": row["state"]}],
        "demandePaiement": [
            {
                "idDemandePaiement": request["id"],
                "numeroDemandePaiement": request["number"],
                "typeDemandePaiement": "FACTURE_TRAVAUX" if request["works"] else "FACTURE",
                "sousType": request["type"],
                "etatCourantDemandePaiement": request["status"],
                "dateFournisseur": request["invoice_date"],
                "montantTtcDemandePaiement": number(request["amounts"]["ttc"]),
            }
            for request in billed
        ],
    }
