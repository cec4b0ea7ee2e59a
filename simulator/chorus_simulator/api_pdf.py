"""A bare PDF deposited to be read by the platform (chorus-pro-api.md §2.5).

What it reads is a proposal, as character recognition gives one: here the texts that the pages show in plain characters,
and the data of a Factur-X when the PDF carries one. What it does not find stays empty. The file waits for a submission
that names it: only then is there an invoice.
"""

import io
import re
from decimal import Decimal

import pikepdf

from . import flow_files, flow_invoice, store
from .api_transverses import MAX_FILE, decode_file
from .endpoints import BusinessError, TooLarge, endpoint, number

UNREADABLE = (20002, "GDP_MSG_01.001 - Le fichier déposé n'est pas un PDF lisible.")
NUMBER = re.compile(r"(?:facture|numero|n°|no)\s*:?\s*([A-Za-z0-9][A-Za-z0-9 +_/-]{0,19})", re.IGNORECASE)
SIRET = re.compile(r"(?<!\d)\d{14}(?!\d)")
DAY = re.compile(r"(\d{4}-\d{2}-\d{2})|(\d{2})/(\d{2})/(\d{4})")
AMOUNT = r"\D{0,20}?(\d[\d ]*[.,]\d{2})"


@endpoint("factures/v1/deposer/pdf", "DeposerPdfFactureParam", envelope=False)
def deposit_pdf(call):
    """Store a PDF and say what could be read of it; above 10 MB, HTTP 413."""
    content = decode_file(call.body.get("fichierFacture"))
    if content and len(content) > MAX_FILE:
        raise TooLarge
    if not content or not call.body.get("nomFichier"):
        raise BusinessError(20001, "Le fichier de la facture et son nom sont obligatoires.")
    read = _of_factur_x(content) or _of_text(content)
    row = {
        "login": call.login,
        "name": call.body["nomFichier"],
        "mime": "application/pdf",
        "extension": "PDF",
        "created": call.now,
        "content": content,
    }
    return {**read, "codeDeviseFacture": "EUR", "pieceJointeId": store.insert(call.db, "file", row)}


def _of_factur_x(content):
    try:
        invoice = flow_invoice.read(flow_files.read("facture.pdf", content, "IN_DP_E2_CII_FACTURX"))
    except flow_files.Unacceptable:
        return None
    return {
        "numeroFacture": invoice.number,
        "dateFacture": invoice.date,
        "codeDestinataire": invoice.buyers[0] if invoice.buyers else "",
        "codeServiceExecutant": invoice.service_code,
        "codeFournisseur": invoice.sellers[0] if invoice.sellers else "",
        "typeFacture": "AVOIR" if invoice.is_credit_note else "FACTURE",
        "typeTva": "TVA_SUR_DEBIT",
        "numeroBonCommande": invoice.commitment,
        "montantTtcAvantRemiseGlobalTTC": number(invoice.ttc or 0),
        "montantAPayer": number(invoice.due or invoice.ttc or 0),
        "montantHtTotal": number(invoice.ht or 0),
        "montantTVA": number(invoice.vat or 0),
    }


def _of_text(content):
    text = _text(content)
    sirets = SIRET.findall(text)
    found, day = NUMBER.search(text), DAY.search(text)
    date = (day[1] or f"{day[4]}-{day[3]}-{day[2]}") if day else ""
    amounts = {key: _amount(text, word) for key, word in (("ht", "HT"), ("vat", "TVA"), ("ttc", "TTC"))}
    return {
        "numeroFacture": found[1].strip() if found else "",
        "dateFacture": date,
        "codeDestinataire": sirets[1] if len(sirets) > 1 else "",
        "codeServiceExecutant": "",
        "codeFournisseur": sirets[0] if sirets else "",
        "typeFacture": "AVOIR" if re.search(r"\bavoir\b", text, re.IGNORECASE) else "FACTURE",
        "typeTva": "TVA_SUR_DEBIT",
        "numeroBonCommande": "",
        "montantTtcAvantRemiseGlobalTTC": amounts["ttc"],
        "montantAPayer": amounts["ttc"],
        "montantHtTotal": amounts["ht"],
        "montantTVA": amounts["vat"],
    }


def _amount(text, word):
    found = re.search(rf"\b{word}\b{AMOUNT}", text)
    return float(Decimal(found[1].replace(" ", "").replace(",", "."))) if found else 0.0


def _text(content):
    """The texts shown by the pages, one line for each operator."""
    lines = []
    try:
        with pikepdf.open(io.BytesIO(content)) as pdf:
            for page in pdf.pages:
                for operands, operator in pikepdf.parse_content_stream(page):
                    if str(operator) in ("Tj", "TJ", "'", '"'):
                        lines.append("".join(_characters(operands)))
    except (pikepdf.PdfError, ValueError, TypeError, KeyError, RuntimeError):
        raise BusinessError(*UNREADABLE) from None
    return "\n".join(lines)


def _characters(operands):
    for operand in operands:
        if isinstance(operand, pikepdf.String):
            yield bytes(operand).decode("cp1252", "replace")
        elif isinstance(operand, pikepdf.Array):
            yield from _characters(operand)
