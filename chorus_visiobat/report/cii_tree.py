"""Edit a Cross Industry Invoice, keeping the order of elements that its schema imposes. Knows no Odoo model."""

from lxml import etree

RAM = "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100"
RSM = "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100"
UDT = "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100"
QDT = "urn:un:unece:uncefact:data:standard:QualifiedDataType:100"
NAMESPACES = {"ram": RAM, "rsm": RSM, "udt": UDT, "qdt": QDT}

# Children of the elements we add to, in the order of the Factur-X schema (profile EN 16931).
ORDERS = {
    "ExchangedDocumentContext": (
        "BusinessProcessSpecifiedDocumentContextParameter",
        "GuidelineSpecifiedDocumentContextParameter",
    ),
    "ExchangedDocument": ("ID", "TypeCode", "IssueDateTime", "IncludedNote"),
    "ApplicableHeaderTradeAgreement": (
        "BuyerReference",
        "SellerTradeParty",
        "BuyerTradeParty",
        "SellerTaxRepresentativeTradeParty",
        "SellerOrderReferencedDocument",
        "BuyerOrderReferencedDocument",
        "ContractReferencedDocument",
        "AdditionalReferencedDocument",
        "SpecifiedProcuringProject",
    ),
    "SellerTradeParty": (
        "ID",
        "GlobalID",
        "Name",
        "Description",
        "SpecifiedLegalOrganization",
        "DefinedTradeContact",
        "PostalTradeAddress",
        "URIUniversalCommunication",
        "SpecifiedTaxRegistration",
    ),
    "SpecifiedTradeProduct": ("GlobalID", "SellerAssignedID", "BuyerAssignedID", "Name", "Description"),
    "ApplicableTradeTax": (
        "CalculatedAmount",
        "TypeCode",
        "ExemptionReason",
        "BasisAmount",
        "CategoryCode",
        "ExemptionReasonCode",
        "TaxPointDate",
        "DueDateTypeCode",
        "RateApplicablePercent",
    ),
    "ApplicableHeaderTradeSettlement": (
        "CreditorReferenceID",
        "PaymentReference",
        "TaxCurrencyCode",
        "InvoiceCurrencyCode",
        "PayeeTradeParty",
        "SpecifiedTradeSettlementPaymentMeans",
        "ApplicableTradeTax",
        "BillingSpecifiedPeriod",
        "SpecifiedTradeAllowanceCharge",
        "SpecifiedTradePaymentTerms",
        "SpecifiedTradeSettlementHeaderMonetarySummation",
        "InvoiceReferencedDocument",
        "ReceivableSpecifiedTradeAccountingAccount",
    ),
    "SpecifiedTradeSettlementHeaderMonetarySummation": (
        "LineTotalAmount",
        "ChargeTotalAmount",
        "AllowanceTotalAmount",
        "TaxBasisTotalAmount",
        "TaxTotalAmount",
        "RoundingAmount",
        "GrandTotalAmount",
        "TotalPrepaidAmount",
        "DuePayableAmount",
    ),
}
ORDERS["BuyerTradeParty"] = ORDERS["SellerTradeParty"]


def find(node: etree._Element, path: str) -> etree._Element | None:
    return node.find(path, NAMESPACES)


def find_all(node: etree._Element, path: str) -> list[etree._Element]:
    return node.findall(path, NAMESPACES)


def text_of(node: etree._Element, path: str) -> str:
    """Text of the first element at `path`, stripped; empty when absent."""
    return (node.findtext(path, "", NAMESPACES) or "").strip()


def remove(node: etree._Element, tag: str) -> None:
    """Remove the children named `tag` (without prefix)."""
    for child in find_all(node, f"ram:{tag}"):
        node.remove(child)


def add(parent: etree._Element, tag: str, text: str | None = None, **attributes: str) -> etree._Element:
    """Insert a child named `tag` at its place, after the ones that its schema puts before it."""
    child = etree.Element(f"{{{RAM}}}{tag}", attributes)
    child.text = text
    order = ORDERS.get(etree.QName(parent).localname)
    if order is None:
        parent.append(child)
        return child
    before = order[: order.index(tag) + 1]
    places = [place for place, other in enumerate(parent, 1) if etree.QName(other).localname in before]
    parent.insert(max(places, default=0), child)
    return child


def put(parent: etree._Element, tag: str, text: str | None, **attributes: str) -> etree._Element | None:
    """Make `text` the only child named `tag`; without text, remove it."""
    remove(parent, tag)
    return add(parent, tag, text, **attributes) if text else None


def add_date(parent: etree._Element, tag: str, day, namespace: str = UDT) -> etree._Element:
    """Add a date in the form that EN 16931 asks for (format 102, YYYYMMDD)."""
    child = add(parent, tag)
    etree.SubElement(child, f"{{{namespace}}}DateTimeString", format="102").text = day.strftime("%Y%m%d")
    return child


def to_bytes(tree: etree._Element) -> bytes:
    """Write the invoice; the same invoice gives the same bytes.

    The stock builder declares namespaces in the order of a set, new in every process: they are declared anew.
    """
    root = etree.Element(tree.tag, nsmap=NAMESPACES)
    root.extend(tree)
    etree.cleanup_namespaces(root)
    etree.indent(root)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")
