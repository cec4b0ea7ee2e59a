"""Downloads: the papers as they were received, packed as the specification says, and the directory
(chorus-pro-api.md §2.6, §2.8).

``PDF``: one file alone comes as it is; several of one paper, in an archive; those of several papers, in an archive with
a folder for each. ``PIVOT``: one XML with every paper and its files. ``ZIP``: both. The XML of the pivot and that of
the directory are in no public source: theirs is a plain one of our own.
"""

import base64
import io
import zipfile

from lxml import etree

from . import clock, directory, payment_requests, store
from .corrections import account_author
from .endpoints import NO_RESULT, BusinessError, TooLarge, endpoint
from .pdf import one_page_pdf
from .visibility import any_party, own_structure


@endpoint("factures/v1/telecharger/groupe", "TelechargerGroupeFactureParam")
def download_group(call):
    """The files of some invoices or works documents of the account, whichever its place on them."""
    return {"fichierResultat": _encoded(call, _papers(call, call.body))}


def _papers(call, wanted):
    """The files of the papers of ``wanted`` (``listeFacture``, ``format``, ``avecPiecesJointesComplementaires``)."""
    ids = [int(item.get("idFacture") or 0) for item in wanted.get("listeFacture") or []]
    if not ids:
        raise BusinessError(20001, "La liste des factures à télécharger est obligatoire.")
    pack = {"PDF": _pdf, "PIVOT": _pivot, "ZIP": _archive}.get(wanted.get("format"))
    if not pack:
        raise BusinessError(20002, "Le format doit être PDF, PIVOT ou ZIP.")
    requests = [any_party(call, request_id) for request_id in ids]
    content = pack(call, requests, wanted.get("avecPiecesJointesComplementaires") != "NON")
    for request in requests:
        _remember(call, request)
    return content


def _encoded(call, content):
    if len(content) > store.get_setting(call.db, "largest_download"):
        raise TooLarge
    return base64.b64encode(content).decode()


@endpoint("transverses/v1/telecharger/pieceJointe", "TelechargerPieceJointeParam")
def download_attachments(call):
    """The files of papers, of a structure of the account, or of a commitment: whichever section the call fills."""
    for section, read in SECTIONS.items():
        if call.body.get(section) is not None:
            return {"pieceJointe": _encoded(call, read(call, call.section(section)))}
    raise BusinessError(20001, f"L'objet des pièces jointes est obligatoire : {', '.join(SECTIONS)}.")


def _of_structure(call, wanted):
    """Everything that the accounts of the structure uploaded, in one archive."""
    row = directory.by_siret(call.db, wanted.get("identifiantStructure"))
    structure_id = own_structure(call, wanted.get("idStructure") or (row and row["id"]))
    query = """SELECT id, name, content FROM file
        WHERE login IN (SELECT login FROM account_structure WHERE structure_id = ?) ORDER BY id"""
    rows = call.db.execute(query, (structure_id,)).fetchall()
    if not rows:
        raise BusinessError(*NO_RESULT)
    return _zip({f"{row['id']}-{row['name']}": bytes(row["content"]) for row in rows})


def _of_commitment(call, wanted):
    """The order itself, one page: the simulator keeps no file of a commitment."""
    query = "SELECT * FROM commitment WHERE number = ?"
    row = store.one(call.db, query, wanted.get("numeroEngagementJuridique") or "")
    if not row or not call.structures & {row["supplier_id"], row["recipient_id"]}:
        raise BusinessError(*NO_RESULT)
    return one_page_pdf([f"Engagement juridique {row['number']}", f"Montant TTC : {row['amount']} EUR"])


SECTIONS = {"demandePaiement": _papers, "structure": _of_structure, "engagementJuridique": _of_commitment}


def _remember(call, request):
    """Note the download among the users' actions, and for the recipient on the invoice itself."""
    action = {"code": "TELECHARGEMENT_FACTURE", "date": call.now, "author": account_author(call)}
    actions = [*request.get("actions", []), action]
    downloaded = request.get("downloaded") or request["recipient_id"] in call.structures
    payment_requests.change(call.db, request, actions=actions, downloaded=downloaded)


