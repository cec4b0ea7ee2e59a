"""Services *structures* (chorus-pro-api.md §2.8; official swagger Structures 1.0.0)."""

from . import clock, directory, store
from .endpoints import BusinessError, endpoint, page

UNKNOWN_STRUCTURE = (20001, "La structure n'existe pas ou n'est pas accessible à ce compte.")
COLUMNS = {"IdentifiantStructure": "identifier", "DesignationStructure": "name"}


@endpoint("structures/v1/rechercher", "RechercherStructureParam")
def search(call):
    """Public structures, and the private ones of the account; those of others when the search is not restricted."""
    wanted, rows = call.section("structure"), []
    everybody = call.body.get("restreindreStructuresPrivees") is False
    for row in call.db.execute("SELECT * FROM structure ORDER BY id"):
        if (everybody or row["public"] or row["id"] in call.structures) and _fits(row, wanted):
            rows.append(row)
    paging = call.section("parametres")
    _sort(rows, paging)
    shown, counts = page(rows, paging)
    return {"listeStructures": [_summary(row) for row in shown], "parametresRetour": counts}


def _fits(row, wanted):
    names = ("raisonSocialeStructure", "libelleStructure", "nomStructure", "prenomStructure")
    kinds = {"PUBLIQUE": 1, "PRIVEE": 0}
    states = {"ACTIF": 1, "INACTIF": 0}
    return (
        wanted.get("typeIdentifiantStructure") in (None, "", row["kind"])
        and (wanted.get("identifiantStructure") or row["identifier"]) == row["identifier"]
        and all((wanted.get(key) or "").lower() in row["name"].lower() for key in names)
        and kinds.get(wanted.get("typeStructure"), row["public"]) == row["public"]
        and states.get(wanted.get("statutStructure"), row["active"]) == row["active"]
        and (wanted.get("estMOA") is None or bool(row["moa"]) == wanted["estMOA"])
        and (wanted.get("adresseCodePostal") or row["zip"]) == row["zip"]
        and (wanted.get("adresseVille") or row["city"]).lower() == row["city"].lower()
    )


def _sort(rows, paging):
    column = COLUMNS.get(paging.get("triColonne"))
    if column:
        rows.sort(key=lambda row: row[column], reverse=paging.get("triSens") == "Descendant")


def _summary(row):
    return {
        "idStructureCPP": row["id"],
        "identifiantStructure": row["identifier"],
        "typeIdentifiantStructure": row["kind"],
        "designationStructure": row["name"],
        "statut": "ACTIVE" if row["active"] else "INACTIVE",
    }


def _readable(call, structure_id):
    row = directory.structure(call.db, int(structure_id or 0))
    if not row or not (row["public"] or row["id"] in call.structures):
        raise BusinessError(*UNKNOWN_STRUCTURE)
    return row


@endpoint("structures/v1/consulter", "ConsulterStructureAvecTVAIntraComParam")
def read(call):
    """One structure with its flags; for a structure of the account, the expiry of its technical password."""
    row = _readable(call, call.body.get("idStructureCPP"))
    general = {
        "idStructureCPP": row["id"],
        "identifiantStructure": row["identifier"],
        "typeIdentifiantStructure": row["kind"],
        "raisonSocialeStructure": row["name"],
        "libelleStructure": row["name"],
        "structurePriveePublique": "PUBLIQUE" if row["public"] else "PRIVEE",
        "estValideurDeleguee": False,
    }
    if row["id"] in call.structures:
        account = store.one(call.db, "SELECT expires FROM account WHERE login = ?", call.login)
        general["dateExpirationMotPasseCompteTech"] = clock.iso(account["expires"])
    return {
        "informationGenerales": general,
        "adressePostaleDuSiege": {"codePostal": row["zip"], "ville": row["city"], "pays": "FR"},
        "parametres": {
            "codeServiceDoitEtreRenseigne": bool(row["requires_service"]),
            "numeroEJDoitEtreRenseigne": bool(row["requires_commitment"]),
            "gestionNumeroEJOuCodeService": bool(row["requires_either"]),
            "statutMiseEnPaiementNestPasRemonte": not row["reports_payment"],
            "getaMoa": bool(row["moa"]),
            "estMoaUniquement": False,
            "connexionEDI": False,
            "recevoirDonneesViaEDI": False,
            "estValideurDelegue": False,
            "nonDiffusibleInsee": False,
        },
    }


@endpoint("structures/v1/rechercher/services", "RechercherServicesStructureParam")
def search_services(call):
    """The services of a structure: ten by page unless asked otherwise, a smaller list than the total."""
    structure = _readable(call, call.body.get("idStructure"))
    rows = call.db.execute("SELECT * FROM service WHERE structure_id = ? ORDER BY id", (structure["id"],)).fetchall()
    shown, counts = page(rows, call.section("parametresRechercherServicesStructure"))
    services = [
        {
            "idService": row["id"],
            "codeService": row["code"],
            "libelleService": row["name"],
            "estActif": bool(row["active"]),
            "statutService": "ACTIF" if row["active"] else "INACTIF",
        }
        for row in shown
    ]
    return {"listeServices": services, "parametresRetour": counts}


@endpoint("structures/v1/consulter/service", "ConsulterServiceStructureParam")
def read_service(call):
    row = store.one(call.db, "SELECT * FROM service WHERE id = ?", int(call.body.get("idService") or 0))
    if not row or call.body.get("idStructure") not in (None, row["structure_id"]):
        raise BusinessError(20001, "Le service n'existe pas.")
    structure = _readable(call, row["structure_id"])
    return {
        "informationsGenerales": {
            "codeService": row["code"],
            "nomService": row["name"],
            "descriptionService": row["name"],
        },
        "parametres": {
            "numeroEngagement": bool(row["requires_commitment"]),
            "miseEnPaiement": bool(row["reports_payment"]),
            "dateDebutValidite": "2016-10-25 17:42",
        },
        "adressePostale": {"codePostal": structure["zip"], "ville": structure["city"], "pays": "FR"},
    }
