"""Services *transverses*: files, flow reports, structures of the account (chorus-pro-api.md §2.2, §2.3, §2.7, §2.8)."""

import base64
import binascii
import json

from . import clock, store
from .endpoints import NO_RESULT, NOT_ON_QUALIFICATION, BusinessError, cut, endpoint, page
from .pdf import one_page_pdf
from .reference_lists import load as reference_lists
from .visibility import own_structure

MAX_FILE = 10 * 1024 * 1024  # bytes
UNKNOWN_FLOW = (20001, "POQ_MSG_01.003 - Flux introuvable.")


def decode_file(text):
    """Return the bytes of a base64 field, None when it is empty or not base64."""
    try:
        return base64.b64decode("".join((text or "").split()), validate=True) or None
    except (binascii.Error, ValueError):
        return None


@endpoint("transverses/v1/ajouter/fichier", "AjouterFichierParam")
def add_file(call):
    """Store a file. Its name has at most 50 characters (else HTTP 400); more than 10 MB → 20003 (§2.7)."""
    content = decode_file(call.body.get("pieceJointeFichier"))
    extension = (call.body.get("pieceJointeExtension") or "").upper()
    name = call.body.get("pieceJointeNom") or ""
    if content and len(content) > MAX_FILE:
        raise BusinessError(20003, "La taille de la pièce jointe dépasse 10 Mo.")
    if not content:
        raise BusinessError(20001, "La pièce jointe est vide ou n'est pas encodée en base 64.")
    if not name:
        raise BusinessError(20002, "Le nom de la pièce jointe est obligatoire.")
    if extension not in reference_lists()["extensions"]:
        raise BusinessError(20004, f"L'extension « {extension} » n'est pas autorisée pour une pièce jointe.")
    values = {
        "login": call.login,
        "name": name,
        "mime": call.body.get("pieceJointeTypeMime"),
        "extension": extension,
        "created": call.now,
        "content": content,
    }
    return {"pieceJointeId": store.insert(call.db, "file", values)}


@endpoint("transverses/v1/rechercher/pj/structure", "PjStructureParam")
def search_structure_files(call):
    """The files that the accounts of one structure uploaded, newest first."""
    structure_id = own_structure(call, call.body.get("idStructureCPP"))
    shown, counts = _files(call, "login IN (SELECT login FROM account_structure WHERE structure_id = ?)", structure_id)
    structure = store.one(call.db, "SELECT * FROM structure WHERE id = ?", structure_id)
    owner = {
        "pieceJointeStructureId": structure["id"],
        "pieceJointeStructureCode": structure["identifier"],
        "pieceJointeStructureRaisonSociale": structure["name"],
    }
    return {"listePiecesJointes": [{**_file(row), **owner} for row in shown], "parametresRetour": counts}


@endpoint("transverses/v1/rechercher/pj/moncompte", "PjMonCompteParam")
def search_own_files(call):
    shown, counts = _files(call, "login = ?", call.login)
    return {"listePiecesJointes": [_file(row) for row in shown], "parametresRetour": counts}


def _files(call, condition, value):
    """One page of the files of a condition, newest first: ``(rows, parametresRetour)``."""
    wanted = (call.body.get("pieceJointeDesignation") or "").lower()
    where = f"FROM file WHERE {condition} AND instr(lower(name), ?)"
    total = call.db.execute(f"SELECT COUNT(*) {where}", (value, wanted)).fetchone()[0]
    if not total:
        raise BusinessError(*NO_RESULT)
    size, start, counts = cut(total, call.section("parametresRecherche"))
    query = f"SELECT id, name, extension {where} ORDER BY id DESC LIMIT ? OFFSET ?"
    return call.db.execute(query, (value, wanted, size, start)).fetchall(), counts


def _file(row):
    return {
        "pieceJointeId": row["id"],
        "pieceJointeDesignation": row["name"],
        "pieceJointeExtension": row["extension"],
        "pieceJointeTypeCode": "01",
        "pieceJointeTypeLibelle": "Facture",
    }


def _own_flow(call):
    query = """SELECT * FROM flow WHERE number = ? AND login IN (
        SELECT login FROM account_structure WHERE structure_id IN (
            SELECT structure_id FROM account_structure WHERE login = ?))"""
    flow = store.one(call.db, query, call.body.get("numeroFluxDepot") or "", call.login)
    if not flow:
        raise BusinessError(*UNKNOWN_FLOW)
    return flow