def _files(call, request, with_attachments):
    """``[(name, bytes)]``, the main file first; a name met twice gets its number."""
    items = [*request["main_files"], *(request["attachments"] if with_attachments else [])]
    found, names = [], set()
    for item in items:
        row = store.one(call.db, "SELECT name, content FROM file WHERE id = ?", item["id"])
        name = row["name"] if row["name"] not in names else f"{item['id']}-{row['name']}"
        names.add(name)
        found.append((name, bytes(row["content"])))
    return found


def _pdf(call, requests, with_attachments):
    papers = [(request, _files(call, request, with_attachments)) for request in requests]
    if len(papers) == 1 and len(papers[0][1]) == 1:
        return papers[0][1][0][1]
    return _zipped(papers, folders=len(papers) > 1)


def _archive(call, requests, with_attachments):
    papers = [(request, _files(call, request, with_attachments)) for request in requests]
    more = {"pivot.xml": _pivot(call, requests, with_attachments)}
    return _zipped(papers, folders=len(papers) > 1, more=more)


def _zipped(papers, folders, more=None):
    members = {}
    for request, files in papers:
        folder = f"{request['number'].replace('/', '-')}_{request['id']}/" if folders else ""
        members.update({folder + name.replace("/", "-"): content for name, content in files})
    return _zip({**members, **(more or {})})


def _zip(members):
    """An archive of the files ``{name: bytes}``."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def _pivot(call, requests, with_attachments):
    root = etree.Element("CPPFacturePivot")
    for request in requests:
        node = etree.SubElement(root, "FactureTravaux" if request["works"] else "Facture")
        supplier, recipient = (directory.structure(call.db, request[f"{who}_id"]) for who in ("supplier", "recipient"))
        texts = {
            "Identifiant": request["id"],
            "Numero": request["number"],
            "CadreFacturation": request["framework"].split("_")[0],
            "Statut": request["status"],
            "DateFacture": request["invoice_date"],
            "DateDepot": clock.iso(request["deposited"]),
            "Fournisseur": supplier["identifier"],
            "Destinataire": recipient["identifier"],
            "CodeService": request.get("service_code"),
            "NumeroMarche": request.get("contract_number"),
            "NumeroEngagement": request.get("commitment_number"),
            "MontantHT": request["amounts"]["ht"],
            "MontantTVA": request["amounts"]["vat"],
            "MontantTTC": request["amounts"]["ttc"],
            "MontantAPayer": request["amounts"]["due"],
        }
        _write(node, texts)
        for name, content in _files(call, request, with_attachments):
            etree.SubElement(node, "PieceJointe", nom=name).text = base64.b64encode(content).decode()
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


@endpoint("transverses/v1/telecharger/annuaire/destinataire")
def download_directory(call):
    """Every public structure with what it requires, and its services."""
    root = etree.Element("AnnuaireDestinataires", date=clock.iso(call.now))
    for row in call.db.execute("SELECT * FROM structure WHERE public = 1 ORDER BY identifier"):
        node = etree.SubElement(root, "Structure")
        texts = {
            "SIRET": row["identifier"],
            "RaisonSociale": row["name"],
            "Actif": _yes(row["active"]),
            "CodeServiceObligatoire": _yes(row["requires_service"]),
            "NumeroEngagementObligatoire": _yes(row["requires_commitment"]),
            "EngagementOuService": _yes(row["requires_either"]),
        }
        _write(node, texts)
        for service in call.db.execute("SELECT * FROM service WHERE structure_id = ? ORDER BY code", (row["id"],)):
            node_service = etree.SubElement(node, "Service")
            _write(node_service, {"Code": service["code"], "Nom": service["name"], "Actif": _yes(service["active"])})
    content = etree.tostring(root, encoding="UTF-8", xml_declaration=True)
    return {"fichierResultat": base64.b64encode(content).decode()}


def _yes(flag):
    return "OUI" if flag else "NON"


def _write(node, texts):
    for name, text in texts.items():
        if text is not None:
            etree.SubElement(node, name).text = str(text)
