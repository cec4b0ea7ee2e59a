"""Where the data of an invoice stand in CII and UBL (chorus-pro-api.md §4, formats.md §4.6)."""

import base64
import binascii
from dataclasses import dataclass, field

from lxml import etree

CII_NS = {
    "rsm": "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100",
    "ram": "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100",
    "udt": "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100",
}
UBL_NS = {
    "cac": "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2",
    "cbc": "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2",
    "aife": "urn:AIFE:Facture:Extension",
}


@dataclass
class FlowInvoice:
    """What the platform reads of one invoice; every field is the text found, empty when absent.

    ``means`` are the payment means codes (UNTDID 4461), ``sellers`` and ``buyers`` the identifiers found, most
    specific first.
    """

    syntax: str  # "cii" or "ubl"
    number: str = ""
    framework: str = ""
    type_code: str = ""
    date: str = ""  # YYYY-MM-DD, or the text as found
    currency: str = ""
    sellers: list = field(default_factory=list)
    buyers: list = field(default_factory=list)
    service_code: str = ""
    commitment: str = ""
    contract: str = ""
    origin: str = ""
    means: list = field(default_factory=list)
    iban: str = ""
    ht: str = ""
    vat: str = ""
    ttc: str = ""
    due: str = ""
    attachments: dict = field(default_factory=dict)

    @property
    def is_credit_note(self):
        return self.type_code == "381"


_AGREEMENT = "rsm:SupplyChainTradeTransaction/ram:ApplicableHeaderTradeAgreement/"
_SETTLEMENT = "rsm:SupplyChainTradeTransaction/ram:ApplicableHeaderTradeSettlement/"
_TOTALS = _SETTLEMENT + "ram:SpecifiedTradeSettlementHeaderMonetarySummation/"
CII_PATHS = {
    "number": "rsm:ExchangedDocument/ram:ID",
    "framework": "rsm:ExchangedDocumentContext/ram:BusinessProcessSpecifiedDocumentContextParameter/ram:ID",
    "type_code": "rsm:ExchangedDocument/ram:TypeCode",
    "date": "rsm:ExchangedDocument/ram:IssueDateTime/udt:DateTimeString",
    "currency": _SETTLEMENT + "ram:InvoiceCurrencyCode",
    "service_code": _AGREEMENT + "ram:BuyerReference",
    "commitment": _AGREEMENT + "ram:BuyerOrderReferencedDocument/ram:IssuerAssignedID",
    "contract": _AGREEMENT + "ram:ContractReferencedDocument/ram:IssuerAssignedID",
    "origin": _SETTLEMENT + "ram:InvoiceReferencedDocument/ram:IssuerAssignedID",
    "iban": _SETTLEMENT + "ram:SpecifiedTradeSettlementPaymentMeans/ram:PayeePartyCreditorFinancialAccount/ram:IBANID",
    "ht": _TOTALS + "ram:TaxBasisTotalAmount",
    "vat": _TOTALS + "ram:TaxTotalAmount",
    "ttc": _TOTALS + "ram:GrandTotalAmount",
    "due": _TOTALS + "ram:DuePayableAmount",
}
CII_PARTY = ("ram:SpecifiedLegalOrganization/ram:ID", "ram:GlobalID", "ram:ID")
UBL_PATHS = {
    "number": "cbc:ID",
    "framework": "cbc:ProfileID",
    "type_code": "cbc:InvoiceTypeCode | cbc:CreditNoteTypeCode",
    "date": "cbc:IssueDate",
    "currency": "cbc:DocumentCurrencyCode",
    "service_code": "cbc:BuyerReference",
    "commitment": "cac:OrderReference/cbc:ID",
    "contract": "cac:ContractDocumentReference/cbc:ID",
    "origin": "cac:BillingReference/cac:InvoiceDocumentReference/cbc:ID",
    "iban": "cac:PaymentMeans/cac:PayeeFinancialAccount/cbc:ID",
    "ht": "cac:LegalMonetaryTotal/cbc:TaxExclusiveAmount",
    "vat": "cac:TaxTotal/cbc:TaxAmount",
    "ttc": "cac:LegalMonetaryTotal/cbc:TaxInclusiveAmount",
    "due": "cac:LegalMonetaryTotal/cbc:PayableAmount",
}
UBL_PARTY = (
    "cac:Party/cac:PartyIdentification/cbc:ID",
    "cac:Party/cac:PartyLegalEntity/cbc:CompanyID",
    "cac:Party/cbc:EndpointID",
)
AIFE_FRAMEWORK = "//aife:FactureExtension/aife:CategoryCode"  # the older place, E1 UBL of AIFE (formats.md §4.6)


