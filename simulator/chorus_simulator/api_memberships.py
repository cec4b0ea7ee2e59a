"""Where the technical account belongs: its structures, their services, their *espaces* (chorus-pro-api.md §2.8, §2.11;
official swagger Structures 1.0.0).
"""

from . import directory
from .api_structures import UNKNOWN_STRUCTURE
from .endpoints import BusinessError, endpoint, page

ESPACES = {1: "Factures émises", 2: "Factures de travaux", 3: "Factures à valider"}
SINCE = "2016-10-25 17:42"


@endpoint("utilisateurs/v1/monCompte/recuperer/rattachements", "RattachementsParam")
def memberships(call):
    """The structures to which the account is attached, each with its services."""
    rows = [directory.structure(call.db, structure_id) for structure_id in sorted(call.structures)]
    shown, counts = page(rows, call.section("parametresRecherche"))
    found = [
        {
            "idStructure": row["id"],
            "idRattachementStructure": row["id"],
            "identifiantStructure": row["identifier"],
            "typeIdentifiantStructure": row["kind"],
            "designationStructure": row["name"],
            "roleUtilisateur": "UTILISATEUR",
            "statutUtilisateur": "ACTIF",
            "statutRattachementStructure": "VALIDEE",
            "listeServicesRattache": [_service(service) for service in _services(call.db, row["id"])],
        }
        for row in shown
    ]
    return {"listeStructureRattachement": found, "parametresRetour": counts}


def _services(db, structure_id):
    return db.execute("SELECT * FROM service WHERE structure_id = ? ORDER BY id", (structure_id,)).fetchall()


def _service(row):
    return {
        "idService": row["id"],
        "codeService": row["code"],
        "libelleService": row["name"],
        "estActif": bool(row["active"]),
        "statutService": "ACTIF" if row["active"] else "INACTIF",
        "dateDbtService": SINCE,
        "statutRattachementService": "VALIDEE",
    }


@endpoint("structures/v1/lister/rattachementsutilisateur", "ListerRattachementsStructureUtilisateurParam")
def service_memberships(call):
    """The services of one structure to which the account is attached."""
    row = _own(call, call.body.get("idStructure"), call.body.get("identifiantStructure"))
    services = _services(call.db, row["id"])
    shown, counts = page(services, call.section("parametresListerRattachementsStructureUtilisateur"))
    found = [
        {
            "idRattachement": service["id"],
            "idService": service["id"],
            "codeService": service["code"],
            "nomService": service["name"],
            "dateDebut": SINCE,
            "statutRattachement": "VALIDEE",
        }
        for service in shown
    ]
    return {
        "idStructure": row["id"],
        "identifiantStructure": row["identifier"],
        "designationStructure": row["name"],
        "premierService": False,
        "listeServices": found,
        "parametresRetour": counts,
    }


@endpoint("structures/v1/rechercher/espaces", "RechercherEspacesParam")
def search_espaces(call):
    """The *espaces* of a structure of the account."""
    wanted = call.section("structure")
    row = _own(call, wanted.get("idStructure"), wanted.get("identifiantStructure"))
    espaces = [
        {
            "codeEspace": code,
            "idEspaceFo": row["id"] * 10 + code,
            "libelleEspace": label,
            "etatCourant": "ACTIVE",
            "typeHabilitation": "MODIFICATION",
        }
        for code, label in ESPACES.items()
    ]
    shown, counts = page(espaces, call.section("parametresRechercherEspaces"))
    return {"listeEspace": shown, "parametresRetour": counts}


def _own(call, structure_id, siret):
    row = directory.structure(call.db, int(structure_id)) if structure_id else directory.by_siret(call.db, siret)
    if not row or row["id"] not in call.structures:
        raise BusinessError(*UNKNOWN_STRUCTURE)
    return row