@endpoint("transverses/v1/consulterCRDetaille", "CompteRenduParam")
def detailed_report(call):
    """The detailed report of a flow: its state, the refused payment requests, the technical errors (§2.2)."""
    flow = _own_flow(call)
    return {
        "codeInterfaceDepotFlux": flow["interface"],
        "dateDepotFlux": clock.iso(flow["deposited"]),
        "dateHeureEtatCourantFlux": clock.iso(flow["state_date"]),
        "etatCourantDepotFlux": flow["state"],
        "nomFichier": f"{flow['interface']}_CPP001_{flow['number']}",
        "listeErreurDP": json.loads(flow["dp_errors"]),
        "listeErreurTechnique": json.loads(flow["technical_errors"]),
    }


@endpoint("transverses/v1/consulterCR", "CompteRenduParam")
def report(call):
    """The same report with its PDF, once the flow has reached its last state (§2.3; ``etatCourantFlux`` holds
    IN_* codes).
    """
    flow = _own_flow(call)
    errors = json.loads(flow["dp_errors"])
    lines = [f"Compte rendu du flux {flow['number']}", f"Etat : {flow['state']}", f"Fichier : {flow['filename']}"]
    lines += [f"{error['numeroDP']} : {error['libelleErreurDP']}" for error in errors]
    finished = flow["state"] in ("IN_INTEGRE", "IN_INTEGRE_PARTIEL", "IN_REJETE")
    return {
        "numeroFluxDepot": flow["number"],
        "nomFichierFlux": f"{flow['interface']}_CPP001_{flow['number']}",
        "codeInterfaceFlux": flow["interface"],
        "codeAppliPartenaire": "CPP001",
        "designationPartenaire": "API",
        "dateDepotFlux": clock.iso(flow["deposited"]),
        "dateHeureEtatCourantFlux": clock.iso(flow["state_date"]),
        "etatCourantFlux": flow["state"],
        "fichierCR": base64.b64encode(one_page_pdf(lines)).decode() if finished else None,
    }


def _structures(call, only_public):
    condition = "public = 1 AND active = 1" if only_public else "active = 1"
    rows = call.db.execute(f"SELECT * FROM structure WHERE {condition} ORDER BY id").fetchall()
    chosen = [row for row in rows if only_public or row["id"] in call.structures]
    return {
        "listeStructures": [
            {"idStructureCPP": row["id"], "identifiant": row["identifier"], "designationStructure": row["name"]}
            for row in chosen
        ]
    }


@endpoint("transverses/v1/recuperer/structures/actives/fournisseur")
def supplier_structures(call):
    """The structures for which the account may bill: the connection test (§2.8)."""
    return _structures(call, only_public=False)


@endpoint("transverses/v1/recuperer/structures/actives/facturetravaux")
def works_structures(call):
    return _structures(call, only_public=False)


@endpoint("transverses/v1/recuperer/structures/actives/destinataire")
def recipient_structures(call):
    """The structures for which the account receives invoices: none for a company's account."""
    public = _structures(call, only_public=True)["listeStructures"]
    return {"listeStructures": [row for row in public if row["idStructureCPP"] in call.structures]}


@endpoint("transverses/v1/recuperer/coordbanc/valides", "CoordonneesBancairesParam")
def bank_accounts(call):
    structure_id = own_structure(call, call.body.get("idStructure"))
    rows = call.db.execute("SELECT * FROM bank_account WHERE structure_id = ? ORDER BY id", (structure_id,))
    accounts = [{"idCoordonneeBancaire": row["id"], "nomCoordonneeBancaire": row["name"]} for row in rows]
    return {"listeCoordonneeBancaire": accounts}


@endpoint("transverses/v1/rechercher/destinataire", "RechercherDestinataireParam")
def search_recipients(call):
    """Active public structures by SIRET, or by name, town or post code."""
    text = (call.body.get("nomVilleCodePostal") or "").lower()
    rows = [
        row
        for row in call.db.execute("SELECT * FROM structure WHERE public = 1 AND active = 1 ORDER BY id")
        if (call.body.get("identifiant") or row["identifier"]) == row["identifier"]
        and text in f"{row['name']} {row['city']} {row['zip']}".lower()
    ]
    shown, counts = page(rows, call.section("parametresRecherche"))
    recipients = [
        {
            "idStructureCPP": row["id"],
            "siret": row["identifier"],
            "nomDestinataire": row["name"],
            "adresseCodePostal": row["zip"],
            "adresseVille": row["city"],
        }
        for row in shown
    ]
    return {"listeDestinataires": recipients, "parametresRetour": counts}


@endpoint("transverses/v1/consulter/information/siret", "InformationSiretParam")
def siret_information(call):
    raise BusinessError(*NOT_ON_QUALIFICATION)


@endpoint("transverses/v1/health-check", method="GET")
def health_check(call):
    return {"body": "OK", "statusCode": "OK", "statusCodeValue": 200}