def read(file):
    """Return the :class:`FlowInvoice` of a :class:`~chorus_simulator.flow_files.FlowFile`."""
    if etree.QName(file.tree).namespace == CII_NS["rsm"]:
        invoice = _read_cii(file.tree)
    else:
        invoice = _read_ubl(file.tree)
    invoice.attachments.update(file.attachments)
    return invoice


def _texts(tree, path, namespaces):
    return [text.strip() for node in tree.xpath(path, namespaces=namespaces) if (text := node.text) and text.strip()]


def _first(tree, path, namespaces):
    texts = _texts(tree, path, namespaces)
    return texts[0] if texts else ""


def _read_cii(tree):
    values = {key: _first(tree, path, CII_NS) for key, path in CII_PATHS.items()}
    day = values["date"]
    if len(day) == 8 and day.isdigit():  # format 102
        values["date"] = f"{day[:4]}-{day[4:6]}-{day[6:]}"
    values["sellers"] = _parties(tree, _AGREEMENT + "ram:SellerTradeParty/", CII_PARTY, CII_NS)
    values["buyers"] = _parties(tree, _AGREEMENT + "ram:BuyerTradeParty/", CII_PARTY, CII_NS)
    values["means"] = _texts(tree, _SETTLEMENT + "ram:SpecifiedTradeSettlementPaymentMeans/ram:TypeCode", CII_NS)
    values["attachments"] = _decoded(tree, "//ram:AdditionalReferencedDocument/ram:AttachmentBinaryObject", CII_NS)
    return FlowInvoice("cii", **values)


def _read_ubl(tree):
    values = {key: _first(tree, path, UBL_NS) for key, path in UBL_PATHS.items()}
    values["framework"] = _first(tree, AIFE_FRAMEWORK, UBL_NS) or values["framework"]
    if etree.QName(tree).localname == "CreditNote":
        values["type_code"] = values["type_code"] or "381"
    values["sellers"] = _parties(tree, "cac:AccountingSupplierParty/", UBL_PARTY, UBL_NS)
    values["buyers"] = _parties(tree, "cac:AccountingCustomerParty/", UBL_PARTY, UBL_NS)
    values["means"] = _texts(tree, "cac:PaymentMeans/cbc:PaymentMeansCode", UBL_NS)
    path = "cac:AdditionalDocumentReference/cac:Attachment/cbc:EmbeddedDocumentBinaryObject"
    values["attachments"] = _decoded(tree, path, UBL_NS)
    return FlowInvoice("ubl", **values)


def _parties(tree, base, paths, namespaces):
    """Identifiers of a party: SIRETs (14 digits) first, in the order of ``paths``."""
    found = [text.replace(" ", "") for path in paths for text in _texts(tree, base + path, namespaces)]
    return sorted(found, key=lambda text: not (len(text) == 14 and text.isdigit()))


def _decoded(tree, path, namespaces):
    files = {}
    for index, node in enumerate(tree.xpath(path, namespaces=namespaces), 1):
        try:
            content = base64.b64decode("".join((node.text or "").split()), validate=True)
        except (binascii.Error, ValueError):
            continue
        files[node.get("filename") or f"piece-{index}"] = content
    return files
